"""What a tenant has, by the catalogue; who leaves, and the proof that what they had has gone. System scope.

Tables are found in Postgres' own catalogue: whatever has a column `tenant_id` is a tenant's, whoever made it.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

import msgspec

from connector.store.scope import Connection
from connector.store.sql import named

_SQL = named("erasures")

#: The proof itself.
PROOF = "erasure"
#: Others hang on its row.
LAST = "tenant"


class Why(StrEnum):
    """Why data is erased."""

    #: An owner said so.
    LEFT = "left"
    #: The app was removed from the portal, and nobody can come in any other way.
    UNINSTALLED = "uninstalled"
    #: The portal's administrator had the app's data removed with it.
    CLEAN = "clean"


class Erasure(msgspec.Struct, frozen=True, kw_only=True):
    """A tenant that leaves; `asked_at` and `due_at` in business time."""

    tenant_id: UUID
    why: Why
    asked_at: datetime
    due_at: datetime
    #: Leaving has stopped its syncs; coming back lets them go on.
    paused: bool
    #: From here on there is no way back.
    begun_at: datetime | None
    erased_at: datetime | None


class Holding(msgspec.Struct, frozen=True, kw_only=True):
    """A table with rows of tenants."""

    name: str
    #: Its primary key, and the types of that.
    key: tuple[str, ...]
    types: tuple[str, ...]
    columns: tuple[str, ...]
    #: Of the columns, the ones that hold bytes.
    binary: frozenset[str]
    #: Of the columns, the ones that hold JSON.
    json: frozenset[str]
    #: Whether tenants may read their own rows.
    theirs: bool


async def holdings(conn: Connection) -> list[Holding]:
    """Every table with rows of tenants, the proof excepted; `tenant` itself comes last."""
    rows = await conn.fetch(_SQL["holdings"])
    found = [_holding(dict(row)) for row in rows if row["name"] != PROOF]
    return sorted(found, key=lambda one: (one.name == LAST, one.name))


def _holding(row: dict[str, object]) -> Holding:
    return msgspec.convert(row, Holding)


async def mark(conn: Connection, erasure: Erasure) -> bool:
    """Somebody leaves; an earlier mark stays, unless this one is due sooner. False: it was there already."""
    known = (erasure.tenant_id, erasure.why, erasure.asked_at, erasure.due_at, erasure.paused)
    return await conn.fetchval(_SQL["mark"], *known) is not None


async def unmark(conn: Connection, tenant_id: UUID) -> Erasure | None:
    """They stay; what was marked, None if nothing was or its erasing has begun."""
    row = await conn.fetchrow(_SQL["unmark"], tenant_id)
    return _erasure(row)


async def load(conn: Connection, tenant_id: UUID) -> Erasure | None:
    """The mark or the proof."""
    return _erasure(await conn.fetchrow(_SQL["load"], tenant_id))


async def due(conn: Connection, business_now: datetime, limit: int) -> list[UUID]:
    """Tenants whose time is over and whose proof is not complete, the earliest first."""
    return [row["tenant_id"] for row in await conn.fetch(_SQL["due"], business_now, limit)]


async def begin(conn: Connection, tenant_id: UUID, business_now: datetime, at: datetime) -> Erasure | None:
    """There is no way back from here; None when it is not due (any more)."""
    return _erasure(await conn.fetchrow(_SQL["begin"], tenant_id, business_now, at))


async def is_drained(conn: Connection, tenant_id: UUID) -> bool:
    """Whether a drain is under way; it could write what was deleted a moment ago."""
    return bool(await conn.fetchval(_SQL["is_drained"], tenant_id))


async def delete_some(conn: Connection, tenant_id: UUID, holding: Holding, most: int) -> int:
    """Delete up to so many of the tenant's rows and add them to the proof, in one transaction."""
    key = ", ".join(holding.key)
    chosen = f"SELECT {key} FROM {holding.name} WHERE tenant_id = $1 LIMIT $2"  # noqa: S608
    query = f"DELETE FROM {holding.name} WHERE tenant_id = $1 AND ({key}) IN ({chosen})"  # noqa: S608
    done: str = await conn.execute(query, tenant_id, most)
    return await count(conn, tenant_id, holding.name, int(done.rpartition(" ")[2]))


async def left(conn: Connection, tenant_id: UUID, holdings: list[Holding]) -> list[str]:
    """Tables that still hold rows of the tenant."""
    asked = "SELECT EXISTS (SELECT FROM {} WHERE tenant_id = $1)"
    return [one.name for one in holdings if await conn.fetchval(asked.format(one.name), tenant_id)]


async def count(conn: Connection, tenant_id: UUID, table: str, number: int) -> int:
    """Add so many rows of a table to the proof."""
    if number:
        await conn.execute(_SQL["count"], tenant_id, table, number)
    return number


async def delete_people(conn: Connection, tenant_id: UUID) -> int:
    """Whoever belongs to this tenant alone, with all that is kept under their address."""
    gone = [row["email"] for row in await conn.fetch(_SQL["people"], tenant_id, tenant_id.hex)]
    for table in ("signup", "password_reset", "signin_attempt"):
        done: str = await conn.execute(_SQL[f"people_{table}"], gone)
        await count(conn, tenant_id, table, int(done.rpartition(" ")[2]))
    return await count(conn, tenant_id, "person", len(gone))


async def delete_unclaimed(conn: Connection, tenant_id: UUID) -> int:
    """Messages of companies that only this tenant ever had."""
    done: str = await conn.execute(_SQL["unclaimed"], tenant_id)
    return await count(conn, tenant_id, "unclaimed", int(done.rpartition(" ")[2]))


async def prove(conn: Connection, tenant_id: UUID, at: datetime) -> None:
    """Nothing is left."""
    await conn.execute(_SQL["prove"], tenant_id, at)


def _erasure(row: dict[str, object] | None) -> Erasure | None:
    return msgspec.convert(dict(row), Erasure) if row else None
