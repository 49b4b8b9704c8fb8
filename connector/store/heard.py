"""When vendors were heard last, and how long the queue has waited: for people who ask whether all is well."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from connector.store import ids
from connector.store.scope import Connection
from connector.store.sql import named

_SQL = named("heard")

#: How far back a tenant's last message is looked for, in time and in events.
SINCE = timedelta(days=7)
MOST_EVENTS = 5_000


async def bling(conn: Connection, tenant_id: UUID, now: datetime) -> datetime | None:
    """When Bling's last message came; None if none of the tenant's newest events was one."""
    found: datetime | None = await conn.fetchval(
        _SQL["bling"], tenant_id, ids.bound_at(now - SINCE), MOST_EVENTS
    )
    return found


async def portals(conn: Connection) -> datetime | None:
    """When Bitrix24 gave any tenant a pair of tokens last (system scope)."""
    found: datetime | None = await conn.fetchval(_SQL["portals"])
    return found


async def overdue(conn: Connection) -> datetime | None:
    """When the most overdue event of all tenants was due; None without one (system scope)."""
    found: datetime | None = await conn.fetchval(_SQL["overdue"])
    return found
