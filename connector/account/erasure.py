"""Erasing all that is kept of a tenant that has left, with proof; as often as it takes, from wherever it was.

Doors first, so that nothing new comes in; then tables in small transactions, each counted in the proof as it
is deleted; and again, until a look that begins after everybody's memory has faded finds nothing at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from connector.account import connect_bling
from connector.account.connect import Connecting
from connector.account.people import PONTE
from connector.domain.vendor import VendorError
from connector.security.vault import VaultError
from connector.store import connections, erasures, tenants
from connector.store.erasures import Erasure, Holding
from connector.store.scope import Database

#: Tenants of one go.
AT_ONCE = 20
#: Rows of one transaction.
BATCH = 5_000
#: A message, a request or a drain that began before the doors were shut is over by then.
FADED = timedelta(minutes=2)
#: What leads to a tenant: gone before anything else.
DOORS = ("account_route", "portal_route", "api_key", "session", "consent", "invitation", "visit")

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Eraser:
    """What it takes to erase."""

    database: Database
    connecting: Connecting

    async def erase_due(self, now: datetime, business_now: datetime) -> int:
        """Go on with every erasure that is due; how many are complete now."""
        async with self.database.system() as conn:
            due = await erasures.due(conn, business_now, AT_ONCE)
        return sum([await self._erase(tenant_id, now, business_now) for tenant_id in due])

    async def _erase(self, tenant_id: UUID, now: datetime, business_now: datetime) -> bool:
        async with self.database.system() as conn:
            begun = await erasures.begin(conn, tenant_id, business_now, now)
            holdings = await erasures.holdings(conn)
        if begun is None:
            return False
        await self._give_back(tenant_id)
        await self._shut(tenant_id, holdings, now)
        if await self._drained(tenant_id):
            return False
        found = sum([await self._empty(tenant_id, one) for one in holdings])
        return not found and await self._proved(begun, holdings, now)

    async def _give_back(self, tenant_id: UUID) -> None:
        """The vendors' tokens; one that cannot be given back ends by itself."""
        async with self.database.system() as conn:
            accounts = await connections.accounts(conn, tenant_id)
        for account in accounts:
            if account.refresh_token is None and account.access_token is None:
                continue
            try:
                await connect_bling.disconnect(self.connecting, tenant_id, account.id, PONTE)
            except (VendorError, VaultError) as error:
                log.warning("not_given_back", tenant=str(tenant_id), error=type(error).__name__)

    async def _shut(self, tenant_id: UUID, holdings: list[Holding], now: datetime) -> None:
        async with self.database.system() as conn:
            await tenants.pause(tenant_id, now)
            await erasures.delete_unclaimed(conn, tenant_id)
            await erasures.delete_people(conn, tenant_id)
            for holding in holdings:
                if holding.name in DOORS:
                    await erasures.delete_some(conn, tenant_id, holding, BATCH)
        self.connecting.connections.forget_portal(tenant_id)

    async def _drained(self, tenant_id: UUID) -> bool:
        """Whether somebody drains; who does sees the pause and ends soon."""
        async with self.database.system() as conn:
            return await erasures.is_drained(conn, tenant_id)

    async def _empty(self, tenant_id: UUID, holding: Holding) -> int:
        found = 0
        while True:
            async with self.database.system() as conn:
                deleted = await erasures.delete_some(conn, tenant_id, holding, BATCH)
            found += deleted
            if deleted < BATCH:
                return found

    async def _proved(self, begun: Erasure, holdings: list[Holding], now: datetime) -> bool:
        """Only a look that found nothing, long enough after the doors were shut, is a proof.

        Rows that another worker is deleting at this moment were not there to be deleted: hence the last look.
        """
        if now - (begun.begun_at or now) < FADED:
            return False
        async with self.database.system() as conn:
            if await erasures.left(conn, begun.tenant_id, holdings):
                return False
            await erasures.prove(conn, begun.tenant_id, now)
        log.info("tenant_erased", tenant=str(begun.tenant_id), why=begun.why)
        return True
