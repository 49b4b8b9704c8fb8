"""The limiters' Redis may be restarted under a running process, and comes back empty."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from redis.asyncio import Redis

from connector import pace
from connector.bitrix24.limits import PortalLimiter
from connector.domain.vendor import Transient
from ponte.runtime.redis import Redis as RedisServer


async def test_limits_go_on_carefully_after_a_restart(own_redis: Callable[[], RedisServer]) -> None:
    server = own_redis()
    async with Redis.from_url(server.url()) as redis:
        await pace.assume_idle(redis)
        limiter = PortalLimiter(redis, "m")
        await limiter.slot()
        assert (await limiter.usage()).bucket < 0.1
        server.stop()
        with pytest.raises(Transient) as away:
            await limiter.slot()
        assert not away.value.unknown
        server.start()
        await limiter.slot()
        assert (await limiter.usage()).bucket > 0.9, "what was spent before is not known: taken as full"


async def test_a_loss_is_remembered_for_as_long_as_it_matters(redis_url: str) -> None:
    async with Redis.from_url(redis_url) as redis:
        first = pace.script("return {exact(since)}")
        (since,) = await pace.run(redis, first, ["k"])
        (again,) = await pace.run(redis, first, ["k"])
        assert since == again
        assert await redis.ttl(pace.SINCE) == -1
