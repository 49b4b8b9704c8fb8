"""A product that was entered without a SKU is found by its GTIN, where a rule keeps that in a property."""

from __future__ import annotations

import pytest

from connector.domain.events import Kind
from connector.domain.mapping import Rule
from connector.domain.transforms import Identity
from tests.support.house import House

GTIN = "7891000315507"


@pytest.fixture
async def gtin(open_house: House) -> str:
    """The property of the portal's products that holds the GTIN."""
    name = open_house.portal.property(open_house.catalogue.product_iblock_id, name="GTIN", code="GTIN")
    await open_house.map(Kind.PRODUCT, Rule(id="gtin", bling="gtin", bitrix24=name, transform=Identity()))
    return name


async def brought(house: House, gtin: str) -> tuple[str | None, str | None]:
    event = await house.told(house.in_bling(codigo="NOVO", gtin=gtin))
    await house.drain()
    return await house.outcome(event)


async def test_the_one_with_the_gtin_is_taken_over(open_house: House, gtin: str) -> None:
    there = open_house.portal.product(name="Leite", **{gtin: {"value": GTIN}})
    assert (await brought(open_house, GTIN))[0] == "updated"
    (found,) = open_house.products()
    assert (found["id"], found["xmlId"]) == (there["id"], "NOVO")


async def test_several_are_a_persons_choice(open_house: House, gtin: str) -> None:
    for _ in range(2):
        open_house.portal.product(name="Leite", **{gtin: {"value": GTIN}})
    assert await brought(open_house, GTIN) == ("held", "ambiguous")


async def test_the_sku_says_more_than_the_gtin(open_house: House, gtin: str) -> None:
    open_house.portal.product(name="Outro", **{gtin: {"value": GTIN}})
    mine = open_house.portal.product(name="Leite", xmlId="NOVO")
    assert (await brought(open_house, GTIN))[0] == "updated"
    assert [one["id"] for one in open_house.products() if one["link"]] == [mine["id"]]


@pytest.mark.parametrize("no_gtin", ["", "SEM GTIN", "00000000"])
async def test_what_is_no_gtin_finds_nobody(open_house: House, gtin: str, no_gtin: str) -> None:
    open_house.portal.product(name="Leite", **{gtin: {"value": no_gtin}})
    assert (await brought(open_house, no_gtin))[0] == "created"
