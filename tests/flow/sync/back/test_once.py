"""A record is made once, whatever is lost on the way; what Bling has already is taken over."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from connector.sync import ends
from tests.support.returns import Returns


class Died(BaseException):
    """The worker was killed."""


async def test_a_lost_answer_makes_no_second_product(returns: Returns):
    returns.add(name="Copo", xmlId="B-1", price=3)
    await returns.look()
    returns.house.fault(provider="bling", method="produtos", drop=True, times=2)
    await returns.rest()
    (product,) = returns.bling_products()
    assert product["codigo"] == "B-1"
    assert (await returns.house.link(product["id"]))["state"] == "in_step"


async def test_nor_does_one_of_a_product_without_a_sku(returns: Returns):
    returns.add(name="Copo sem código", price=3)
    await returns.look()
    returns.house.fault(provider="bling", method="produtos", drop=True)
    await returns.rest()
    assert [product["nome"] for product in returns.bling_products()] == ["Copo sem código"]


async def test_a_worker_killed_after_blings_answer_makes_one(
    returns: Returns, monkeypatch: pytest.MonkeyPatch
):
    made = returns.add(name="Copo", xmlId="B-1", price=3)
    await returns.look()
    await _killed_before_settling(returns, monkeypatch)
    assert len(returns.bling_products()) == 1
    assert await returns.house.link(-made) is not None
    await returns.house.lease_ends()
    await returns.rest()
    (product,) = returns.bling_products()
    assert returns.b24_product(made)["link"] == str(product["id"])
    assert len(returns.house.products()) == 1
    assert await returns.house.link(-made) is None


async def test_blings_message_of_a_create_that_nobody_knows_waits(
    returns: Returns, monkeypatch: pytest.MonkeyPatch
):
    returns.add(name="Copo sem código", price=3)
    await returns.look()
    await _killed_before_settling(returns, monkeypatch)
    await returns.hear()
    await returns.house.lease_ends()
    await returns.rest()
    assert len(returns.house.products()) == len(returns.bling_products()) == 1


async def _killed_before_settling(returns: Returns, monkeypatch: pytest.MonkeyPatch) -> None:
    async def die(*_: Any) -> None:
        raise Died

    with monkeypatch.context() as patch:
        patch.setattr(ends, "settle", die)
        with pytest.raises(Died):
            await returns.house.drain()
    await asyncio.sleep(0)


async def test_the_one_product_of_blings_with_its_sku_is_taken_over(returns: Returns):
    await returns.house.tick("product.create", enabled=False)
    bling_id = returns.in_bling(codigo="B-1", nome="Do Bling", preco=4)
    await returns.rest()
    made = returns.add(name="Do Bitrix24", xmlId="B-1", price=9)
    await returns.rest()
    assert [product["id"] for product in returns.bling_products()] == [bling_id]
    product = returns.b24_product(made)
    assert (product["link"], product["name"], product["price"]) == (str(bling_id), "Do Bling", 4)


async def test_two_products_of_blings_with_its_sku_wait_for_a_person(returns: Returns):
    await returns.house.tick("product.create", enabled=False)
    for _ in range(2):
        returns.in_bling(codigo="B-1")
    await returns.rest()
    returns.add(name="Copo", xmlId="B-1")
    await returns.rest()
    row = await returns.house.row("SELECT reason FROM inbox WHERE tenant_id = $1")
    assert row["reason"] == "ambiguous"
    assert len(returns.bling_products()) == 2


async def test_a_copy_becomes_a_product_of_its_own(returns: Returns):
    bling_id, product_id = await returns.pair(codigo="")
    original = returns.b24_product(product_id)
    name = f"property{returns.house.catalogue.product_link_property}"
    copy = returns.add(name="Cópia", **{name: original["link"]})
    await returns.rest()
    ids = {product["id"] for product in returns.bling_products()}
    assert len(ids) == 2
    assert returns.b24_product(copy)["link"] in {str(one) for one in ids - {bling_id}}
    assert returns.b24_product(product_id)["link"] == str(bling_id)


async def test_what_bling_refuses_fails_with_its_words(returns: Returns):
    bling_id, product_id = await returns.pair()
    returns.edit(product_id, name="x" * 121)
    await returns.rest()
    row = await returns.house.row(
        "SELECT outcome, reason, detail FROM event WHERE tenant_id = $1 ORDER BY id DESC LIMIT 1"
    )
    assert (row["outcome"], row["reason"]) == ("failed", "refused_by_bling")
    assert "nome" in row["detail"]
    assert (await returns.house.link(bling_id))["state"] == "needs_you"


async def test_an_edit_taken_back_puts_the_pair_in_step_again(returns: Returns):
    bling_id, product_id = await returns.pair()
    returns.edit(product_id, name="x" * 121)
    await returns.rest()
    returns.edit(product_id, name="Copo")
    await returns.rest()
    assert (await returns.house.link(bling_id))["state"] == "in_step"


async def test_deleted_in_bitrix24_leaves_a_tombstone_and_bling_alone(returns: Returns):
    bling_id, product_id = await returns.pair()
    returns.portal.call("catalog.product.delete", id=product_id)
    await returns.rest()
    link = await returns.house.link(bling_id)
    assert (link["state"], link["reason"]) == ("deleted", "deleted_in_bitrix24")
    assert returns.bling_product(bling_id)["situacao"] == "A"
    assert returns.house.products() == []


async def test_a_product_that_bling_has_no_more_is_not_made_again(returns: Returns):
    bling_id, product_id = await returns.pair()
    returns.house.sandbox.control("webhooks", {"mode": "off"})
    url = returns.house.sandbox.ready["bling"]["api_url"]
    returns.house.sandbox.client.delete(f"{url}/produtos/{bling_id}", headers=returns.house.bling_headers)
    returns.edit(product_id, name="Caneca")
    await returns.rest()
    row = await returns.house.row(
        "SELECT outcome, reason FROM event WHERE tenant_id = $1 ORDER BY id DESC LIMIT 1"
    )
    assert (row["outcome"], row["reason"]) == ("skipped", "gone_in_bling")
    assert returns.bling_products() == []
