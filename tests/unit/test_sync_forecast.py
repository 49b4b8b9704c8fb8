"""What an import will cost: counting lists by few of their pages, and the reckoning."""

from __future__ import annotations

import math

import pytest

from connector.domain.events import Kind
from connector.sync.runs.forecast import MOST_PAGES, PER_DAY, count, reckon


class Listed:
    """A list of so many rows that counts how often it is asked."""

    def __init__(self, rows: int) -> None:
        self.rows, self.asked = rows, 0

    async def page(self, number: int) -> int:
        self.asked += 1
        return max(0, min(100, self.rows - (number - 1) * 100))


@pytest.mark.parametrize(
    "rows", [0, 1, 99, 100, 101, 199, 200, 201, 300, 399, 400, 401, 700, 1_234, 9_999, 10_000, 50_000]
)
async def test_every_length_is_found_by_about_two_calls_for_each_doubling(rows: int) -> None:
    listed = Listed(rows)
    assert await count(listed.page) == rows
    assert listed.asked <= 2 * math.log2(rows / 100 + 2) + 2


async def test_a_list_without_an_end_is_given_up() -> None:
    asked = 0

    async def full(_page: int) -> int:
        nonlocal asked
        asked += 1
        return 100

    assert await count(full) >= MOST_PAGES // 2 * 100
    assert asked <= 22


def test_ten_thousand_products_by_lists() -> None:
    found = reckon(Kind.PRODUCT, 10_000, by_list=True, left_today=PER_DAY, exact=True)
    assert (found.bling_calls, found.bitrix24_requests, found.days) == (201, 420, 1)
    assert found.seconds == 210


def test_what_does_not_fit_into_today_takes_days() -> None:
    found = reckon(Kind.ORDER, 100_000, by_list=False, left_today=50_000, exact=True)
    assert found.bling_calls == 201_001
    assert found.days == 3
