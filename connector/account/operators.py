"""Operators: people of their own, who sign in with a password and a one-time code.

The brake on guessing is the tenants' (connector.account.signin), under names of its own: an operator who is a
customer too, with the same address, is two people.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import msgspec
import structlog

from connector.account.signin import ANY, LONGEST_AGENT, Braked, Browser, Refused, SignedIn, count_try
from connector.account.typed import LONGEST_PASSWORD, address, is_text
from connector.security import totp
from connector.security.passwords import hash_password, is_outdated, is_password
from connector.security.tokens import new_token, token_hash
from connector.security.vault import Vault, VaultError
from connector.store import operators, people
from connector.store.ids import new_id
from connector.store.operators import NewSession, Operator
from connector.store.scope import Connection, Database

#: A session ends so long after its beginning, or after so long without a request.
SESSION = timedelta(hours=12)
IDLE = timedelta(hours=2)

log = structlog.get_logger("security")


class Watcher(msgspec.Struct, frozen=True, kw_only=True):
    """The operator who looks."""

    operator_id: UUID
    email: str
    name: str
    language: str
    theme: str


class CodeUsed(msgspec.Struct, frozen=True):
    """All is right, but the code has been used before: the next one comes within 30 seconds."""


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """A new operator's secrets, shown this once."""

    email: str
    password: str
    totp_secret: str
    #: Whether the address had an operator before, whose secrets these replace.
    renewed: bool

    @property
    def uri(self) -> str:
        """For the authenticator app."""
        return totp.uri(self.totp_secret, self.email)


async def make(
    database: Database, vault: Vault, email: str, now: datetime, password: str = "", name: str = ""
) -> Made:
    """Add an operator, or give one new secrets (then the sessions of before end); a password unless given."""
    email, password, secret = address(email), password or new_token()[:24], totp.new_secret()
    hashed = await hash_password(password)
    async with database.system() as conn:
        known = await operators.by_email(conn, email)
        operator_id = known.id if known else new_id(now)
        sealed = vault.seal(secret, code_name(operator_id))
        if known is not None:
            await operators.replace(conn, email, hashed, sealed)
            await operators.close_sessions(conn, operator_id)
            await people.succeeded(conn, _brake(email))
        else:
            await operators.add(conn, _operator(operator_id, email, name, hashed, sealed), now)
        action = "operator.renewed" if known else "operator.added"
        await operators.note(conn, at=now, operator_id=operator_id, actor=email, action=action)
    return Made(email=email, password=password, totp_secret=secret, renewed=known is not None)


async def sign_in(
    database: Database,
    vault: Vault,
    email: str,
    password: str,
    code: str,
    now: datetime,
    browser: Browser = ANY,
) -> SignedIn | Refused | Braked | CodeUsed:
    """Open a session for the right password and a fresh code; which of the two was wrong is not said."""
    email = address(email)
    if not all(map(is_text, (email, password, code))) or len(password) > LONGEST_PASSWORD:
        return Refused()
    async with database.system() as conn:
        if (braked := await count_try(conn, _brake(email), now)) is not None:
            log.warning("operator_signin_braked", seconds=braked.retry_after)
            return braked
        found = await operators.by_email(conn, email)
    right = await is_password(found.password_hash if found else None, password)
    step = _step(vault, found, code, now)
    if found is None or not right or step is None:
        log.warning("operator_signin_refused", operator=str(found.id) if found else None)
        return Refused()
    return await _enter(database, found, password, step, now, browser)


async def watcher_of(database: Database, token: str, now: datetime) -> Watcher | None:
    """Who a session's token stands for; None when it has ended."""
    async with database.system() as conn:
        found = await operators.session(conn, token_hash(token), now, now - IDLE)
    if found is None:
        return None
    return Watcher(
        operator_id=found.operator_id,
        email=found.email,
        name=found.name,
        language=found.language,
        theme=found.theme,
    )


async def sign_out(database: Database, token: str, now: datetime) -> None:
    """End the session and its visits on the server."""
    hashed = token_hash(token)
    async with database.system() as conn:
        found = await operators.session(conn, hashed, now, now - IDLE)
        await operators.close_session(conn, hashed)
        if found is not None:
            action, name = "session.closed", found.name or found.email
            await operators.note(conn, at=now, operator_id=found.operator_id, actor=name, action=action)


async def note(
    conn: Connection, by: Watcher, now: datetime, action: str, about: UUID | None = None, **detail: object
) -> None:
    """A line of the operators' audit log, in an open system scope."""
    await operators.note(
        conn,
        at=now,
        operator_id=by.operator_id,
        actor=by.name or by.email,
        action=action,
        about=about,
        detail=detail,
    )


async def _enter(
    database: Database, found: Operator, password: str, step: int, now: datetime, browser: Browser
) -> SignedIn | CodeUsed:
    outdated = is_outdated(found.password_hash)
    anew = await hash_password(password) if outdated else None
    token = new_token()
    async with database.system() as conn:
        await people.succeeded(conn, _brake(found.email))
        if not await operators.spend_code(conn, found.id, step):
            log.warning("operator_code_used_again", operator=str(found.id))
            return CodeUsed()
        if anew is not None:
            await operators.set_password(conn, found.id, anew)
        if browser.old_token is not None:
            await operators.close_session(conn, token_hash(browser.old_token))
        await operators.open_session(conn, _session(token, found.id, now, browser))
        name = found.name or found.email
        await operators.note(conn, at=now, operator_id=found.id, actor=name, action="session.opened")
    return SignedIn(token)


def _step(vault: Vault, found: Operator | None, code: str, now: datetime) -> int | None:
    if found is None:
        return None
    try:
        secret = vault.open(found.totp_secret, code_name(found.id))
    except VaultError as error:
        log.error("operator_secret_unreadable", operator=str(found.id), error=str(error))
        return None
    return totp.step_of(secret, code, now)


def _session(token: str, operator_id: UUID, now: datetime, browser: Browser) -> NewSession:
    return NewSession(
        token_hash=token_hash(token),
        operator_id=operator_id,
        agent="".join(filter(str.isprintable, browser.agent))[:LONGEST_AGENT],
        at=now,
        expires_at=now + SESSION,
    )


def _operator(operator_id: UUID, email: str, name: str, hashed: str, sealed: bytes) -> Operator:
    return Operator(
        id=operator_id,
        email=email,
        name=name or email.partition("@")[0],
        password_hash=hashed,
        totp_secret=sealed,
        language="pt",
        theme="system",
    )


def _brake(email: str) -> str:
    """No address has a blank, so no customer's tries are counted here."""
    return f"operator {email}"


def code_name(operator_id: UUID) -> str:
    """The name under which an operator's secret of one-time codes is sealed."""
    return f"operator:{operator_id}"
