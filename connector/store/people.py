"""Persons, their tenants, sessions, wrong passwords. System scope only: the directory names all tenants."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

import msgspec

from connector.store.scope import Connection
from connector.store.sql import named
from connector.store.tables.directory import Person as PersonTable

_SQL = named("people")


class Role(StrEnum):
    """What a person may do in a tenant."""

    OWNER = "owner"
    ADMIN = "admin"
    VIEWER = "viewer"


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who signs in."""

    id: UUID
    email: str
    name: str
    #: None = no password was chosen yet.
    password_hash: str | None
    language: str
    theme: str
    confirmed_at: datetime | None


class Membership(msgspec.Struct, frozen=True, kw_only=True):
    """A person's role in a tenant."""

    tenant_id: UUID
    person_id: UUID
    role: Role


class Member(Membership, frozen=True, kw_only=True):
    """The same, with who it is."""

    email: str
    name: str
    #: Kinds of notices that the person wants no mail of.
    muted: tuple[str, ...] = ()
    #: Kinds that nobody gets who did not ask for them.
    asked_for: tuple[str, ...] = ()


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """A signed-in browser: who, where, as what."""

    person_id: UUID
    tenant_id: UUID | None
    #: None = the person has no role in that tenant (any more).
    role: Role | None
    frame: bool
    email: str
    name: str
    language: str
    theme: str
    last_seen_at: datetime
    expires_at: datetime
    #: How many tenants the person belongs to.
    tenants: int
    #: When the tenant's data is erased (business time), if it is leaving.
    leaves_at: datetime | None


class SessionShown(msgspec.Struct, frozen=True, kw_only=True):
    """What a person is told of a browser that is signed in with their name."""

    id: UUID
    token_hash: bytes
    frame: bool
    #: As the browser calls itself.
    agent: str
    created_at: datetime
    last_seen_at: datetime


class Company(msgspec.Struct, frozen=True, kw_only=True):
    """A tenant that a person belongs to."""

    tenant_id: UUID
    name: str
    role: Role


class Attempts(msgspec.Struct, frozen=True, kw_only=True):
    """Wrong passwords given for an address."""

    failures: int
    blocked_until: datetime | None
    last_at: datetime


async def add_person(conn: Connection, person: Person, at: datetime) -> None:
    """Add a person; the e-mail address is kept in lower case and must be new."""
    known = (person.id, person.email, person.name, person.password_hash, person.language, person.confirmed_at)
    await conn.execute(_SQL["add_person"], *known, at)


async def person(conn: Connection, person_id: UUID) -> Person | None:
    """By id."""
    row = await conn.fetchrow(_SQL["person"], person_id)
    return Person(**row) if row else None


async def person_by_email(conn: Connection, email: str) -> Person | None:
    """By address, in any letter case."""
    row = await conn.fetchrow(_SQL["person_by_email"], email)
    return Person(**row) if row else None


async def set_password(person_id: UUID, password_hash: str) -> None:
    """Replace the password (in an open system scope)."""
    await PersonTable.update({PersonTable.password_hash: password_hash}).where(PersonTable.id == person_id)


async def set_language(person_id: UUID, language: str) -> None:
    """Remember the language (in an open system scope)."""
    await PersonTable.update({PersonTable.language: language}).where(PersonTable.id == person_id)


async def set_name(person_id: UUID, name: str) -> None:
    """What others call the person (in an open system scope)."""
    await PersonTable.update({PersonTable.name: name}).where(PersonTable.id == person_id)


async def set_theme(person_id: UUID, theme: str) -> None:
    """Remember the theme (in an open system scope)."""
    await PersonTable.update({PersonTable.theme: theme}).where(PersonTable.id == person_id)


async def confirm(person_id: UUID, at: datetime) -> None:
    """The address is the person's own (in an open system scope)."""
    await PersonTable.update({PersonTable.confirmed_at: at}).where(PersonTable.id == person_id)


async def add_member(conn: Connection, membership: Membership, at: datetime) -> None:
    """Give a person a role in a tenant, or another one."""
    await conn.execute(_SQL["add_member"], membership.tenant_id, membership.person_id, membership.role, at)


async def memberships(conn: Connection, person_id: UUID) -> list[Membership]:
    """The person's tenants, the first joined first."""
    return [_membership(row) for row in await conn.fetch(_SQL["memberships"], person_id)]


async def members(conn: Connection, tenant_id: UUID) -> list[Member]:
    """The tenant's people, by address."""
    rows = await conn.fetch(_SQL["members"], tenant_id)
    return [
        Member(
            **{
                **row,
                "role": Role(row["role"]),
                "muted": tuple(row["muted"]),
                "asked_for": tuple(row["asked_for"]),
            }
        )
        for row in rows
    ]


async def mute(
    conn: Connection, tenant_id: UUID, person_id: UUID, muted: list[str], asked_for: list[str]
) -> None:
    """Which kinds of notices the person wants no mail of, and which only who asks for them gets."""
    await conn.execute(_SQL["mute"], tenant_id, person_id, muted, asked_for)


async def lock_members(conn: Connection, tenant_id: UUID) -> dict[UUID, Role]:
    """Everybody's role, which nobody else changes or adds to before this transaction ends."""
    await conn.execute(_SQL["lock_members"], tenant_id)
    return {row["person_id"]: Role(row["role"]) for row in await conn.fetch(_SQL["roles"], tenant_id)}


async def remove_member(conn: Connection, tenant_id: UUID, person_id: UUID) -> None:
    """The person belongs to the tenant no more; their sessions there open nothing."""
    await conn.execute(_SQL["remove_member"], tenant_id, person_id)


async def companies(conn: Connection, person_id: UUID) -> list[Company]:
    """The person's tenants, by name."""
    return [msgspec.convert(dict(row), Company) for row in await conn.fetch(_SQL["companies"], person_id)]


def _membership(row: dict[str, object]) -> Membership:
    return msgspec.convert(dict(row), Membership)


async def open_session(
    conn: Connection,
    token_hash: bytes,
    person_id: UUID,
    tenant_id: UUID | None,
    *,
    frame: bool,
    at: datetime,
    expires_at: datetime,
    agent: str = "",
) -> None:
    """Sign a browser in; `frame` = inside the portal, `agent` = as the browser calls itself."""
    await conn.execute(_SQL["open_session"], token_hash, person_id, tenant_id, frame, at, expires_at, agent)


async def session(conn: Connection, token_hash: bytes, now: datetime) -> Session | None:
    """The session, if it has not expired."""
    row = await conn.fetchrow(_SQL["session"], token_hash, now)
    return Session(**{**row, "role": row["role"] and Role(row["role"])}) if row else None


async def session_seen(conn: Connection, token_hash: bytes, now: datetime, expires_at: datetime) -> None:
    """Note that it was used, once a minute at most, and let it live on."""
    await conn.execute(_SQL["session_seen"], token_hash, now, expires_at)


async def close_session(conn: Connection, token_hash: bytes) -> None:
    """Sign this browser out."""
    await conn.execute(_SQL["close_session"], token_hash)


async def close_frames(conn: Connection, tenant_id: UUID) -> None:
    """End all sessions inside the tenant's portal."""
    await conn.execute(_SQL["close_frames"], tenant_id)


async def close_sessions(conn: Connection, person_id: UUID) -> None:
    """Sign the person out everywhere."""
    await conn.execute(_SQL["close_sessions"], person_id)


async def sessions(
    conn: Connection, person_id: UUID, now: datetime, seen_after: datetime
) -> list[SessionShown]:
    """The person's sessions that live, the last used first."""
    return [SessionShown(**row) for row in await conn.fetch(_SQL["sessions"], person_id, now, seen_after)]


async def close_one_session(conn: Connection, person_id: UUID, id_: UUID) -> bool:
    """Sign one of the person's browsers out; False if it is none of theirs."""
    return await conn.fetchval(_SQL["close_one_session"], person_id, id_) is not None


async def close_other_sessions(conn: Connection, person_id: UUID, token_hash: bytes) -> None:
    """Sign the person out everywhere but here."""
    await conn.execute(_SQL["close_other_sessions"], person_id, token_hash)


async def enter(conn: Connection, token_hash: bytes, tenant_id: UUID) -> bool:
    """Look at another of the person's tenants; False if it is none of theirs."""
    return await conn.fetchval(_SQL["enter"], token_hash, tenant_id) is not None


async def sweep_sessions(conn: Connection, now: datetime) -> None:
    """Forget expired sessions."""
    await conn.execute(_SQL["sweep_sessions"], now)


async def attempts(conn: Connection, email: str) -> Attempts | None:
    """Wrong passwords given for this address, if any since it last signed in."""
    row = await conn.fetchrow(_SQL["attempts"], email)
    return Attempts(**row) if row else None


async def failed(conn: Connection, email: str, at: datetime, forget_after: timedelta) -> int:
    """Count a wrong password; answers how many in a row. A pause of `forget_after` begins anew."""
    return int(await conn.fetchval(_SQL["failed"], email, at, forget_after))


async def block(conn: Connection, email: str, until: datetime) -> None:
    """Take no password for this address until then."""
    await conn.execute(_SQL["block"], email, until)


async def succeeded(conn: Connection, email: str) -> None:
    """Forget the wrong passwords."""
    await conn.execute(_SQL["succeeded"], email)
