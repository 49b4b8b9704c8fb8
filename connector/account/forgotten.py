"""A forgotten password: a wish, a mail, a new password. Strangers see and wait the same as customers."""

from __future__ import annotations

from datetime import datetime, timedelta

from connector.account.joining import LinkState, state_of
from connector.account.post import ResetWish, put_down
from connector.account.typed import address, email_wrong
from connector.security.passwords import hash_password
from connector.security.tokens import new_token, token_hash
from connector.security.vault import Vault
from connector.store import audit, mail, people
from connector.store.mail import Link
from connector.store.people import Person
from connector.store.scope import Connection, Database

VALID = timedelta(hours=1)


async def ask(database: Database, vault: Vault, email: str, now: datetime) -> None:
    """Have the mail written, if the address is somebody's; what is no address is passed over in silence."""
    email = address(email)
    if email_wrong(email):
        return
    token = new_token()
    link = Link(email=email, created_at=now, expires_at=now + VALID, used_at=None)
    async with database.system() as conn:
        await mail.add_reset(conn, token_hash(token), link)
        await put_down(conn, vault, ResetWish(email=email, token=token, at=now), now)


async def link_state(database: Database, token: str, now: datetime) -> LinkState:
    """Whether a link still leads to a new password."""
    async with database.system() as conn:
        return state_of(await mail.reset(conn, token_hash(token)), now)


async def choose(database: Database, token: str, password: str, now: datetime) -> bool:
    """Replace the password and end all sessions; False when the link is spent, too old, or nobody's."""
    if not (await link_state(database, token, now)).open:
        return False
    hashed = await hash_password(password)
    async with database.system() as conn:
        link = await mail.use_reset(conn, token_hash(token), now)
        person = await people.person_by_email(conn, link.email) if link else None
        if person is None:
            return False
        await _replace(conn, person, hashed, now)
        return True


async def _replace(conn: Connection, person: Person, hashed: str, now: datetime) -> None:
    await people.set_password(person.id, hashed)
    if person.confirmed_at is None:
        await people.confirm(person.id, now)
    await people.close_sessions(conn, person.id)
    await people.succeeded(conn, person.email)
    await mail.end_resets(conn, person.email, now)
    for membership in await people.memberships(conn, person.id):
        await audit.add(
            membership.tenant_id,
            at=now,
            person_id=person.id,
            actor=person.name,
            action="password.reset",
            detail={},
        )
