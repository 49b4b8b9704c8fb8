"""Signing in by e-mail and password, sessions, and the brake on guessing.

The brake counts per person, never per address, so that others behind the same address are not hurt. A try is
counted before its password is looked at: many at once get no further than one after the other.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from urllib.parse import urlsplit
from uuid import UUID

import msgspec
import structlog

from connector.account.people import Viewer
from connector.account.typed import LONGEST_PASSWORD, is_text
from connector.security.passwords import hash_password, is_outdated, is_password
from connector.security.tokens import new_token, token_hash
from connector.store import audit, connections, people, tenants
from connector.store.people import Person, Session
from connector.store.scope import Connection, Database

#: A session ends so long after its beginning …
SESSION_DAYS = 30
#: … or after so long without a request.
IDLE = timedelta(days=7)

#: Wrong passwords in a row before the brake takes hold, how many more after it, and how long it holds.
FREE_TRIES = 10
LATER_TRIES = 3
BRAKE = timedelta(seconds=30)
#: Wrong passwords are forgotten after so long without a try.
FORGET = timedelta(minutes=15)
#: As much of a browser's own name as is kept.
LONGEST_AGENT = 300

log = structlog.get_logger("security")

#: One statement, because tries come at once. No row comes back while the brake holds.
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


class SignedIn(msgspec.Struct, frozen=True):
    """A new session's token, for the cookie."""

    token: str


class Refused(msgspec.Struct, frozen=True):
    """No such person, or not the password: which of the two is not said."""


class Braked(msgspec.Struct, frozen=True):
    """Too many wrong passwords: none is looked at for so many seconds."""

    retry_after: int


class Nowhere(msgspec.Struct, frozen=True):
    """The right password of a person who belongs to no tenant any more."""


class Browser(msgspec.Struct, frozen=True, kw_only=True):
    """Where somebody signs in from."""

    #: As the browser calls itself.
    agent: str = ""
    #: The session that it had before: ends with the new one's beginning.
    old_token: str | None = None
    #: Inside the portal.
    frame: bool = False


ANY = Browser()


async def sign_in(
    database: Database, email: str, password: str, now: datetime, browser: Browser = ANY
) -> SignedIn | Refused | Braked | Nowhere:
    """Open a session for the right password."""
    checked = await check_password(database, email, password, now)
    if not isinstance(checked, Person):
        return checked
    async with database.system() as conn:
        if not await people.memberships(conn, checked.id):
            log.warning("signin_refused", person=str(checked.id), nowhere=True)
            return Nowhere()
        return SignedIn(await open_session(conn, checked.id, now, browser))


async def check_password(
    database: Database, email: str, password: str, now: datetime
) -> Person | Refused | Braked:
    """Whose password it is, under the brake."""
    email = email.strip().lower()
    if not is_text(email) or not is_text(password) or len(password) > LONGEST_PASSWORD:
        log.warning("signin_refused", person=None, odd=True)
        return Refused()
    async with database.system() as conn:
        if (braked := await count_try(conn, email, now)) is not None:
            log.warning("signin_braked", seconds=braked.retry_after)
            return braked
        person = await people.person_by_email(conn, email)
    known = str(person.id) if person else None
    # Outside the transaction: a password takes tens of milliseconds, an unknown person as long.
    right = await is_password(person.password_hash if person else None, password)
    if person is None or person.confirmed_at is None or not right:
        log.warning("signin_refused", person=known, confirmed=bool(person and person.confirmed_at))
        return Refused()
    await _welcome(database, person, password)
    return person


async def _welcome(database: Database, person: Person, password: str) -> None:
    """Forget the wrong passwords, and hash the right one anew if that is done better today."""
    outdated = person.password_hash is not None and is_outdated(person.password_hash)
    anew = await hash_password(password) if outdated else None
    async with database.system() as conn:
        await people.succeeded(conn, person.email)
        if anew is not None:
            await people.set_password(person.id, anew)


async def open_session(
    conn: Connection,
    person_id: UUID,
    now: datetime,
    browser: Browser = ANY,
    tenant_id: UUID | None = None,
) -> str:
    """A new session in this tenant, else in the one joined first; the token is stored as a hash only.

    The audit log of the tenant says so.
    """
    token = new_token()
    if browser.old_token is not None:
        await people.close_session(conn, token_hash(browser.old_token))
    if tenant_id is None:
        joined = await people.memberships(conn, person_id)
        tenant_id = joined[0].tenant_id if joined else None
    await people.open_session(
        conn,
        token_hash(token),
        person_id,
        tenant_id,
        frame=browser.frame,
        at=now,
        expires_at=now + timedelta(days=SESSION_DAYS),
        agent="".join(filter(str.isprintable, browser.agent))[:LONGEST_AGENT],
    )
    if tenant_id is not None:
        await _note(conn, tenant_id, person_id, "session.opened", browser.frame, now)
    return token


async def viewer_of(database: Database, token: str, now: datetime) -> Viewer | None:
    """Who a session's token stands for; None when it has ended or its person has left the tenant."""
    hashed = token_hash(token)
    async with database.system() as conn:
        session = await people.session(conn, hashed, now)
        if session is None or session.last_seen_at < now - IDLE or session.tenant_id is None:
            return None
        await people.session_seen(conn, hashed, now, session.expires_at)
        tenant = await tenants.load(session.tenant_id)
        portal = await connections.portal(conn, session.tenant_id) if session.frame else None
    framed_by = origin_of(portal.client_endpoint) if portal else ""
    return None if tenant is None else _viewer(session, tenant, framed_by)


async def sign_out(database: Database, token: str, now: datetime) -> None:
    """End the session on the server; one that has ended before leaves no line in the audit log."""
    hashed = token_hash(token)
    async with database.system() as conn:
        ended = await people.session(conn, hashed, now)
        await people.close_session(conn, hashed)
        if ended is not None and ended.tenant_id is not None and ended.role is not None:
            await _note(conn, ended.tenant_id, ended.person_id, "session.closed", ended.frame, now)


async def _note(
    conn: Connection, tenant_id: UUID, person_id: UUID, action: str, frame: bool, now: datetime
) -> None:
    person = await people.person(conn, person_id)
    await audit.add(
        tenant_id,
        at=now,
        person_id=person_id,
        actor=(person.name or person.email) if person else "",
        action=action,
        detail={"place": "bitrix24"} if frame else {},
    )


async def count_try(conn: Connection, email: str, now: datetime) -> Braked | None:
    """Count a try under this name (system scope); says so when none is looked at for a while."""
    args = (now - FORGET, FREE_TRIES, LATER_TRIES, now + BRAKE)
    if await conn.fetchval(_TRY, email, now, *args) is not None:
        return None
    attempts = await people.attempts(conn, email)
    until = attempts.blocked_until if attempts and attempts.blocked_until else now
    return Braked(min(60, int((until - now).total_seconds()) + 1))


def origin_of(client_endpoint: str) -> str:
    """Scheme, host and port of a portal's address: who may hold our pages in a frame."""
    parts = urlsplit(client_endpoint)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""


def _viewer(session: Session, tenant: tenants.Tenant, framed_by: str) -> Viewer | None:
    if session.role is None:
        return None
    return Viewer(
        person_id=session.person_id,
        tenant_id=tenant.tenant_id,
        tenant_name=tenant.name,
        timezone=tenant.timezone,
        name=session.name,
        email=session.email,
        role=session.role,
        language=session.language,
        theme=session.theme,
        tenants=session.tenants,
        leaves_at=session.leaves_at,
        framed_by=framed_by,
    )
