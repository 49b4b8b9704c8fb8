"""Whose a message, an API key or a portal is. System scope only: the directory names all tenants."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from enum import StrEnum
from uuid import UUID

import msgspec

from connector.store.columns import columns
from connector.store.scope import Connection
from connector.store.sql import named

_SQL = named("directory")


class Route(msgspec.Struct, frozen=True, kw_only=True):
    """A Bling account of a tenant; a company may be connected by several tenants."""

    account_key: str
    company_id: str
    tenant_id: UUID
    account_id: UUID
    #: Sealed; None = the common app's secret signs its webhooks.
    client_secret: bytes | None = None


class Door(msgspec.Struct, frozen=True, kw_only=True):
    """A portal and its tenant."""

    member_id: str
    tenant_id: UUID
    #: Sealed: what Bitrix24 proves itself with when it calls us.
    application_token: bytes | None = None


class KeyScope(StrEnum):
    """What an API key may do."""

    FULL = "full"
    READ = "read"


class KeyHolder(msgspec.Struct, frozen=True, kw_only=True):
    """Whose a key is, and what it may do."""

    tenant_id: UUID
    scope: KeyScope


class KeyShown(msgspec.Struct, frozen=True, kw_only=True):
    """What can be told of an API key."""

    id: UUID
    name: str
    scope: KeyScope = KeyScope.FULL
    created_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


class Unclaimed(msgspec.Struct, frozen=True, kw_only=True):
    """A rightly signed message of a company that nobody has connected."""

    id: UUID
    received_at: datetime
    company_id: str
    event: str
    provider_event_id: str
    body: bytes


class Quarantined(msgspec.Struct, frozen=True, kw_only=True):
    """A rightly signed message that cannot be an event."""

    id: UUID
    received_at: datetime
    reason: str
    account_key: str | None = None
    tenant_id: UUID | None = None
    body: bytes


async def routes(conn: Connection, company_ids: Collection[str]) -> list[Route]:
    """All tenants' accounts of these companies."""
    return [Route(**row) for row in await conn.fetch(_SQL["routes"], list(company_ids))]


async def route(conn: Connection, company_id: str) -> list[Route]:
    """All tenants' accounts of this company."""
    return await routes(conn, (company_id,))


async def route_by_key(conn: Connection, account_key: str) -> Route | None:
    """The account whose own door this is."""
    row = await conn.fetchrow(_SQL["route_by_key"], account_key)
    return Route(**row) if row else None


async def add_route(conn: Connection, new: Route) -> None:
    """Lead an account's messages to its tenant; replaces the account's older route."""
    await conn.execute(
        _SQL["add_route"], new.account_key, new.company_id, new.tenant_id, new.account_id, new.client_secret
    )


async def remove_route(conn: Connection, tenant_id: UUID, account_id: UUID) -> None:
    """From now on the account's messages are nobody's."""
    await conn.execute(_SQL["remove_route"], tenant_id, account_id)


async def portal(conn: Connection, member_id: str) -> Door | None:
    """Whose portal this is."""
    row = await conn.fetchrow(_SQL["portal"], member_id)
    return Door(**row) if row else None


async def put_portal(conn: Connection, door: Door) -> None:
    """The portal is this tenant's from now on."""
    await conn.execute(_SQL["put_portal"], door.member_id, door.tenant_id, door.application_token)


async def remove_portal(conn: Connection, member_id: str) -> None:
    """The portal is nobody's from now on."""
    await conn.execute(_SQL["remove_portal"], member_id)


async def key_holder(conn: Connection, key_hash: bytes, now: datetime | None = None) -> KeyHolder | None:
    """Whose key it is and what it may do, if it is in force; with `now` its use is noted."""
    row = await conn.fetchrow(_SQL["key_holder"], key_hash)
    if row is not None and now is not None:
        await conn.execute(_SQL["api_key_used"], key_hash, now)
    return msgspec.convert(dict(row), KeyHolder) if row else None


async def add_api_key(
    conn: Connection,
    key_hash: bytes,
    id_: UUID,
    tenant_id: UUID,
    name: str,
    at: datetime,
    scope: KeyScope = KeyScope.FULL,
) -> None:
    """Put a new key in force."""
    await conn.execute(_SQL["add_api_key"], key_hash, id_, tenant_id, name, at, scope)


async def api_keys(conn: Connection, tenant_id: UUID) -> list[KeyShown]:
    """The tenant's keys, oldest first, the revoked ones too."""
    return [msgspec.convert(dict(row), KeyShown) for row in await conn.fetch(_SQL["api_keys"], tenant_id)]


async def revoke_api_key(conn: Connection, tenant_id: UUID, id_: UUID, at: datetime) -> str | None:
    """The key opens nothing any more; answers its name, None if it was none of the tenant's in force."""
    name: str | None = await conn.fetchval(_SQL["revoke_api_key"], tenant_id, id_, at)
    return name


async def unclaimed(conn: Connection, messages: Sequence[Unclaimed]) -> None:
    """Keep messages of companies that nobody has connected."""
    names = ("id", "received_at", "company_id", "event", "provider_event_id", "body")
    await conn.execute(_SQL["unclaimed"], *columns(messages, *names))


async def quarantined(conn: Connection, messages: Sequence[Quarantined]) -> None:
    """Keep messages that cannot be events, for the operator to look at."""
    names = ("id", "received_at", "reason", "account_key", "tenant_id", "body")
    await conn.execute(_SQL["quarantined"], *columns(messages, *names))
