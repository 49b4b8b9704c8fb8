"""A tenant's Bling accounts and its portal: who they are, whether they work, their sealed tokens."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec

from connector.domain.vendor import ConnectionState
from connector.store.scope import Connection
from connector.store.sql import named

_SQL = named("connections")


class _Side(msgspec.Struct, frozen=True, kw_only=True):
    state: ConnectionState
    state_since: datetime
    state_detail: str | None = None
    access_token: bytes | None = None
    refresh_token: bytes | None = None
    expires_at: datetime | None = None
    refreshed_at: datetime | None = None
    #: Raised with every new pair: whoever held an older one finds out.
    token_version: int = 0
    connected_at: datetime | None = None
    #: When it was last tried because nothing else used it, in business time.
    checked_at: datetime | None = None
    created_at: datetime


class Account(_Side, frozen=True, kw_only=True):
    """A Bling account."""

    id: UUID
    company_id: str
    name: str
    #: Names the account in the address of its own webhook door.
    account_key: str
    #: Records born in Bitrix24 go to this account.
    main: bool
    #: Of the tenant's own Bling app; None = the published one.
    client_id: str | None = None
    #: The name of who consented last.
    connected_by: str | None = None


class Portal(_Side, frozen=True, kw_only=True):
    """The Bitrix24 portal; the catalogue's numbers are None until it was prepared."""

    member_id: str
    client_endpoint: str
    oauth_url: str
    product_iblock_id: int | None = None
    offer_iblock_id: int | None = None
    product_link_property: int | None = None
    offer_link_property: int | None = None
    base_price_type: int | None = None
    catalogue_at: datetime | None = None


class Tokens(msgspec.Struct, frozen=True, kw_only=True):
    """A new pair, sealed."""

    access_token: bytes
    refresh_token: bytes
    expires_at: datetime


class Idle(msgspec.Struct, frozen=True, kw_only=True):
    """A connection that works as far as we know, and that nothing used for a while."""

    tenant_id: UUID
    #: None = the portal.
    account_id: UUID | None
    used_at: datetime


class CatalogueNumbers(msgspec.Struct, frozen=True, kw_only=True):
    """Where products, variations, link properties and the base price are in the portal."""

    product_iblock_id: int
    offer_iblock_id: int | None
    product_link_property: int
    offer_link_property: int | None
    base_price_type: int


async def accounts(conn: Connection, tenant_id: UUID) -> list[Account]:
    """The tenant's accounts, the first connected first."""
    return [_account(row) for row in await conn.fetch(_SQL["accounts"], tenant_id)]


async def account(conn: Connection, tenant_id: UUID, account_id: UUID) -> Account | None:
    """One account."""
    row = await conn.fetchrow(_SQL["account"], tenant_id, account_id)
    return _account(row) if row else None


async def account_by_company(conn: Connection, tenant_id: UUID, company_id: str) -> Account | None:
    """The tenant's account of this Bling company."""
    row = await conn.fetchrow(_SQL["account_by_company"], tenant_id, company_id)
    return _account(row) if row else None


async def lock_account(conn: Connection, tenant_id: UUID, account_id: UUID) -> Account | None:
    """The same, and nobody else's until this transaction ends: one process refreshes."""
    row = await conn.fetchrow(_SQL["account"] + " FOR UPDATE", tenant_id, account_id)
    return _account(row) if row else None


async def add_account(conn: Connection, tenant_id: UUID, new: Account) -> None:
    """Add an account; its tokens come with `save_account_tokens`."""
    known = (new.id, new.company_id, new.name, new.account_key, new.main, new.state, new.state_since)
    await conn.execute(_SQL["add_account"], tenant_id, *known, new.client_id)


async def set_account_state(
    conn: Connection,
    tenant_id: UUID,
    account_id: UUID,
    state: ConnectionState,
    detail: str | None,
    at: datetime,
) -> bool:
    """Whether this was a change: people are told once."""
    return bool(await conn.fetchval(_SQL["account_state"], tenant_id, account_id, state, detail, at))


async def save_account_tokens(
    conn: Connection, tenant_id: UUID, account_id: UUID, tokens: Tokens, *, over: int, at: datetime
) -> bool:
    """Store a pair over the version that was read; False: somebody stored a newer one."""
    pair = (tokens.access_token, tokens.refresh_token, tokens.expires_at)
    return bool(await conn.fetchval(_SQL["account_tokens"], tenant_id, account_id, *pair, at, over))


async def forget_account_tokens(conn: Connection, tenant_id: UUID, account_id: UUID) -> None:
    """The account stays with its links and history, but nobody can call in its name; it is main no more."""
    await conn.execute(_SQL["account_without_tokens"], tenant_id, account_id)


async def account_consented(
    conn: Connection, tenant_id: UUID, account_id: UUID, *, name: str, client_id: str | None, by: str
) -> None:
    """Somebody consented, for the published app or for one of the tenant's own (`client_id`)."""
    await conn.execute(_SQL["account_consented"], tenant_id, account_id, name, client_id, by)


async def set_main_account(conn: Connection, tenant_id: UUID, account_id: UUID) -> None:
    """Records born in Bitrix24 go to this account from now on."""
    await conn.execute(_SQL["main_account"], tenant_id, account_id)


async def idle_accounts(conn: Connection, before: datetime, limit: int) -> list[Idle]:
    """Working accounts unused since then, the longest first (system scope)."""
    rows = await conn.fetch(_SQL["idle_accounts"], before, limit)
    return [Idle(tenant_id=row["tenant_id"], account_id=row["id"], used_at=row["used_at"]) for row in rows]


async def inactive_accounts(conn: Connection, before: datetime, limit: int) -> list[Idle]:
    """Accounts of inactive companies untried since then, the longest first (system scope)."""
    rows = await conn.fetch(_SQL["inactive_accounts"], before, limit)
    return [Idle(tenant_id=row["tenant_id"], account_id=row["id"], used_at=row["used_at"]) for row in rows]


async def account_checked(conn: Connection, tenant_id: UUID, account_id: UUID, at: datetime) -> None:
    """It was tried; `at` in business time."""
    await conn.execute(_SQL["account_checked"], tenant_id, account_id, at)


async def idle_portals(conn: Connection, before: datetime, limit: int) -> list[Idle]:
    """Working portals unused since then, the longest first (system scope)."""
    rows = await conn.fetch(_SQL["idle_portals"], before, limit)
    return [Idle(tenant_id=row["tenant_id"], account_id=None, used_at=row["used_at"]) for row in rows]


async def portal_checked(conn: Connection, tenant_id: UUID, at: datetime) -> None:
    """It was tried; `at` in business time."""
    await conn.execute(_SQL["portal_checked"], tenant_id, at)


async def portal(conn: Connection, tenant_id: UUID) -> Portal | None:
    """The tenant's portal."""
    row = await conn.fetchrow(_SQL["portal"], tenant_id)
    return _portal(row) if row else None


async def lock_portal(conn: Connection, tenant_id: UUID) -> Portal | None:
    """The same, and nobody else's until this transaction ends: one process refreshes."""
    row = await conn.fetchrow(_SQL["portal"] + " FOR UPDATE", tenant_id)
    return _portal(row) if row else None


async def put_portal(conn: Connection, tenant_id: UUID, new: Portal) -> None:
    """Add the portal, or correct its addresses; its tokens come with `save_portal_tokens`."""
    known = (new.member_id, new.client_endpoint, new.oauth_url, new.state, new.state_since)
    await conn.execute(_SQL["put_portal"], tenant_id, *known)


async def set_portal_state(
    conn: Connection, tenant_id: UUID, state: ConnectionState, detail: str | None, at: datetime
) -> bool:
    """Whether this was a change: people are told once."""
    return bool(await conn.fetchval(_SQL["portal_state"], tenant_id, state, detail, at))


async def save_portal_tokens(
    conn: Connection, tenant_id: UUID, tokens: Tokens, *, over: int, at: datetime
) -> bool:
    """Store a pair over the version that was read; False: somebody stored a newer one."""
    pair = (tokens.access_token, tokens.refresh_token, tokens.expires_at)
    return bool(await conn.fetchval(_SQL["portal_tokens"], tenant_id, *pair, at, over))


async def forget_portal_tokens(conn: Connection, tenant_id: UUID) -> None:
    """The portal stays with its links and history, but nobody can call in its name."""
    await conn.execute(_SQL["portal_without_tokens"], tenant_id)


async def save_catalogue(conn: Connection, tenant_id: UUID, numbers: CatalogueNumbers, at: datetime) -> None:
    """Remember how the portal's catalogue was prepared."""
    await conn.execute(_SQL["catalogue"], tenant_id, *msgspec.structs.astuple(numbers), at)


def _account(row: dict[str, object]) -> Account:
    return msgspec.convert(dict(row), Account)


def _portal(row: dict[str, object]) -> Portal:
    return msgspec.convert(dict(row), Portal)
