"""What the demo's Bling opens with: the traps of life in small."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from sandbox.core.world import WorldKind
from tests.support.bling_world import BlingWorld


@pytest.fixture
async def bling() -> BlingWorld:
    return BlingWorld(kind=WorldKind.DEMO)


@pytest.fixture
async def rows(bling: BlingWorld) -> list[dict[str, Any]]:
    return await bling.rows("produtos?criterio=5&tipo=T")


async def test_both_shops_have_a_dozen_products(bling: BlingWorld) -> None:
    one, two, *others = bling.world.bling.companies.values()
    for company in (one, two):
        assert sum(not product.parent for product in company.catalogue.oldest_first()) == 12
    assert [len(company.catalogue) for company in others] == [0, 0, 0]


async def test_codes_are_missing_and_doubled(rows: list[dict[str, Any]]) -> None:
    codes = Counter(row["codigo"] for row in rows)
    assert codes[""] >= 1
    assert any(code and number > 1 for code, number in codes.items())


async def test_some_products_are_inactive_or_excluded(rows: list[dict[str, Any]]) -> None:
    assert {row["situacao"] for row in rows} == {"A", "I", "E"}


async def test_there_are_parents_and_variations(rows: list[dict[str, Any]]) -> None:
    parents = {row["id"] for row in rows if row["formato"] == "V"}
    assert {row["idProdutoPai"] for row in rows} == parents | {0}


async def test_notes_are_drafts_authorised_and_cancelled(bling: BlingWorld) -> None:
    assert sorted(row["situacao"] for row in await bling.rows("nfe")) == [1, 5]
    assert [row["situacao"] for row in await bling.rows("nfe?situacao=2")] == [2]
    assert sorted(row["situacao"] for row in await bling.rows("nfce")) == [1, 5]


async def _orders(bling: BlingWorld) -> list[dict[str, Any]]:
    ids = [row["id"] for row in await bling.rows("pedidos/vendas")]
    return [(await bling.call("GET", f"pedidos/vendas/{order_id}"))[1]["data"] for order_id in ids]


async def test_orders_stand_in_every_situation(bling: BlingWorld) -> None:
    orders = await _orders(bling)
    assert {order["situacao"]["valor"] for order in orders} == {0, 1, 2, 3, 4, 10, 11}
    assert {order["situacao"]["id"] for order in orders} == set(bling.company.references.situations)


async def test_orders_show_all_that_makes_up_a_total(bling: BlingWorld) -> None:
    orders = await _orders(bling)
    assert {order["desconto"]["unidade"] for order in orders if order["desconto"]["valor"]} == {
        "REAL",
        "PERCENTUAL",
    }
    assert any(order["outrasDespesas"] for order in orders)
    assert any(order["transporte"]["frete"] for order in orders)
    assert any(item["desconto"] for order in orders for item in order["itens"])
    assert any(item["quantidade"] % 1 for order in orders for item in order["itens"])
    assert {bool(order["numeroLoja"]) for order in orders} == {True, False}
    assert {bool(order["vendedor"]["id"]) for order in orders} == {True, False}


async def test_opening_waits_for_nobody(bling: BlingWorld) -> None:
    assert bling.world.bling.webhooks.pending == 0
