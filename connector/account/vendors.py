"""The two sides of one tenant for screens and API: tokens, limits and the call log put together."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from uuid import UUID
from zoneinfo import ZoneInfo

from connector.account.clock import now
from connector.account.connect import Connecting
from connector.bitrix24.client import Bitrix24
from connector.bitrix24.client import Portal as Address
from connector.bitrix24.limits import PortalLimiter
from connector.bling.client import Bling
from connector.bling.limits import AccountLimiter, AddressLimiter, Rates
from connector.domain.vendor import CallObserver, Provider
from connector.store import calls
from connector.store.connections import Account, Portal

_BRAZIL = ZoneInfo("America/Sao_Paulo")


def portal_client(connecting: Connecting, tenant_id: UUID, portal: Portal, observe: CallObserver) -> Bitrix24:
    """The tenant's portal."""
    return Bitrix24(
        Address(portal.client_endpoint, portal.member_id),
        connecting.connections.bitrix24_tokens(tenant_id),
        PortalLimiter(connecting.redis, portal.member_id),
        connecting.http,
        observe,
    )


def bling_client(connecting: Connecting, tenant_id: UUID, account: Account, observe: CallObserver) -> Bling:
    """One of the tenant's Bling accounts."""
    limiter = AccountLimiter(
        account.company_id,
        AddressLimiter(connecting.redis, rates=Rates(per_second=connecting.settings.bling_per_second)),
        day_count=_calls_today(connecting, tenant_id, account.id),
    )
    tokens = connecting.connections.bling_tokens(tenant_id, account.id)
    return Bling(tokens, limiter, connecting.http, observe, connecting.settings.bling_api_url)


def _calls_today(connecting: Connecting, tenant_id: UUID, account_id: UUID) -> Callable[[], Awaitable[int]]:
    """Requests since midnight in São Paulo, from the roll-ups, for a limiter that lost its count."""

    async def count() -> int:
        midnight = now().astimezone(_BRAZIL).replace(hour=0, minute=0, second=0, microsecond=0)
        async with connecting.database.tenant(tenant_id) as conn:
            return await calls.made_since(conn, tenant_id, Provider.BLING, str(account_id), midnight)

    return count
