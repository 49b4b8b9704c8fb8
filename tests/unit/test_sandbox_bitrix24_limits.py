"""The sandbox's limits are exact: the leaky bucket, and operating time in ten baskets."""

from __future__ import annotations

import pytest

from sandbox.bitrix24.limits import ENTERPRISE, STANDARD, LeakyBuckets, OperatingTimes, RatePlan


@pytest.mark.parametrize("plan", [STANDARD, ENTERPRISE])
def test_a_full_bucket_refuses_until_it_drained(plan: RatePlan) -> None:
    buckets = LeakyBuckets()
    assert all(buckets.admit("p", "ip", plan, 0.0) for _ in range(plan.capacity))
    assert not buckets.admit("p", "ip", plan, 0.0)
    assert not buckets.admit("p", "ip", plan, 0.9 / plan.drain_per_s)
    assert buckets.admit("p", "ip", plan, 1.0 / plan.drain_per_s)
    assert not buckets.admit("p", "ip", plan, 1.0 / plan.drain_per_s)


def test_buckets_are_per_portal_and_address() -> None:
    buckets = LeakyBuckets()
    while buckets.admit("p", "ip", STANDARD, 0.0):
        pass
    assert buckets.admit("p", "other", STANDARD, 0.0)
    assert buckets.admit("other", "ip", STANDARD, 0.0)


def test_a_bucket_that_was_left_alone_is_empty_again() -> None:
    buckets = LeakyBuckets()
    while buckets.admit("p", "ip", STANDARD, 0.0):
        pass
    assert sum(buckets.admit("p", "ip", STANDARD, 3600.0) for _ in range(60)) == STANDARD.capacity


def test_operating_time_is_summed_and_blocks_over_420_seconds() -> None:
    times = OperatingTimes()
    for _ in range(8400):
        assert not times.exhausted("p", "app", "m", 30.0)
        times.book("p", "app", "m", 0.05, 30.0)
    assert times.state("p", "app", "m", 30.0).operating == 420.0
    assert not times.exhausted("p", "app", "m", 30.0)
    times.book("p", "app", "m", 0.05, 30.0)
    assert times.exhausted("p", "app", "m", 30.0)
    assert not times.exhausted("p", "app", "other", 30.0)
    assert not times.exhausted("p", "other", "m", 30.0)


def test_operating_time_comes_back_by_the_oldest_minute() -> None:
    times = OperatingTimes()
    times.book("p", "app", "m", 400.0, 59.0)
    state = times.book("p", "app", "m", 30.0, 61.0)
    assert (state.operating, state.operating_reset_at) == (430.0, 600)
    assert times.exhausted("p", "app", "m", 599.9)
    assert not times.exhausted("p", "app", "m", 600.0)
    assert times.state("p", "app", "m", 600.0).operating == 30.0
    assert times.state("p", "app", "m", 600.0).operating_reset_at == 660
