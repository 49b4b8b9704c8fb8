"""A thousand customers for a running demo: rows, put straight into its database."""

from __future__ import annotations

import asyncio
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import asyncpg

from ponte.demo.template import DATABASE
from ponte.runtime.postgres import OWNER

#: The line of `postmaster.pid` that holds the port.
_PORT_LINE = 3
_CROWD = """
WITH made AS (
    INSERT INTO tenant (tenant_id, name, created_at)
    SELECT gen_random_uuid(),
           (ARRAY['Empório', 'Casa', 'Móveis', 'Café', 'Tecidos', 'Elétrica', 'Padaria', 'Livraria'])
               [1 + n % 8]
           || ' ' || (ARRAY['Araucária', 'Ipê', 'Jacarandá', 'Capivara', 'Litoral', 'Cerrado'])[1 + n % 6]
           || ' ' || lpad(n::text, 4, '0'),
           now() - n * interval '1 hour'
    FROM generate_series(1, $1::integer) AS n RETURNING tenant_id, name
), placed AS (
    SELECT tenant_id, right(name, 4)::integer AS n FROM made
), licensed AS (
    INSERT INTO licence (tenant_id, state, plan, source, ends_at, trial_ends_at, updated_at)
    SELECT tenant_id, (ARRAY['active', 'active', 'trial', 'granted', 'grace'])[1 + n % 5],
           (ARRAY['essencial', 'profissional', 'escala'])[1 + n % 3], 'stripe',
           now() + (5 + n % 20) * interval '1 day', now() + interval '5 days', now() FROM placed
), accounts AS (
    INSERT INTO account
        (tenant_id, id, company_id, name, account_key, state, state_since, connected_at, created_at)
    SELECT tenant_id, gen_random_uuid(), md5(n::text), 'Matriz', md5('key' || n),
           CASE WHEN n % 97 = 0 THEN 'needs_reconnect' ELSE 'none' END, now(), now(), now() FROM placed
), hours AS (
    INSERT INTO event_hour (tenant_id, hour, kind, outcome, latency, n)
    SELECT tenant_id, date_trunc('hour', now()) - h * interval '1 hour', 'product',
           CASE WHEN h = 3 AND n % 11 = 0 THEN 'failed' ELSE 'updated' END, 9, 5 + n % 40
    FROM placed CROSS JOIN generate_series(0, 5) AS h
)
SELECT count(*) FROM made
"""
_BEATS = """
INSERT INTO message_hour (resource, hour, n)
SELECT resource, date_trunc('hour', now()) - h * interval '1 hour', 600 + (h % 24) * 20
FROM unnest(ARRAY['product', 'order', 'invoice']) AS resource
CROSS JOIN generate_series(0, 24 * 28) AS h
ON CONFLICT DO NOTHING
"""


def run(demo: dict[str, Any], statement: str, *values: object) -> Any:
    """Run a statement as the owner of the demo's database; the first value of its answer."""
    with ThreadPoolExecutor(1) as thread:  # Playwright has a loop of its own in this one
        return thread.submit(asyncio.run, _run(demo, statement, *values)).result()


def gather(demo: dict[str, Any], count: int) -> None:
    """So many more customers, with licences, accounts and a day of events; and weeks of Bling's messages."""
    run(demo, _CROWD, count)
    run(demo, _BEATS)


async def _run(demo: dict[str, Any], statement: str, *values: object) -> Any:
    data = Path(os.readlink(f"/proc/{demo['pids']['postgres']}/cwd"))
    port = (data / "postmaster.pid").read_text().splitlines()[_PORT_LINE]
    connection = await asyncpg.connect(
        host="127.0.0.1",
        port=int(port),
        user=OWNER,
        password=(data.parent / "password").read_text().strip(),
        database=DATABASE,
    )
    try:
        # The owner is bound by the policies too; these rows are past them.
        async with connection.transaction():
            await connection.execute("SET LOCAL ROLE ponte_system")
            return await connection.fetchval(statement, *values)
    finally:
        await connection.close()
