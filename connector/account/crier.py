"""Tells people what needs them: one mail and one notice in Bitrix24 for each alert, and its end."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import httpx
import structlog
from arq.connections import ArqRedis

from connector.account import alerts as causes
from connector.account import hold_words, licence_words, post
from connector.account.alert_words import is_about_money, letter_words, notice
from connector.account.connections import WAITING, Connections
from connector.account.hold_words import is_about_holds
from connector.account.notices import wants
from connector.account.people import NOWHERE
from connector.account.silence_words import is_about_silence
from connector.bitrix24.client import Bitrix24
from connector.bitrix24.client import Portal as Address
from connector.bitrix24.limits import PortalLimiter
from connector.domain.events import Reason
from connector.domain.licence import UNPAID
from connector.domain.vendor import Call, ConnectionState, VendorError
from connector.security.vault import Vault
from connector.store import alerts, calls, connections, inbox, people, tenants
from connector.store.alerts import Alert
from connector.store.people import Member
from connector.store.scope import Connection, Database

#: Alerts of one look.
AT_ONCE = 100
#: Where letters about connections lead to.
PATH = "/configuracao/conexoes"

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Crier:
    """What it takes to tell people."""

    database: Database
    redis: ArqRedis
    http: httpx.AsyncClient
    vault: Vault
    connections: Connections

    async def tell_due(self, now: datetime, business_now: datetime) -> int:
        """Tell what is due; answers how many alerts. Mail leaves with the next post."""
        async with self.database.system() as conn:
            due = await alerts.due(conn, business_now, AT_ONCE)
        told = 0
        for tenant_id, cause in due:
            async with self.database.system() as conn:
                text = await self._tell(conn, tenant_id, cause, now, business_now)
            if text:
                told += 1
                await self._notice(tenant_id, cause, text)
        if told:
            await post.ring(self.redis)
        return told

    async def _tell(
        self, conn: Connection, tenant_id: UUID, cause: str, now: datetime, business_now: datetime
    ) -> str:
        """The notice for Bitrix24; empty when nothing was to be said (any more)."""
        alert = await alerts.take(conn, tenant_id, cause, business_now)
        if alert is None:
            return ""
        if alert.resolved_at is not None:
            await alerts.over(conn, tenant_id, cause)
        else:
            await alerts.told(conn, tenant_id, cause, causes.again_at(alert, business_now))
        if alert.resolved_at is not None and not alert.told:
            return ""
        return await self._write(conn, tenant_id, alert, now)

    async def _write(self, conn: Connection, tenant_id: UUID, alert: Alert, now: datetime) -> str:
        tenant = await tenants.load(tenant_id)
        held = await inbox.held(conn, tenant_id)
        waiting = sum(held.get(reason, 0) for reason in _reasons(alert))
        company = tenant.name if tenant else ""
        for one in await people.members(conn, tenant_id):
            if wants(one, alert) and not one.email.endswith(NOWHERE):
                await self._letter(conn, one, alert, company, waiting, now)
        log.info(
            "alert_told", tenant=str(tenant_id), cause=alert.cause, resolved=alert.resolved_at is not None
        )
        return notice(alert, waiting, tenant.language if tenant else "pt")

    async def _letter(
        self, conn: Connection, to: Member, alert: Alert, company: str, waiting: int, now: datetime
    ) -> None:
        person = await people.person(conn, to.person_id)
        language = person.language if person else "pt"
        words = letter_words(alert, company, waiting, language)
        path = _place(alert)
        await post.put_down(
            conn, self.vault, post.Note(email=to.email, language=language, words=words, path=path), now
        )

    async def _notice(self, tenant_id: UUID, cause: str, text: str) -> None:
        """To the administrator who installed the app; a portal that does not work hears nothing."""
        async with self.database.tenant(tenant_id) as conn:
            portal = await connections.portal(conn, tenant_id)
        if portal is None or portal.state is not ConnectionState.CONNECTED:
            return
        made: list[Call] = []
        client = Bitrix24(
            Address(portal.client_endpoint, portal.member_id),
            self.connections.bitrix24_tokens(tenant_id),
            PortalLimiter(self.redis, portal.member_id),
            self.http,
            made.append,
        )
        try:
            profile = await client.call("profile", {})
            whom = profile.result.get("ID") if isinstance(profile.result, dict) else None
            sent = {"USER_ID": whom, "MESSAGE": text, "TAG": f"PONTE|{cause}"}
            await client.call("im.notify.system.add", sent)
        except VendorError as error:
            log.warning("notice_not_sent", tenant=str(tenant_id), code=error.code)
        async with self.database.tenant(tenant_id) as conn:
            await calls.record(conn, tenant_id, made)


def _reasons(alert: Alert) -> Collection[Reason]:
    """Why events wait for its end."""
    if is_about_money(alert):
        return UNPAID
    if is_about_silence(alert):
        return ()
    return (Reason.GUARD_RAIL,) if is_about_holds(alert) else WAITING


def _place(alert: Alert) -> str:
    """The page where it can be mended."""
    if is_about_money(alert):
        return licence_words.PATH
    return hold_words.PATH if is_about_holds(alert) else PATH
