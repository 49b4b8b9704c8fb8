"""What API and screens read: one list of inbox and history, records by state and search, always by key."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from connector.domain.events import Kind, Outcome, Reason, RecordKey, RecordState
from connector.store import history, inbox, links
from connector.store.ids import new_id
from connector.store.settle import Turn
from tests.support.rows import ACCOUNT, call, key, link, now, sync_of
from tests.support.shelf import OTHER, Shelf, goes_by_index


async def test_inbox_and_history_are_one_list_newest_first(shelf: Shelf) -> None:
    old = await shelf.settled(3, at=now() - timedelta(hours=2))
    waiting = await shelf.put(3, at=now() - timedelta(hours=1))
    new = await shelf.settled(3)
    assert [row.id for row in await shelf.events()] == sorted(old + waiting + new, reverse=True)


async def test_pages_meet_without_gap_or_overlap(shelf: Shelf) -> None:
    everything = [
        *await shelf.settled(7, at=now() - timedelta(days=1)),
        *await shelf.put(5),
        *await shelf.settled(6, at=now() - timedelta(days=5)),
    ]
    seen: list[UUID] = []
    while rows := await shelf.events(after=seen[-1] if seen else None, limit=4):
        seen += [row.id for row in rows]
    assert seen == sorted(everything, reverse=True)


@pytest.mark.parametrize("days", [0, 3, 9, 100])
async def test_history_is_found_however_old(shelf: Shelf, days: int) -> None:
    ids = await shelf.settled(2, at=now() - timedelta(days=days))
    assert {row.id for row in await shelf.events()} == set(ids)


async def test_events_are_filtered(shelf: Shelf) -> None:
    updated = await shelf.settled(2)
    await shelf.settled(2, Outcome.SKIPPED)
    await shelf.put(1)
    assert {row.id for row in await shelf.events(outcome=Outcome.UPDATED)} == set(updated)
    assert len(await shelf.events(bling_id=1)) == 3
    assert len(await shelf.events(kind=Kind.PRODUCT, bling_id=2)) == 2
    assert await shelf.events(kind=Kind.ORDER) == []
    assert await shelf.events(outcome=Outcome.HELD) == []
    assert await shelf.events(reason=Reason.QUOTA) == []


async def test_held_events_are_found_by_outcome_and_reason(shelf: Shelf) -> None:
    await shelf.put(2, lambda came: Turn(held=[(came[0].id, Reason.QUOTA, None)]))
    (held,) = await shelf.events(outcome=Outcome.HELD)
    assert await shelf.events(reason=Reason.QUOTA) == [held]


async def test_a_waiting_event_borrows_its_records_label(shelf: Shelf) -> None:
    await shelf.link(link(1, label="Caneca", sku="C-1"))
    await shelf.put(2)
    labels = {row.record.bling_id: (row.label, row.bitrix_id, row.sku) for row in await shelf.events()}
    assert labels == {1: ("Caneca", 1001, "C-1"), 2: ("2", None, None)}


async def test_an_unknown_event_is_none(shelf: Shelf) -> None:
    async with shelf.db.tenant(shelf.tenant_id) as conn:
        assert await history.event(conn, shelf.tenant_id, new_id()) is None
        assert await history.sync(conn, shelf.tenant_id, new_id()) is None
        assert await history.calls(conn, shelf.tenant_id, []) == []
        assert await history.calls(conn, shelf.tenant_id, [new_id()]) == []


async def test_another_tenants_event_is_none(shelf: Shelf, stranger: UUID) -> None:
    (waiting,), (settled,) = await shelf.put(1), await shelf.settled(1)
    async with shelf.db.tenant(stranger) as conn:
        assert await history.event(conn, shelf.tenant_id, waiting) is None
        assert await history.event(conn, shelf.tenant_id, settled) is None


async def test_the_last_sync_is_the_last_write(shelf: Shelf) -> None:
    async with shelf.db.tenant(shelf.tenant_id) as conn:
        assert await history.last_sync_at(conn, shelf.tenant_id) is None
    before = now()
    await shelf.put(1, lambda came: Turn(syncs=[sync_of(came[0])], calls=[call()]))
    async with shelf.db.tenant(shelf.tenant_id) as conn:
        at = await history.last_sync_at(conn, shelf.tenant_id)
    assert at is not None
    assert at >= before


async def test_records_are_listed_by_state(shelf: Shelf) -> None:
    await shelf.link(*(link(number, state=state) for number, state in enumerate(RecordState, 1)))
    for number, state in enumerate(RecordState, 1):
        assert [one.record for one in await shelf.records(state=state)] == [key(number)]
    assert len(await shelf.records(kind=Kind.PRODUCT)) == len(RecordState)
    assert await shelf.records(kind=Kind.ORDER) == []


@pytest.mark.parametrize("state", [None, RecordState.IN_STEP])
async def test_records_page_through_kinds_and_accounts(shelf: Shelf, state: RecordState | None) -> None:
    keys = [
        key(number, kind, account)
        for kind in (Kind.ORDER, Kind.PRODUCT)
        for account in (ACCOUNT, OTHER)
        for number in range(1, 4)
    ]
    await shelf.link(*(link(0, record=one, bitrix_id=number) for number, one in enumerate(keys)))
    seen: list[RecordKey] = []
    while rows := await shelf.records(state=state, after=seen[-1] if seen else None, limit=5):
        seen += [one.record for one in rows]
    assert seen == sorted(keys)


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("can", [1, 2]),
        ("CAN-1", [1]),
        ("can-é", []),
        ("1003", [3]),
        ("3", [3]),
        ("x", []),
        ("ca%", []),
        ("\0", []),
        ("9" * 30, []),
        ("²", []),
        ("", [1, 2, 3]),
    ],
)
async def test_records_are_found_by_beginning_of_sku_or_by_id(shelf: Shelf, q: str, found: list[int]) -> None:
    rows = ((1, "Can-1"), (2, "CAN-2"), (3, "Prato"))
    await shelf.link(*(link(number, sku=sku, label="Louça") for number, sku in rows))
    assert [one.record.bling_id for one in await shelf.records(kind=Kind.PRODUCT, q=q)] == found


async def test_search_minds_the_state_and_pages(shelf: Shelf) -> None:
    await shelf.link(
        *(link(number, sku=f"can-{number}", state=RecordState.WAITING) for number in range(1, 8))
    )
    await shelf.link(link(9, sku="can-9"))
    first = await shelf.records(q="can", state=RecordState.WAITING, limit=4)
    rest = await shelf.records(q="can", state=RecordState.WAITING, after=first[-1].record, limit=4)
    assert [one.record.bling_id for one in first + rest] == list(range(1, 8))


async def test_links_are_found_by_either_id_or_listed(shelf: Shelf) -> None:
    order = link(1, record=key(1, Kind.ORDER))
    await shelf.link(link(1), link(2), order, link(1, record=key(1, account_id=OTHER), bitrix_id=None))
    async with shelf.db.tenant(shelf.tenant_id) as conn:
        of_bling = await history.links_of_bling(conn, shelf.tenant_id, None, 1)
        of_bitrix = await history.links_of_bitrix(conn, shelf.tenant_id, Kind.PRODUCT, 1002)
        listed = await history.links(conn, shelf.tenant_id, None, None, 10)
        after = await history.links(conn, shelf.tenant_id, Kind.PRODUCT, listed[1].record, 10)
        one = await history.record(conn, shelf.tenant_id, Kind.PRODUCT, 2)
    assert len(of_bling) == 3
    assert [found.record for found in of_bitrix] == [key(2)]
    assert [found.record for found in listed] == sorted(found.record for found in listed)
    assert after == listed[2:]
    assert one is not None
    assert one.record == key(2)


TOP = UUID(int=(1 << 128) - 1)
LOW = UUID(int=0)
DAY = f"{now():y%Ym%md%d}"
PLACE = ("product", LOW, 0)
LISTS: dict[str, tuple[str, str, tuple[Any, ...]]] = {
    "last sync": (history._SQL["last_sync"], f"sync_{DAY}", (TOP, LOW)),
    "calls": (history._SQL["calls"], f"api_call_{DAY}", ([LOW], LOW, TOP)),
    "links": (history._SQL["links"], "link", (None, *PLACE, 50)),
    "links of a kind": (history._SQL["links"], "link", ("product", *PLACE, 50)),
    "links of Bling": (history._SQL["links_of_bling"], "link", (["product"], 7)),
    "links of Bitrix24": (history._SQL["links_of_bitrix"], "link", (["product"], 7)),
    "links of records": (links._SQL["load"], "link", (["product"], [ACCOUNT], [7, 8])),
    "claim": (inbox._SQL["urgent_others"], "inbox", (now(), [], 400, 100, 0, 3)),
    "claim of deals": (inbox._SQL["urgent_deals"], "inbox", (now(), [], 400, 100, 0, 3)),
    "orders of invoices": (links._SQL["of_invoices"], "link", ([ACCOUNT], [7, 8])),
    "orders of a shop": (links._SQL["of_store_numbers"], "link", ("order", [ACCOUNT], ["1:2"])),
    "products of SKUs": (links._SQL["of_skus"], "link", (["sku-7"], [ACCOUNT])),
    "sales of deals": (links._SQL["sharers"], "link", ([7, 8],)),
    "known deliveries": (inbox._SQL["known"], f"event_{DAY}", (["7", "8"], LOW, TOP)),
}


async def test_every_list_goes_by_index_under_row_level_security(crowd: Shelf) -> None:
    """And what the index finds is what is shown: hardly a row is read and thrown away."""
    bad = {}
    for name, (statement, table, values) in LISTS.items():
        plan = await crowd.explained(statement, *values)
        if not goes_by_index(plan, table):
            bad[name] = plan
    assert bad == {}


async def test_a_scan_would_be_noticed(crowd: Shelf) -> None:
    plan = await crowd.explained("SELECT * FROM link WHERE tenant_id = $1 AND sku LIKE 'sku-77%'")
    assert not goes_by_index(plan, "link")
