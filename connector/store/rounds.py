"""Whose night or morning has come, and taking it: each turn is one worker's."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from connector.domain.rounds import Round, next_time, zone_of
from connector.store.scope import Connection, Database
from connector.store.sql import named

_SQL = named("rounds")


class Turn(msgspec.Struct, frozen=True, kw_only=True):
    """One tenant's."""

    tenant_id: UUID
    zone: ZoneInfo
    #: Business time; None for a tenant whose turn was never planned.
    at: datetime | None


async def due(conn: Connection, which: Round, business_now: datetime, limit: int) -> list[Turn]:
    """Tenants whose turn has come, and those without one (system scope; no locks)."""
    rows = await conn.fetch(_SQL[f"due_{which}"], business_now, limit)
    return [Turn(tenant_id=row["tenant_id"], zone=zone_of(row["timezone"]), at=row["at"]) for row in rows]


async def take(database: Database, which: Round, turn: Turn, business_now: datetime) -> bool:
    """Plan the tenant's next turn; False: this one is another worker's, or there was none to take."""
    after = next_time(which, turn.tenant_id, turn.zone, business_now)
    async with database.tenant(turn.tenant_id) as conn:
        taken = await conn.fetchval(_SQL[f"take_{which}"], turn.tenant_id, turn.at, after)
    return taken is not None and turn.at is not None
