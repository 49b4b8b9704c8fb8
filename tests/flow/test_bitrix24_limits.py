"""The portal's limiter against the sandbox, which enforces the bucket exactly."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
from redis.asyncio import Redis

from connector import pace
from connector.bitrix24.limits import ENTERPRISE, STANDARD, Allowance, PortalLimiter
from connector.domain.vendor import Throttled, Transient
from tests.support import vendors
from tests.support.sandbox import Sandbox

BURST = 49


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    async with Redis.from_url(redis_url) as client:
        yield client


async def waits(limiter: PortalLimiter, count: int, monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long each of so many requests would have to wait, asked for at once."""
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    monkeypatch.setattr("connector.bitrix24.limits.asyncio.sleep", sleep)
    for _ in range(count):
        await limiter.slot()
    return slept


async def test_two_clients_stay_below_the_brim_and_near_it(
    sandbox: Sandbox, redis_url: str, redis: Redis, http: httpx.AsyncClient
) -> None:
    await pace.assume_idle(redis)
    first = vendors.bitrix24(sandbox, redis, http)
    async with Redis.from_url(redis_url) as other_redis:
        second = vendors.bitrix24(sandbox, other_redis, http, form=first.form)
        loop = asyncio.get_running_loop()
        began = loop.time()
        await asyncio.gather(
            *(side.client.call("profile", {}) for side in (first, second) for _ in range(30))
        )
        took = loop.time() - began
    assert {call.status for call in first.calls + second.calls} == {200}
    # 60 requests: 49 at once, then two a second.
    assert took >= (60 - BURST - 1) / 2


async def test_an_idle_portal_has_its_whole_bucket(redis: Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    await pace.assume_idle(redis)
    slept = await waits(PortalLimiter(redis, "m"), BURST + 2, monkeypatch)
    assert len(slept) == 2
    assert slept[1] - slept[0] == pytest.approx(0.5, abs=0.1)


async def test_an_empty_redis_means_a_full_bucket(redis: Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    slept = await waits(PortalLimiter(redis, "m"), 3, monkeypatch)
    assert len(slept) == 3
    assert slept[-1] == pytest.approx(1.5, abs=0.2)


async def test_portals_do_not_share_a_bucket(redis: Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    await pace.assume_idle(redis)
    assert await waits(PortalLimiter(redis, "a"), BURST + 1, monkeypatch)
    assert not await waits(PortalLimiter(redis, "b"), BURST, monkeypatch)


async def test_a_refusal_fills_the_bucket_and_slows_down(
    redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    await pace.assume_idle(redis)
    limiter = PortalLimiter(redis, "m")
    await limiter.slot()
    await limiter.full()
    slept = await waits(limiter, 2, monkeypatch)
    assert slept[0] > 0.6, "a full bucket that drains at 0.7 of its speed"
    assert slept[1] - slept[0] > 0.6
    usage = await limiter.usage()
    assert usage.bucket == 1.0
    assert usage.others_today >= BURST - 2


async def test_an_enterprise_portal_is_remembered(redis: Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    await pace.assume_idle(redis)
    await PortalLimiter(redis, "m").learn(ENTERPRISE)
    assert not await waits(PortalLimiter(redis, "m"), 240, monkeypatch)
    assert (await PortalLimiter(redis, "m").usage()).ours_today == 240


async def test_a_request_refused_by_the_bucket_is_repeated(
    sandbox: Sandbox, redis: Redis, http: httpx.AsyncClient
) -> None:
    await pace.assume_idle(redis)
    side = vendors.bitrix24(sandbox, redis, http, Allowance(50, 100))
    fault = {"provider": "bitrix24", "method": "profile", "status": 503, "error": "QUERY_LIMIT_EXCEEDED"}
    sandbox.control("faults", {**fault, "times": 2})
    assert (await side.client.call("profile", {})).result["ID"]
    assert [call.status for call in side.calls] == [503, 503, 200]


async def test_a_method_out_of_operating_time_rests_for_all(
    sandbox: Sandbox, redis: Redis, http: httpx.AsyncClient
) -> None:
    await pace.assume_idle(redis)
    side = vendors.bitrix24(sandbox, redis, http)
    sandbox.control("limits", {"enforce": True, "operating_cost_s": 250})
    for _ in range(2):
        await side.client.call("profile", {})
    with pytest.raises(Throttled) as refused:
        await side.client.call("profile", {})
    assert len(side.calls) == 2, "nothing was sent"
    assert refused.value.until > side.calls[-1].at
    other = vendors.bitrix24(sandbox, redis, http, form=side.form)
    await other.client.call("server.time", {})
    with pytest.raises(Throttled):
        await other.client.call("profile", {})


async def test_operating_time_is_booked_by_method(
    sandbox: Sandbox, redis: Redis, http: httpx.AsyncClient
) -> None:
    await pace.assume_idle(redis)
    side = vendors.bitrix24(sandbox, redis, http)
    await side.client.call("profile", {})
    await side.client.call("profile", {})
    assert [call.operating for call in side.calls] == [{"profile": 50}, {"profile": 50}]


async def test_no_limiter_no_call(sandbox: Sandbox, http: httpx.AsyncClient) -> None:
    async with Redis.from_url("redis://127.0.0.1:1") as nowhere:
        side = vendors.bitrix24(sandbox, nowhere, http, STANDARD)
        with pytest.raises(Transient) as away:
            await side.client.call("profile", {})
    assert away.value.code == "limiter_away"
    assert not side.calls
