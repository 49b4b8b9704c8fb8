"""Every night what failed is tried once more, and both sides are compared, tenant by tenant."""

from __future__ import annotations

from connector.domain.rounds import Round
from connector.store import rounds
from connector.sync.engine import Engine
from connector.sync.remedying import retry_failed
from connector.sync.runs.reconciliations import begin_nightly

#: Tenants of one look.
AT_ONCE = 100


async def try_nightly(engine: Engine) -> int:
    """Try again what failed and begin comparisons for the tenants whose night it is; how many records failed.

    Raises `DatabaseAway`.
    """
    business_now = engine.business_clock()
    async with engine.database.system() as conn:
        turns = await rounds.due(conn, Round.RETRY, business_now, AT_ONCE)
    tried = 0
    for turn in turns:
        if await rounds.take(engine.database, Round.RETRY, turn, business_now):
            tried += (await retry_failed(engine, turn.tenant_id)).queued
            await begin_nightly(engine, turn.tenant_id, business_now.astimezone(turn.zone))
    return tried
