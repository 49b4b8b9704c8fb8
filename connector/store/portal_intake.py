"""How the changes of portals are come by.

What is bound, read and due; and records that Bling does not know yet.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from connector.domain.events import Kind
from connector.store.scope import Connection
from connector.store.sql import named

_SQL = named("portal_intake")


class Intake(msgspec.Struct, frozen=True, kw_only=True):
    """Where the look at a portal stands."""

    #: The portal keeps a queue of events for us; None until it was asked.
    offline: bool | None
    #: Whose events are bound, sorted and joined; None = they have to be bound (again).
    bound: str | None
    #: Events may have been taken from the queue and not stored: look for them first.
    reading: bool
    #: From where the next sweep looks for changes, and when it is due.
    changed_since: datetime
    sweep_at: datetime


async def due(conn: Connection, now: datetime, limit: int) -> list[UUID]:
    """Tenants whose portals are to be looked at, longest waiting first (system scope)."""
    return [row["tenant_id"] for row in await conn.fetch(_SQL["due"], now, limit)]


async def unwanted(conn: Connection, now: datetime, limit: int) -> list[UUID]:
    """Tenants that do not want their portal's changes any more (system scope)."""
    return [row["tenant_id"] for row in await conn.fetch(_SQL["unwanted"], now, limit)]


async def take(conn: Connection, tenant_id: UUID, now: datetime, until: datetime) -> Intake | None:
    """The right to look until then; None when somebody else is looking."""
    row = await conn.fetchrow(_SQL["take"], tenant_id, now, until)
    return Intake(**dict(row)) if row is not None else None


async def set_bound(conn: Connection, tenant_id: UUID, bound: str, *, offline: bool) -> None:
    """The portal tells these events from now on."""
    await conn.execute(_SQL["bound"], tenant_id, offline, bound)


async def unbound(conn: Connection, tenant_id: UUID, now: datetime) -> None:
    """All handlers vanished: bind again at once."""
    await conn.execute(_SQL["unbound"], tenant_id, now)


async def set_reading(conn: Connection, tenant_id: UUID, reading: bool) -> None:
    """Before the queue is read, and when nothing of it can be lost any more."""
    await conn.execute(_SQL["reading"], tenant_id, reading)


async def swept(conn: Connection, tenant_id: UUID, changed_since: datetime, sweep_at: datetime) -> None:
    """What was changed before is known."""
    await conn.execute(_SQL["swept"], tenant_id, changed_since, sweep_at)


async def rest(conn: Connection, tenant_id: UUID, due_at: datetime) -> datetime | None:
    """Let go until then, or until somebody wanted it meanwhile; None when nobody looks at it any more."""
    until: datetime | None = await conn.fetchval(_SQL["rest"], tenant_id, due_at)
    return until


async def wanted(conn: Connection, tenant_id: UUID, now: datetime, apart: timedelta) -> datetime | None:
    """Something changed in the portal: when it will be looked at; None when nobody wants to know.

    `apart` = how far apart sweeps are at least, where there is no queue to read.
    """
    due_at: datetime | None = await conn.fetchval(_SQL["wanted"], tenant_id, now, apart)
    return due_at


async def forget(conn: Connection, tenant_id: UUID) -> None:
    """Nobody looks at the portal any more; a later look begins anew."""
    await conn.execute(_SQL["forget"], tenant_id)


async def is_making(conn: Connection, tenant_id: UUID) -> bool:
    """Whether a record is being made in Bling whose id there nobody knows yet."""
    return bool(await conn.fetchval(_SQL["making"], tenant_id))


async def born(conn: Connection, tenant_id: UUID, kind: Kind, bitrix_ids: Collection[int]) -> None:
    """These records of Bitrix24 have become records of Bling: their stand-ins go."""
    if bitrix_ids:
        await conn.execute(_SQL["born"], tenant_id, kind, [-one for one in bitrix_ids])
