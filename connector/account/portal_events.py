"""Events of the application itself, proved by the portal's application token."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from uuid import UUID

import structlog

from connector.account import connect_bitrix24, leaving
from connector.account.clock import now
from connector.account.connect import Connecting
from connector.account.openings import Openings
from connector.account.people import PONTE
from connector.account.places import door_name
from connector.account.portal_people import PortalDoor
from connector.domain.vendor import ConnectionState, Provider, VendorError
from connector.security.signature import same
from connector.store import audit, connections, directory, people, portal_intake
from connector.store.directory import Door

log = structlog.get_logger("security")


class AppEvent(StrEnum):
    """What happens to the app in a portal."""

    INSTALLED = "ONAPPINSTALL"
    UNINSTALLED = "ONAPPUNINSTALL"
    UPDATED = "ONAPPUPDATE"


#: What events of records begin with, and of the queue that the portal keeps for us.
CHANGES = ("CATALOG.", "ONCRMDEAL", "ONOFFLINEEVENT")
#: Where there is no queue, sweeps are so far apart at least.
APART = timedelta(seconds=5)


class Verdict(StrEnum):
    """What became of a message."""

    TAKEN = "taken"
    #: Genuine as far as can be told, but of nobody's portal, or of no interest.
    NOTHING = "nothing"
    FORGED = "forged"


@dataclass(frozen=True, slots=True)
class PortalEvents:
    """Takes the events of one message: `form` is flat, with Bitrix24's names such as `auth[member_id]`."""

    connecting: Connecting
    openings: Openings
    #: Queues a look at a tenant's portal.
    look: Callable[[UUID], Awaitable[None]]

    async def take(self, form: Mapping[str, str], address: str) -> Verdict:
        """Verify, then do what it says. Nothing is done for a message that is not proved."""
        event, member_id = form.get("event", "").upper(), form.get("auth[member_id]", "")
        if not event or not member_id or "\0" in member_id:
            return self._forged(event, address, "incomplete")
        async with self.connecting.database.system() as conn:
            door = await directory.portal(conn, member_id)
        if door is None:
            # The portal was installed, and nobody has chosen yet whose it is: its next opening brings all.
            known = event == AppEvent.INSTALLED
            return Verdict.NOTHING if known else self._forged(event, address, "unknown portal")
        if self._is_proved(door, form):
            return await self._proved(event, door, form)
        if event == AppEvent.INSTALLED:
            return await self._installed_anew(door, form, address)
        return self._forged(event, address, "wrong token")

    async def bind_again(self, tenant_id: UUID) -> None:
        """All handlers vanished with an update."""
        try:
            await connect_bitrix24.bind_events(self.connecting, tenant_id)
        except VendorError as error:
            log.warning("events_not_bound", tenant=str(tenant_id), code=error.code)

    def _is_proved(self, door: Door, form: Mapping[str, str]) -> bool:
        if door.application_token is None:
            return False
        token = self.connecting.vault.open(door.application_token, door_name(door.member_id))
        return same(token, form.get("auth[application_token]", ""))

    async def _proved(self, event: str, door: Door, form: Mapping[str, str]) -> Verdict:
        match event:
            case AppEvent.UNINSTALLED:
                await self._uninstalled(door, clean=form.get("data[CLEAN]") == "1")
            case AppEvent.UPDATED:
                await self.bind_again(door.tenant_id)
                async with self.connecting.database.tenant(door.tenant_id) as conn:
                    await portal_intake.unbound(conn, door.tenant_id, now())
            case AppEvent.INSTALLED:
                pass
            case _ if event.startswith(CHANGES):
                return await self._changed(door.tenant_id)
            case _:
                return Verdict.NOTHING
        return Verdict.TAKEN

    async def _changed(self, tenant_id: UUID) -> Verdict:
        """A record of the portal's changed: it says no more, so that is only a reason to look now."""
        async with self.connecting.database.tenant(tenant_id) as conn:
            due_at = await portal_intake.wanted(conn, tenant_id, now(), APART)
        if due_at is None:
            return Verdict.NOTHING
        if due_at <= now():
            await self.look(tenant_id)
        return Verdict.TAKEN

    async def _installed_anew(self, door: Door, form: Mapping[str, str], address: str) -> Verdict:
        """It brings a new application token, believed if the access token beside it is the portal's."""
        try:
            opening = await self.openings.prove(as_opening(form), address)
        except VendorError as error:
            return self._forged(AppEvent.INSTALLED, address, error.code)
        if not opening.user.admin:
            return self._forged(AppEvent.INSTALLED, address, "not_admin")
        await PortalDoor(self.connecting).renew(door.tenant_id, opening, always=True)
        return Verdict.TAKEN

    async def _uninstalled(self, door: Door, *, clean: bool) -> None:
        at, tenant_id = now(), door.tenant_id
        text = "O aplicativo foi removido do portal."
        await self.connecting.connections.broken(
            tenant_id, Provider.BITRIX24, None, ConnectionState.UNINSTALLED, text
        )
        async with self.connecting.database.system() as conn:
            await connections.forget_portal_tokens(conn, tenant_id)
            await people.close_frames(conn, tenant_id)
            if clean:
                await directory.remove_portal(conn, door.member_id)
            business_now = self.connecting.connections.business_now()
            await leaving.removed(conn, tenant_id, business_now, clean=clean)
            await audit.add(
                tenant_id,
                at=at,
                person_id=None,
                actor=PONTE.name,
                action="bitrix24.uninstalled",
                detail={"member_id": door.member_id, "clean": clean},
            )
        self.connecting.connections.forget_portal(tenant_id)

    def _forged(self, event: str, address: str, why: str) -> Verdict:
        log.warning("bitrix24_event_refused", bitrix24_event=event[:40], address=address, why=why)
        return Verdict.FORGED


def as_opening(form: Mapping[str, str]) -> dict[str, str]:
    """The same claims as the install page's form makes."""
    names = {
        "AUTH_ID": "access_token",
        "REFRESH_ID": "refresh_token",
        "AUTH_EXPIRES": "expires_in",
        "SERVER_ENDPOINT": "server_endpoint",
        "APPLICATION_TOKEN": "application_token",
        "member_id": "member_id",
    }
    return {ours: form[key] for ours, name in names.items() if (key := f"auth[{name}]") in form}
