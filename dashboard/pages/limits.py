"""How much of the vendors' limits is used, as the limiters know it; nothing while Redis is away."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from redis.asyncio import Redis

from connector.bitrix24.limits import PortalLimiter
from connector.bling.limits import AccountLimiter, AccountUsage, AddressLimiter
from connector.domain.vendor import Transient
from connector.store.connections import Account, Portal
from dashboard.telling.known import Limits


async def limits_now(redis: Redis, accounts: Sequence[Account], portal: Portal | None) -> Limits:
    """Of all accounts together, and of the portal."""
    try:
        return Limits(
            bling=await _bling(redis, accounts) if accounts else None,
            bitrix24=await PortalLimiter(redis, portal.member_id).usage() if portal else None,
        )
    except Transient:
        return Limits()


async def usages_now(redis: Redis, accounts: Sequence[Account]) -> dict[UUID, AccountUsage]:
    """Of each account."""
    address = AddressLimiter(redis)
    try:
        return {one.id: await AccountLimiter(one.company_id, address).usage() for one in accounts}
    except Transient:
        return {}


async def _bling(redis: Redis, accounts: Sequence[Account]) -> AccountUsage:
    address = AddressLimiter(redis)
    usages = [await AccountLimiter(account.company_id, address).usage() for account in accounts]
    return AccountUsage(
        ours_today=sum(usage.ours_today for usage in usages),
        others_today=sum(usage.others_today for usage in usages),
        per_day=sum(usage.per_day for usage in usages),
    )
