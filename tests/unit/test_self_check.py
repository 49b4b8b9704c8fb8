"""Verificar agora: each fact leads to its finding; every finding has words and, where it can, a remedy."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest

from connector.account.deal_lists import Trouble
from connector.account.licence import Right
from connector.account.self_check import SLOW, Answers, Check, Facts, Finding, Verdict, findings
from connector.account.toggles import Toggle
from connector.domain.events import Reason
from connector.domain.licence import Licence, LicenceState
from connector.domain.vendor import ConnectionState
from connector.store.connections import Account, Portal
from dashboard.reader import Language, Reader, reading
from dashboard.telling.self_check import self_check

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
ACCOUNT = Account(
    id=UUID(int=1),
    company_id="a" * 32,
    name="Casa Aurora",
    account_key="key",
    main=True,
    state=ConnectionState.CONNECTED,
    state_since=NOW,
    created_at=NOW,
)
PORTAL = Portal(
    member_id="m",
    client_endpoint="https://aurora.bitrix24.com.br/rest/",
    oauth_url="https://oauth.example",
    state=ConnectionState.CONNECTED,
    state_since=NOW,
    created_at=NOW,
    product_link_property=101,
    base_price_type=1,
)
LICENCE = Licence(state=LicenceState.ACTIVE, plan="essencial", source="stripe", ends_at=None)
WELL = Facts(
    now=NOW,
    accounts=(ACCOUNT,),
    portal=PORTAL,
    portal_name="aurora.bitrix24.com.br",
    right=Right(LICENCE, 100, None),
    paused=False,
    toggles={Toggle.PRODUCT_CREATE: True, Toggle.ORDER_CREATE: True},
    answers=Answers({str(ACCOUNT.id): None}, None, bitrix24_asked=True, at=NOW),
    heard_at=NOW,
    stages_missing=0,
    rules_broken=0,
    held={},
    oldest_due_at=None,
    records_in_need=0,
)


def _with(**changes: Any) -> tuple[Finding, ...]:
    return findings(msgspec.structs.replace(WELL, **changes))


def _one(check: Check, **changes: Any) -> Finding:
    (found,) = (one for one in _with(**changes) if one.check is check)
    return found


def _broken(state: ConnectionState) -> Account:
    return msgspec.structs.replace(ACCOUNT, state=state)


def test_a_tenant_whose_all_is_well_is_told_so() -> None:
    assert {one.verdict for one in findings(WELL)} == {Verdict.FINE}
    assert {one.check for one in findings(WELL)} == set(Check) - {Check.PAUSE}


def test_a_tenant_that_has_nothing_is_told_what_to_do_first() -> None:
    found = _with(accounts=(), portal=None, right=None, toggles={}, answers=Answers())
    need = [one.check for one in found if one.verdict is Verdict.NEEDS_YOU]
    assert need == [Check.BLING, Check.BITRIX24, Check.LICENCE, Check.TOGGLES]


@pytest.mark.parametrize("state", [one for one in ConnectionState if one is not ConnectionState.CONNECTED])
def test_a_broken_account_needs_the_person_and_is_not_asked(state: ConnectionState) -> None:
    found = _with(accounts=(_broken(state),))
    assert [one.cause for one in found if one.check is Check.BLING] == [state]
    assert not [one for one in found if one.check is Check.BLING_ANSWERS]


@pytest.mark.parametrize(
    ("trouble", "verdict"),
    [
        (Trouble.AWAY, Verdict.WAITS),
        (Trouble.DISCONNECTED, Verdict.NEEDS_YOU),
        (Trouble.REFUSED, Verdict.NEEDS_YOU),
    ],
)
def test_a_vendor_that_is_away_is_nobodys_fault(trouble: Trouble, verdict: Verdict) -> None:
    answers = Answers({str(ACCOUNT.id): trouble}, trouble, bitrix24_asked=True, at=NOW)
    assert _one(Check.BLING_ANSWERS, answers=answers).verdict is verdict
    assert _one(Check.BITRIX24_ANSWERS, answers=answers).verdict is verdict


def test_who_was_not_asked_is_not_known() -> None:
    assert _one(Check.BLING_ANSWERS, answers=Answers()).verdict is Verdict.UNKNOWN
    assert _one(Check.BITRIX24_ANSWERS, answers=Answers()).verdict is Verdict.UNKNOWN


@pytest.mark.parametrize(
    ("used", "verdict", "left"),
    [
        (0, "fine", 5000),
        (4499, "fine", 501),
        (4500, "waits", 500),
        (5000, "needs_you", 0),
        (9999, "needs_you", 0),
    ],
)
def test_room_in_the_plan_is_told_before_it_is_gone(used: int, verdict: str, left: int) -> None:
    refusal = Reason.QUOTA if used >= 5000 else None
    room = _one(Check.ROOM, right=Right(LICENCE, used, refusal))
    assert (room.verdict, room.count) == (verdict, left)


def test_a_closed_licence_says_how_much_waits_for_it() -> None:
    suspended = msgspec.structs.replace(LICENCE, state=LicenceState.SUSPENDED)
    found = _one(Check.LICENCE, right=Right(suspended, 0, Reason.LICENCE), held={Reason.LICENCE: 37})
    assert (found.verdict, found.count) == (Verdict.NEEDS_YOU, 37)


def test_silence_proves_nothing_and_is_no_question_while_nothing_is_wanted() -> None:
    assert _one(Check.HEARD, heard_at=None).verdict is Verdict.UNKNOWN
    assert not [one for one in _with(heard_at=None, toggles={}) if one.check is Check.HEARD]


def test_stages_matter_only_to_who_makes_deals() -> None:
    assert _one(Check.STAGES, stages_missing=2).count == 2
    assert _one(Check.STAGES, stages_missing=None).verdict is Verdict.UNKNOWN
    only_products = {Toggle.PRODUCT_CREATE: True}
    assert not [one for one in _with(stages_missing=2, toggles=only_products) if one.check is Check.STAGES]


def test_what_waits_is_counted_and_the_most_frequent_reason_named() -> None:
    found = _one(Check.WAITING, held={Reason.STAGE_MISSING: 3, Reason.AMBIGUOUS: 9})
    assert (found.cause, found.count) == (Reason.AMBIGUOUS, 12)


@pytest.mark.parametrize(("age", "verdict"), [(SLOW, Verdict.FINE), (SLOW * 2, Verdict.WAITS)])
def test_a_queue_is_worth_a_word_when_it_is_slow(age: timedelta, verdict: Verdict) -> None:
    assert _one(Check.WAITING, oldest_due_at=NOW - age).verdict is verdict


FACTS = [
    WELL,
    msgspec.structs.replace(WELL, accounts=(), portal=None, right=None, toggles={}, answers=Answers()),
    *(msgspec.structs.replace(WELL, accounts=(_broken(state),)) for state in ConnectionState),
    *(
        msgspec.structs.replace(WELL, portal=msgspec.structs.replace(PORTAL, state=state))
        for state in ConnectionState
    ),
    *(
        msgspec.structs.replace(
            WELL, answers=Answers({str(ACCOUNT.id): trouble}, trouble, bitrix24_asked=True, at=NOW)
        )
        for trouble in Trouble
    ),
    *(msgspec.structs.replace(WELL, held={reason: 2}) for reason in Reason),
    *(
        msgspec.structs.replace(
            WELL, right=Right(msgspec.structs.replace(LICENCE, state=state, ends_at=NOW), 4900, None)
        )
        for state in LicenceState
    ),
    msgspec.structs.replace(
        WELL,
        paused=True,
        heard_at=None,
        stages_missing=1,
        rules_broken=1,
        records_in_need=1,
        portal=msgspec.structs.replace(PORTAL, product_link_property=None),
        oldest_due_at=NOW - SLOW * 2,
    ),
    msgspec.structs.replace(WELL, stages_missing=None, answers=Answers()),
]


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("number", range(len(FACTS)))
def test_every_finding_has_words_and_what_needs_a_person_says_where_to_go(
    language: Language, number: int
) -> None:
    reading(Reader(language=language, now=NOW))
    found = findings(FACTS[number])
    told = self_check(found, frozenset(Check), NOW, None)
    for one, said in zip(found, told.findings, strict=True):
        assert said.sentence.endswith("."), one
        assert "%" not in said.sentence + said.detail, one
        assert said.remedy is not None or one.verdict is not Verdict.NEEDS_YOU, one


def test_the_sentence_on_top_is_the_worst_of_those_that_are_shown() -> None:
    reading(Reader(now=NOW))
    found = _with(accounts=(), rules_broken=1)
    everything = self_check(found, frozenset(Check), NOW, NOW)
    assert everything.sentence == "2 itens precisam de você."
    assert everything.chip.tone == "need"
    some = self_check(found, frozenset({Check.LICENCE, Check.ROOM}), NOW, NOW)
    assert some.sentence == "Tudo em ordem."
