"""Another password, chosen by somebody who is signed in and knows the present one."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import structlog

from connector.account.people import Viewer
from connector.account.signin import Braked, Refused, check_password
from connector.account.typed import Wrong, password_wrong
from connector.security.passwords import hash_password
from connector.security.tokens import token_hash
from connector.store import audit, mail, people
from connector.store.people import Person
from connector.store.scope import Connection, Database

log = structlog.get_logger("security")


async def change(
    database: Database, by: Viewer, session: str, present: str, new: str, now: datetime
) -> Wrong | Refused | Braked | None:
    """Replace the password; all other sessions of the person end. None when it is done.

    The present one is asked for under the brake of signing in: an open browser is not the person.
    """
    if found := password_wrong(new):
        return found
    checked = await check_password(database, by.email, present, now)
    if isinstance(checked, Refused | Braked):
        return checked
    hashed = await hash_password(new)
    async with database.system() as conn:
        await _replace(conn, checked, hashed, session, now)
    log.info("password_changed", person=str(checked.id))
    return None


async def _replace(conn: Connection, person: Person, hashed: str, session: str, now: datetime) -> None:
    """The links that wait in mails change nothing any more, either."""
    await people.set_password(person.id, hashed)
    await people.close_other_sessions(conn, person.id, token_hash(session))
    await mail.end_resets(conn, person.email, now)
    for membership in await people.memberships(conn, person.id):
        await audit.add(
            membership.tenant_id,
            at=now,
            person_id=person.id,
            actor=person.name or person.email,
            action="password.changed",
            detail={},
        )


async def has_password(conn: Connection, person_id: UUID) -> bool:
    """Whether the person signs in with a password; who comes in through a portal has none (system scope)."""
    person = await people.person(conn, person_id)
    return person is not None and person.password_hash is not None
