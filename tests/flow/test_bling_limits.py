"""Bling's limiters on their own, and against the sandbox, which enforces three a second exactly."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import httpx
import pytest
from redis.asyncio import Redis

from connector import pace
from connector.bling.errors import DAY, next_day
from connector.bling.limits import AccountLimiter, AddressLimiter, Rates, TokenLimiter
from connector.domain.vendor import Throttled, Transient
from tests.support import vendors
from tests.support.sandbox import Sandbox

#: Middle of a day in São Paulo, so that "today" does not turn within a test.
NOON = datetime(2026, 11, 23, 15, tzinfo=UTC)


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    async with Redis.from_url(redis_url) as client:
        await pace.assume_idle(client)
        yield client


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long each waiting caller would have slept; nobody really does."""
    waits: list[float] = []

    async def sleep(microseconds: int) -> float:
        waits.append(microseconds / 1_000_000)
        return 0.0

    monkeypatch.setattr("connector.bling.limits._sleep", sleep)
    return waits


def account(redis: Redis, name: str = "a", rates: Rates | None = None, **more: object) -> AccountLimiter:
    address = AddressLimiter(redis, rates=rates or Rates())
    return AccountLimiter(name, address, clock=lambda: NOON, **more)  # type: ignore[arg-type]


async def turns(limiter: AccountLimiter, count: int) -> None:
    for _ in range(count):
        await limiter.turn()


async def test_two_clients_share_three_a_second(
    sandbox: Sandbox, redis_url: str, redis: Redis, http: httpx.AsyncClient
) -> None:
    side = await vendors.bling(sandbox, redis, http)
    async with Redis.from_url(redis_url) as other_redis:
        other = await vendors.bling(sandbox, other_redis, http)
        loop = asyncio.get_running_loop()
        began = loop.time()
        await asyncio.gather(*(one.client.company() for one in (side, other) for _ in range(12)))
        took = loop.time() - began
    calls = side.calls + other.calls
    statuses = [call.status for call in calls]
    assert statuses.count(200) == 24
    # A busy machine may delay one request by more than the margin; without a margin a third are refused.
    assert statuses.count(429) <= 2
    # 24 requests, 3 at once and 21 more at three a second: 7 s at the vendor's ceiling.
    assert took >= 7.0


async def test_three_go_at_once_and_three_more_a_second_later(redis: Redis, slept: list[float]) -> None:
    await turns(account(redis), 9)
    assert slept[:3] == [0, 0, 0]
    assert slept[3:6] == pytest.approx([1.05] * 3, abs=0.3)
    assert slept[6:] == pytest.approx([2.1] * 3, abs=0.3)


async def test_the_margin_leaves_nine_tenths_of_the_ceiling(redis: Redis, slept: list[float]) -> None:
    await turns(account(redis, patience=1000.0), 120)
    assert 120 / slept[-1] >= 0.9 * 3


async def test_an_account_that_is_granted_more_goes_faster(redis: Redis, slept: list[float]) -> None:
    await turns(account(redis, rates=Rates(per_second=30)), 121)
    assert slept[:3] == [0, 0, 0]
    # 118 more at thirty a second, a twentieth slower.
    assert slept[-1] == pytest.approx(4.2, abs=0.3)


async def test_an_account_that_is_granted_less_goes_slower(redis: Redis, slept: list[float]) -> None:
    await turns(account(redis, rates=Rates(per_second=1)), 5)
    assert slept == pytest.approx([0, 1.05, 2.1, 3.15, 4.2], abs=0.3)


async def test_an_empty_redis_means_one_in_the_first_second(redis: Redis, slept: list[float]) -> None:
    await redis.flushdb()
    await turns(account(redis), 3)
    assert slept[0] == 0
    assert slept[1] == pytest.approx(1.05, abs=0.3)


async def test_accounts_do_not_share_their_seconds(redis: Redis, slept: list[float]) -> None:
    for name in "abcd":
        await turns(account(redis, name), 3)
    assert slept == [0] * 12


async def test_but_they_share_the_address(redis: Redis, slept: list[float]) -> None:
    for number in range(60):
        await turns(account(redis, str(number)), 3)
    assert sum(wait == 0 for wait in slept) <= 2 * 54
    assert max(slept) <= 4


async def test_after_a_loss_the_address_is_careful(redis: Redis, slept: list[float]) -> None:
    await redis.flushdb()
    for number in range(60):
        await turns(account(redis, str(number)), 1)
    assert sum(wait == 0 for wait in slept) <= 2 * 20


async def test_a_waiting_account_does_not_hold_up_the_others(redis: Redis, slept: list[float]) -> None:
    await turns(account(redis, "busy"), 30)
    slept.clear()
    await turns(account(redis, "idle"), 3)
    assert slept == [0, 0, 0]


async def test_nobody_waits_for_ever(redis: Redis, slept: list[float]) -> None:
    limiter = account(redis, patience=2.0)
    await turns(limiter, 6)
    with pytest.raises(Throttled) as late:
        await turns(limiter, 1)
    assert late.value.until > NOON


async def test_an_unexplained_refusal_widens_the_margin(redis: Redis, slept: list[float]) -> None:
    limiter = account(redis)
    await turns(limiter, 1)
    await limiter.crowded()
    slept.clear()
    await turns(limiter, 1)
    assert slept[0] > 1.05
    assert (await limiter.usage()).others_today == 1


async def test_a_used_up_day_stops_without_a_call(redis: Redis, slept: list[float]) -> None:
    limiter = account(redis, rates=Rates(per_day=5))
    await turns(limiter, 5)
    with pytest.raises(Throttled) as stopped:
        await limiter.turn()
    assert stopped.value.until == next_day(NOON)
    assert (await limiter.usage()).ours_today == 5


async def test_a_refused_day_is_tried_by_one_call(redis: Redis, slept: list[float]) -> None:
    limiter = account(redis)
    await limiter.turn()
    assert await limiter.day_over() == next_day(NOON)
    with pytest.raises(Throttled) as stopped:
        await limiter.turn()
    assert stopped.value.code == DAY
    await redis.hset("bling:pace:a", "blocked", "1")
    await limiter.turn()
    with pytest.raises(Throttled):
        await account(redis).turn()
    assert await limiter.day_over() == NOON + timedelta(minutes=30)
    await redis.hset("bling:pace:a", "blocked", "1")
    await limiter.turn()
    await limiter.passed()
    await turns(account(redis), 5)


async def test_todays_count_is_rebuilt_after_a_loss(redis: Redis, slept: list[float]) -> None:
    async def before() -> int:
        return 119_990

    limiter = account(redis, day_count=before)
    await turns(limiter, 3)
    assert (await limiter.usage()).ours_today == 119_993


async def test_too_many_errors_slow_the_address_down(redis: Redis, slept: list[float]) -> None:
    address = AddressLimiter(redis)
    for _ in range(60):
        await address.failed()
    await account(redis).turn()
    assert slept[0] > 0, "asked again after a pause"


async def test_token_calls_keep_below_the_limit(redis: Redis, slept: list[float]) -> None:
    limiter = TokenLimiter(redis)
    for _ in range(16):
        await limiter.turn(120.0)
    assert slept[:15] == [0] * 15
    assert slept[15] == pytest.approx(60.5, abs=0.5)
    with pytest.raises(Throttled):
        await limiter.turn(20.0)


async def test_after_a_loss_only_four_token_calls_a_minute(redis: Redis, slept: list[float]) -> None:
    await redis.flushdb()
    limiter = TokenLimiter(redis)
    for _ in range(5):
        await limiter.turn(120.0)
    assert slept[:4] == [0] * 4
    assert slept[4] == pytest.approx(60, abs=1)


async def test_turns_are_given_in_the_order_of_asking(redis: Redis, slept: list[float]) -> None:
    await turns(account(redis), 12)
    assert all(earlier <= later + 0.05 for earlier, later in pairwise(slept))


async def test_no_limiter_no_call() -> None:
    async with Redis.from_url("redis://127.0.0.1:1") as nowhere:
        with pytest.raises(Transient) as away:
            await account(nowhere).turn()
    assert away.value.code == "limiter_away"
