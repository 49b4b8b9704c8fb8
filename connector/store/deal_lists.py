"""What choices about deals are made from, beside an account's lists (connector.store.account_lists)."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from connector.store.scope import Connection
from connector.store.sql import named

_SQL = named("deal_lists")


class SavedCrm(NamedTuple):
    """What deals of the portal can point to, as JSON, and when it was read; None while it was not."""

    crm: str | None
    read_at: datetime | None


async def crm(conn: Connection, tenant_id: UUID) -> SavedCrm:
    """As it was read last."""
    row = await conn.fetchrow(_SQL["crm"], tenant_id)
    return SavedCrm(row["crm"], row["crm_at"]) if row else SavedCrm(None, None)


async def held_for_stage(conn: Connection, tenant_id: UUID, limit: int) -> list[bytes]:
    """The messages of orders that wait because their situation has no stage, the newest first."""
    return [bytes(row["body"]) for row in await conn.fetch(_SQL["held_for_stage"], tenant_id, limit)]
