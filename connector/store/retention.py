"""History is kept as long as a tenant's plan says: older rows go every night, a few at a time."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from connector.store.ids import bound_at
from connector.store.partitions import PARTITIONED
from connector.store.scope import Connection
from connector.store.sql import named

_SQL = named("retention")
#: Before all tenants.
FIRST = UUID(int=0)


async def tenants(conn: Connection, after: UUID, limit: int) -> list[tuple[UUID, str | None]]:
    """The next tenants with the plans of their licences (system scope)."""
    return [(row["tenant_id"], row["plan"]) for row in await conn.fetch(_SQL["tenants"], after, limit)]


async def trim(conn: Connection, tenant_id: UUID, before: datetime, limit: int) -> int:
    """Delete at most `limit` rows of each kind of history that are older (tenant scope); answers how many."""
    found = 0
    for table in PARTITIONED:
        tag: Any = await conn.execute(_SQL[table], tenant_id, bound_at(before), limit)
        found += int(str(tag).rpartition(" ")[2])
    return found
