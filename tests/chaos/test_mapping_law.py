"""The law of the lens on a thousand products, both ways."""

from __future__ import annotations

from tests.flow.sync.test_mapping_law import wide_house
from tests.support.house import House
from tests.support.lens_law import prove_both_ways

__all__ = ["wide_house"]


async def test_a_thousand_products_go_over_and_come_back_byte_for_byte(wide_house: House) -> None:
    await prove_both_ways(wide_house, 1_000)
