"""Rows name products that are in step; an unknown product is synced first, or named by its name."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from typing import Any

import pytest

from connector.sync.deals import needed
from tests.support.clerk import item
from tests.support.order_desk import OrderDesk


def of(product: int, **fields: Any) -> dict[str, Any]:
    return item(produto={"id": product}, codigo=f"P-{product}", **fields)


@pytest.fixture
async def shop(desk: OrderDesk) -> OrderDesk:
    """Products are synced, too."""
    await desk.house.tick("product.create", "product.update", "product.delete")
    return desk


def in_bling(desk: OrderDesk, **fields: Any) -> int:
    body = {"nome": "Copo", "tipo": "P", "situacao": "A", "formato": "S", "preco": 4.99, **fields}
    return int(desk.ask("POST", "/produtos", body)["data"]["id"])


async def known(desk: OrderDesk, **fields: Any) -> int:
    product = in_bling(desk, **fields)
    await desk.house.told(product)
    await desk.house.drain()
    return product


def family(desk: OrderDesk) -> tuple[int, list[int]]:
    """A shirt in two sizes: the parent and its children."""
    sizes = [
        {"nome": "Camisa", "tipo": "P", "situacao": "A", "formato": "S", "preco": 30, "codigo": f"CAM-{size}"}
        | {"variacao": {"nome": f"Tamanho:{size}", "ordem": place, "produtoPai": {"cloneInfo": False}}}
        for place, size in enumerate("PM", 1)
    ]
    parent = in_bling(desk, nome="Camisa", formato="V", codigo="CAM", variacoes=sizes)
    children = desk.ask("GET", f"/produtos/variacoes/{parent}")["data"]["variacoes"]
    return parent, [int(child["id"]) for child in children]


def named(desk: OrderDesk, order: int) -> list[int]:
    """The products that an order's rows name."""
    return [row["productId"] for row in desk.deal(order)["rows"]]


async def test_a_row_names_its_product(shop: OrderDesk):
    product = await known(shop)
    order = await shop.synced(items=[of(product), item(descricao="Embalagem")])
    assert named(shop, order) == [shop.house.product(product)["id"], 0]


async def test_an_order_waits_for_a_product_whose_create_was_cut_off(
    shop: OrderDesk, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(needed, "WAIT", timedelta(seconds=0.3))
    house = shop.house
    house.engine = dataclasses.replace(house.engine, create_settles=timedelta(seconds=60))
    product = in_bling(shop)
    async with house.database.system() as conn:
        await conn.execute(
            "INSERT INTO link (tenant_id, kind, account_id, bling_id, label, state, creating_at, created_at,"
            " updated_at) VALUES ($1, 'product', $2, $3, 'Copo', 'waiting', now(), now(), now())",
            *(house.tenant_id, house.account_id, product),
        )
    order = shop.order(items=[of(product)])
    event = await shop.told(order, action="created")
    await house.drain()
    assert await house.outcome(event) == (None, None)
    assert shop.deals() == []
    house.engine = dataclasses.replace(house.engine, create_settles=timedelta(0))
    await house.told(product)
    await house.drain()
    await house.due_now()
    await house.drain()
    assert named(shop, order) == [house.product(product)["id"]]


async def test_a_row_names_the_variation_and_never_the_parent(shop: OrderDesk):
    parent, children = family(shop)
    await shop.house.told(parent, formato="V", nome="Camisa", codigo="CAM")
    await shop.house.drain()
    order = await shop.synced(items=[of(children[0]), of(parent)])
    offer = shop.house.product(children[0])
    assert named(shop, order) == [offer["id"], 0]
    assert shop.deal(order)["opportunity"] == 42


async def test_an_unknown_product_is_synced_first(shop: OrderDesk):
    product = in_bling(shop, nome="Caneca")
    order = await shop.synced(items=[of(product, descricao="Caneca")])
    assert shop.house.product(product)["name"] == "Caneca"
    assert named(shop, order) == [shop.house.product(product)["id"]]


async def test_an_unknown_product_of_many_orders_is_synced_once(shop: OrderDesk):
    product = in_bling(shop)
    orders = [shop.order(items=[of(product)]) for _ in range(5)]
    for order in orders:
        await shop.told(order)
    await shop.house.drain()
    made = shop.house.product(product)["id"]
    assert [named(shop, order) for order in orders] == [[made]] * 5


async def test_without_leave_to_make_products_a_row_goes_by_name(desk: OrderDesk):
    product = in_bling(desk)
    order = await desk.synced(items=[of(product)])
    assert named(desk, order) == [0]
    assert desk.house.products() == []


async def test_a_product_that_comes_later_is_named_at_the_next_message(desk: OrderDesk):
    product = in_bling(desk)
    order = await desk.synced(items=[of(product)])
    await desk.house.tick("product.create")
    await desk.house.told(product)
    await desk.house.drain()
    assert await desk.outcome(await desk.told(order, seconds=5)) == ("updated", None)
    assert named(desk, order) == [desk.house.product(product)["id"]]


async def test_a_product_deleted_in_bling_stops_no_order(shop: OrderDesk):
    product = in_bling(shop)
    order = shop.order(items=[of(product, descricao="Já não existe")])
    shop.ask("DELETE", f"/produtos/{product}")
    event = await shop.told(order)
    assert await shop.outcome(event) == ("created", None)
    assert named(shop, order) == [0]
    assert shop.deal(order)["rows"][0]["productName"] == "Já não existe"


async def test_a_product_deleted_in_bling_after_it_was_synced_is_still_named(shop: OrderDesk):
    product = await known(shop)
    await shop.house.told(product, action="deleted", seconds=5)
    await shop.house.drain()
    order = await shop.synced(items=[of(product)])
    assert named(shop, order) == [shop.house.product(product)["id"]]


async def test_a_product_that_cannot_be_made_stops_no_order(shop: OrderDesk):
    iblock = shop.house.catalogue.product_iblock_id
    field = {"iblockId": iblock, "name": "Cor", "code": "COR", "propertyType": "S", "isRequired": "Y"}
    shop.house.portal.call("catalog.productProperty.add", fields=field)
    product = in_bling(shop)
    order = await shop.synced(items=[of(product)])
    assert named(shop, order) == [0]
    assert (await shop.house.link(product))["state"] == "needs_you"


async def test_a_product_that_the_portal_refuses_in_a_row_is_named_by_its_name(shop: OrderDesk):
    product = await known(shop)
    made = shop.house.product(product)["id"]
    iblock = shop.house.catalogue.product_iblock_id
    parent = shop.house.portal.call("catalog.product.sku.add", fields={"iblockId": iblock, "name": "Pai"})
    async with shop.house.database.system() as conn:
        await conn.execute("UPDATE link SET bitrix_id = $2 WHERE bitrix_id = $1", made, parent["sku"]["id"])
    order = shop.order(items=[of(product), item(descricao="Embalagem")])
    event = await shop.told(order)
    assert await shop.outcome(event) == ("created", None)
    assert named(shop, order) == [0, 0]
    assert shop.deal(order)["opportunity"] == 42
    assert "sem vínculo com o catálogo" in await shop.detail(event)


async def test_items_of_a_product_twice_are_two_rows(shop: OrderDesk):
    product = await known(shop)
    order = await shop.synced(items=[of(product), of(product, quantidade=1)])
    assert len(set(named(shop, order))) == 1
    assert [row["quantity"] for row in shop.deal(order)["rows"]] == [2, 1]


async def test_the_unit_of_an_item_is_the_row_s(desk: OrderDesk):
    order = await desk.synced(items=[item(unidade="KG"), item(unidade="UN"), item(unidade="balde")])
    assert [row["measureCode"] for row in desk.deal(order)["rows"]] == [166, 796, 796]
