"""Operating time: how many commands may go, when a method rests, what a refusal teaches."""

from __future__ import annotations

import pytest

from connector.bitrix24.operating import PROBE, START_LIMIT_S, Operating

ADD = "catalog.product.add"
NOW = 1_790_000_000.0
RESET = NOW + 300


@pytest.fixture
def operating() -> Operating:
    return Operating()


def test_an_unknown_method_may_fill_a_batch(operating: Operating) -> None:
    assert operating.room(ADD, NOW) == 50
    assert operating.paused_until(ADD, NOW) == 0


def test_cost_is_learned_from_the_sums_of_a_batch(operating: Operating) -> None:
    took = operating.told(ADD, [0.5, 1.0, 1.5, 2.0], RESET, NOW)
    assert took == pytest.approx(2.0)
    assert operating.room(ADD, NOW) == int((START_LIMIT_S - 2.0) / 0.5)


def test_a_known_sum_makes_the_seconds_exact(operating: Operating) -> None:
    operating.told(ADD, [10.0], RESET, NOW)
    assert operating.told(ADD, [10.3, 10.7], RESET, NOW + 1) == pytest.approx(0.7)


def test_a_sum_that_fell_is_not_negative_time(operating: Operating) -> None:
    operating.told(ADD, [100.0], RESET, NOW)
    assert operating.told(ADD, [40.0, 40.5], RESET, NOW + 1) == pytest.approx(1.0)


def test_commands_under_way_count(operating: Operating) -> None:
    operating.told(ADD, [418.0, 418.5], RESET, NOW)
    operating.sent(ADD, 2)
    assert operating.room(ADD, NOW) == 1
    operating.sent(ADD, 1)
    assert operating.room(ADD, NOW) == 0
    assert operating.paused_until(ADD, NOW) == 0, "an answer is awaited, nobody is refused"
    operating.back(ADD, 3)
    assert operating.room(ADD, NOW) == 3


def test_a_used_up_method_rests_until_the_oldest_minute_returns(operating: Operating) -> None:
    operating.told(ADD, [419.5, 420.0], RESET, NOW)
    assert operating.paused_until(ADD, NOW) == RESET
    assert operating.room(ADD, NOW) == 0
    assert operating.room("catalog.price.add", NOW) == 50


def test_afterwards_a_few_try_how_much_there_is(operating: Operating) -> None:
    operating.told(ADD, [419.5, 420.0], RESET, NOW)
    assert operating.room(ADD, RESET) == PROBE
    operating.sent(ADD, PROBE)
    assert operating.room(ADD, RESET) == 0


def test_an_early_refusal_teaches_the_limit(operating: Operating) -> None:
    operating.told(ADD, [239.5, 240.0], RESET, NOW)
    assert operating.refused(ADD, NOW + 1) == RESET
    assert operating.limit == 240.0
    assert operating.paused_until(ADD, NOW + 2) == RESET


def test_a_refusal_out_of_the_blue_teaches_nothing(operating: Operating) -> None:
    assert operating.refused(ADD, NOW) == NOW + 60
    operating.told("other", [200.0], RESET, NOW - 90)
    operating.refused("other", NOW)
    assert operating.limit == START_LIMIT_S


def test_news_travel_to_other_processes() -> None:
    here, there = Operating(), Operating()
    here.told(ADD, [420.0, 421.0], RESET, NOW)
    flat = here.news()
    there.learn([(str(flat[0]), str(flat[1]))])
    assert there.paused_until(ADD, NOW) == RESET
    assert here.news() == []


def test_older_news_do_not_overwrite(operating: Operating) -> None:
    operating.told(ADD, [10.0], RESET, NOW)
    operating.learn([(ADD, f"400 {RESET} {NOW - 5} 0")])
    assert operating.shares() == {ADD: pytest.approx(10 / START_LIMIT_S)}
