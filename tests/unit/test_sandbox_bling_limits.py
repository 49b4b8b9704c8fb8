"""Bling's limits in the sandbox: exact numbers, no headers that would help."""

from __future__ import annotations

import pytest

from sandbox.bling.errors import BlingError
from sandbox.bling.limits import ADDRESS_ERRORS, ADDRESS_REQUESTS, ADDRESS_TOKENS, Limits
from sandbox.core.switches import Switches
from tests.support.bling_world import BlingWorld, HandClock

COMPANY = "a" * 32


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def switches() -> Switches:
    return Switches()


@pytest.fixture
def limits(clock: HandClock, switches: Switches) -> Limits:
    return Limits(clock, switches)


def refusal(limits: Limits, company: str = COMPANY) -> str | None:
    """The period of the 429, None if the request passes."""
    try:
        limits.check_account(company)
    except BlingError as error:
        return str(error.error["period"])
    return None


def blocked(limits: Limits, address: str = "10.0.0.1", *, token: bool = False) -> bool:
    try:
        limits.check_address(address, token_endpoint=token)
    except BlingError:
        return True
    return False


def test_the_fourth_request_of_a_second_is_refused(limits: Limits) -> None:
    assert [refusal(limits) for _ in range(4)] == [None, None, None, "second"]


def test_the_second_slides_with_the_first_request(limits: Limits, clock: HandClock) -> None:
    refusal(limits)
    clock.time += 0.9
    assert [refusal(limits), refusal(limits), refusal(limits)] == [None, None, "second"]
    clock.time += 0.11
    assert [refusal(limits), refusal(limits)] == [None, "second"]


def test_refused_requests_use_nothing_up(limits: Limits, clock: HandClock) -> None:
    for _ in range(10):
        refusal(limits)
    clock.time += 1.0
    assert refusal(limits) is None


def test_accounts_do_not_share_their_seconds(limits: Limits) -> None:
    for _ in range(4):
        refusal(limits)
    assert refusal(limits, "b" * 32) is None


def test_a_used_up_day_is_refused_until_the_next(
    limits: Limits, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sandbox.bling.limits.PER_DAY", 5)
    seen = []
    for _ in range(7):
        clock.time += 1.0
        seen.append(refusal(limits))
    assert seen == [None] * 5 + ["day"] * 2
    clock.time += 86_400
    assert refusal(limits) is None


def test_an_address_over_its_requests_is_blocked_for_ten_minutes(limits: Limits, clock: HandClock) -> None:
    allowed, _ = ADDRESS_REQUESTS
    assert not any(blocked(limits) for _ in range(allowed))
    assert blocked(limits)
    clock.time += 599
    assert blocked(limits)
    clock.time += 2
    assert not blocked(limits)


def test_an_address_with_too_many_errors_is_blocked(limits: Limits) -> None:
    allowed, _ = ADDRESS_ERRORS
    for _ in range(allowed):
        limits.note_error("10.0.0.1")
    assert not blocked(limits)
    limits.note_error("10.0.0.1")
    assert blocked(limits)
    assert not blocked(limits, "10.0.0.2")


def test_the_token_endpoint_blocks_for_an_hour(limits: Limits, clock: HandClock) -> None:
    allowed, _ = ADDRESS_TOKENS
    assert not any(blocked(limits, token=True) for _ in range(allowed))
    assert blocked(limits, token=True)
    clock.time += 3_599
    assert blocked(limits)
    clock.time += 2
    assert not blocked(limits, token=True)


def test_switched_off_nothing_counts(limits: Limits, switches: Switches) -> None:
    switches.set_enforce(False)
    assert [refusal(limits) for _ in range(10)] == [None] * 10
    switches.set_enforce(True)
    assert refusal(limits) is None


def test_switching_on_again_empties_the_buckets(limits: Limits, switches: Switches) -> None:
    for _ in range(4):
        refusal(limits)
    switches.set_enforce(True)
    assert refusal(limits) is None


async def test_a_refusal_says_the_limit_and_nothing_of_when_to_retry() -> None:
    bling = BlingWorld(limits=True)
    answers = [await bling.answer("GET", "depositos") for _ in range(4)]
    assert [answer.status for answer in answers] == [200, 200, 200, 429]
    assert {name for name, _ in answers[3].headers} == {"x-amzn-RequestId"}
    assert b'"limit":3,"period":"second"' in answers[3].body


async def test_refused_requests_count_as_errors_of_the_address() -> None:
    bling = BlingWorld(limits=True)
    allowed, _ = ADDRESS_ERRORS
    statuses = [(await bling.answer("GET", "depositos")).status for _ in range(allowed + 5)]
    assert statuses[:3] == [200] * 3
    assert statuses[3:] == [429] * (allowed + 2)
    blocked_answer = await bling.answer("GET", "depositos")
    assert b"period" not in blocked_answer.body
    assert b"IP foi bloqueado" in blocked_answer.body
