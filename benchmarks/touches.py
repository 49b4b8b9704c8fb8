"""How often a settled event touches a row in Postgres."""

from __future__ import annotations

import asyncio

import asyncpg

from benchmarks.changes import MEETING, changes
from benchmarks.ground import Ground
from benchmarks.results import Rows, row
from ponte.runtime import databases

PRODUCTS = 2_000

_TOUCHES = "SELECT sum(n_tup_ins + n_tup_upd + n_tup_del)::bigint FROM pg_stat_user_tables"
_WORKERS = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND usename = $1"


async def touches(ground: Ground) -> Rows:
    """Rows inserted, updated and deleted per event, from receipt to settle, when ten events meet."""
    async with changes(ground, PRODUCTS) as made:
        await made.on.reconnect()
        before = await _touches(made.on.owner_url)
        await made.meeting()
        await made.on.reconnect()
        touched = await _touches(made.on.owner_url) - before
    events = PRODUCTS // 4 * MEETING
    yield row("row_touches_per_event", touched / events, "<=", 3.5, events=events, touches=touched)


async def _touches(owner_url: str) -> int:
    """Counted so far: a session tells its counts when it ends."""
    owner = await asyncpg.connect(owner_url)
    try:
        while await owner.fetchval(_WORKERS, databases.LOGIN_ROLE):  # noqa: ASYNC110 - Postgres tells nobody
            await asyncio.sleep(0.02)
        return int(await owner.fetchval(_TOUCHES))
    finally:
        await owner.close()
