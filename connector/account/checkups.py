"""Trying connections that nothing uses: who left us is told within a day, and no refresh token ages out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import httpx
import structlog
from redis.asyncio import Redis

from connector.account.clock import now
from connector.account.connections import Connections
from connector.bling.client import Bling
from connector.bling.limits import AccountLimiter, AddressLimiter
from connector.domain.checkups import PORTALS, ageing_before, idle_before, inactive_before
from connector.domain.vendor import Call, ConnectionState, Disconnected, Provider, VendorError
from connector.settings import Settings
from connector.store import calls, connections
from connector.store.connections import Account, Idle
from connector.store.scope import Database

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Checkups:
    """What it takes to try a connection."""

    settings: Settings
    database: Database
    redis: Redis
    http: httpx.AsyncClient
    connections: Connections

    async def next_account(self, business_now: datetime) -> Idle | None:
        """Try the Bling account whose turn it is, if it is time; which one it was.

        One of an inactive company goes first, for it is tried a few times a day and there are not many; else
        the one that has been idle for longest.
        """
        async with self.database.system() as conn:
            idle = await connections.inactive_accounts(conn, inactive_before(business_now), 1)
            idle = idle or await connections.idle_accounts(conn, idle_before(business_now), 1)
        if not idle or idle[0].account_id is None:
            return None
        await self._try_account(idle[0].tenant_id, idle[0].account_id, business_now)
        return idle[0]

    async def ageing_portals(self, business_now: datetime) -> int:
        """Renew the tokens of portals that would lose them otherwise; how many."""
        async with self.database.system() as conn:
            idle = await connections.idle_portals(conn, ageing_before(business_now), PORTALS)
        for one in idle:
            await self._renew_portal(one.tenant_id, business_now)
        return len(idle)

    async def _try_account(self, tenant_id: UUID, account_id: UUID, business_now: datetime) -> None:
        async with self.database.tenant(tenant_id) as conn:
            await connections.account_checked(conn, tenant_id, account_id, business_now)
            account = await connections.account(conn, tenant_id, account_id)
        if account is None:
            return
        made: list[Call] = []
        try:
            await self._client(tenant_id, account, made).company()
            if account.state is ConnectionState.INACTIVE:
                await self.connections.works_again(tenant_id, account_id)
        except Disconnected as error:
            await self.connections.broken(tenant_id, Provider.BLING, account_id, error.state, error.text)
        except VendorError as error:
            log.info("checkup_put_off", tenant=str(tenant_id), code=error.code)
        async with self.database.tenant(tenant_id) as conn:
            await calls.record(conn, tenant_id, made, {call.id: str(account_id) for call in made})

    def _client(self, tenant_id: UUID, account: Account, made: list[Call]) -> Bling:
        inactive = account.state is ConnectionState.INACTIVE
        known = self.connections.tokens_to_try if inactive else self.connections.bling_tokens
        tokens = known(tenant_id, account.id)
        limiter = AccountLimiter(account.company_id, AddressLimiter(self.redis))
        return Bling(tokens, limiter, self.http, made.append, self.settings.bling_api_url)

    async def _renew_portal(self, tenant_id: UUID, business_now: datetime) -> None:
        async with self.database.tenant(tenant_id) as conn:
            await connections.portal_checked(conn, tenant_id, business_now)
            portal = await connections.portal(conn, tenant_id)
        if portal is None or portal.expires_at is None:
            return
        tokens = self.connections.bitrix24_tokens(tenant_id)
        try:
            token = await tokens.token()
            if portal.expires_at > now():
                await tokens.renewed(token)
        except VendorError as error:
            log.info("portal_not_renewed", tenant=str(tenant_id), code=error.code)
