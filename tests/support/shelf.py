"""A tenant's history, filled by settling; and thousands of rows for the planner to think about."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from connector.domain.events import Outcome, RecordKey
from connector.store import event_lists, history, inbox, lease, links, record_lists
from connector.store.event_lists import EventRow, Filter, Found, Way
from connector.store.links import Link
from connector.store.record_lists import Wanted
from connector.store.scope import Database
from connector.store.settle import Turn, settle
from tests.support.rows import arrival, now, settlement

OTHER = UUID(int=0xBCC)


class Shelf:
    """A tenant's history, filled by settling."""

    def __init__(self, db: Database, tenant_id: UUID) -> None:
        self.db, self.tenant_id = db, tenant_id

    async def put(self, count: int, turn: Any = None, **other: Any) -> list[UUID]:
        """Events in the inbox; with `turn`, what they settle with."""
        came = [arrival(self.tenant_id, number, **other) for number in range(1, count + 1)]
        async with self.db.system() as conn:
            await inbox.insert(conn, came)
        if turn is not None:
            async with self.db.tenant(self.tenant_id) as conn:
                fence = await lease.take(conn, self.tenant_id, uuid4().hex, 30)
                assert fence is not None
                await settle(conn, self.tenant_id, fence, turn(came), now())
                await conn.execute("UPDATE lease SET holder = NULL")
        return [one.id for one in came]

    async def settled(self, count: int, outcome: Outcome = Outcome.UPDATED, **other: Any) -> list[UUID]:
        """Settled events."""
        return await self.put(
            count, lambda came: Turn(settlements=[settlement(one, outcome) for one in came]), **other
        )

    async def events(self, after: UUID | None = None, limit: int = 200, **wanted: Any) -> list[EventRow]:
        async with self.db.tenant(self.tenant_id) as conn:
            return await history.events(conn, self.tenant_id, Filter(**wanted), after, limit)

    async def records(self, after: RecordKey | None = None, limit: int = 200, **wanted: Any) -> list[Link]:
        async with self.db.tenant(self.tenant_id) as conn:
            return await record_lists.records(conn, self.tenant_id, Wanted(**wanted), after, limit)

    async def link(self, *rows: Link) -> None:
        async with self.db.tenant(self.tenant_id) as conn:
            await links.save(conn, self.tenant_id, rows)

    async def creating(self, labels: dict[RecordKey, str]) -> None:
        """As a drain says before it sends a create."""
        async with self.db.tenant(self.tenant_id) as conn:
            fence = await lease.take(conn, self.tenant_id, uuid4().hex, 30)
            assert fence is not None
            await links.mark_creating(conn, self.tenant_id, fence, labels, now())

    async def page(
        self,
        cursor: UUID | None = None,
        limit: int = 200,
        way: Way = Way.OLDER,
        days: int | None = None,
        **wanted: Any,
    ) -> Found:
        asked = Filter(**wanted)
        async with self.db.tenant(self.tenant_id) as conn:
            return await event_lists.page(conn, self.tenant_id, asked, cursor, limit, way, days=days)

    async def explained(self, statement: str, *values: Any) -> list[str]:
        """The plan of a statement that was run as the tenant."""
        async with self.db.tenant(self.tenant_id) as conn:
            explain = f"EXPLAIN (ANALYZE, TIMING OFF, BUFFERS OFF) {statement}"
            return [row[0] for row in await conn.fetch(explain, self.tenant_id, *values)]


def goes_by_index(plan: list[str], table: str) -> bool:
    """No scan of the table, and hardly a row of the index read in vain."""
    thrown = [int(line.rpartition(":")[2]) for line in plan if "Rows Removed by Filter" in line]
    scanned = [line for line in plan if f"Seq Scan on {table} " in line]
    return not scanned and sum(thrown) <= 100


_IDS = "(lpad(to_hex(ms), 12, '0') || '70008000' || lpad(to_hex(n), 12, '0'))::uuid"
_FROM = """
FROM unnest($1::uuid[]) AS t, generate_series(1, 4000) AS n,
    (SELECT (extract(epoch FROM now()) * 1000)::bigint AS ms) AS at
"""
MANY = (
    f"""INSERT INTO event
    SELECT t, {_IDS}, CASE WHEN n % 10 = 3 THEN 'order' ELSE 'product' END, $2, n, n, 'x', 'x',
        CASE WHEN n % 100 = 9 THEN 'replay' ELSE 'bling' END, 'updated', n::text, now(), now(), now(), 0,
        CASE WHEN n % 50 = 0 THEN 'failed' ELSE 'updated' END,
        CASE WHEN n % 50 = 0 THEN 'refused_by_bitrix24' END, NULL, NULL, '' {_FROM}""",
    f"""INSERT INTO sync
    SELECT t, {_IDS}, 'product', $2, n, n, $2, 'updated', NULL, 1, now(), now(), '[]', '[]', '{{}}'
    {_FROM}""",
    f"""INSERT INTO api_call
    SELECT t, {_IDS}, 'bling', $2::uuid::text, 1, 200, NULL, 1, now(), '', '' {_FROM}""",
    f"""INSERT INTO inbox
    SELECT t, gen_random_uuid(), 'product', $2, n, 'bling', 'updated', 0, n::text, now(), false, now(),
        CASE WHEN n % 50 > 0 THEN now() END, 0, CASE WHEN n % 50 = 0 THEN 'held' END,
        CASE WHEN n % 50 = 0 THEN 'quota' END, NULL, '' {_FROM}""",
    f"""INSERT INTO link (
        tenant_id, kind, account_id, bling_id, bitrix_id, label, sku, state, parent_id, created_at,
        updated_at)
    SELECT t, 'product', $2, n, n, 'x', 'sku-' || n, CASE WHEN n % 50 = 0 THEN 'waiting' ELSE 'in_step' END,
        n / 3, now(), now() {_FROM}""",
    f"""INSERT INTO link_word
    SELECT t, 'product', $2, n, w {_FROM}, unnest(ARRAY['comum', 'nome' || n]) AS w""",
)
TABLES = "event, sync, api_call, inbox, link, link_word"
