"""A tenant's people: invitations, roles, leaving. Owners do everything, admins all but touch owners.

Whoever reads only is kept out by the guard of the pages; the last owner cannot go.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from connector.account.people import Viewer
from connector.account.post import InvitationWish, put_down
from connector.account.room import may_invite
from connector.account.typed import address, email_wrong
from connector.security.tokens import new_token, token_hash
from connector.security.vault import Vault
from connector.store import audit, invitations, people
from connector.store.ids import new_id
from connector.store.invitations import Invitation
from connector.store.people import Member, Membership, Role
from connector.store.scope import Connection, Database

VALID = timedelta(days=7)
#: Open invitations of one tenant.
MOST_OPEN = 50


class Refusal(StrEnum):
    """Why nothing was done."""

    NO_EMAIL = "no_email"
    BELONGS_ALREADY = "belongs_already"
    TOO_MANY = "too_many"
    #: The plan has no room for one more person.
    PLAN_FULL = "plan_full"
    NOT_ALLOWED = "not_allowed"
    LAST_OWNER = "last_owner"
    NOBODY = "nobody"


async def invite(
    database: Database,
    vault: Vault,
    by: Viewer,
    email: str,
    role: Role,
    now: datetime,
    business_now: datetime,
) -> Refusal | None:
    """Have a link sent; an older invitation of the same address ends."""
    email = address(email)
    if email_wrong(email):
        return Refusal.NO_EMAIL
    if not _may_give(by.role, role):
        return Refusal.NOT_ALLOWED
    async with database.system() as conn:
        if any(one.email == email for one in await people.members(conn, by.tenant_id)):
            return Refusal.BELONGS_ALREADY
        if len(await invitations.open_ones(conn, by.tenant_id)) >= MOST_OPEN:
            return Refusal.TOO_MANY
        if not await may_invite(conn, by.tenant_id, email, business_now):
            return Refusal.PLAN_FULL
        token = new_token()
        new = Invitation(
            id=new_id(now),
            tenant_id=by.tenant_id,
            email=email,
            role=role,
            invited_by=by.name,
            created_at=now,
            expires_at=business_now + VALID,
        )
        await invitations.add(conn, token_hash(token), new)
        wish = InvitationWish(
            email=email, company=by.tenant_name, inviter=by.name, language=by.language, token=token
        )
        await put_down(conn, vault, wish, now)
        await note(conn, by, now, "invitation.sent", email=email, role=role)
    return None


async def withdraw(database: Database, by: Viewer, invitation_id: UUID, now: datetime) -> Refusal | None:
    """The link of an open invitation leads nowhere any more."""
    async with database.system() as conn:
        email = await invitations.revoke(conn, by.tenant_id, invitation_id, now)
        if email is None:
            return Refusal.NOBODY
        await note(conn, by, now, "invitation.withdrawn", email=email)
    return None


async def give_role(
    database: Database, by: Viewer, person_id: UUID, role: Role, now: datetime
) -> Refusal | None:
    """Change what a person may do."""
    async with database.system() as conn:
        found = await _touchable(conn, by, person_id)
        if isinstance(found, Refusal):
            return found
        if not _may_give(by.role, role):
            return Refusal.NOT_ALLOWED
        if found.role is role:
            return None
        if role is not Role.OWNER and await _is_last_owner(conn, found):
            return Refusal.LAST_OWNER
        changed = Membership(tenant_id=by.tenant_id, person_id=person_id, role=role)
        await people.add_member(conn, changed, now)
        await note(conn, by, now, "role.changed", email=found.email, before=found.role, after=role)
    return None


async def remove(database: Database, by: Viewer, person_id: UUID, now: datetime) -> Refusal | None:
    """Put a person out of the tenant; their sessions there open nothing from now on."""
    async with database.system() as conn:
        found = await _touchable(conn, by, person_id)
        if isinstance(found, Refusal):
            return found
        if await _is_last_owner(conn, found):
            return Refusal.LAST_OWNER
        await people.remove_member(conn, by.tenant_id, person_id)
        await note(conn, by, now, "person.removed", email=found.email)
    return None


async def leave(database: Database, who: Viewer, now: datetime) -> Refusal | None:
    """Go by oneself."""
    async with database.system() as conn:
        found = await _member(conn, who.tenant_id, who.person_id)
        if found is None:
            return Refusal.NOBODY
        if await _is_last_owner(conn, found):
            return Refusal.LAST_OWNER
        await people.remove_member(conn, who.tenant_id, who.person_id)
        await note(conn, who, now, "person.left", email=who.email)
    return None


async def note(conn: Connection, by: Viewer, now: datetime, action: str, **detail: str) -> None:
    """A line of the audit log, in an open system scope."""
    await audit.add(by.tenant_id, at=now, person_id=by.person_id, actor=by.name, action=action, detail=detail)


def _may_give(giver: Role, role: Role) -> bool:
    return giver is Role.OWNER or (giver is Role.ADMIN and role is not Role.OWNER)


async def _touchable(conn: Connection, by: Viewer, person_id: UUID) -> Member | Refusal:
    """The person, if whoever asks may change what they are; roles are asked anew, under the lock."""
    roles = await people.lock_members(conn, by.tenant_id)
    found = await _member(conn, by.tenant_id, person_id)
    if found is None:
        return Refusal.NOBODY
    own = roles.get(by.person_id, Role.VIEWER)
    return found if _may_give(own, found.role) else Refusal.NOT_ALLOWED


async def _member(conn: Connection, tenant_id: UUID, person_id: UUID) -> Member | None:
    found = await people.members(conn, tenant_id)
    return next((one for one in found if one.person_id == person_id), None)


async def _is_last_owner(conn: Connection, member: Member) -> bool:
    roles = await people.lock_members(conn, member.tenant_id)
    owners = {person for person, role in roles.items() if role is Role.OWNER}
    return owners == {member.person_id}
