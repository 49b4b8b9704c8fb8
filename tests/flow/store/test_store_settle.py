"""Settling: one transaction, under the fence, with counts that add up and few rows touched."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID, uuid4

import asyncpg
import pytest

from connector.domain.events import Event, Kind, Outcome, Reason
from connector.domain.vendor import Provider
from connector.store import calls, history, inbox, lease, rollups
from connector.store.history import Filter
from connector.store.inbox import Road
from connector.store.lease import Fenced
from connector.store.scope import Database
from connector.store.settle import Turn, settle
from ponte.runtime.databases import LOGIN_ROLE
from tests.support.rows import arrival, call, link, now, settlement, sync_of
from tests.support.waiting import until_answered

PERIOD = date(2026, 11, 1)


class Drainer:
    """Holds the tenant's lease."""

    def __init__(self, db: Database, tenant_id: UUID) -> None:
        self.db, self.tenant_id = db, tenant_id
        self.fence = 0

    async def begin(self) -> None:
        async with self.db.tenant(self.tenant_id) as conn:
            fence = await lease.take(conn, self.tenant_id, uuid4().hex, 30)
        assert fence is not None
        self.fence = fence

    async def receive(self, count: int, records: int = 0) -> list[Event]:
        """So many events in the inbox, claimed; of `records` records, or each of its own."""
        came = [arrival(self.tenant_id, 1 + number % (records or count)) for number in range(count)]
        async with self.db.system() as conn:
            await inbox.insert(conn, came)
        async with self.db.tenant(self.tenant_id) as conn:
            claimed = await inbox.claim(conn, self.tenant_id, Road.OTHERS, now=now(), records=count)
        return sorted(claimed, key=lambda event: event.id)

    async def settle(self, turn: Turn) -> None:
        async with self.db.tenant(self.tenant_id) as conn:
            await settle(conn, self.tenant_id, self.fence, turn, now())

    async def rows(self) -> list[history.EventRow]:
        async with self.db.tenant(self.tenant_id) as conn:
            return await history.events(conn, self.tenant_id, Filter(), None, 200)


@pytest.fixture
async def drainer(db: Database, tenant_id: UUID) -> Drainer:
    made = Drainer(db, tenant_id)
    await made.begin()
    return made


async def test_a_settled_event_moves_from_inbox_to_history(drainer: Drainer) -> None:
    (event,) = await drainer.receive(1)
    sync_id = uuid4()
    end = settlement(
        event,
        Outcome.FAILED,
        reason=Reason.INVALID_VALUE,
        detail="why",
        sync_id=sync_id,
        bitrix_id=5,
        label="Caneca",
        sku="C-1",
    )
    await drainer.settle(Turn(settlements=[end]))
    (row,) = await drainer.rows()
    assert (row.id, row.record, row.provider_event_id) == (event.id, event.record, event.provider_event_id)
    assert (row.outcome, row.reason, row.detail) == (Outcome.FAILED, Reason.INVALID_VALUE, "why")
    assert (row.sync_id, row.bitrix_id, row.label, row.sku) == (sync_id, 5, "Caneca", "C-1")
    assert row.settled_at is not None
    assert row.settled_at >= event.received_at


async def test_the_body_moves_along(drainer: Drainer) -> None:
    (event,) = await drainer.receive(1)
    await drainer.settle(Turn(settlements=[settlement(event)]))
    async with drainer.db.tenant(drainer.tenant_id) as conn:
        found = await history.event(conn, drainer.tenant_id, event.id)
        assert (await inbox.depth(conn, drainer.tenant_id))[0] == 0
    assert found is not None
    assert found.body == event.body


async def test_a_postponed_event_is_due_again_and_counts_its_attempt(drainer: Drainer) -> None:
    first, second = await drainer.receive(2)
    due = now() - timedelta(seconds=1)
    await drainer.settle(Turn(postponed=[(first.id, due, True), (second.id, due, False)]))
    async with drainer.db.tenant(drainer.tenant_id) as conn:
        again = await inbox.claim(conn, drainer.tenant_id, Road.OTHERS, now=now(), records=10)
    assert {event.id: event.attempts for event in again} == {first.id: 1, second.id: 0}


async def test_a_held_event_shows_so_and_stays(drainer: Drainer) -> None:
    (event,) = await drainer.receive(1)
    await drainer.settle(Turn(held=[(event.id, Reason.GUARD_RAIL, "12 prices")]))
    (row,) = await drainer.rows()
    assert (row.outcome, row.reason, row.detail) == (Outcome.HELD, Reason.GUARD_RAIL, "12 prices")
    assert row.settled_at is row.due_at is None


async def test_a_sync_is_kept_with_its_plan_and_calls(drainer: Drainer) -> None:
    (event,) = await drainer.receive(1)
    made = [call(), call(method="catalog.product.add", error="ACCESS_DENIED", status=403)]
    sync = sync_of(event, calls=[one.id for one in made])
    await drainer.settle(Turn(settlements=[settlement(event)], syncs=[sync], calls=made))
    async with drainer.db.tenant(drainer.tenant_id) as conn:
        row = await history.sync(conn, drainer.tenant_id, sync.id)
        assert row is not None
        assert (row.record, row.event_id, row.plan, row.mapping_version) == (event.record, event.id, "[]", 1)
        assert row.calls == [one.id for one in made]
        assert await history.calls(conn, drainer.tenant_id, row.calls) == made


async def test_an_old_fence_settles_nothing(drainer: Drainer) -> None:
    (event,) = await drainer.receive(1)
    async with drainer.db.tenant(drainer.tenant_id) as conn:
        await lease.beat(conn, drainer.tenant_id, drainer.fence, -1)
        assert await lease.take(conn, drainer.tenant_id, "another", 30)
    with pytest.raises(Fenced):
        await drainer.settle(Turn(settlements=[settlement(event)], links=[link(1)], usage=(PERIOD, 1)))
    assert [row.outcome for row in await drainer.rows()] == [None]


async def test_the_fence_cannot_change_while_a_turn_settles(drainer: Drainer) -> None:
    async with drainer.db.tenant(drainer.tenant_id) as conn:
        await settle(conn, drainer.tenant_id, drainer.fence, Turn(usage=(PERIOD, 1)), now())
        with pytest.raises(asyncpg.LockNotAvailableError):
            await _hand_on_at_once(drainer)


async def _hand_on_at_once(drainer: Drainer) -> None:
    async with drainer.db.tenant(drainer.tenant_id) as conn:
        await conn.execute("SET LOCAL lock_timeout = '50ms'")
        await lease.hand_on(conn, drainer.tenant_id, drainer.fence)


async def test_usage_adds_up_by_period(drainer: Drainer) -> None:
    for usage in ((PERIOD, 2), (PERIOD, 3), (date(2026, 12, 1), 1), (PERIOD, 0)):
        await drainer.settle(Turn(usage=usage))
    async with drainer.db.tenant(drainer.tenant_id) as conn:
        rows = await conn.fetch("SELECT period, synced FROM usage ORDER BY period")
    assert [tuple(row) for row in rows] == [(PERIOD, 5), (date(2026, 12, 1), 1)]


async def test_roll_ups_count_every_event_once(drainer: Drainer) -> None:
    outcomes = [Outcome.UPDATED] * 5 + [Outcome.SKIPPED] * 3
    for _ in range(2):
        events = await drainer.receive(8)
        await drainer.settle(Turn(settlements=list(map(settlement, events, outcomes))))
    since = now() - timedelta(hours=1)
    async with drainer.db.tenant(drainer.tenant_id) as conn:
        assert await rollups.counts(conn, drainer.tenant_id, since) == {
            Outcome.UPDATED: 10,
            Outcome.SKIPPED: 6,
        }
        assert await rollups.counts(conn, drainer.tenant_id, since, Kind.ORDER) == {}
        assert sum(one.n for one in await rollups.hours(conn, drainer.tenant_id, since)) == 16
        assert await conn.fetchval("SELECT sum(n) FROM event_minute") == 16
        assert await rollups.counts(conn, drainer.tenant_id, now() + timedelta(hours=1)) == {}


@pytest.mark.parametrize(("seconds", "latency"), [(0, 0), (1, 9), (60, 15)])
async def test_latency_is_from_receipt_to_settling(drainer: Drainer, seconds: int, latency: int) -> None:
    at = now()
    async with drainer.db.system() as conn:
        await inbox.insert(conn, [arrival(drainer.tenant_id, at=at)])
    async with drainer.db.tenant(drainer.tenant_id) as conn:
        (event,) = await inbox.claim(conn, drainer.tenant_id, Road.OTHERS, now=now(), records=1)
        end = at + timedelta(seconds=seconds)
        await settle(conn, drainer.tenant_id, drainer.fence, Turn(settlements=[settlement(event)]), end)
        (counted,) = await rollups.half_hours(conn, drainer.tenant_id, at - timedelta(hours=1))
    assert counted.latency == latency


async def test_calls_add_up_by_scope_and_method(drainer: Drainer) -> None:
    account = uuid4()
    bling = call(provider=Provider.BLING, method="GET /produtos", error="timeout", status=0)
    batches = [call(operating={"catalog.product.add": 100}), call(operating={"catalog.product.add": 50})]
    await drainer.settle(Turn(calls=[bling, *batches], scopes={bling.id: str(account)}))
    since = now() - timedelta(hours=1)
    async with drainer.db.tenant(drainer.tenant_id) as conn:
        found = await rollups.calls(conn, drainer.tenant_id, since)
        minutes = await conn.fetch("SELECT provider, calls, errors, operating_ms FROM call_minute")
        assert await calls.made_since(conn, drainer.tenant_id, Provider.BLING, str(account), since) == 1
    assert [(one.scope, one.method, one.calls, one.errors, one.operating_ms) for one in found] == [
        ("portal", "batch", 2, 0, 0),
        ("portal", "catalog.product.add", 0, 0, 150),
        (str(account), "GET /produtos", 1, 1, 0),
    ]
    assert sum(row["calls"] for row in minutes) == 3


async def test_an_empty_turn_writes_nothing(drainer: Drainer) -> None:
    await drainer.settle(Turn())
    assert await drainer.rows() == []


async def test_old_minutes_are_pruned_and_hours_stay(drainer: Drainer) -> None:
    events = await drainer.receive(1)
    await drainer.settle(Turn(settlements=list(map(settlement, events)), calls=[call()]))
    async with drainer.db.system() as conn:
        await rollups.prune(conn, now() + timedelta(hours=1))
        assert [
            await conn.fetchval(f"SELECT count(*) FROM {table}")
            for table in ("event_minute", "call_minute", "event_hour", "call_hour")
        ] == [0, 0, 1, 1]


async def test_ten_events_of_each_record_touch_few_rows(
    drainer: Drainer, owner: asyncpg.Connection, worker_database: asyncpg.Connection
) -> None:
    await worker_database.execute("SELECT pg_stat_force_next_flush()")  # it has emptied the tables
    before = await _touches(owner)
    events = await drainer.receive(1000, records=100)
    await drainer.settle(_turn_of(events))
    await drainer.db.close()  # a backend tells its counts at the latest when it ends
    await until_answered(lambda: _is_alone(owner))
    assert 3.0 <= (await _touches(owner) - before) / len(events) <= 3.5


def _turn_of(events: Sequence[Event]) -> Turn:
    newest = {event.record: event for event in events}
    return Turn(
        settlements=list(map(settlement, events)),
        syncs=[sync_of(event) for event in newest.values()],
        links=[link(record.bling_id) for record in newest],
        calls=[call()],
        usage=(PERIOD, len(newest)),
    )


async def _is_alone(owner: asyncpg.Connection) -> bool:
    others = "SELECT count(*) FROM pg_stat_activity WHERE usename = $1 AND datname = current_database()"
    return not await owner.fetchval(others, LOGIN_ROLE)


async def _touches(owner: asyncpg.Connection) -> int:
    sums = "SELECT coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0)::int FROM pg_stat_user_tables"
    return int(await owner.fetchval(sums))
