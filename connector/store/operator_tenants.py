"""All tenants as operators see them. System scope only; reads alone, without locks.

Every list is bounded and begins at an index that holds only the tenants it is about.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

import msgspec

from connector.domain.events import Kind, Lane, Outcome
from connector.domain.vendor import ConnectionState
from connector.store import ids
from connector.store.scope import Connection
from connector.store.sql import named

_SQL = named("operator_tenants")

#: Tenants that a filter gathers at most: who has more in trouble needs no list but a fire brigade.
MOST = 1_000
#: Beyond that many a row says "more than".
COUNTED = 1_000
NOBODY = UUID(int=0)


class Trouble(StrEnum):
    """What tenants may be asked for."""

    LATE = "late"
    HELD = "held"
    BROKEN = "broken"
    UNLICENSED = "unlicensed"
    PAUSED = "paused"


class Place(msgspec.Struct, frozen=True):
    """Where a page ends: the next begins after it."""

    name: str = ""
    tenant_id: UUID = NOBODY


class TenantRow(msgspec.Struct, frozen=True, kw_only=True):
    """A company with its licence; None where it never had one."""

    tenant_id: UUID
    name: str
    paused_at: datetime | None
    created_at: datetime
    state: str | None
    plan: str | None
    source: str | None
    ends_at: datetime | None


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """How a tenant's syncs are doing."""

    tenant_id: UUID
    #: The minute (older than two days: the hour) of the last created or updated record.
    last_sync: datetime | None
    #: When the most overdue waiting event was, or will be, due.
    oldest_due: datetime | None
    #: Waiting and held events; each counted up to `COUNTED`.
    depth: int
    held: int
    #: Of the last 24 hours.
    settled: int
    failed: int
    accounts: tuple[ConnectionState, ...]
    portal: ConnectionState | None


class Hour(msgspec.Struct, frozen=True, kw_only=True):
    """What a tenant settled in the hour that begins then (UTC)."""

    hour: datetime
    settled: int
    failed: int


class LaneRow(msgspec.Struct, frozen=True):
    """Waiting events of a lane, counted up to a bound, and when the most overdue was due."""

    lane: Lane
    n: int
    oldest: datetime


class ErrorRow(msgspec.Struct, frozen=True, kw_only=True):
    """An event that failed or was given up."""

    id: UUID
    kind: Kind
    bling_id: int
    label: str
    outcome: Outcome
    reason: str | None
    detail: str | None
    settled_at: datetime


class LicenceCount(msgspec.Struct, frozen=True):
    """Tenants with alike licences, as told last."""

    state: str
    plan: str
    source: str
    n: int


class Ending(msgspec.Struct, frozen=True, kw_only=True):
    """A licence that ends soon."""

    tenant_id: UUID
    name: str
    state: str
    plan: str
    source: str
    ends_at: datetime


async def page(conn: Connection, after: Place, limit: int) -> list[TenantRow]:
    """All tenants, by name."""
    return _tenants(await conn.fetch(_SQL["page"], after.name, after.tenant_id, limit))


async def page_named(conn: Connection, part: str, after: Place, limit: int) -> list[TenantRow]:
    """Tenants whose name contains this, in any letter case."""
    return _tenants(await conn.fetch(_SQL["page_named"], after.name, after.tenant_id, limit, part))


async def page_of(conn: Connection, tenants: list[UUID], after: Place, limit: int) -> list[TenantRow]:
    """Of these tenants, by name."""
    return _tenants(await conn.fetch(_SQL["page_of"], after.name, after.tenant_id, limit, tenants))


async def in_trouble(
    conn: Connection, trouble: Trouble, late_before: datetime, business_now: datetime
) -> list[UUID]:
    """Tenants that something is wrong with, `MOST` at most."""
    more = {Trouble.LATE: (late_before,), Trouble.UNLICENSED: (business_now,)}.get(trouble, ())
    return [row["tenant_id"] for row in await conn.fetch(_SQL[trouble.value], MOST, *more)]


async def by_company(conn: Connection, company_id: str) -> list[UUID]:
    """Whoever has connected this company of Bling's."""
    return [row["tenant_id"] for row in await conn.fetch(_SQL["by_company"], company_id, MOST)]


async def by_member(conn: Connection, member_id: str) -> list[UUID]:
    """Whose portal it is."""
    return [row["tenant_id"] for row in await conn.fetch(_SQL["by_member"], member_id, MOST)]


async def by_email(conn: Connection, beginning: str) -> list[UUID]:
    """Tenants of people whose address begins so (in lower case)."""
    return [row["tenant_id"] for row in await conn.fetch(_SQL["by_email"], beginning, MOST)]


async def health(conn: Connection, tenants: list[UUID], now: datetime) -> dict[UUID, Health]:
    """How these few tenants are doing."""
    day = timedelta(days=1)
    rows = await conn.fetch(_SQL["health"], tenants, now - 2 * day, now - 35 * day, COUNTED + 1, now - day)
    return {row["tenant_id"]: msgspec.convert(dict(row), Health) for row in rows}


async def hours(conn: Connection, tenants: list[UUID], since: datetime) -> dict[UUID, list[Hour]]:
    """Of these few tenants, the hours from `since` on in which something was settled, in no order."""
    found: dict[UUID, list[Hour]] = {}
    for row in await conn.fetch(_SQL["hours"], tenants, since):
        hour = Hour(hour=row["hour"], settled=row["settled"], failed=row["failed"])
        found.setdefault(row["tenant_id"], []).append(hour)
    return found


async def lanes(conn: Connection, tenant_id: UUID) -> list[LaneRow]:
    """What waits of one tenant, by lane."""
    rows = await conn.fetch(_SQL["lanes"], tenant_id, COUNTED + 1)
    return lane_rows(rows)


async def errors(conn: Connection, tenant_id: UUID, since: datetime, limit: int) -> list[ErrorRow]:
    """The last events that failed or were given up."""
    rows = await conn.fetch(_SQL["errors"], tenant_id, ids.bound_at(since), limit)
    return [msgspec.convert(dict(row), ErrorRow) for row in rows]


async def drainer(conn: Connection, tenant_id: UUID) -> str | None:
    """Which worker drains the tenant now."""
    found: str | None = await conn.fetchval(_SQL["lease"], tenant_id)
    return found


async def allows(conn: Connection, tenant_id: UUID, permission: str) -> bool:
    """Whether the tenant has ticked this preference."""
    return bool(await conn.fetchval(_SQL["allows"], tenant_id, permission))


async def licences(conn: Connection) -> list[LicenceCount]:
    """How many tenants have which licence, by an index alone."""
    return [LicenceCount(*row) for row in await conn.fetch(_SQL["licences"])]


async def ending(
    conn: Connection, states: list[str], after: datetime, until: datetime, limit: int
) -> list[Ending]:
    """Licences of these states whose date comes in between, the next first."""
    rows = await conn.fetch(_SQL["ending"], states, after, until, limit)
    return [Ending(**row) for row in rows]


def lane_rows(rows: list[dict[str, Any]]) -> list[LaneRow]:
    """Those of lanes that this version knows: the next one may have more."""
    known = {lane.value for lane in Lane}
    return [LaneRow(Lane(row["lane"]), row["n"], row["oldest"]) for row in rows if row["lane"] in known]


def _tenants(rows: list[dict[str, object]]) -> list[TenantRow]:
    return [msgspec.convert(dict(row), TenantRow) for row in rows]
