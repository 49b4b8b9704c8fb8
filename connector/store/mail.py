"""Mail that has not left yet, and the links that mails carry. System scope only."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec

from connector.store.scope import Connection
from connector.store.sql import named

_SQL = named("mail")


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """A mail that is due."""

    id: UUID
    sealed: bytes
    #: This try is counted.
    attempts: int


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """What all links have: for whom, until when, and whether it was used."""

    email: str
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None


class Signup(Link, frozen=True, kw_only=True):
    """Somebody who says that the address is theirs."""

    password_hash: str
    company: str
    language: str


async def put(conn: Connection, id_: UUID, sealed: bytes, at: datetime) -> None:
    """Mail to be sent once this transaction is committed."""
    await conn.execute(_SQL["put"], id_, sealed, at)


async def claim(conn: Connection, now: datetime, limit: int) -> list[Waiting]:
    """Mail that is due; what is not `sent` comes again, each time later: after 30 s, 1 min, 2 min … 17 h."""
    return [Waiting(**row) for row in await conn.fetch(_SQL["claim"], now, limit)]


async def sent(conn: Connection, id_: UUID) -> None:
    """It has left, or never will."""
    await conn.execute(_SQL["sent"], id_)


async def add_signup(conn: Connection, token_hash: bytes, new: Signup) -> None:
    """Keep a sign-up until its link is followed."""
    known = (new.email, new.password_hash, new.company, new.language, new.created_at, new.expires_at)
    await conn.execute(_SQL["add_signup"], token_hash, *known)


async def signup(conn: Connection, token_hash: bytes) -> Signup | None:
    """The sign-up of a link, used or not."""
    row = await conn.fetchrow(_SQL["signup"], token_hash)
    return Signup(**row) if row else None


async def use_signup(conn: Connection, token_hash: bytes, now: datetime) -> Signup | None:
    """Take the link's only use; None when there is none left."""
    row = await conn.fetchrow(_SQL["use_signup"], token_hash, now)
    return Signup(**row) if row else None


async def signups_between(conn: Connection, email: str, after: datetime, until: datetime) -> int:
    """How many sign-ups this address has had, the one at `until` too."""
    return int(await conn.fetchval(_SQL["signups_between"], email, after, until))


async def add_reset(conn: Connection, token_hash: bytes, link: Link) -> None:
    """Keep a wish for a new password."""
    await conn.execute(_SQL["add_reset"], token_hash, link.email, link.created_at, link.expires_at)


async def reset(conn: Connection, token_hash: bytes) -> Link | None:
    """The wish of a link, used or not."""
    row = await conn.fetchrow(_SQL["reset"], token_hash)
    return Link(**row) if row else None


async def use_reset(conn: Connection, token_hash: bytes, now: datetime) -> Link | None:
    """Take the link's only use; None when there is none left."""
    row = await conn.fetchrow(_SQL["use_reset"], token_hash, now)
    return Link(**row) if row else None


async def end_resets(conn: Connection, email: str, now: datetime) -> None:
    """No older link changes this person's password any more."""
    await conn.execute(_SQL["end_resets"], email, now)


async def resets_between(conn: Connection, email: str, after: datetime, until: datetime) -> int:
    """How many wishes this address has had, the one at `until` too."""
    return int(await conn.fetchval(_SQL["resets_between"], email, after, until))


async def sweep(conn: Connection, before: datetime) -> None:
    """Forget links that expired so long ago."""
    await conn.execute(_SQL["sweep_signups"], before)
    await conn.execute(_SQL["sweep_resets"], before)
