"""Eventos and Evento in words: the address, the event that stood for another, a simulation beside then."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest

from connector.account import replaying
from connector.domain.events import Action, Kind, Outcome, Reason, RecordKey, Source
from connector.domain.vendor import ConnectionState
from connector.store.connections import Portal
from connector.store.event_lists import Count, EventRow
from connector.store.history import EventDetail, SyncRow
from connector.store.ids import new_id
from connector.sync.replay import PlannedWrite, Preview
from connector.sync.then import differences, then_of
from dashboard.telling import places
from dashboard.telling.asked import asked_of
from dashboard.telling.carrier import carrier, dates
from dashboard.telling.event import simulation
from dashboard.telling.events import Found, events
from dashboard.telling.way import way

AT = datetime(2026, 11, 23, 17, 5, 12, tzinfo=UTC)
RECORD = RecordKey(Kind.PRODUCT, UUID(int=1), 7)


def row(**other: Any) -> EventRow:
    values: dict[str, Any] = {
        "id": new_id(AT),
        "record": RECORD,
        "bitrix_id": 5,
        "label": "Bule",
        "sku": "B-1",
        "source": Source.BLING,
        "action": Action.UPDATED,
        "provider_event_id": "e",
        "event_date": AT,
        "received_at": AT,
        "settled_at": AT,
        "due_at": None,
        "attempts": 0,
        "outcome": Outcome.UPDATED,
        "reason": None,
        "detail": None,
        "sync_id": None,
    }
    return EventRow(**{**values, **other})


def test_days_are_the_readers_and_both_within() -> None:
    wish = asked_of({"inicio": "2026-11-01", "fim": "2026-11-02"}).wish()
    assert (wish.since, wish.until) == (
        datetime(2026, 11, 1, 3, tzinfo=UTC),
        datetime(2026, 11, 3, 3, tzinfo=UTC),
    )


@pytest.mark.parametrize("day", ["", "x", "0001-01-01", "9999-12-31", "2026-02-30", "2026-11-23T10:00"])
def test_a_day_that_is_none_is_left_aside(day: str) -> None:
    assert asked_of({"inicio": day, "fim": day}).filters() == {}


def test_the_address_keeps_every_filter_and_no_place() -> None:
    query = {
        "q": "a b",
        "tipo": "order",
        "origem": "replay",
        "inicio": "2026-11-01",
        "depois": str(UUID(int=1)),
    }
    assert asked_of(query).url() == "/eventos?q=a+b&tipo=order&origem=replay&inicio=2026-11-01"


@pytest.mark.parametrize(
    ("count", "label"),
    [
        (Count(1, False), "Reprocessar 1 evento deste filtro"),
        (Count(1000, True), "Reprocessar 1.000 ou mais eventos deste filtro"),
    ],
)
def test_the_button_says_how_many(count: Count, label: str) -> None:
    asked = asked_of({"resultado": "failed"})
    replay = events(asked, Found(rows=(row(),), count=count)).replay
    assert replay is not None
    assert (replay.label, replay.url) == (label, "/eventos/reprocessar?resultado=failed")


@pytest.mark.parametrize("count", [None, Count(0, False)])
def test_nothing_to_run_again_has_no_button(count: Count | None) -> None:
    assert events(asked_of({"tipo": "order"}), Found(count=count)).replay is None


def test_a_superseded_event_names_the_one_that_settled_with_it() -> None:
    old = row(reason=Reason.SUPERSEDED)
    alike, other_turn = row(reason=Reason.SUPERSEDED), row(settled_at=AT + timedelta(hours=1))
    winner = row(outcome=Outcome.SKIPPED, reason=Reason.TOGGLE_OFF)
    assert carrier(old, [alike, other_turn, winner]) == winner
    assert carrier(old, [alike, other_turn]) is None


def test_a_stale_event_names_the_newest_that_was_there_before() -> None:
    stale = row(outcome=Outcome.SKIPPED, reason=Reason.STALE, event_date=AT - timedelta(seconds=9))
    newer = row(event_date=AT)
    newest = row(event_date=AT + timedelta(seconds=1))
    later = row(event_date=AT + timedelta(hours=1), settled_at=AT + timedelta(hours=1))
    failed = row(event_date=AT + timedelta(seconds=2), outcome=Outcome.FAILED)
    assert carrier(stale, [newer, newest, later, failed]) == newest
    assert "14:05:03" in dates(stale, newest)
    assert "14:05:13" in dates(stale, newest)
    assert carrier(row(reason=Reason.STALE, event_date=None), [newer]) is None


def portal(iblock: int | None) -> Portal:
    return Portal(
        member_id="m",
        client_endpoint="https://loja.bitrix24.example/rest/",
        oauth_url="",
        product_iblock_id=iblock,
        state=ConnectionState.CONNECTED,
        state_since=AT,
        created_at=AT,
    )


def sync(plan: str) -> SyncRow:
    return SyncRow(
        id=new_id(),
        record=RECORD,
        bitrix_id=5,
        event_id=new_id(),
        outcome=Outcome.UPDATED,
        reason=None,
        mapping_version=1,
        started_at=AT,
        settled_at=AT,
        plan=plan,
        changes="[]",
        calls=[],
    )


PLAN = '[{"type":"update","bitrix_id":5,"shape":"simple","fields":{"name":"Bule"},"price":"10.00"}]'


def preview(target: dict[str, str], *writes: PlannedWrite) -> Preview:
    return Preview(writes=list(writes), outcome=Outcome.UNCHANGED, reason=None, detail=None, target=target)


def test_what_was_planned_then_is_read_again() -> None:
    (write,) = then_of(sync(PLAN))
    assert (write.action, write.bitrix_id, write.values) == ("update", 5, {"name": "Bule", "price": "10.00"})
    assert then_of(None) == []
    assert then_of(sync('[{"type":"unheard of"}]')) == []


def test_only_what_is_another_value_now_differs() -> None:
    now = preview({"name": "Bule", "price": "12.00", "weight": "3"})
    assert [(one.field, one.then, one.now) for one in differences(then_of(sync(PLAN)), now, 7)] == [
        ("price", "10.00", "12.00")
    ]
    assert differences(then_of(sync(PLAN)), preview({}), 7) == []


def test_a_simulation_says_whether_then_still_holds() -> None:
    then = then_of(sync(PLAN))
    same = preview({"name": "Bule", "price": "10.00"})
    other = preview({"name": "Bule", "price": "12.00"})
    assert "ainda vale" in simulation(same, Kind.PRODUCT, then, differences(then, same, 7)).compared
    told = simulation(other, Kind.PRODUCT, then, differences(then, other, 7))
    assert [(one.then, one.now) for one in told.differences] == [("R$ 10,00", "R$ 12,00")]
    assert simulation(same, Kind.PRODUCT).compared == ""


@pytest.mark.parametrize("replay", [UUID(int=0), UUID(int=(1 << 128) - 1), UUID(int=1 << 127)])
def test_an_id_of_no_time_is_no_replays(replay: UUID) -> None:
    assert not replaying.is_good(replay, AT)


def test_a_replay_is_good_for_hours() -> None:
    assert replaying.is_good(new_id(AT), AT + timedelta(hours=11))
    assert not replaying.is_good(new_id(AT), AT + timedelta(hours=13))
    assert not replaying.is_good(new_id(AT + timedelta(hours=1)), AT)


@pytest.mark.parametrize(
    ("shape", "iblock", "path"),
    [
        ("simple", 14, "/crm/catalog/14/product/5/"),
        ("offer", 14, None),
        ("simple", None, None),
        (None, 14, None),
    ],
)
def test_a_product_is_seen_in_bitrix24_where_it_has_a_page(
    shape: str | None, iblock: int | None, path: str | None
) -> None:
    found = places.links(RECORD, 5, portal(iblock), "https://bling.example/x", shape)
    there = [one.url for one in found if "Bitrix24" in one.label]
    assert there == ([f"https://loja.bitrix24.example{path}"] if path else [])


@pytest.mark.parametrize(("minutes", "told"), [(0, False), (3, True)])
def test_an_event_that_waited_for_long_says_so(minutes: int, told: bool) -> None:
    received = AT - timedelta(minutes=minutes)
    written = sync(PLAN)
    event = EventDetail(**msgspec.structs.asdict(row(id=written.event_id, received_at=received)), body=b"{}")
    assert ("Esperou" in [step.title for step in way(event, written, [], [])]) is told
