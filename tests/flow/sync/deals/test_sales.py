"""Sales: authorised invoices, in their orders' deals."""

from __future__ import annotations

from typing import Any

import pytest

from connector.bitrix24.crm import item_name
from connector.bitrix24.crm_setup import INVOICE, INVOICE_LINK
from connector.domain.events import Kind
from tests.support.clerk import ANDAMENTO, ATENDIDO, item
from tests.support.order_desk import OrderDesk

NUMBER, LINK = item_name(INVOICE.name), item_name(INVOICE_LINK.name)


def shop(desk: OrderDesk) -> int:
    return int(desk.ask("GET", "/canais-venda")["data"][0]["id"])


def number_of(desk: OrderDesk, invoice: int) -> str:
    return str(desk.ask("GET", f"/nfe/{invoice}")["data"]["numero"])


def shown(desk: OrderDesk, order: int) -> tuple[str, str, bool]:
    """Stage, invoice numbers, and whether there is a link."""
    deal = desk.deal(order)
    return deal["stageId"], deal[NUMBER] or "", bool(deal[LINK])


async def sold(desk: OrderDesk, order: int) -> int:
    """The order's authorised invoice, told to Ponte."""
    invoice = desk.invoice_of(order)
    desk.authorise(invoice)
    assert await desk.outcome(await desk.sold(invoice)) == ("updated", None)
    return invoice


# What is no sale


async def test_a_draft_is_no_sale_and_costs_no_call(desk: OrderDesk):
    event = await desk.sold(desk.invoice_of(await desk.synced()))
    desk.house.forget_calls()
    assert await desk.outcome(event) == ("skipped", "not_a_sale")
    assert "autorizada" in await desk.detail(event)
    assert desk.house.calls("bling") + desk.house.calls("bitrix24") == []


@pytest.mark.parametrize(
    ("fields", "word"),
    [({"tipo": 0}, "compra"), ({"finalidade": 4}, "devolução"), ({"finalidade": 2}, "complemento")],
)
async def test_purchases_and_returns_are_no_sales(desk: OrderDesk, fields: dict[str, Any], word: str):
    invoice = desk.invoice(**fields)
    desk.authorise(invoice)
    event = await desk.sold(invoice)
    assert await desk.outcome(event) == ("skipped", "not_a_sale")
    assert word in await desk.detail(event)
    assert desk.deals() == []


async def test_a_rejected_invoice_is_no_sale(desk: OrderDesk):
    order = await desk.synced()
    invoice = desk.invoice_of(order)
    desk.note(invoice, "reject")
    assert await desk.outcome(await desk.sold(invoice)) == ("skipped", "not_a_sale")
    assert shown(desk, order) == ("NEW", "", False)


async def test_an_invoice_cancelled_before_it_was_a_sale_is_none(desk: OrderDesk):
    invoice = desk.invoice_of(await desk.synced())
    desk.authorise(invoice)
    desk.note(invoice, "cancel")
    assert await desk.outcome(await desk.sold(invoice)) == ("skipped", "not_a_sale")


async def test_nothing_is_sold_unless_it_is_ticked(closed_desk: OrderDesk):
    await closed_desk.house.tick("order.create", "order.update")
    order = await closed_desk.synced()
    invoice = closed_desk.invoice_of(order)
    closed_desk.authorise(invoice)
    event = await closed_desk.sold(invoice)
    closed_desk.house.forget_calls()
    assert await closed_desk.outcome(event) == ("skipped", "create_off")
    assert closed_desk.house.calls("bling") + closed_desk.house.calls("bitrix24") == []
    await closed_desk.house.tick("sale.create")
    assert await closed_desk.replayed(invoice, Kind.SALE) == ("updated", None)
    assert closed_desk.deal(order)["stageId"] == "WON"


# In the deal of the order


async def test_the_sale_of_a_typed_order_wins_its_deal(desk: OrderDesk):
    order = await desk.synced()
    invoice = await sold(desk, order)
    assert shown(desk, order) == ("WON", number_of(desk, invoice), True)
    assert len(desk.deals()) == 1
    assert desk.deal(order)["opportunity"] == 21


async def test_the_sale_of_an_order_that_names_it_is_found_without_a_list(desk: OrderDesk):
    order = desk.order()
    invoice = desk.invoice_of(order)
    await desk.synced(order)
    desk.authorise(invoice)
    event = await desk.sold(invoice)
    desk.house.forget_calls()
    assert await desk.outcome(event) == ("updated", None)
    assert len(desk.house.calls("bling")) == 1
    assert shown(desk, order)[0] == "WON"


async def test_the_sale_of_a_shop_s_order_is_found_by_its_number(desk: OrderDesk):
    order = await desk.synced(loja={"id": shop(desk)}, numeroLoja="2000001")
    other = await desk.synced(numeroLoja="2000001")
    invoice = desk.invoice(loja={"id": shop(desk), "numero": "2000001"})
    desk.authorise(invoice)
    event = await desk.sold(invoice)
    desk.house.forget_calls()
    assert await desk.outcome(event) == ("updated", None)
    assert len(desk.house.calls("bling")) == 1
    assert (shown(desk, order)[0], shown(desk, other)[0]) == ("WON", "NEW")


async def test_of_a_customer_s_orders_the_one_that_names_the_invoice_is_won(desk: OrderDesk):
    contact = desk.contact()
    orders = [await desk.synced(contact=contact, items=[item(valor=price)]) for price in (1, 2, 3)]
    invoice = await sold(desk, orders[1])
    assert [shown(desk, order)[:2] for order in orders] == [
        ("NEW", ""),
        ("WON", number_of(desk, invoice)),
        ("NEW", ""),
    ]


async def test_the_same_sale_told_again_changes_nothing(desk: OrderDesk):
    order = await desk.synced()
    invoice = await sold(desk, order)
    desk.by_hand(order, stageId="PREPARATION")
    event = await desk.sold(invoice, seconds=5)
    assert await desk.outcome(event) == ("unchanged", None)
    assert await desk.replayed(invoice, Kind.SALE) == ("unchanged", None)
    assert shown(desk, order)[0] == "PREPARATION"


async def test_an_unchanged_sale_is_one_read_and_no_look_at_the_portal(desk: OrderDesk):
    order = desk.order()
    invoice = desk.invoice_of(order)
    await desk.synced(order)
    desk.authorise(invoice)
    await desk.outcome(await desk.sold(invoice))
    event = await desk.sold(invoice, seconds=5)
    desk.house.forget_calls()
    assert await desk.outcome(event) == ("unchanged", None)
    assert desk.house.calls("bitrix24") == []
    assert len(desk.house.calls("bling")) == 1


async def test_an_order_that_changes_leaves_its_sale_alone(desk: OrderDesk):
    order = await desk.synced()
    invoice = await sold(desk, order)
    desk.change(order, itens=[item(valor=12)])
    assert await desk.outcome(await desk.told(order, seconds=5)) == ("updated", None)
    assert shown(desk, order) == ("WON", number_of(desk, invoice), True)
    assert desk.deal(order)["opportunity"] == 24


async def test_order_and_invoice_in_one_burst_are_one_won_deal(desk: OrderDesk):
    order = desk.order()
    invoice = desk.invoice_of(order)
    desk.authorise(invoice)
    await desk.sold(invoice)
    await desk.told(order, action="created")
    await desk.house.drain()
    await desk.retried()
    assert len(desk.deals()) == 1
    assert shown(desk, order)[:2] == ("WON", number_of(desk, invoice))


async def test_the_whole_life_of_an_invoice_is_one_win(desk: OrderDesk):
    order = await desk.synced()
    invoice = desk.invoice_of(order)
    await desk.told(invoice, kind=Kind.SALE, action="created")
    desk.authorise(invoice)
    event = await desk.sold(invoice, seconds=1)
    assert await desk.outcome(event) == ("updated", None)
    desk.situation(order, ATENDIDO)
    await desk.outcome(await desk.told(order, seconds=2))
    assert shown(desk, order)[0] == "WON"


async def test_an_invoice_for_a_shop_s_order_beside_another_shows_both(desk: OrderDesk):
    order = await desk.synced(loja={"id": shop(desk)}, numeroLoja="2000001")
    invoices = [desk.invoice(loja={"id": shop(desk), "numero": "2000001"}) for _ in range(2)]
    for invoice in invoices:
        desk.authorise(invoice)
        await desk.outcome(await desk.sold(invoice))
    numbers = ", ".join(number_of(desk, invoice) for invoice in invoices)
    assert shown(desk, order)[:2] == ("WON", numbers)
    for invoice in invoices:
        assert await desk.outcome(await desk.sold(invoice, seconds=5)) == ("unchanged", None)
        assert await desk.replayed(invoice, Kind.SALE) == ("unchanged", None)


async def test_two_invoices_of_one_order_in_one_burst_show_both(desk: OrderDesk):
    order = await desk.synced(loja={"id": shop(desk)}, numeroLoja="2000001")
    invoices = [desk.invoice(loja={"id": shop(desk), "numero": "2000001"}) for _ in range(2)]
    for invoice in invoices:
        desk.authorise(invoice)
        await desk.sold(invoice)
    await desk.house.drain()
    stage, numbers, _ = shown(desk, order)
    assert (stage, sorted(numbers.split(", "))) == ("WON", sorted(number_of(desk, one) for one in invoices))


# Cancelled


async def cancelled(desk: OrderDesk, invoice: int, seconds: int = 9) -> tuple[str | None, str | None]:
    desk.note(invoice, "cancel")
    return await desk.outcome(await desk.sold(invoice, seconds=seconds))


async def test_a_cancelled_invoice_undoes_the_win(desk: OrderDesk):
    order = desk.order()
    desk.situation(order, ANDAMENTO)
    await desk.synced(order)
    invoice = await sold(desk, order)
    assert await cancelled(desk, invoice) == ("updated", None)
    assert shown(desk, order) == ("PREPARATION", "", False)


async def test_a_cancelled_invoice_told_twice_is_undone_once(desk: OrderDesk):
    order = await desk.synced()
    invoice = await sold(desk, order)
    await cancelled(desk, invoice)
    desk.by_hand(order, stageId="WON")
    event = await desk.sold(invoice, seconds=10)
    assert await desk.outcome(event) == ("unchanged", None)
    assert shown(desk, order)[0] == "WON"


async def test_a_win_stands_while_another_invoice_stands(desk: OrderDesk):
    order = await desk.synced(loja={"id": shop(desk)}, numeroLoja="2000001")
    invoices = [desk.invoice(loja={"id": shop(desk), "numero": "2000001"}) for _ in range(2)]
    for invoice in invoices:
        desk.authorise(invoice)
        await desk.outcome(await desk.sold(invoice))
    await cancelled(desk, invoices[0])
    assert shown(desk, order) == ("WON", number_of(desk, invoices[1]), True)
    await cancelled(desk, invoices[1])
    assert shown(desk, order) == ("NEW", "", False)


async def test_two_invoices_cancelled_in_one_burst_undo_the_win(desk: OrderDesk):
    order = await desk.synced(loja={"id": shop(desk)}, numeroLoja="2000001")
    invoices = [desk.invoice(loja={"id": shop(desk), "numero": "2000001"}) for _ in range(2)]
    for invoice in invoices:
        desk.authorise(invoice)
        await desk.outcome(await desk.sold(invoice))
    for invoice in invoices:
        desk.note(invoice, "cancel")
        await desk.sold(invoice, seconds=9)
    await desk.house.drain()
    assert shown(desk, order) == ("NEW", "", False)


async def test_a_deal_moved_by_hand_since_stays_there(desk: OrderDesk):
    order = await desk.synced()
    invoice = await sold(desk, order)
    desk.by_hand(order, stageId="PREPARATION")
    assert await cancelled(desk, invoice) == ("updated", None)
    assert shown(desk, order) == ("PREPARATION", "", False)


async def test_a_win_of_the_order_s_own_stands(desk: OrderDesk):
    order = desk.order()
    desk.situation(order, ATENDIDO)
    await desk.synced(order)
    invoice = await sold(desk, order)
    await cancelled(desk, invoice)
    assert shown(desk, order) == ("WON", "", False)


async def test_an_invoice_deleted_in_bling_is_no_sale(desk: OrderDesk):
    invoice = desk.invoice_of(await desk.synced())
    event = await desk.told(invoice, kind=Kind.SALE, action="deleted", seconds=5)
    assert await desk.outcome(event) == ("skipped", "not_a_sale")


async def test_a_sale_whose_deal_was_deleted_does_not_bring_it_back(desk: OrderDesk):
    order = await desk.synced()
    desk.thrown_away(order)
    invoice = desk.invoice_of(order)
    desk.authorise(invoice)
    assert await desk.outcome(await desk.sold(invoice)) == ("skipped", "deleted_in_bitrix24")
    assert desk.deals() == []
