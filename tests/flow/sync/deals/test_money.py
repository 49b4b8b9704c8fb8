"""Whatever an order says of its money, rows, total and amount agree."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.support.clerk import CENT, item, sum_of
from tests.support.order_desk import OrderDesk

PERCENT, REAL = "PERCENTUAL", "REAL"


def off(value: float, unit: str) -> dict[str, Any]:
    return {"desconto": {"valor": value, "unidade": unit}}


THREE = [item(quantidade=1, valor=9.99), item(quantidade=3, valor=3.33), item(quantidade=7, valor=0.07)]
FREIGHT = {"transporte": {"fretePorConta": 1, "frete": 7.5}}


@pytest.mark.parametrize(
    ("items", "order"),
    [
        (THREE, {}),
        (THREE, off(5, REAL)),
        (THREE, off(33.33, PERCENT)),
        (THREE, off(10, PERCENT) | FREIGHT),
        (THREE, FREIGHT | {"outrasDespesas": 3.25}),
        (THREE, off(20.47, REAL) | FREIGHT),
        ([item(quantidade=5, valor=29.7, desconto=84.36)], {}),
        ([item(quantidade=5, valor=29.7, desconto=84.36)], off(10, PERCENT)),
        ([item(quantidade=0.3333, valor=17.99)], off(1.07, REAL)),
        ([item(quantidade=1.2345, valor=7.77), item(quantidade=0.0001, valor=100)], FREIGHT),
        ([item(quantidade=3, valor=10), item(quantidade=1, valor=0)], off(100, PERCENT)),
        ([item(quantidade=2, valor=0)], {}),
    ],
    ids=[
        "plain",
        "reais off",
        "percent off",
        "percent off, freight",
        "freight and expenses",
        "all goods given away, freight paid",
        "item discount informs",
        "item and order discount",
        "four decimals",
        "four decimals, a row below a cent",
        "hundred percent",
        "zero",
    ],
)
async def test_rows_total_and_amount_agree(desk: OrderDesk, items: list[Any], order: dict[str, Any]):
    made = desk.order(items=[dict(one) for one in items], **order)
    assert await desk.outcome(await desk.told(made, action="created")) == ("created", None)
    deal, total = desk.deal(made), Decimal(str(desk.read(made)["total"]))
    assert (sum_of(deal["rows"]), Decimal(str(deal["opportunity"]))) == (total, total)
    assert deal["isManualOpportunity"] == "N"
    assert all(row["price"] >= 0 and row["quantity"] > 0 for row in deal["rows"])


async def test_freight_and_expenses_have_rows_of_their_own(desk: OrderDesk):
    order = await desk.synced(items=[item()], outrasDespesas=3.25, **FREIGHT)
    rows = {row["productName"]: row["price"] for row in desk.deal(order)["rows"]}
    assert rows == {"Copo": 10.5, "Frete": 7.5, "Outras despesas": 3.25}


async def test_an_item_shows_its_discount(desk: OrderDesk):
    order = await desk.synced(items=[item(quantidade=2, valor=9, desconto=10)])
    (row,) = desk.deal(order)["rows"]
    assert (row["price"], row["discountTypeId"], row["discountRate"]) == (9, 2, 10)
    assert row["priceNetto"] == 10


async def test_what_the_total_holds_beyond_the_formula_has_a_row(desk: OrderDesk):
    order = desk.order(items=[item(quantidade=1, valor=100)])
    desk.retell(order, total=112.34, tributacao={"totalICMS": 0, "totalIPI": 12.34})
    await desk.synced(order)
    deal = desk.deal(order)
    assert [(row["productName"], row["price"]) for row in deal["rows"]] == [
        ("Copo", 100),
        ("IPI / ajuste", 12.34),
    ]
    assert deal["opportunity"] == 112.34


async def test_a_total_below_the_formula_is_spread(desk: OrderDesk):
    order = desk.order(items=[item(quantidade=1, valor=50), item(quantidade=1, valor=50)])
    desk.retell(order, total=99.99)
    await desk.synced(order)
    assert sorted(row["price"] for row in desk.deal(order)["rows"]) == [49.99, 50]


async def test_five_hundred_items_are_one_deal(desk: OrderDesk):
    items = [item(descricao=f"Item {one}", quantidade=1, valor=one / 100) for one in range(1, 501)]
    order = desk.order(items=items, **off(7.77, PERCENT))
    assert await desk.outcome(await desk.told(order, action="created")) == ("created", None)
    deal, total = desk.deal(order), Decimal(str(desk.read(order)["total"]))
    assert len(deal["rows"]) == 500
    assert sum_of(deal["rows"]) == total == Decimal(str(deal["opportunity"])).quantize(CENT)


@pytest.mark.parametrize("told", [{"total": -5.5}, {"total": 10, "itens": []}], ids=["negative", "no items"])
async def test_without_rows_the_amount_is_kept_by_hand(desk: OrderDesk, told: dict[str, Any]):
    order = desk.order()
    desk.retell(order, **told)
    assert await desk.outcome(await desk.told(order, action="created")) == ("created", None)
    deal = desk.deal(order)
    assert (deal["rows"], deal["isManualOpportunity"], deal["opportunity"]) == ([], "Y", told["total"])


async def test_an_order_without_rows_gets_them_later(desk: OrderDesk):
    order = desk.order()
    desk.retell(order, total=10, itens=[])
    await desk.synced(order)
    desk.wire.retold.clear()
    assert await desk.outcome(await desk.told(order, seconds=5)) == ("updated", None)
    deal = desk.deal(order)
    assert (len(deal["rows"]), deal["isManualOpportunity"], deal["opportunity"]) == (1, "N", 21)


async def test_an_order_that_loses_its_items_loses_its_rows(desk: OrderDesk):
    order = await desk.synced()
    desk.retell(order, total=10, itens=[])
    assert await desk.outcome(await desk.told(order, seconds=5)) == ("updated", None)
    deal = desk.deal(order)
    assert (deal["rows"], deal["isManualOpportunity"], deal["opportunity"]) == ([], "Y", 10)
