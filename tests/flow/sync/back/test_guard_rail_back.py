"""The guard rail on the way back: odd changes made in Bitrix24 wait before they reach Bling."""

from __future__ import annotations

from typing import Any

import pytest

from connector.account import holds as account
from connector.account.people import Actor
from connector.domain.guard_rail import Side
from connector.store import holds
from connector.store.holds import Hold
from tests.support.returns import Returns
from tests.support.waiting import another_second

OWNER = Actor("Dona")


@pytest.fixture
async def pairs(returns: Returns) -> list[tuple[int, int]]:
    """Four products at R$ 50 on both sides."""
    return [await returns.pair(preco=50) for _ in range(4)]


async def the_hold(returns: Returns) -> Hold:
    house = returns.house
    async with house.database.tenant(house.tenant_id) as conn:
        (one,) = await holds.holds(conn, house.tenant_id, None, None, 9)
    return one


async def decide(returns: Returns, how: Any) -> None:
    house, now = returns.house, returns.house.engine.clock()
    hold = await the_hold(returns)
    await how(house.database, house.engine.waker.wake, house.tenant_id, hold.id, OWNER, now, now)
    await returns.rest()


def bling_prices(returns: Returns, pairs: list[tuple[int, int]]) -> list[float]:
    return [returns.bling_product(bling_id)["preco"] for bling_id, _ in pairs]


async def zeroed(returns: Returns, pairs: list[tuple[int, int]]) -> None:
    """Somebody sets three prices to zero in Bitrix24 at once."""
    for _, product_id in pairs[:3]:
        returns.edit(product_id, price=0)
    await returns.rest()


async def test_three_prices_that_go_to_zero_in_bitrix24_wait(returns: Returns, pairs: list[tuple[int, int]]):
    await zeroed(returns, pairs)
    hold = await the_hold(returns)
    assert (hold.side, hold.cause, hold.state, hold.records) == (Side.BLING, "price_zero", "open", 3)
    assert bling_prices(returns, pairs) == [50, 50, 50, 50]


async def test_a_single_one_passes(returns: Returns, pairs: list[tuple[int, int]]):
    returns.edit(pairs[0][1], price=0)
    await returns.rest()
    assert bling_prices(returns, pairs) == [0, 50, 50, 50]


async def test_approved_they_are_written_in_bling(returns: Returns, pairs: list[tuple[int, int]]):
    await zeroed(returns, pairs)
    await decide(returns, account.approve)
    assert bling_prices(returns, pairs) == [0, 0, 0, 50]


async def test_discarded_they_are_not_and_other_fields_are(returns: Returns, pairs: list[tuple[int, int]]):
    await zeroed(returns, pairs)
    await decide(returns, account.discard)
    bling_id, product_id = pairs[0]
    returns.edit(product_id, name="Caneca")
    await returns.rest()
    product = returns.bling_product(bling_id)
    assert (product["nome"], product["preco"]) == ("Caneca", 50)
    assert bling_prices(returns, pairs) == [50, 50, 50, 50]


async def test_an_edit_taken_back_needs_nobody(returns: Returns, pairs: list[tuple[int, int]]):
    await zeroed(returns, pairs)
    for _, product_id in pairs[:3]:
        returns.edit(product_id, price=50)
    await returns.rest()
    assert (await the_hold(returns)).state == "over"
    assert (await returns.house.link(pairs[0][0]))["state"] == "in_step"


async def test_what_bling_changes_meanwhile_waits_as_well(returns: Returns, pairs: list[tuple[int, int]]):
    for bling_id, product_id in pairs[:3]:
        returns.edit(product_id, name="Caneca")
        returns.edit_bling(bling_id, preco=0)
    await returns.look()
    await returns.rest()
    hold = await the_hold(returns)
    assert (hold.side, hold.records) == (Side.BITRIX24, 3)
    assert {returns.b24_product(product_id)["price"] for _, product_id in pairs} == {50}
    await decide(returns, account.approve)
    assert [returns.b24_product(product_id)["price"] for _, product_id in pairs] == [0, 0, 0, 50]
    assert [returns.bling_product(bling_id)["nome"] for bling_id, _ in pairs[:3]] == ["Caneca"] * 3


async def test_a_touch_in_bitrix24_lets_nothing_of_blings_go(returns: Returns, pairs: list[tuple[int, int]]):
    # Within the second in which it was made, a message is doubted, and weighed after the others.
    await another_second()
    for bling_id, _ in pairs[:3]:
        returns.edit_bling(bling_id, preco=0)
    await returns.hear()
    await returns.house.drain()
    assert (await the_hold(returns)).records == 3
    for _, product_id in pairs[:3]:
        returns.edit(product_id, name="Copo")
    await returns.rest()
    hold = await the_hold(returns)
    assert (hold.state, hold.records) == ("open", 3)
    assert {returns.b24_product(product_id)["price"] for _, product_id in pairs} == {50}
