"""Operators, their sessions, their visits to tenants, what they did. System scope only."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from connector.store import ids
from connector.store.scope import Connection
from connector.store.sql import named

_SQL = named("operators")
#: Greater than every id of ours.
LAST = UUID(int=(1 << 128) - 1)


class Operator(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who keeps Ponte running; never a person of a tenant."""

    id: UUID
    email: str
    name: str
    password_hash: str
    #: Sealed.
    totp_secret: bytes
    language: str
    theme: str


class OperatorSession(msgspec.Struct, frozen=True, kw_only=True):
    """A signed-in browser of an operator's."""

    operator_id: UUID
    email: str
    name: str
    language: str
    theme: str
    last_seen_at: datetime


class Visit(msgspec.Struct, frozen=True, kw_only=True):
    """An operator in a tenant's own screens: who, where, why, until when."""

    operator_id: UUID
    email: str
    name: str
    language: str
    theme: str
    tenant_id: UUID
    tenant_name: str
    timezone: str
    leaves_at: datetime | None
    reason: str
    begun_at: datetime
    expires_at: datetime
    #: The tenant lets operators change things.
    may_change: bool


class NewSession(msgspec.Struct, frozen=True, kw_only=True):
    """What opening a session writes."""

    token_hash: bytes
    operator_id: UUID
    agent: str
    at: datetime
    expires_at: datetime


class NewVisit(msgspec.Struct, frozen=True, kw_only=True):
    """What beginning a visit writes."""

    token_hash: bytes
    session_hash: bytes
    operator_id: UUID
    tenant_id: UUID
    reason: str
    at: datetime
    expires_at: datetime


class Deed(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the operators' own audit log."""

    id: UUID
    at: datetime
    actor: str
    action: str
    #: The tenant, and its name while it has one.
    about: UUID | None
    about_name: str | None
    detail: dict[str, Any]


async def add(conn: Connection, new: Operator, at: datetime) -> None:
    """Add one; raises asyncpg's UniqueViolationError for an address that is known."""
    known = (new.id, new.email, new.name, new.password_hash, new.totp_secret, new.language)
    await conn.execute(_SQL["add"], *known, at)


async def replace(conn: Connection, email: str, password_hash: str, totp_secret: bytes) -> UUID | None:
    """Another password and another secret; None if nobody has the address."""
    found: UUID | None = await conn.fetchval(_SQL["replace"], email, password_hash, totp_secret)
    return found


async def by_email(conn: Connection, email: str) -> Operator | None:
    """By address, in any letter case."""
    row = await conn.fetchrow(_SQL["by_email"], email)
    return Operator(**row) if row else None


async def everybody(conn: Connection) -> list[Operator]:
    """All of them, by address."""
    return [Operator(**row) for row in await conn.fetch(_SQL["all"])]


async def spend_code(conn: Connection, operator_id: UUID, step: int) -> bool:
    """Use a code up; False if it, or a later one, was used before."""
    return await conn.fetchval(_SQL["spend_code"], operator_id, step) is not None


async def set_looks(conn: Connection, operator_id: UUID, language: str | None, theme: str | None) -> None:
    """Remember how the operator likes to read; None = as before."""
    if language is not None:
        await conn.execute(_SQL["set_language"], operator_id, language)
    if theme is not None:
        await conn.execute(_SQL["set_theme"], operator_id, theme)


async def set_password(conn: Connection, operator_id: UUID, password_hash: str) -> None:
    """The same password, hashed as is done today."""
    await conn.execute(_SQL["set_password"], operator_id, password_hash)


async def open_session(conn: Connection, new: NewSession) -> None:
    """Sign a browser in."""
    values = (new.token_hash, new.operator_id, new.agent, new.at, new.expires_at)
    await conn.execute(_SQL["open_session"], *values)


async def session(
    conn: Connection, token_hash: bytes, now: datetime, seen_after: datetime
) -> OperatorSession | None:
    """The session, if it lives; its use is noted."""
    row = await conn.fetchrow(_SQL["session"], token_hash, now, seen_after)
    if row is not None:
        await conn.execute(_SQL["session_seen"], token_hash, now)
    return OperatorSession(**row) if row else None


async def close_session(conn: Connection, token_hash: bytes) -> UUID | None:
    """Sign the browser out, and end its visits; whose it was."""
    found: UUID | None = await conn.fetchval(_SQL["close_session"], token_hash)
    return found


async def close_sessions(conn: Connection, operator_id: UUID) -> None:
    """Sign the operator out everywhere."""
    await conn.execute(_SQL["close_sessions"], operator_id)


async def sweep(conn: Connection, now: datetime) -> None:
    """Forget sessions and visits that are over."""
    await conn.execute(_SQL["sweep"], now)
    await conn.execute(_SQL["sweep_visits"], now)


async def begin_visit(conn: Connection, new: NewVisit) -> None:
    """Open a tenant's screens to an operator."""
    whom = (new.token_hash, new.session_hash, new.operator_id, new.tenant_id)
    await conn.execute(_SQL["begin_visit"], *whom, new.reason, new.at, new.expires_at)


async def visit(
    conn: Connection, token_hash: bytes, now: datetime, seen_after: datetime, permission: str
) -> Visit | None:
    """The visit, if it and its session live; `permission` = the preference that allows changes."""
    row = await conn.fetchrow(_SQL["visit"], token_hash, now, seen_after, permission)
    if row is not None:
        await conn.execute(_SQL["visit_seen"], token_hash, now)
    return Visit(**row) if row else None


async def end_visit(conn: Connection, token_hash: bytes) -> bool:
    """It is over; False if it was before."""
    return await conn.fetchrow(_SQL["end_visit"], token_hash) is not None


async def note(
    conn: Connection,
    *,
    at: datetime,
    operator_id: UUID | None,
    actor: str,
    action: str,
    about: UUID | None = None,
    detail: dict[str, Any] | None = None,
) -> None:
    """Write a line; there is no way to change it."""
    written = msgspec.json.encode(detail or {}).decode()
    await conn.execute(_SQL["note"], ids.new_id(at), at, operator_id, actor, action, about, written)


async def notes(conn: Connection, about: UUID | None, before: UUID | None, limit: int) -> list[Deed]:
    """The newest first, of one tenant or of all; `before` = the id that the page before ended with."""
    values = (before or LAST, limit)
    if about is None:
        rows = await conn.fetch(_SQL["notes"], *values)
    else:
        rows = await conn.fetch(_SQL["notes_about"], *values, about)
    return [Deed(**{**row, "detail": msgspec.json.decode(row["detail"])}) for row in rows]
