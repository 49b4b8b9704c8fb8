"""Accounts that Bling has stopped telling of: their changes are found by sweeps alone."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec

from connector.store import ids
from connector.store.scope import Connection
from connector.store.sql import named

_SQL = named("silences")

#: Beginning of the alerts' causes; the account's id follows.
CAUSE = "silence:"
#: Newest events of a tenant that are looked through for a message.
MOST_EVENTS = 1_000


class Silence(msgspec.Struct, frozen=True, kw_only=True):
    """A connected account whose changes came without a message."""

    tenant_id: UUID
    tenant: str
    account_id: UUID
    account: str
    #: Whether the tenant's own Bling app tells of it.
    has_own_app: bool
    #: No message since then at the latest.
    since: datetime
    swept_until: datetime
    #: Changes that the last sweep found.
    missed: int
    #: Whether it was thought worth telling, and whether operators were told.
    is_raised: bool
    is_told: bool

    @property
    def cause(self) -> str:
        """Its alert's."""
        return f"{CAUSE}{self.account_id}"


async def silent(conn: Connection, limit: int) -> list[Silence]:
    """Accounts of all tenants, the longest silent first (system scope; no locks)."""
    rows = await conn.fetch(_SQL["silent"], CAUSE, limit)
    return [Silence(**row) for row in rows]


async def raised(conn: Connection) -> int:
    """How many accounts people were told of (system scope)."""
    return int(await conn.fetchval(_SQL["raised"], CAUSE))


async def is_heard(conn: Connection, tenant_id: UUID, account_id: UUID, since: datetime) -> bool:
    """Whether Bling has told of the account since then, whatever became of what it told."""
    place = (tenant_id, account_id, since, ids.bound_at(since))
    return bool(await conn.fetchval(_SQL["heard"], *place, MOST_EVENTS))


async def speaks(conn: Connection, one: Silence) -> None:
    """Bling tells of it again."""
    await conn.execute(_SQL["speaks"], one.tenant_id, one.account_id)


async def over(conn: Connection) -> list[tuple[UUID, str]]:
    """Tenant and cause of the alerts that stand no more."""
    return [(row["tenant_id"], row["cause"]) for row in await conn.fetch(_SQL["over"], CAUSE)]


async def told(conn: Connection, one: Silence, at: datetime) -> None:
    """Operators know of it."""
    await conn.execute(_SQL["told"], one.tenant_id, one.account_id, at)


async def last_told(conn: Connection) -> datetime | None:
    """When operators were told of accounts that are still silent."""
    at: datetime | None = await conn.fetchval(_SQL["last_told"])
    return at


async def forget_told(conn: Connection) -> bool:
    """Forget what operators were told and is over; True when that was the last of it."""
    row = await conn.fetchrow(_SQL["forget_told"])
    return bool(row["gone"]) and not row["kept"]


async def of_tenant(conn: Connection, tenant_id: UUID) -> dict[UUID, datetime]:
    """The tenant's accounts that people were told of, and since when nothing comes."""
    rows = await conn.fetch(_SQL["of_tenant"], tenant_id, CAUSE)
    return {row["account_id"]: row["since"] for row in rows}
