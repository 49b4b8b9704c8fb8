"""What people are told of. Inside an open scope: its tenant's to open and resolve, the system's to tell."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec

from connector.store.scope import Connection
from connector.store.sql import named

_SQL = named("alerts")


class Alert(msgspec.Struct, frozen=True, kw_only=True):
    """One cause; times in business time."""

    cause: str
    #: What it is about, as people know it.
    subject: str
    #: What is wrong with it: a connection's state.
    detail: str
    opened_at: datetime
    #: How often people were told.
    told: int
    resolved_at: datetime | None


async def open_(
    conn: Connection,
    tenant_id: UUID,
    *,
    cause: str,
    subject: str,
    detail: str,
    at: datetime,
    due_at: datetime,
) -> None:
    """People have to be told at `due_at`, unless they are told of it already."""
    await conn.execute(_SQL["open"], tenant_id, cause, subject, detail, at, due_at)


async def resolve(conn: Connection, tenant_id: UUID, cause: str, at: datetime) -> None:
    """It is over."""
    await conn.execute(_SQL["resolve"], tenant_id, cause, at)


async def due(conn: Connection, now: datetime, limit: int) -> list[tuple[UUID, str]]:
    """Tenant and cause of what is to be told (system scope; no locks)."""
    return [(row["tenant_id"], row["cause"]) for row in await conn.fetch(_SQL["due"], now, limit)]


async def take(conn: Connection, tenant_id: UUID, cause: str, now: datetime) -> Alert | None:
    """It is this transaction's to tell; None when another one tells it."""
    row = await conn.fetchrow(_SQL["take"], tenant_id, cause, now)
    return Alert(**row) if row else None


async def told(conn: Connection, tenant_id: UUID, cause: str, again_at: datetime) -> None:
    """People were told; the next time is `again_at`."""
    await conn.execute(_SQL["told"], tenant_id, cause, again_at)


async def over(conn: Connection, tenant_id: UUID, cause: str) -> None:
    """There is nothing more to tell."""
    await conn.execute(_SQL["over"], tenant_id, cause)


async def tenants_told_of(conn: Connection, beginning: str) -> list[UUID]:
    """Tenants with causes that begin so and are not over (system scope)."""
    return [row["tenant_id"] for row in await conn.fetch(_SQL["tenants_told_of"], beginning)]
