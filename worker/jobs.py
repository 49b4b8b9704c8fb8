"""The worker's jobs: thin, each a call into `connector.sync`."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog

from connector.store import inbox
from connector.store.partitions import drop_partitions, ensure_partitions
from connector.store.scope import DatabaseAway
from connector.sync.drain import drain as drain_tenant
from connector.sync.engine import Engine

log = structlog.get_logger(__name__)

#: Tenants that one sweep wakes at most; the next one is two seconds away.
SWEEP = 500
#: History that no plan keeps is dropped; plans keep a year at most.
HISTORY = timedelta(days=366)
#: Days for which partitions stand ready.
DAYS_AHEAD = 7


async def drain(ctx: dict[str, Any], tenant: str) -> None:
    """Work off one tenant's inbox."""
    engine: Engine = ctx["engine"]
    await drain_tenant(engine, UUID(tenant), ctx["holder"])


async def sweep(ctx: dict[str, Any]) -> None:
    """Wake tenants with due events whose wake-up got lost, or whose waiting time is over."""
    engine: Engine = ctx["engine"]
    try:
        async with engine.database.system() as conn:
            tenants = await inbox.due_tenants(conn, engine.clock(), SWEEP)
    except DatabaseAway:
        log.warning("sweep_without_database")
        return
    await engine.waker.wake(tenants)


async def keep_house(ctx: dict[str, Any]) -> None:
    """Make the partitions of the days to come, and drop those that nobody may look at any more."""
    engine: Engine = ctx["engine"]
    today = engine.clock().date()
    try:
        async with engine.database.system() as conn:
            await ensure_partitions(conn, today, DAYS_AHEAD)
            await drop_partitions(conn, today - HISTORY)
    except DatabaseAway:
        log.warning("house_without_database")


async def follow_clock(ctx: dict[str, Any]) -> None:
    """Keep business time in step with the demo's clock; nothing to do in production."""
    await ctx["clock"].read(ctx["engine"].http)
