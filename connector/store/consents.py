"""Consents under way at Bling, by the hash of their state. System scope only: a table of the directory."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec

from connector.store.scope import Connection
from connector.store.sql import named

_SQL = named("consents")


class Consent(msgspec.Struct, frozen=True, kw_only=True):
    """Who asked for what."""

    tenant_id: UUID
    person_id: UUID
    #: The account to be reconnected; None = any.
    account_id: UUID | None = None
    #: Of the tenant's own Bling app, its secret sealed; None = the published app.
    client_id: str | None = None
    client_secret: bytes | None = None


async def add(
    conn: Connection, consent: Consent, *, key: bytes, session: bytes, started: bool, expires_at: datetime
) -> None:
    """Remember it under `key` for one session; `started` = the person was sent to Bling."""
    asked = (consent.tenant_id, consent.person_id, consent.account_id)
    app = (consent.client_id, consent.client_secret)
    await conn.execute(_SQL["add"], key, session, *asked, *app, started, expires_at)


async def take(
    conn: Connection, key: bytes, session: bytes, now: datetime, *, started: bool
) -> Consent | None:
    """Use it up; None when this session has no such consent (any more)."""
    row = await conn.fetchrow(_SQL["take"], key, session, started, now)
    return Consent(**row) if row else None


async def under_way(conn: Connection, tenant_id: UUID, now: datetime) -> set[UUID | None]:
    """The accounts whose consent is open at Bling; None among them = a new account's."""
    return {row["account_id"] for row in await conn.fetch(_SQL["under_way"], tenant_id, now)}


async def sweep(conn: Connection, now: datetime) -> None:
    """Forget those that nobody came back from."""
    await conn.execute(_SQL["sweep"], now)
