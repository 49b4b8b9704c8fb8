"""Eventos: every filter by an index, both ways, no gap and no double; where a look ends that has none."""

from __future__ import annotations

import itertools
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from connector.domain.events import Kind, Outcome, Reason, Source
from connector.store import event_lists
from connector.store.event_lists import EventRow, Filter, Way
from connector.store.ids import time_of
from connector.store.settle import Turn
from tests.support.rows import key, now, settlement
from tests.support.shelf import Shelf, goes_by_index

KINDS = (Kind.PRODUCT, Kind.ORDER)
ENDS = (
    (Outcome.UPDATED, None),
    (Outcome.FAILED, Reason.REFUSED_BY_BITRIX24),
    (Outcome.SKIPPED, Reason.STALE),
)
SOURCES = (Source.BLING, Source.REPLAY)
DAYS = (0, 1, 5, 30)


@pytest.fixture
async def mixed(shelf: Shelf) -> Shelf:
    """Events of each kind, end and source on several days, and some that wait or are held."""
    for days, kind, (outcome, reason), source in itertools.product(DAYS, KINDS, ENDS, SOURCES):

        def ended(came: Any, outcome: Outcome = outcome, reason: Reason | None = reason) -> Turn:
            return Turn(settlements=[settlement(one, outcome, reason=reason) for one in came])

        at = now() - timedelta(days=days, hours=1)
        await shelf.put(2, ended, at=at, source=source, record=key(days + 1, kind))
    await shelf.put(3, source=Source.REPLAY)
    await shelf.put(2, lambda came: Turn(held=[(one.id, Reason.QUOTA, None) for one in came]))
    return shelf


def _fits(row: EventRow, wanted: Filter) -> bool:
    """What a filter means, said once more and slowly."""
    return (
        wanted.kind in (None, row.record.kind)
        and wanted.bling_id in (None, row.record.bling_id)
        and wanted.outcome in (None, row.outcome)
        and wanted.reason in (None, row.reason)
        and wanted.source in (None, row.source)
        and (wanted.records is None or (row.record.kind, row.record.bling_id) in wanted.records)
        and (wanted.since is None or time_of(row.id) >= wanted.since)
        and (wanted.until is None or time_of(row.id) < wanted.until)
    )


AWEEK = now() - timedelta(days=7)
FILTERS = [
    Filter(kind=kind, bling_id=number, outcome=outcome, reason=reason, source=source)
    for kind in (None, Kind.ORDER)
    for number in (None, 2)
    for outcome in (None, Outcome.FAILED, Outcome.HELD)
    for reason in (None, Reason.STALE, Reason.QUOTA)
    for source in (None, Source.BLING, Source.REPLAY)
] + [
    Filter(since=AWEEK),
    Filter(until=AWEEK, outcome=Outcome.FAILED),
    Filter(since=AWEEK, until=now() - timedelta(days=3), kind=Kind.ORDER),
    Filter(records=((Kind.ORDER, 1), (Kind.PRODUCT, 6))),
    Filter(records=((Kind.ORDER, 1),), kind=Kind.PRODUCT),
    Filter(records=()),
]


async def _walked(shelf: Shelf, wanted: Filter, way: Way, limit: int) -> list[UUID]:
    """The whole list, page by page."""
    seen: list[UUID] = []
    cursor = UUID(int=0) if way is Way.NEWER else None
    async with shelf.db.tenant(shelf.tenant_id) as conn:
        while True:
            found = await event_lists.page(conn, shelf.tenant_id, wanted, cursor, limit, way)
            ids = [row.id for row in found.rows]
            assert len(ids) <= limit
            seen = seen + ids if way is Way.OLDER else ids + seen
            if found.beyond is None:
                return seen
            cursor = found.beyond


@pytest.mark.parametrize("way", list(Way))
async def test_every_filter_shows_what_fits_and_nothing_else(
    mixed: Shelf, monkeypatch: pytest.MonkeyPatch, way: Way
) -> None:
    monkeypatch.setattr(event_lists, "SCAN", 5)  # so that even a short list is looked through in parts
    everything = await mixed.events()
    assert len(everything) == len(DAYS) * 2 * 3 * 2 * 2 + 5
    for wanted in FILTERS:
        expected = [row.id for row in everything if _fits(row, wanted)]
        assert await _walked(mixed, wanted, way, 7) == expected, wanted


async def test_a_page_back_is_the_page_that_was(mixed: Shelf) -> None:
    first = await mixed.page(limit=10)
    second = await mixed.page(first.beyond, limit=10)
    back = await mixed.page(second.rows[0].id, limit=10, way=Way.NEWER)
    assert back.rows == first.rows
    assert back.beyond is None


async def test_a_look_without_an_index_ends_and_says_where(
    mixed: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_lists, "SCAN", 4)
    monkeypatch.setattr(event_lists, "MOST_SCANNED", 8)
    found = await mixed.page(reason=Reason.STALE, kind=Kind.PRODUCT, outcome=Outcome.UPDATED)
    assert (found.rows, found.beyond is None) == ([], False)
    assert await _walked(mixed, Filter(reason=Reason.STALE, outcome=Outcome.UPDATED), Way.OLDER, 5) == []


async def test_a_screen_looks_so_many_days_at_once_and_says_where_it_stopped(shelf: Shelf) -> None:
    old = await shelf.settled(2, at=now() - timedelta(days=100))
    first = await shelf.page(days=event_lists.PATIENCE)
    assert first.rows == []
    assert first.beyond is not None
    second = await shelf.page(first.beyond, days=event_lists.PATIENCE)
    third = await shelf.page(second.beyond, days=event_lists.PATIENCE)
    assert {row.id for row in (*second.rows, *third.rows)} == set(old)
    back = await shelf.page(old[0], way=Way.NEWER, days=event_lists.PATIENCE)
    assert back.beyond is not None
    async with shelf.db.tenant(shelf.tenant_id) as conn:
        counted = await event_lists.count(conn, shelf.tenant_id, Filter(), 10, days=event_lists.PATIENCE)
    assert counted == event_lists.Count(0, True)


async def test_nothing_is_looked_for_before_the_tenant_was_there(shelf: Shelf) -> None:
    async with shelf.db.system() as conn:
        await conn.execute("UPDATE tenant SET created_at = now()")
    found = await shelf.page(days=event_lists.PATIENCE)
    assert found == event_lists.Found([], None)


@pytest.mark.parametrize("cursor", [UUID(int=0), UUID(int=(1 << 128) - 1), UUID(int=7), UUID(int=1 << 127)])
@pytest.mark.parametrize("way", list(Way))
async def test_any_id_is_a_place(mixed: Shelf, cursor: UUID, way: Way) -> None:
    found = await mixed.page(cursor, way=way)
    assert all((row.id < cursor) is (way is Way.OLDER) for row in found.rows)


async def test_single_events_are_listed_by_their_ids(mixed: Shelf) -> None:
    rows = await mixed.events()
    picked = tuple(row.id for row in rows[::9])
    assert [row.id for row in await mixed.events(events=picked)] == list(picked)
    assert await mixed.events(events=()) == []


async def _count(shelf: Shelf, most: int, **wanted: Any) -> tuple[int, bool]:
    async with shelf.db.tenant(shelf.tenant_id) as conn:
        counted = await event_lists.count(conn, shelf.tenant_id, Filter(**wanted), most)
    return counted.n, counted.more


async def test_settled_events_are_counted_up_to_a_bound(
    mixed: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    failed = len(DAYS) * 2 * 2 * 2
    assert await _count(mixed, 100, outcome=Outcome.FAILED) == (failed, False)
    assert await _count(mixed, 10, outcome=Outcome.FAILED) == (10, True)
    assert await _count(mixed, 100, outcome=Outcome.HELD) == (0, False)
    monkeypatch.setattr(event_lists, "SCAN", 3)
    assert await _count(mixed, 100, reason=Reason.STALE, kind=Kind.ORDER) == (failed // 2, False)
    monkeypatch.setattr(event_lists, "MOST_SCANNED", 6)
    n, more = await _count(mixed, 6, reason=Reason.STALE, outcome=Outcome.UPDATED)
    assert (n, more) == (0, True)


TOP, LOW = UUID(int=(1 << 128) - 1), UUID(int=0)
DAY = f"{now():y%Ym%md%d}"
EXPLAINED: dict[str, Filter] = {
    "all": Filter(),
    "kind": Filter(kind=Kind.PRODUCT),
    "outcome": Filter(outcome=Outcome.FAILED),
    "kind and outcome": Filter(kind=Kind.PRODUCT, outcome=Outcome.FAILED),
    "reason": Filter(reason=Reason.REFUSED_BY_BITRIX24),
    "source": Filter(source=Source.REPLAY),
    "record": Filter(bling_id=7),
    "record of a kind": Filter(kind=Kind.PRODUCT, bling_id=7),
    "records": Filter(records=((Kind.PRODUCT, 7), (Kind.PRODUCT, 8))),
    "events": Filter(events=(UUID(int=1), TOP)),
}


@pytest.mark.parametrize("way", list(Way))
@pytest.mark.parametrize("form", ["page", "count"])
async def test_every_road_goes_by_index_under_row_level_security(crowd: Shelf, form: str, way: Way) -> None:
    """And what the index finds is what is shown: hardly a row is read and thrown away."""
    bad = {}
    for name, wanted in EXPLAINED.items():
        road = event_lists._road(wanted)
        plan = await crowd.explained(event_lists._text(form, road.name, way), *_values(wanted, road))
        if not goes_by_index(plan, f"event_{DAY}"):
            bad[name] = plan
    assert bad == {}


@pytest.mark.parametrize("way", list(Way))
async def test_the_inbox_goes_by_index_too(crowd: Shelf, way: Way) -> None:
    bad = {}
    for name, wanted in (EXPLAINED | {"held": Filter(outcome=Outcome.HELD)}).items():
        road = event_lists._waiting_road(wanted)
        plan = await crowd.explained(event_lists._text("page", road.name, way), *_values(wanted, road))
        if not goes_by_index(plan, "inbox"):
            bad[name] = plan
    assert bad == {}


def _values(wanted: Filter, road: Any) -> tuple[Any, ...]:
    choices = (wanted.kind, wanted.outcome, wanted.reason, wanted.source)
    return (LOW, TOP, 51, 51, *choices, *road.values)
