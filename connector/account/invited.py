"""Accepting an invitation: by somebody new, or by a person who proves to be the one it was sent to."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

import msgspec

from connector.account import signin
from connector.account.joining import TERMS
from connector.account.people import Viewer
from connector.account.room import may_join
from connector.account.signin import Braked, Browser, Refused, SignedIn
from connector.account.typed import Wrong, name_wrong, password_wrong
from connector.security.passwords import hash_password
from connector.security.tokens import token_hash
from connector.store import audit, invitations, people, tenants
from connector.store.ids import new_id
from connector.store.invitations import Invitation
from connector.store.people import Membership, Person
from connector.store.scope import Connection, Database


class Guest(StrEnum):
    """Who stands before the door."""

    #: Signed in with the invited address.
    HERE = "here"
    #: Has an account: the password is asked for.
    KNOWN = "known"
    #: Chooses name and password.
    NEW = "new"


class Door(msgspec.Struct, frozen=True, kw_only=True):
    """An invitation that can be accepted."""

    invitation: Invitation
    company: str
    guest: Guest


class Shut(StrEnum):
    """Why a link leads nowhere."""

    UNKNOWN = "unknown"
    USED = "used"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    #: The plan has no room for one more person: the link stays good.
    FULL = "full"


class Newcomer(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody new types."""

    name: str
    password: str
    terms: bool
    language: str

    def wrong(self) -> dict[str, Wrong]:
        """The bad fields; empty when all is well."""
        found = {
            "name": name_wrong(self.name),
            "password": password_wrong(self.password),
            "terms": None if self.terms else Wrong.NO_TERMS,
        }
        return {field: wrong for field, wrong in found.items() if wrong is not None}


async def door(database: Database, token: str, viewer: Viewer | None, business_now: datetime) -> Door | Shut:
    """What the link leads to."""
    async with database.system() as conn:
        found = await invitations.by_token(conn, token_hash(token))
        shut = _shut(found, business_now)
        if shut is not None or found is None:
            return shut or Shut.UNKNOWN
        tenant = await tenants.load(found.tenant_id)
        known = await people.person_by_email(conn, found.email)
        room = await _has_room(conn, found, known)
    if tenant is None:
        return Shut.UNKNOWN
    if not room:
        return Shut.FULL
    return Door(invitation=found, company=tenant.name, guest=_guest(found, known, viewer))


async def join_new(
    database: Database, token: str, new: Newcomer, browser: Browser, now: datetime, business_now: datetime
) -> SignedIn | Shut | None:
    """Make the person the link was sent to; None when link or address were used meanwhile."""
    opened = await door(database, token, None, business_now)
    if isinstance(opened, Shut):
        return opened
    hashed = await hash_password(new.password)
    async with database.system() as conn:
        found = await invitations.by_token(conn, token_hash(token))
        if found is None or await people.person_by_email(conn, found.email) is not None:
            return None
        if not await may_join(conn, found.tenant_id):
            return Shut.FULL
        if (taken := await invitations.accept(conn, token_hash(token), now, business_now)) is None:
            return None
        person = _person(taken, new, hashed, now)
        await people.add_person(conn, person, now)
        return await _enter(conn, taken, person.id, person.name, browser, now, {"terms": TERMS})


async def join_known(
    database: Database, token: str, password: str, browser: Browser, now: datetime, business_now: datetime
) -> SignedIn | Refused | Braked | Shut | None:
    """The person's password opens the door, under the brake of signing in; None for a link used meanwhile."""
    opened = await door(database, token, None, business_now)
    if isinstance(opened, Shut):
        return opened
    checked = await signin.check_password(database, opened.invitation.email, password, now)
    if not isinstance(checked, Person):
        return checked
    return await _join(database, token, checked.id, checked.name, browser, now, business_now)


async def join_here(
    database: Database, token: str, viewer: Viewer, browser: Browser, now: datetime, business_now: datetime
) -> SignedIn | Shut | None:
    """Whoever is signed in with the invited address; None when it was used meanwhile or is another's."""
    opened = await door(database, token, viewer, business_now)
    if isinstance(opened, Shut):
        return opened
    if opened.guest is not Guest.HERE:
        return None
    return await _join(database, token, viewer.person_id, viewer.name, browser, now, business_now)


async def _join(
    database: Database,
    token: str,
    person_id: UUID,
    name: str,
    browser: Browser,
    now: datetime,
    business_now: datetime,
) -> SignedIn | Shut | None:
    async with database.system() as conn:
        found = await invitations.by_token(conn, token_hash(token))
        person = await people.person(conn, person_id)
        if found is not None and not await _has_room(conn, found, person):
            return Shut.FULL
        taken = await invitations.accept(conn, token_hash(token), now, business_now)
        return None if taken is None else await _enter(conn, taken, person_id, name, browser, now, {})


async def _enter(
    conn: Connection,
    taken: Invitation,
    person_id: UUID,
    name: str,
    browser: Browser,
    now: datetime,
    detail: dict[str, str],
) -> SignedIn:
    """An invitation never takes a role away: who belongs already keeps theirs."""
    joined = {one.tenant_id for one in await people.memberships(conn, person_id)}
    if taken.tenant_id not in joined:
        member = Membership(tenant_id=taken.tenant_id, person_id=person_id, role=taken.role)
        await people.add_member(conn, member, now)
    await audit.add(
        taken.tenant_id,
        at=now,
        person_id=person_id,
        actor=name,
        action="person.joined",
        detail={"email": taken.email, "role": taken.role, **detail},
    )
    return SignedIn(await signin.open_session(conn, person_id, now, browser, taken.tenant_id))


async def _has_room(conn: Connection, invitation: Invitation, known: Person | None) -> bool:
    """Who belongs already takes up no more room."""
    joined = await people.memberships(conn, known.id) if known else []
    if any(one.tenant_id == invitation.tenant_id for one in joined):
        return True
    return await may_join(conn, invitation.tenant_id)


def _person(taken: Invitation, new: Newcomer, hashed: str, now: datetime) -> Person:
    """Who has the link has the mail: the address is confirmed."""
    return Person(
        id=new_id(now),
        email=taken.email,
        name=new.name.strip(),
        password_hash=hashed,
        language=new.language,
        theme="system",
        confirmed_at=now,
    )


def _guest(invitation: Invitation, known: Person | None, viewer: Viewer | None) -> Guest:
    if viewer is not None and viewer.email == invitation.email:
        return Guest.HERE
    return Guest.NEW if known is None else Guest.KNOWN


def _shut(found: Invitation | None, business_now: datetime) -> Shut | None:
    if found is None:
        return Shut.UNKNOWN
    if found.accepted_at is not None:
        return Shut.USED
    if found.revoked_at is not None:
        return Shut.WITHDRAWN
    return Shut.EXPIRED if found.expires_at <= business_now else None
