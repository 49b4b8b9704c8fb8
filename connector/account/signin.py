"""Signing in by e-mail and password, sessions, and the brake on guessing.

The brake counts per person, never per address, so that others behind the same address are not hurt. A try is
counted before its password is looked at: many at once get no further than one after the other.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from connector.account.people import Role, Viewer
from connector.security.passwords import is_password
from connector.security.tokens import new_token, token_hash
from connector.store.scope import Connection, Database

#: A session ends so long after its beginning …
SESSION_DAYS = 30
#: … or after so long without a request.
IDLE = timedelta(days=7)
#: How exactly the last request's time is kept.
SEEN_EVERY = timedelta(minutes=5)

#: Wrong passwords in a row before the brake takes hold, how many more after it, and how long it holds.
FREE_TRIES = 10
LATER_TRIES = 3
BRAKE = timedelta(seconds=30)
#: Wrong passwords are forgotten after so long without a try.
FORGET = timedelta(minutes=15)

_TRY = """
INSERT INTO signin_attempt AS a (email, failures, blocked_until, last_at) VALUES ($1, 1, NULL, $2)
ON CONFLICT (email) DO UPDATE SET
    failures = CASE
        WHEN a.last_at < $3 THEN 1
        WHEN a.blocked_until IS NOT NULL THEN $4::int - $5::int + 1
        ELSE a.failures + 1
    END,
    blocked_until = CASE
        WHEN a.last_at >= $3 AND a.blocked_until IS NULL AND a.failures + 1 >= $4 THEN $6::timestamptz
    END,
    last_at = $2
WHERE a.blocked_until IS NULL OR a.blocked_until <= $2
RETURNING failures
"""
_BLOCKED_UNTIL = "SELECT blocked_until FROM signin_attempt WHERE email = $1"
_FORGIVE = "DELETE FROM signin_attempt WHERE email = $1"
_PERSON = "SELECT id, password_hash FROM person WHERE email = $1 AND confirmed_at IS NOT NULL"
_TENANT = "SELECT tenant_id FROM membership WHERE person_id = $1 ORDER BY created_at LIMIT 1"
_OPEN = """
INSERT INTO session (token_hash, person_id, tenant_id, frame, created_at, last_seen_at, expires_at)
VALUES ($1, $2, $3, false, $4, $4, $5)
"""
_VIEWER = """
SELECT p.id AS person_id, p.name, p.email, p.language, p.theme, m.role,
       t.tenant_id, t.name AS tenant_name, t.timezone, s.last_seen_at
FROM session s
JOIN person p ON p.id = s.person_id
JOIN membership m ON m.person_id = s.person_id AND m.tenant_id = s.tenant_id
JOIN tenant t ON t.tenant_id = s.tenant_id
WHERE s.token_hash = $1 AND s.expires_at > $2 AND s.last_seen_at > $3
"""
_SEEN = "UPDATE session SET last_seen_at = $2 WHERE token_hash = $1"
_CLOSE = "DELETE FROM session WHERE token_hash = $1"


class SignedIn(msgspec.Struct, frozen=True):
    """A new session's token, for the cookie."""

    token: str


class Refused(msgspec.Struct, frozen=True):
    """No such person, or not the password: which of the two is not said."""


class Braked(msgspec.Struct, frozen=True):
    """Too many wrong passwords: no password is looked at for so many seconds."""

    retry_after: int


async def sign_in(
    database: Database, email: str, password: str, now: datetime
) -> SignedIn | Refused | Braked:
    """Open a session for the right password."""
    email = email.strip().lower()
    if "\0" in email:
        return Refused()
    async with database.system() as conn:
        if (braked := await _count_try(conn, email, now)) is not None:
            return braked
        person = await conn.fetchrow(_PERSON, email)
    # Outside the transaction: a password takes tens of milliseconds, an unknown person as long.
    if not await is_password(person and person["password_hash"], password):
        return Refused()
    async with database.system() as conn:
        await conn.execute(_FORGIVE, email)
        return SignedIn(await open_session(conn, person["id"], now))


async def open_session(conn: Connection, person_id: UUID, now: datetime) -> str:
    """A new session of a person in the tenant they joined first; the token is stored as a hash only."""
    token = new_token()
    tenant_id = await conn.fetchval(_TENANT, person_id)
    expires_at = now + timedelta(days=SESSION_DAYS)
    await conn.execute(_OPEN, token_hash(token), person_id, tenant_id, now, expires_at)
    return token


async def viewer_of(database: Database, token: str, now: datetime) -> Viewer | None:
    """Who a session's token stands for; None when it has ended or its person left the tenant."""
    hashed = token_hash(token)
    async with database.system() as conn:
        row = await conn.fetchrow(_VIEWER, hashed, now, now - IDLE)
        if row is None:
            return None
        if row["last_seen_at"] < now - SEEN_EVERY:
            await conn.execute(_SEEN, hashed, now)
    values = {name: row[name] for name in Viewer.__struct_fields__ if name != "role"}
    return Viewer(role=Role(row["role"]), **values)


async def sign_out(database: Database, token: str) -> None:
    """End the session on the server."""
    async with database.system() as conn:
        await conn.execute(_CLOSE, token_hash(token))


async def _count_try(conn: Connection, email: str, now: datetime) -> Braked | None:
    args = (now - FORGET, FREE_TRIES, LATER_TRIES, now + BRAKE)
    if await conn.fetchval(_TRY, email, now, *args) is not None:
        return None
    until = await conn.fetchval(_BLOCKED_UNTIL, email)
    return Braked(max(1, min(60, round((until - now).total_seconds()) + 1)))
