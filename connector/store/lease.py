"""The right to drain a tenant, with a fencing number: whoever holds an older one can settle nothing more."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from connector.store.scope import Connection
from connector.store.sql import named

_SQL = named("lease")


class Fenced(Exception):
    """The lease has gone to another drainer: what this one wanted to write is not written."""


async def take(conn: Connection, tenant_id: UUID, holder: str, seconds: float) -> int | None:
    """The fence of a lease that is now `holder`'s for so long; None: it is taken, and is marked as wanted."""
    while True:
        if (fence := await conn.fetchval(_SQL["take"], tenant_id, holder, seconds)) is not None:
            return int(fence)
        if await conn.fetchval(_SQL["want"], tenant_id):
            return None
        await conn.execute(_SQL["make"], tenant_id)  # neither free nor held: first use, or just given up


async def beat(conn: Connection, tenant_id: UUID, fence: int, seconds: float) -> bool:
    """Keep it for so long from now; False: it has gone to another."""
    return bool(await conn.fetchval(_SQL["beat"], tenant_id, fence, seconds))


async def give_up(conn: Connection, tenant_id: UUID, fence: int, now: datetime) -> bool:
    """End in one statement; False: somebody wants a turn or something is due, so hand it on instead."""
    return bool(await conn.fetchval(_SQL["give_up"], tenant_id, fence, now))


async def hand_on(conn: Connection, tenant_id: UUID, fence: int) -> bool:
    """Free it for the job that the caller enqueues afterwards; False: it was not ours any more."""
    return bool(await conn.fetchval(_SQL["hand_on"], tenant_id, fence))


async def check(conn: Connection, tenant_id: UUID, fence: int) -> None:
    """Raise `Fenced` unless the lease is ours; it then stays so until this transaction ends."""
    if not await conn.fetchval(_SQL["check"], tenant_id, fence):
        raise Fenced(f"tenant {tenant_id}: fence {fence} is not the lease's")


async def expire(conn: Connection, tenant_id: UUID) -> None:
    """Take the lease from a drain that let it run out: it settles nothing more."""
    await conn.execute(_SQL["expire"], tenant_id)


async def still(conn: Connection, tenant_id: UUID) -> int | None:
    """Nobody begins to drain and nothing is settled until this transaction ends.

    Gives the fence of the drain that is at work, None when nobody is.
    """
    await conn.execute(_SQL["make"], tenant_id)
    await expire(conn, tenant_id)
    row = await conn.fetchrow(_SQL["still"], tenant_id)
    return None if row["holder"] is None else int(row["fence"])
