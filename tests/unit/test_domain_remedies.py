"""Every reason has a state, a remedy and words; nights and mornings come once a day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.account.digest import Digest
from connector.account.digest_words import WHY, letter_words
from connector.account.toggles import Toggle
from connector.domain.events import Kind, Reason, RecordState
from connector.domain.remedies import (
    KEPT_OUT,
    NIGHTLY,
    REMEDIES,
    Again,
    Cure,
    can_be_run,
    remedy_of,
    state_of,
)
from connector.domain.rounds import Round, next_time, yesterday, zone_of

BRAZIL = ZoneInfo("America/Sao_Paulo")
NOON = datetime(2026, 11, 23, 15, tzinfo=UTC)


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_a_remedy(reason: Reason) -> None:
    remedy = remedy_of(reason)
    assert isinstance(remedy.cure, Cure)
    # Whoever is needed has something to do, and what is to be done can be done.
    if remedy.state is RecordState.NEEDS_YOU:
        assert remedy.cure is not Cure.NOTHING
        assert remedy.again is not Again.NEVER


def test_what_waits_comes_by_itself() -> None:
    waiting = [reason for reason in Reason if state_of(reason) is RecordState.WAITING]
    assert {REMEDIES[reason].again for reason in waiting} == {Again.BY_ITSELF}


def test_failures_are_tried_every_night() -> None:
    assert set(NIGHTLY) == {
        Reason.PARENT_MISSING,
        Reason.INVALID_VALUE,
        Reason.REFUSED_BY_BLING,
        Reason.REFUSED_BY_BITRIX24,
    }


def test_what_was_left_out_runs_for_kinds_that_sync() -> None:
    assert can_be_run(Reason.CREATE_OFF, Kind.ORDER)
    assert not can_be_run(Reason.CREATE_OFF, Kind.STOCK)
    assert not can_be_run(Reason.GUARD_RAIL, Kind.PRODUCT)


def test_toggles_know_what_they_kept_out() -> None:
    assert set(KEPT_OUT) <= {toggle.value for toggle in Toggle}


moments = st.integers(0, 730 * 24 * 60).map(lambda minutes: NOON + timedelta(minutes=minutes))


@given(
    st.sampled_from(Round), st.uuids(), st.sampled_from(["America/Sao_Paulo", "America/New_York"]), moments
)
def test_a_turn_comes_once_a_day(which: Round, tenant: UUID, zone: str, now: datetime) -> None:
    turn = next_time(which, tenant, ZoneInfo(zone), now)
    assert now < turn <= now + timedelta(hours=25)
    after = next_time(which, tenant, ZoneInfo(zone), turn)
    assert (after - turn) in (timedelta(hours=23), timedelta(hours=24), timedelta(hours=25))


@given(st.uuids(), moments)
def test_nights_are_nights_and_mornings_mornings(tenant: UUID, now: datetime) -> None:
    night = next_time(Round.RETRY, tenant, BRAZIL, now).astimezone(BRAZIL)
    morning = next_time(Round.DIGEST, tenant, BRAZIL, now).astimezone(BRAZIL)
    assert 1 <= night.hour < 5
    assert morning.hour == 7


def test_yesterday_is_the_tenants_own() -> None:
    begin, end = yesterday(BRAZIL, datetime(2026, 11, 23, 1, tzinfo=UTC))
    assert (begin.isoformat(), end.isoformat()) == ("2026-11-21T00:00:00-03:00", "2026-11-22T00:00:00-03:00")


def test_a_zone_that_nobody_knows_is_brazils() -> None:
    assert zone_of("Mars/Olympus") == BRAZIL
    assert zone_of("") == BRAZIL


def _digest(**other: object) -> Digest:
    values = {"day": NOON, "created": 0, "updated": 0, "failed": 0, "needs": {}, "waiting": {}}
    return Digest(**{**values, **other})  # type: ignore[arg-type]


def _letter(language: str = "pt", **other: object) -> tuple[str, str]:
    words = letter_words(_digest(**other), "Loja", language)
    return words.subject, " ".join(words.lines)


@pytest.mark.parametrize("language", WHY)
@pytest.mark.parametrize(
    "reason", [one for one in Reason if state_of(one) in (RecordState.NEEDS_YOU, RecordState.WAITING)]
)
def test_the_digest_has_words_for_whatever_waits_or_needs_somebody(language: str, reason: Reason) -> None:
    assert WHY[language][reason]


def test_a_days_digest_counts_and_names_causes() -> None:
    subject, text = _letter(
        created=3,
        updated=40,
        failed=2,
        needs={Reason.AMBIGUOUS: 1, Reason.INVALID_VALUE: 9},
        waiting={Reason.QUOTA: 5, Reason.AMBIGUOUS: 4},
    )
    assert subject == "Ponte em 23/11: 10 precisam de você"
    assert "3 criados, 40 atualizados, 2 falharam" in text
    assert text.index("9 registros precisam de você: um valor") < text.index(
        "1 registro precisa de você: mais"
    )
    assert "5 mudanças aguardam: o limite do plano foi atingido." in text
    assert "4 mudanças" not in text


def test_a_good_day_says_so() -> None:
    assert _letter(created=1)[1].endswith("Nada precisa de você.")
    assert _letter("en", created=1) == (
        "Ponte on 23 Nov: all in step",
        "Yesterday at Loja: 1 created, 0 updated, 0 failed in Bitrix24. Nothing needs you.",
    )


def test_a_day_on_which_changes_wait_is_no_good_day() -> None:
    assert _letter(waiting={Reason.NEEDS_RECONNECT: 37})[0] == "Ponte em 23/11: 37 aguardando"


def test_a_quiet_day_is_told_in_a_line() -> None:
    assert _digest().is_quiet
    assert _letter()[1] == "Ontem nada mudou em Loja, e nada espera por você."
