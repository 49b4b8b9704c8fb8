"""What a drain costs Ponte itself, beside arq's own cost of a job that does nothing."""

from __future__ import annotations

from typing import Any

import httpx
from arq.connections import ArqRedis, RedisSettings, create_pool
from arq.worker import func

from benchmarks import messages
from benchmarks.canned import REST_URL, CannedBitrix24
from benchmarks.draining import Bench, bench, run_worker
from benchmarks.ground import Ground
from benchmarks.results import Rows, alternate, ratio, row
from benchmarks.tenants import Tenant, imagined
from connector.bitrix24.limits import Allowance, PortalLimiter

RECORDS = 8_000
MEETING = 10
JOBS = 4_000
ROUNDS = 3


async def overhead(ground: Ground) -> Rows:
    """Events settled per second of one worker, vendors answering at once, against no-op jobs."""
    async with bench(ground, CannedBitrix24(), _tenant) as on:
        sides = _Sides(ground, on)
        await sides.create()
        told = await alternate(ROUNDS, jobs=sides.jobs, distinct=sides.distinct, meeting=sides.meeting)
    rates = {name: [round(rate) for rate in each] for name, each in told.items()}
    yield row("drain_vs_noop_jobs", ratio(told, "distinct", "jobs"), ">=", 6, per_s=rates)
    yield row("drain_vs_noop_jobs_ten_meet", ratio(told, "meeting", "jobs"), ">=", 15, per_s=rates)


async def _tenant(http: httpx.AsyncClient, redis: ArqRedis) -> Tenant:
    """A portal that lets everything pass at once: the limiter works, and has nothing to wait for."""
    tenant = imagined(REST_URL)
    await PortalLimiter(redis, tenant.member_id).learn(Allowance(1e6, 1e6))
    return tenant


class _Sides:
    """What is measured in turn; each gives events (or jobs) per second."""

    def __init__(self, ground: Ground, on: Bench) -> None:
        self._ground, self._on = ground, on
        self._date = messages.now()
        self._price = 1_000

    async def create(self) -> None:
        """Link all products, so that later changes are updates."""
        await self._deliver(messages.notices(range(RECORDS), "created", self._price, self._date))
        await self._on.work_off()

    async def distinct(self) -> float:
        """One price change of each product."""
        self._next()
        await self._deliver(messages.notices(range(RECORDS), "updated", self._price, self._date))
        return RECORDS / await self._on.work_off()

    async def meeting(self) -> float:
        """Ten price changes of each of a tenth of the products, all waiting."""
        products = range(RECORDS // MEETING)
        sent = []
        for _ in range(MEETING):
            self._next()
            sent += messages.notices(products, "updated", self._price, self._date)
        await self._deliver(sent)
        return len(sent) / await self._on.work_off()

    async def jobs(self) -> float:
        """No-op jobs, all queued before."""
        queue: ArqRedis = await create_pool(RedisSettings.from_dsn(self._ground.redis_url))
        for _ in range(JOBS):
            await queue.enqueue_job("nothing")
        await queue.aclose()
        return JOBS / await run_worker(self._ground.redis_url, [func(_nothing, name="nothing")])

    def _next(self) -> None:
        self._date, self._price = messages.after(self._date, 1), self._price + 7

    async def _deliver(self, sent: list[messages.Notice]) -> None:
        await messages.deliver(self._on.database, self._on.tenant, sent)


async def _nothing(ctx: dict[str, Any]) -> None:
    return None
