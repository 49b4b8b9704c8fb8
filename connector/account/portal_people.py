"""Who works in a portal, as people of Ponte's; and a portal that comes to a tenant.

A portal's word is good for its own people only: an administrator may write any e-mail address into any user.
So a portal's user becomes a person of their own, under a name that no mail reaches, and is never taken for
somebody who signs in with a password. What Bitrix24 says of their rights holds at every opening.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit
from uuid import UUID

import structlog

from connector.account import connect_bitrix24, licence
from connector.account.connect import Connecting
from connector.account.openings import Opening, PortalUser
from connector.account.people import NOWHERE, Actor, Viewer
from connector.account.room import may_join
from connector.account.signin import Browser, open_session
from connector.domain.vendor import ConnectionState, Rejected, VendorError
from connector.store import audit, connections, directory, people, tenants
from connector.store.ids import new_id
from connector.store.people import Membership, Person, Role
from connector.store.scope import Connection
from connector.store.tenants import Tenant

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class PortalDoor:
    """Lets a portal's people in."""

    connecting: Connecting

    async def tenant_of(self, opening: Opening) -> UUID | None:
        """Whose portal it is."""
        async with self.connecting.database.system() as conn:
            door = await directory.portal(conn, opening.grant.member_id)
        return door.tenant_id if door else None

    async def enter(self, tenant_id: UUID, opening: Opening, now: datetime, browser: Browser) -> str:
        """Sign the portal's user in; a session's token. Raises `Rejected` for one who was shut out."""
        async with self.connecting.database.system() as conn:
            person_id = await self._person(conn, tenant_id, opening, now)
            return await open_session(conn, person_id, now, browser, tenant_id)

    async def found(self, opening: Opening, now: datetime, business_now: datetime, browser: Browser) -> str:
        """A new tenant with this portal, its administrator the owner; a session's token."""
        _administrators_only(opening)
        tenant_id = new_id(now)
        name = urlsplit(opening.origin).netloc
        async with self.connecting.database.system() as conn:
            await tenants.add(Tenant(tenant_id=tenant_id, name=name, created_at=now))
            await licence.begin_trial(conn, tenant_id, business_now, now)
            person_id = await _add(conn, tenant_id, opening, Role.OWNER, now)
            by = Actor(opening.user.name, person_id)
            await connect_bitrix24.keep_portal(self.connecting, conn, tenant_id, opening.grant, by)
            token = await open_session(conn, person_id, now, browser, tenant_id)
        await self.prepared(tenant_id)
        return token

    async def adopt(self, person: Person, opening: Opening, now: datetime, browser: Browser) -> str:
        """The portal belongs to this person's tenant; a session's token of theirs. Raises `Rejected`."""
        _administrators_only(opening)
        async with self.connecting.database.system() as conn:
            tenant_id = await _home(conn, person, opening)
            by = Actor(person.name or person.email, person.id)
            await connect_bitrix24.keep_portal(self.connecting, conn, tenant_id, opening.grant, by)
            token = await open_session(conn, person.id, now, browser, tenant_id)
        await self.prepared(tenant_id)
        return token

    async def bring(self, viewer: Viewer, opening: Opening) -> None:
        """The portal belongs to the tenant that is looked at from now on. Raises `Rejected`."""
        if not viewer.may_change:
            raise Rejected("Seu papel na Ponte só permite ver.", code="role")
        _administrators_only(opening)
        async with self.connecting.database.system() as conn:
            await connect_bitrix24.keep_portal(
                self.connecting, conn, viewer.tenant_id, opening.grant, viewer.actor
            )
        await self.prepared(viewer.tenant_id)

    async def renew(self, tenant_id: UUID, opening: Opening, *, always: bool) -> None:
        """An administrator's opening mends a broken connection; an install replaces its tokens `always`."""
        if not opening.user.admin:
            return
        async with self.connecting.database.system() as conn:
            portal = await connections.portal(conn, tenant_id)
            mend = always or portal is None or portal.state is not ConnectionState.CONNECTED
            if mend:
                await connect_bitrix24.keep_portal(
                    self.connecting, conn, tenant_id, opening.grant, _actor(opening.user)
                )
            else:
                await connect_bitrix24.learn_token(self.connecting, conn, tenant_id, opening.grant)
        if mend:
            await self.prepared(tenant_id)
        else:
            await self._bound(tenant_id)

    async def prepared(self, tenant_id: UUID) -> None:
        """Get the portal ready; what does not work is told by the connection's state, not by an error."""
        try:
            await connect_bitrix24.prepare_portal(self.connecting, tenant_id)
        except VendorError as error:
            log.warning("portal_not_prepared", tenant=str(tenant_id), code=error.code)

    async def _bound(self, tenant_id: UUID) -> None:
        try:
            await connect_bitrix24.bind_events(self.connecting, tenant_id)
        except VendorError as error:
            log.warning("events_not_bound", tenant=str(tenant_id), code=error.code)

    async def _person(self, conn: Connection, tenant_id: UUID, opening: Opening, now: datetime) -> UUID:
        role = Role.ADMIN if opening.user.admin else Role.VIEWER
        person = await people.person_by_email(conn, address(tenant_id, opening))
        if person is None:
            if not await may_join(conn, tenant_id):
                raise Rejected("O plano da empresa não inclui mais pessoas.", code="people_full")
            return await _add(conn, tenant_id, opening, role, now)
        joined = [one for one in await people.memberships(conn, person.id) if one.tenant_id == tenant_id]
        if not joined:
            raise Rejected("Seu acesso foi retirado. Fale com quem administra a Ponte.", code="removed")
        if joined[0].role not in (role, Role.OWNER):
            await people.add_member(
                conn, Membership(tenant_id=tenant_id, person_id=person.id, role=role), now
            )
        return person.id


def address(tenant_id: UUID, opening: Opening) -> str:
    """The name under which a portal's user is known to a tenant; no mail reaches it, no password opens it."""
    return f"{opening.user.id}@{opening.grant.member_id}.{tenant_id.hex}.{NOWHERE}".lower()


async def _home(conn: Connection, person: Person, opening: Opening) -> UUID:
    """The person's first tenant that they may change and that this portal fits."""
    mine = [one for one in await people.memberships(conn, person.id) if one.role is not Role.VIEWER]
    for one in mine:
        portal = await connections.portal(conn, one.tenant_id)
        if portal is None or portal.member_id == opening.grant.member_id:
            return one.tenant_id
    if mine:
        raise Rejected("Sua conta da Ponte já está conectada a outro portal.", code="other_portal")
    raise Rejected("Seu papel na Ponte só permite ver.", code="role")


async def _add(conn: Connection, tenant_id: UUID, opening: Opening, role: Role, now: datetime) -> UUID:
    person = Person(
        id=new_id(now),
        email=address(tenant_id, opening),
        name=opening.user.name,
        password_hash=None,
        language="pt",
        theme="system",
        confirmed_at=None,
    )
    await people.add_person(conn, person, now)
    membership = Membership(tenant_id=tenant_id, person_id=person.id, role=role)
    await people.add_member(conn, membership, now)
    detail = {"role": role, "bitrix24_user": opening.user.id}
    await audit.add(
        tenant_id, at=now, person_id=person.id, actor=person.name, action="person.joined", detail=detail
    )
    return person.id


def _actor(user: PortalUser) -> Actor:
    return Actor(user.name or f"Bitrix24 {user.id}")


def _administrators_only(opening: Opening) -> None:
    if not opening.user.admin:
        raise Rejected("Só um administrador do portal pode conectar a Ponte.", code="not_admin")
