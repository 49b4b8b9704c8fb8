"""A worker's engine on real servers, and drains that run until the inbox is empty."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import httpx
from arq.connections import ArqRedis, RedisSettings, create_pool
from arq.worker import Function, Worker, func

from benchmarks.ground import Ground
from benchmarks.tenants import FixedConnections, Tenant, connect
from connector import collector, pace
from connector.settings import Settings
from connector.store import inbox
from connector.store.scope import Database
from connector.sync.engine import Engine
from connector.sync.wake import DRAIN_JOB, Waker
from ponte.runtime import databases
from tests.conftest import VAULT_KEYS
from worker.jobs import drain
from worker.main import POLL, SWEEP_EVERY

#: Jobs at once, as in our worker.
MOST_JOBS = 100
POOL = 10


class Bench:
    """One tenant, one database, one engine."""

    def __init__(self, owner_url: str, engine: Engine, tenant: Tenant) -> None:
        self.owner_url, self.engine, self.tenant = owner_url, engine, tenant

    @property
    def database(self) -> Database:
        """The engine's."""
        return self.engine.database

    async def reconnect(self) -> None:
        """End all sessions of the database; new ones take their place."""
        await self.database.close()
        self.engine = replace(
            self.engine, database=await Database.open(self.engine.settings.database_url, POOL)
        )

    async def work_off(self) -> float:
        """Let a worker run until the tenant's inbox is empty; seconds that it took."""
        begun = time.perf_counter()
        await self._drain()
        while await self._depth():
            await asyncio.sleep(SWEEP_EVERY)  # as the sweeper finds what waited for a time
            await self._drain()
        return time.perf_counter() - begun

    async def _drain(self) -> None:
        await self.engine.waker.wake([self.tenant.id])
        ctx = {"engine": self.engine, "holder": "bench"}
        await run_worker(self.engine.settings.redis_url, [func(drain, name=DRAIN_JOB)], ctx)

    async def _depth(self) -> int:
        async with self.database.tenant(self.tenant.id) as conn:
            waiting, _ = await inbox.depth(conn, self.tenant.id)
        return waiting


async def run_worker(
    redis_url: str, functions: Sequence[Function], ctx: dict[str, Any] | None = None
) -> float:
    """An arq worker on the queue as it stands; seconds until it is empty."""
    worker = Worker(
        functions=functions,
        redis_settings=RedisSettings.from_dsn(redis_url),
        burst=True,
        poll_delay=POLL,
        max_jobs=MOST_JOBS,
        keep_result=0,
        log_results=False,
        handle_signals=False,
        ctx=ctx,
    )
    collector.calm()
    begun = time.perf_counter()
    await worker.main()
    took = time.perf_counter() - begun
    await worker.close()
    return took


@asynccontextmanager
async def bench(
    ground: Ground,
    transport: httpx.AsyncBaseTransport | None,
    make: Callable[[httpx.AsyncClient, ArqRedis], Awaitable[Tenant]],
    bling_api_url: str = "http://127.0.0.1:9",
) -> AsyncIterator[Bench]:
    """A connected tenant on a fresh database; `make(http, redis)` gives the tenant."""
    owner_url, redis_url = await ground.database(), await ground.empty_redis()
    settings = Settings(
        env="test",
        database_url=databases.at(owner_url, role=databases.LOGIN_ROLE),
        redis_url=redis_url,
        vault_keys=VAULT_KEYS,
        bling_api_url=bling_api_url,
    )
    database = await Database.open(settings.database_url, POOL)
    redis: ArqRedis = await create_pool(RedisSettings.from_dsn(redis_url))
    await pace.assume_idle(redis)
    async with httpx.AsyncClient(timeout=30, trust_env=False, transport=transport) as http:
        tenant = await make(http, redis)
        await connect(database, tenant)
        on = Bench(owner_url, engine_of(settings, database, redis, http, tenant), tenant)
        try:
            yield on
        finally:
            await redis.aclose()
            await on.database.close()


def engine_of(
    settings: Settings, database: Database, redis: ArqRedis, http: httpx.AsyncClient, tenant: Tenant
) -> Engine:
    """As a worker makes it, with tokens that are known."""
    return Engine(
        settings=settings,
        database=database,
        redis=redis,
        waker=Waker(redis),
        http=http,
        connections=FixedConnections(tenant),
        clock=_now,
        business_clock=_now,
    )


def _now() -> datetime:
    return datetime.now(UTC)
