"""Price changes of products that are linked already, worked off by one worker against the canned Bitrix24."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import httpx
from arq.connections import ArqRedis

from benchmarks import messages
from benchmarks.canned import REST_URL, CannedBitrix24
from benchmarks.draining import Bench, bench
from benchmarks.ground import Ground
from benchmarks.messages import Notice
from benchmarks.tenants import Tenant, imagined
from connector.bitrix24.limits import Allowance, PortalLimiter

MEETING = 10

_OUTCOMES = "SELECT outcome, count(*) FROM event WHERE tenant_id = $1 GROUP BY outcome"


class Changes:
    """Makes changes and has them worked off; every event must end `updated`."""

    def __init__(self, on: Bench, owner: asyncpg.Connection, products: int) -> None:
        self.on, self.products = on, products
        self._owner = owner
        self._date, self._price = messages.now(), 1_000
        self._updated = 0

    async def link(self) -> None:
        """Create all products, so that every later change is an update."""
        await self._deliver(self._change(range(self.products), "created"))
        await self.on.work_off()
        await self._owner.execute("ANALYZE")  # as autovacuum does within a minute

    async def distinct(self) -> float:
        """One change of each product; events settled per second."""
        return await self._settle(self._change(range(self.products)))

    async def meeting(self) -> float:
        """Ten changes of each of a quarter of the products, all waiting; events settled per second."""
        quarter = range(self.products // 4)
        return await self._settle([one for _ in range(MEETING) for one in self._change(quarter)])

    async def _settle(self, sent: list[Notice]) -> float:
        await self._deliver(sent)
        took = await self.on.work_off()
        outcomes = dict(await self._owner.fetch(_OUTCOMES, self.on.tenant.id))
        self._updated += len(sent)
        if outcomes != {"created": self.products, "updated": self._updated}:
            raise AssertionError(f"not what was sent: {outcomes}")
        return len(sent) / took

    def _change(self, products: range, event: str = "updated") -> list[Notice]:
        self._date, self._price = messages.after(self._date, 1), self._price + 7
        return messages.notices(products, event, self._price, self._date)

    async def _deliver(self, sent: list[Notice]) -> None:
        await messages.deliver(self.on.database, self.on.tenant, sent)


@asynccontextmanager
async def changes(ground: Ground, products: int) -> AsyncIterator[Changes]:
    """So many linked products of one tenant."""
    async with bench(ground, CannedBitrix24(), _boundless) as on:
        owner = await asyncpg.connect(on.owner_url)
        try:
            made = Changes(on, owner, products)
            await made.link()
            yield made
        finally:
            await owner.close()


async def _boundless(http: httpx.AsyncClient, redis: ArqRedis) -> Tenant:
    """A portal that lets everything pass at once: the limiter works, and has nothing to wait for."""
    tenant = imagined(REST_URL)
    await PortalLimiter(redis, tenant.member_id).learn(Allowance(1e6, 1e6))
    return tenant
