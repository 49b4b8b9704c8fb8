"""What the screens say of what is known: filters, figures, banner, the way of an event."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.account.people import Viewer
from connector.domain.events import Action, Kind, Outcome, Reason, RecordKey, Source
from connector.domain.licence import Licence, LicenceState
from connector.domain.products import Change
from connector.domain.vendor import ConnectionState
from connector.store.connections import Account
from connector.store.history import EventDetail
from connector.store.people import Role
from connector.store.rollups import HalfHour
from dashboard.pages.sign_in import own_path
from dashboard.reader import Reader, reading
from dashboard.telling import changes, figures
from dashboard.telling.asked import asked_of
from dashboard.telling.known import Surroundings
from dashboard.telling.notices import notices
from dashboard.telling.way import way

NOW = datetime(2026, 11, 23, 17, 5, 12, tzinfo=UTC)
SOME = UUID("01945027-150e-72b4-87cf-4943a042cd02")


@pytest.fixture(autouse=True)
def portuguese() -> None:
    reading(Reader(now=NOW))


def around(
    state: ConnectionState = ConnectionState.CONNECTED,
    licence: LicenceState = LicenceState.ACTIVE,
    held: dict[str, int] | None = None,
    *,
    paused: bool = False,
) -> Surroundings:
    account = Account(
        id=SOME,
        company_id="c",
        name="Matriz",
        account_key="k",
        main=True,
        state=state,
        state_since=NOW,
        created_at=NOW,
    )
    viewer = Viewer(
        person_id=SOME,
        tenant_id=SOME,
        tenant_name="Casa Aurora",
        timezone="America/Sao_Paulo",
        name="Helena",
        email="h@aurora.example",
        role=Role.OWNER,
        language="pt",
        theme="system",
    )
    ends_at = NOW + timedelta(days=3)
    return Surroundings(
        viewer=viewer,
        accounts=(account,),
        portal=None,
        licence=Licence(state=licence, plan="essencial", source="trial", ends_at=ends_at),
        held=held or {},
        paused=paused,
        business_now=NOW,
    )


def event(
    outcome: Outcome | None, reason: Reason | None = None, source: Source = Source.BLING
) -> EventDetail:
    return EventDetail(
        id=SOME,
        record=RecordKey(Kind.PRODUCT, SOME, 7),
        bitrix_id=None,
        label="Bule",
        sku="BUL",
        source=source,
        action=Action.UPDATED,
        provider_event_id="e",
        event_date=None,
        received_at=NOW,
        settled_at=None if outcome in (None, Outcome.HELD) else NOW + timedelta(milliseconds=80),
        due_at=None,
        attempts=0,
        outcome=outcome,
        reason=reason,
        detail=None,
        sync_id=None,
        body=b"{}",
    )


def test_all_is_well_needs_no_banner() -> None:
    assert notices(around()) == ()


def test_an_expired_connection_says_what_reconnecting_releases() -> None:
    (notice,) = notices(around(ConnectionState.NEEDS_RECONNECT, held={Reason.NEEDS_RECONNECT: 37}))
    assert notice.fact == "A conexão com o Bling expirou."
    assert notice.next_step == "Reconecte para liberar 37 alterações que estão aguardando."


def test_only_the_worst_is_said() -> None:
    (notice,) = notices(around(ConnectionState.INACTIVE, paused=True))
    assert "inativa" in notice.fact


def test_a_broken_connection_and_a_missing_payment_are_two_things_to_do() -> None:
    broken, unpaid = notices(around(ConnectionState.INACTIVE, LicenceState.GRACE, paused=True))
    assert ("inativa" in broken.fact, "pagamento" in unpaid.fact) == (True, True)


@pytest.mark.parametrize(
    ("known", "word"),
    [
        (around(licence=LicenceState.SUSPENDED), "teste"),
        (around(licence=LicenceState.GRACE), "pagamento"),
        (around(paused=True), "pausa"),
        (around(held={Reason.QUOTA: 3}), "limite"),
    ],
)
def test_every_standstill_is_explained(known: Surroundings, word: str) -> None:
    (notice,) = notices(known)
    assert word in notice.fact


def half_hour(outcome: Outcome, latency: int, n: int) -> HalfHour:
    return HalfHour(NOW, outcome, latency, n)


def test_half_hours_are_told_apart_by_how_they_went() -> None:
    settled = [
        half_hour(Outcome.UPDATED, 8, 5),
        half_hour(Outcome.UNCHANGED, 4, 2),
        half_hour(Outcome.CREATED, figures.WAITED, 3),
        half_hour(Outcome.DEAD, 26, 1),
    ]
    (slot,) = figures.slots(settled)
    assert (slot.done, slot.held, slot.failed) == (7, 3, 1)
    assert figures.tried(settled) == (11, 1)


def test_without_writes_there_is_no_latency() -> None:
    assert figures.latency_ms([half_hour(Outcome.SKIPPED, 3, 9)], 0.5) is None


@given(st.integers(0, 30), st.integers(1, 1_000_000), st.floats(0.01, 1.0))
def test_a_latency_lies_in_its_bucket(latency: int, n: int, share: float) -> None:
    told = figures.latency_ms([half_hour(Outcome.UPDATED, latency, n)], share)
    assert told is not None
    assert 2**latency <= told <= 2 ** (latency + 1)


def test_the_address_and_the_filters_are_the_same_thing() -> None:
    asked = asked_of({"q": " cha-1 ", "tipo": "product", "resultado": "failed", "motivo": "loop"})
    assert asked.url() == "/eventos?q=cha-1&tipo=product&resultado=failed&motivo=loop"
    assert asked.url(motivo=None, resultado=None) == "/eventos?q=cha-1&tipo=product"


def test_the_same_rows_again_end_with_the_same_event() -> None:
    before = asked_of({"ate": str(SOME)}).before
    assert before is not None
    assert before.int == SOME.int + 1


@given(
    st.dictionaries(
        st.sampled_from(["q", "tipo", "resultado", "motivo", "depois", "ate", "desde"]), st.text()
    )
)
def test_no_address_is_too_strange(query: dict[str, str]) -> None:
    asked = asked_of(query)
    assert "\0" not in asked.search
    assert asked.url().startswith("/eventos")


@pytest.mark.parametrize(
    "path", ["//evil.example", "https://evil.example/", "/\\evil.example", "", "x", "/a\nb"]
)
def test_signing_in_never_leads_away(path: str) -> None:
    assert own_path(path) == "/"


def test_signing_in_leads_back() -> None:
    assert own_path("/eventos?resultado=failed&q=a%2Fb") == "/eventos?resultado=failed&q=a%2Fb"


def test_changes_in_brief() -> None:
    price = Change("price", "84.90", "1089.9", "preco", 1)
    name = Change("name", None, "Bule", "nome", 1)
    assert changes.in_brief([price], created=False) == "Preço R$ 84,90 → R$ 1.089,90"
    assert changes.in_brief([name, price], created=False) == "Nome vazio → Bule e mais 1 campo"
    assert changes.in_brief([name, price], created=True) == "criado com 2 campos"


@pytest.mark.parametrize(
    ("outcome", "reason", "last"),
    [
        (None, None, "wait"),
        (Outcome.HELD, Reason.NEEDS_RECONNECT, "wait"),
        (Outcome.SKIPPED, Reason.CREATE_OFF, "off"),
        (Outcome.FAILED, Reason.REFUSED_BY_BITRIX24, "need"),
        (Outcome.DEAD, Reason.GAVE_UP, "need"),
        (Outcome.UNCHANGED, None, "ok"),
    ],
)
def test_only_the_last_step_is_coloured(outcome: Outcome | None, reason: Reason | None, last: str) -> None:
    *steps, end = way(event(outcome, reason), None, [], [])
    assert {step.state for step in steps} == {"done"}
    assert end.state == last


def test_a_replay_was_not_signed_by_anybody() -> None:
    titles = [step.title for step in way(event(Outcome.UNCHANGED, source=Source.REPLAY), None, [], [])]
    assert titles == ["Recebido", "Concluído"]
