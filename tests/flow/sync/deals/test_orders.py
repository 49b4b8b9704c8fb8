"""Orders become deals, to the cent."""

from __future__ import annotations

from decimal import Decimal

from tests.support.order_desk import OrderDesk, item, sum_of


async def test_an_order_becomes_a_deal_with_its_rows(desk: OrderDesk) -> None:
    order = desk.order(items=[item(valor=29.7, quantidade=5), item(descricao="Tampa", valor=0.33)])
    event = await desk.told(order, action="created")
    await desk.house.drain()
    assert await desk.house.outcome(event) == ("created", None)
    deal = desk.deal(order)
    assert deal["title"].startswith("Pedido ") and deal["title"].endswith("Maria da Silva")
    assert (deal["opportunity"], deal["isManualOpportunity"]) == (149.16, "N")
    assert sum_of(deal["rows"]) == Decimal("149.16")


async def test_an_order_changes_only_what_changed(desk: OrderDesk) -> None:
    order = desk.order()
    await desk.told(order, action="created")
    await desk.house.drain()
    desk.change(order, itens=[item(valor=12)], observacoes="urgente")
    desk.house.forget_calls()
    event = await desk.told(order, seconds=5)
    await desk.house.drain()
    assert await desk.house.outcome(event) == ("updated", None)
    deal = desk.deal(order)
    assert (deal["opportunity"], deal["comments"]) == (24, "urgente")
    (update,) = desk.house.commands("crm.item.update")
    assert "title" not in update


async def test_an_unchanged_order_is_not_written(desk: OrderDesk) -> None:
    order = desk.order()
    await desk.told(order, action="created")
    await desk.house.drain()
    event = await desk.told(order, seconds=5)
    desk.house.forget_calls()
    await desk.house.drain()
    assert await desk.house.outcome(event) == ("unchanged", None)
    assert desk.house.calls("bitrix24") == []
    assert len(desk.house.calls("bling")) == 1
