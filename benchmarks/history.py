"""Ten million events of one customer, written by SQL a day at a time: settling them is not measured here.

A day's table is filled before it joins its parent, which then builds its indexes in one go: much faster than
row by row.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import asyncpg

#: Days of history: as many as the largest plan keeps.
DAYS = 365
#: Products and orders that the events are of.
PRODUCTS, ORDERS = 50_000, 5_000
#: Events of each of the other customers, for one of this one.
OTHERS_SHARE = 100
#: Sessions that fill at the same time.
HANDS = 2
#: What waits in the inbox, every third of it held.
WAITING = 900

_DAY = """
CREATE TABLE {table}_{suffix} (LIKE {table} INCLUDING DEFAULTS)
"""
_ATTACH = """
ALTER TABLE {table} ATTACH PARTITION {table}_{suffix}
FOR VALUES FROM (uuid_bound('{day}')) TO (uuid_bound('{next}'))
"""
#: `n` counts through all days; ids ascend with it and lie in their day.
_ROWS = """
FROM generate_series($2::bigint, $2 + $3 - 1) AS n
CROSS JOIN LATERAL (SELECT ($4::bigint + (n - $2) * 86400000 / $3) AS ms) AS t
CROSS JOIN LATERAL (SELECT n * 7919 % {products} + 1 AS p, n * 104729 % {orders} + 1 AS o, n % 10 = 0 AS deal,
    (lpad(to_hex(ms), 12, '0') || '7{mark}008000' || lpad(to_hex(n), 12, '0'))::uuid AS id,
    to_timestamp(ms / 1000.0) AS at) AS r
"""
_EVENTS = """
INSERT INTO event_{suffix}
SELECT $1, id, CASE WHEN deal THEN 'order' ELSE 'product' END, $5,
    CASE WHEN deal THEN 2000000 + o ELSE p END, CASE WHEN deal THEN o ELSE 100000 + p END,
    CASE WHEN deal THEN 'Pedido ' || o || ' · Ana Souza' ELSE 'Caneca azul ' || p END,
    CASE WHEN deal THEN o::text ELSE 'CAN-' || p END,
    CASE WHEN n % 5 = 1 THEN 'import' WHEN n % 1000 = 3 THEN 'replay' ELSE 'bling' END, 'updated',
    (lpad(to_hex(ms), 12, '0') || '7b008000' || lpad(to_hex(n), 12, '0'))::uuid::text, at, at,
    at + interval '400 ms', 1,
    CASE WHEN n % 1000000 = 9 THEN 'dead' WHEN n % 100 < 70 THEN 'updated' WHEN n % 100 < 85 THEN 'unchanged'
         WHEN n % 100 < 97 THEN 'skipped' WHEN n % 100 = 97 THEN 'created' WHEN n % 100 = 98 THEN 'failed'
         ELSE 'updated' END,
    CASE WHEN n % 1000000 = 9 THEN 'gave_up' WHEN n % 100 BETWEEN 85 AND 96 THEN 'toggle_off'
         WHEN n % 100 = 98 THEN 'refused_by_bitrix24' WHEN n % 100 = 99 THEN 'superseded' END,
    NULL, CASE WHEN n % 3 = 0 AND n % 100 < 70 THEN
        (lpad(to_hex(ms), 12, '0') || '7f00' || '8000' || lpad(to_hex(n), 12, '0'))::uuid END,
    convert_to('{{"eventId":"entrega-' || lpad(n::text, 12, '0') || '","event":"product.updated",'
        || '"date":"2026-11-23T12:00:00-03:00","companyId":"0123456789abcdef","data":{{"id":' || p
        || ',"nome":"Caneca azul","codigo":"CAN-' || p || '","tipo":"P","situacao":"A","preco":'
        || n % 10000 || ',"unidade":"UN","formato":"S"}}}}', 'UTF8')
"""
_SYNCS = """
INSERT INTO sync_{suffix}
SELECT $1, (lpad(to_hex(ms), 12, '0') || '7f00' || '8000' || lpad(to_hex(n), 12, '0'))::uuid,
    CASE WHEN deal THEN 'order' ELSE 'product' END, $5, CASE WHEN deal THEN 2000000 + o ELSE p END,
    CASE WHEN deal THEN o ELSE 100000 + p END, id, 'updated', NULL, 1, at, at + interval '400 ms',
    '[]', '[{{"field":"price","before":"10.00","after":"12.00","rule":"preco","version":1}}]', '{{}}'
"""
_SETTINGS = "SET synchronous_commit = off; SET maintenance_work_mem = '256MB'; SET jit = off"

_LINKS = """
INSERT INTO link (tenant_id, kind, account_id, bling_id, bitrix_id, shape, label, sku, state, reason,
    created_at, updated_at)
SELECT $1::uuid, 'product', $2::uuid, n, 100000 + n, 'simple', 'Caneca azul ' || n, 'CAN-' || n,
    CASE WHEN n % 500 = 0 THEN 'needs_you' ELSE 'in_step' END,
    CASE WHEN n % 500 = 0 THEN 'refused_by_bitrix24' END, now(), now()
FROM generate_series(1, $3::int) AS n
UNION ALL
SELECT $1::uuid, 'order', $2::uuid, 2000000 + n, n, 'deal', 'Pedido ' || n || ' · Ana Souza', n::text,
    'in_step', NULL, now(), now()
FROM generate_series(1, $4::int) AS n
"""
_WORDS = """
INSERT INTO link_word
SELECT DISTINCT l.tenant_id, l.kind, l.account_id, l.bling_id, w
FROM link l, regexp_split_to_table(lower(l.label), '\\W+') AS w WHERE l.tenant_id = $1 AND w <> ''
"""
_COUNTS = """
INSERT INTO link_count SELECT tenant_id, kind, state, count(*) FROM link WHERE tenant_id = $1 GROUP BY 1, 2, 3
ON CONFLICT (tenant_id, kind, state) DO UPDATE SET n = excluded.n
"""
_HOURS = """
INSERT INTO event_hour SELECT $1, h, k, o, l, 40
FROM generate_series(date_trunc('hour', now()) - interval '365 days', now(), '1 hour') AS h,
    unnest(ARRAY['product', 'order']) AS k, unnest(ARRAY['updated', 'unchanged', 'skipped', 'failed']) AS o,
    unnest(ARRAY[8, 9, 10]) AS l
"""
_MINUTES = """
INSERT INTO event_minute SELECT $1, m, k, o, l, 3
FROM generate_series(date_trunc('minute', now()) - interval '2 days', now(), '1 minute') AS m,
    unnest(ARRAY['product', 'order']) AS k, unnest(ARRAY['updated', 'unchanged', 'skipped', 'failed']) AS o,
    unnest(ARRAY[8, 9, 10]) AS l
"""
_INBOX = """
INSERT INTO inbox (tenant_id, id, kind, account_id, bling_id, source, action, lane, provider_event_id,
    bare_date, received_at, due_at, outcome, reason, held_at, body)
SELECT $1, (lpad(to_hex((extract(epoch FROM now()) * 1000)::bigint), 12, '0') || '70008000'
        || lpad(to_hex(n), 12, '0'))::uuid,
    'order', $2, 2000000 + n, 'bling', 'updated', 0, 'espera-' || n, false, now(), NULL,
    'held', 'stage_missing', now(), '{}'
FROM generate_series(1, $3::int) AS n
"""


async def fill(owner_url: str, tenants: list[UUID], events: int) -> None:
    """So many events of the first tenant, a share of it of each of the others, over a year of days."""
    today = datetime.now(UTC).date()
    days = [today - timedelta(days=back) for back in range(DAYS, 0, -1)]
    waiting = iter(enumerate(days))
    await asyncio.gather(*(_hand(owner_url, tenants, events // DAYS, waiting) for _ in range(HANDS)))
    await _once(owner_url, lambda conn: _around(conn, tenants[0]))


async def _hand(owner_url: str, tenants: list[UUID], a_day: int, waiting: enumerate[date]) -> None:
    async def work(conn: asyncpg.Connection) -> None:
        accounts = [await _account(conn, tenant) for tenant in tenants]
        for number, day in waiting:
            await _day(conn, list(zip(tenants, accounts, strict=True)), number * a_day, a_day, day)

    await _once(owner_url, work)


async def _once(owner_url: str, work: Callable[[asyncpg.Connection], Awaitable[None]]) -> None:
    conn = await asyncpg.connect(owner_url)
    try:
        await conn.execute(_SETTINGS)
        await work(conn)
    finally:
        await conn.close()


async def _account(conn: asyncpg.Connection, tenant: UUID) -> UUID:
    return UUID(str(await conn.fetchval("SELECT id FROM account WHERE tenant_id = $1 LIMIT 1", tenant)))


async def _day(
    conn: asyncpg.Connection, tenants: list[tuple[UUID, UUID]], first: int, a_day: int, day: date
) -> None:
    """One day's tables: filled, then attached."""
    suffix = f"{day:y%Ym%md%d}"
    begin = int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() * 1000)
    for table in ("event", "sync"):
        await conn.execute(_DAY.format(table=table, suffix=suffix))
    for place, (tenant, account) in enumerate(tenants):
        rows = _ROWS.format(products=PRODUCTS, orders=ORDERS, mark=f"{place % 10}")
        count = a_day if place == 0 else max(1, a_day // OTHERS_SHARE)
        values = (tenant, first, count, begin, account)
        await conn.execute(_EVENTS.format(suffix=suffix) + rows, *values)
        written = " WHERE n % 3 = 0 AND n % 100 < 70"
        await conn.execute(_SYNCS.format(suffix=suffix) + rows + written, *values)
    for table in ("event", "sync"):
        bounds = {"table": table, "suffix": suffix, "day": day, "next": day + timedelta(days=1)}
        await conn.execute(_ATTACH.format(**bounds))


async def _around(conn: asyncpg.Connection, tenant: UUID) -> None:
    """Records, their words, counts, charts, what waits; and what the planner knows of all that."""
    account = await _account(conn, tenant)
    begun = f"now() - interval '{DAYS + 1} days'"
    await conn.execute(f"UPDATE tenant SET created_at = {begun} WHERE tenant_id = $1", tenant)
    await conn.execute("UPDATE licence SET plan = 'escala' WHERE tenant_id = $1", tenant)
    await conn.execute(_LINKS, tenant, account, PRODUCTS, ORDERS)
    for statement in (_WORDS, _COUNTS, _HOURS, _MINUTES):
        await conn.execute(statement, tenant)
    await conn.execute(_INBOX, tenant, account, WAITING)
    await conn.execute("SET default_statistics_target = 10")
    await conn.execute("VACUUM (ANALYZE) event, sync, link, link_word, event_hour, event_minute, inbox")
