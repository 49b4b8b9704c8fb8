"""The two sides of one tenant, ready to be called: tokens, limits and the call log put together."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from uuid import UUID

from connector.bitrix24.client import Bitrix24, Portal
from connector.bitrix24.limits import PortalLimiter
from connector.bling.client import Bling
from connector.bling.limits import AccountLimiter, AddressLimiter, Rates
from connector.domain.vendor import CallObserver, Provider
from connector.store import calls
from connector.store.standing import PortalStanding
from connector.sync.deals.wishes import BRAZIL
from connector.sync.engine import Engine


def bitrix24_client(
    engine: Engine, tenant_id: UUID, portal: PortalStanding, observe: CallObserver
) -> Bitrix24:
    """The tenant's portal."""
    return Bitrix24(
        Portal(portal.client_endpoint, portal.member_id),
        engine.connections.bitrix24_tokens(tenant_id),
        PortalLimiter(engine.redis, portal.member_id, clock=engine.clock),
        engine.http,
        observe,
        engine.clock,
    )


def bling_client(
    engine: Engine, tenant_id: UUID, account_id: UUID, company_id: str, observe: CallObserver
) -> Bling:
    """One of the tenant's Bling accounts."""
    return Bling(
        engine.connections.bling_tokens(tenant_id, account_id),
        AccountLimiter(
            company_id,
            AddressLimiter(engine.redis, rates=Rates(per_second=engine.settings.bling_per_second)),
            day_count=_calls_today(engine, tenant_id, account_id),
            clock=engine.clock,
        ),
        engine.http,
        observe,
        engine.settings.bling_api_url,
        engine.clock,
    )


def _calls_today(engine: Engine, tenant_id: UUID, account_id: UUID) -> Callable[[], Awaitable[int]]:
    """Our own requests since midnight in São Paulo, from the roll-ups, for a limiter that lost its count."""

    async def count() -> int:
        midnight = engine.clock().astimezone(BRAZIL).replace(hour=0, minute=0, second=0, microsecond=0)
        async with engine.database.tenant(tenant_id) as conn:
            return await calls.made_since(conn, tenant_id, Provider.BLING, str(account_id), midnight)

    return count
