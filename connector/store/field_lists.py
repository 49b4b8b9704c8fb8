"""The fields that rules can name, as a portal told them last."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from connector.store.scope import Connection
from connector.store.sql import named

_SQL = named("field_lists")


class SavedFields(NamedTuple):
    """JSON of `connector.domain.fields.PortalFields`, and when it was read; None while it never was."""

    fields: str | None
    read_at: datetime | None


async def portal_fields(conn: Connection, tenant_id: UUID) -> SavedFields:
    """As they were read last (inside the tenant's scope)."""
    row = await conn.fetchrow(_SQL["fields"], tenant_id)
    return SavedFields(row["fields"], row["fields_at"]) if row else SavedFields(None, None)
