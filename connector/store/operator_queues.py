"""What waits over all tenants, and what was given up. System scope only; every look is bounded."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec

from connector.domain.events import Kind, RecordKey
from connector.store import ids
from connector.store.operator_tenants import LaneRow, lane_rows
from connector.store.operators import LAST
from connector.store.scope import Connection
from connector.store.sql import named

_SQL = named("operator_queues")

#: Rows of one look: beyond that the answer is "at least".
COUNTED = 20_000


class Stuck(msgspec.Struct, frozen=True, kw_only=True):
    """A tenant with overdue events."""

    tenant_id: UUID
    name: str
    oldest: datetime
    n: int


class Broken(msgspec.Struct, frozen=True):
    """How many connections of a vendor's stand still, and why."""

    provider: str
    state: str
    n: int


class Dead(msgspec.Struct, frozen=True, kw_only=True):
    """An event that was given up, of a record that nothing has happened to since."""

    id: UUID
    tenant_id: UUID
    tenant_name: str
    kind: Kind
    account_id: UUID
    bling_id: int
    label: str
    reason: str | None
    detail: str | None
    attempts: int
    received_at: datetime
    settled_at: datetime


class DeadKey(msgspec.Struct, frozen=True):
    """Whose event it was, and which record's."""

    id: UUID
    tenant_id: UUID
    record: RecordKey


async def lanes(conn: Connection) -> list[LaneRow]:
    """The most overdue waiting events by lane."""
    rows = await conn.fetch(_SQL["lanes"], COUNTED)
    return lane_rows(rows)


async def held(conn: Connection) -> dict[str, int]:
    """Held events by reason, the most frequent first."""
    return {row["reason"]: row["n"] for row in await conn.fetch(_SQL["held"], COUNTED)}


async def stuck(conn: Connection, before: datetime, limit: int) -> list[Stuck]:
    """Tenants with events that were due before then, the most overdue first."""
    return [Stuck(**row) for row in await conn.fetch(_SQL["stuck"], before, COUNTED, limit)]


async def connections(conn: Connection) -> list[Broken]:
    """Connections that stand still."""
    return [Broken(*row) for row in await conn.fetch(_SQL["connections"])]


async def renewed(conn: Connection, since: datetime) -> int:
    """Accounts whose tokens were renewed since then."""
    return int(await conn.fetchval(_SQL["renewed"], since))


async def waiting_mail(conn: Connection) -> tuple[int, datetime | None]:
    """Mails that have not left, and since when the oldest waits."""
    row = await conn.fetchrow(_SQL["waiting_mail"], COUNTED)
    return row["n"], row["oldest"]


async def dead(
    conn: Connection, tenant_id: UUID | None, before: UUID | None, since: datetime, limit: int
) -> list[Dead]:
    """Events given up since then, the newest first; `before` = the id that the page before ended with."""
    rows = await conn.fetch(_SQL["dead"], before or LAST, ids.bound_at(since), limit, tenant_id)
    return [msgspec.convert(dict(row), Dead) for row in rows]


async def dead_keys(conn: Connection, events: list[UUID], since: datetime) -> list[DeadKey]:
    """Of these events those that were given up."""
    rows = await conn.fetch(_SQL["dead_some"], events, ids.bound_at(since))
    return [
        DeadKey(row["id"], row["tenant_id"], RecordKey(Kind(row["kind"]), row["account_id"], row["bling_id"]))
        for row in rows
    ]


async def dead_since(conn: Connection, since: datetime) -> int:
    """How many events were received since then and given up."""
    return int(await conn.fetchval(_SQL["dead_since"], ids.bound_at(since), COUNTED))
