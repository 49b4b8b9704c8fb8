"""Invitations to a tenant. System scope only: the link is all that an invited person has."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec

from connector.store.people import Role
from connector.store.scope import Connection
from connector.store.sql import named

_SQL = named("invitations")


class Invitation(msgspec.Struct, frozen=True, kw_only=True):
    """Who may join, as what, until when."""

    id: UUID
    tenant_id: UUID
    email: str
    role: Role
    #: The name of whoever invited.
    invited_by: str
    created_at: datetime
    expires_at: datetime
    accepted_at: datetime | None = None
    revoked_at: datetime | None = None


async def add(conn: Connection, token_hash: bytes, new: Invitation) -> None:
    """Invite; an older open invitation of the same address to the same tenant ends."""
    await conn.execute(_SQL["replace"], new.tenant_id, new.email, new.created_at)
    known = (new.tenant_id, new.email, new.role, new.invited_by, new.created_at, new.expires_at)
    await conn.execute(_SQL["add"], new.id, token_hash, *known)


async def by_token(conn: Connection, token_hash: bytes) -> Invitation | None:
    """The invitation of a link, whatever has become of it."""
    return _invitation(await conn.fetchrow(_SQL["by_token"], token_hash))


async def open_ones(conn: Connection, tenant_id: UUID) -> list[Invitation]:
    """Neither accepted nor revoked, the expired ones too; the newest first."""
    rows = await conn.fetch(_SQL["open"], tenant_id)
    return [one for row in rows if (one := _invitation(row)) is not None]


async def accept(
    conn: Connection, token_hash: bytes, at: datetime, business_now: datetime
) -> Invitation | None:
    """Take the link's only use; None when there is none left."""
    return _invitation(await conn.fetchrow(_SQL["accept"], token_hash, at, business_now))


async def revoke(conn: Connection, tenant_id: UUID, id_: UUID, at: datetime) -> str | None:
    """The link opens nothing any more; answers whose it was, None if it is no open one of this tenant's."""
    email: str | None = await conn.fetchval(_SQL["revoke"], tenant_id, id_, at)
    return email


async def sweep(conn: Connection, before: datetime) -> None:
    """Forget what expired so long ago."""
    await conn.execute(_SQL["sweep"], before)


def _invitation(row: dict[str, object] | None) -> Invitation | None:
    return msgspec.convert(dict(row), Invitation) if row else None
