"""Sales without an order, and those that are there before their order."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import msgspec

from connector.bitrix24.crm import item_name
from connector.bitrix24.crm_setup import INVOICE
from connector.domain.events import Kind, Reason
from connector.domain.mapping import Rule, default
from connector.domain.transforms import Choice
from connector.store import inbox
from tests.support.clerk import CPF, item, sum_of
from tests.support.order_desk import OrderDesk

NUMBER = item_name(INVOICE.name)


def authorised(desk: OrderDesk, consumer: bool = False, **fields: object) -> int:
    invoice = desk.invoice(consumer=consumer, **fields)
    desk.authorise(invoice, consumer)
    return invoice


async def test_a_sale_without_an_order_is_a_deal_of_its_own(desk: OrderDesk):
    buyer = desk.contact(nome="Ana Souza", numeroDocumento=CPF)
    invoice = authorised(
        desk, itens=[item(valor=10), item(descricao="Tampa", valor=1)], transporte={"frete": 7}
    )
    event = await desk.sold(invoice)
    assert await desk.outcome(event) == ("created", None)
    deal, told = desk.deal(f"nfe:{invoice}"), desk.ask("GET", f"/nfe/{invoice}")["data"]
    assert told["contato"]["id"] == buyer
    assert (deal["stageId"], deal[NUMBER]) == ("WON", told["numero"])
    assert deal["title"] == f"Venda {told['numero']} – Ana Souza"
    assert [row["productName"] for row in deal["rows"]] == ["Copo", "Tampa", "Frete"]
    assert sum_of(deal["rows"]) == Decimal(29) == Decimal(str(deal["opportunity"]))
    (contact,) = desk.house.dump()["contacts"]
    assert deal["contactId"] == contact["id"]


async def test_a_sale_over_the_counter_is_one_too(desk: OrderDesk):
    invoice = authorised(desk, consumer=True)
    assert await desk.outcome(await desk.sold(invoice, consumer=True)) == ("created", None)
    assert desk.deal(f"nfce:{invoice}")["stageId"] == "WON"
    assert await desk.replayed(invoice, Kind.SALE) == ("unchanged", None)


async def test_a_replay_of_a_sale_that_was_never_looked_at_finds_out_what_it_is(desk: OrderDesk):
    invoice = authorised(desk, consumer=True)
    assert await desk.replayed(invoice, Kind.SALE) == ("created", None)
    assert desk.deal(f"nfce:{invoice}")["opportunity"] == 21


async def test_the_same_sale_told_again_changes_nothing(desk: OrderDesk):
    invoice = authorised(desk)
    await desk.outcome(await desk.sold(invoice))
    desk.by_hand(f"nfe:{invoice}", stageId="PREPARATION")
    assert await desk.outcome(await desk.sold(invoice, seconds=5)) == ("unchanged", None)
    assert desk.deal(f"nfe:{invoice}")["stageId"] == "PREPARATION"
    assert len(desk.deals()) == 1


async def test_an_unchanged_sale_overwrites_no_hand_s_edit_and_a_replay_does(desk: OrderDesk):
    invoice = authorised(desk)
    await desk.outcome(await desk.sold(invoice))
    desk.by_hand(f"nfe:{invoice}", title="Outro")
    deal_id = desk.deal(f"nfe:{invoice}")["id"]
    desk.house.portal.call("crm.item.productrow.set", ownerType="D", ownerId=deal_id, productRows=[])
    event = await desk.sold(invoice, seconds=5)
    desk.house.forget_calls()
    assert await desk.outcome(event) == ("unchanged", None)
    assert desk.house.calls("bitrix24") == []
    assert await desk.replayed(invoice, Kind.SALE) == ("updated", None)
    deal = desk.deal(f"nfe:{invoice}")
    assert deal["title"].startswith("Venda")
    assert (len(deal["rows"]), deal["opportunity"]) == (1, 21)


async def test_an_edit_that_the_tenant_keeps_survives_a_replay(desk: OrderDesk):
    (title,) = (rule for rule in default(Kind.SALE).rules if rule.id == "titulo")
    await desk.map(Kind.SALE, msgspec.structs.replace(title, policy="keep"))
    invoice = authorised(desk)
    await desk.outcome(await desk.sold(invoice))
    desk.by_hand(f"nfe:{invoice}", title="Outro")
    assert await desk.replayed(invoice, Kind.SALE) == ("unchanged", None)
    assert desk.deal(f"nfe:{invoice}")["title"] == "Outro"


async def test_a_discount_in_an_invoice_is_spread(desk: OrderDesk):
    invoice = authorised(
        desk, itens=[item(quantidade=1, valor=9.99), item(quantidade=1, valor=9.99)], desconto=3.33
    )
    await desk.outcome(await desk.sold(invoice))
    deal = desk.deal(f"nfe:{invoice}")
    assert sum_of(deal["rows"]) == Decimal("16.65") == Decimal(str(deal["opportunity"]))


async def test_a_sale_s_rows_name_products_by_their_sku(desk: OrderDesk):
    await desk.house.tick("product.create")
    await desk.house.told(1001, codigo="C-1")
    await desk.house.drain()
    invoice = authorised(desk, itens=[item(codigo="C-1"), item(codigo="C-2")])
    await desk.outcome(await desk.sold(invoice))
    rows = desk.deal(f"nfe:{invoice}")["rows"]
    assert [row["productId"] for row in rows] == [desk.house.product(1001)["id"], 0]


async def test_a_sku_that_two_products_share_names_neither(desk: OrderDesk):
    await desk.house.tick("product.create")
    await desk.house.prefer("product.adopt_by_sku", False)
    for product in (1001, 1002):
        await desk.house.told(product, codigo="C-1")
    await desk.house.drain()
    invoice = authorised(desk, itens=[item(codigo="C-1")])
    await desk.outcome(await desk.sold(invoice))
    assert [row["productId"] for row in desk.deal(f"nfe:{invoice}")["rows"]] == [0]


async def test_a_cancelled_sale_of_its_own_is_lost(desk: OrderDesk):
    invoice = authorised(desk)
    await desk.outcome(await desk.sold(invoice))
    desk.note(invoice, "cancel")
    assert await desk.outcome(await desk.sold(invoice, seconds=5)) == ("updated", None)
    deal = desk.deal(f"nfe:{invoice}")
    assert (deal["stageId"], deal[NUMBER] or "") == ("LOSE", "")


async def test_a_sale_s_deal_that_was_deleted_is_not_made_again(desk: OrderDesk):
    invoice = authorised(desk)
    await desk.outcome(await desk.sold(invoice))
    desk.thrown_away(f"nfe:{invoice}")
    assert await desk.replayed(invoice, Kind.SALE) == ("skipped", "deleted_in_bitrix24")
    event = await desk.sold(invoice, seconds=5)
    assert await desk.outcome(event) == ("skipped", "deleted_in_bitrix24")
    assert desk.deals() == []


async def test_an_answer_that_was_lost_makes_no_double(desk: OrderDesk):
    invoice = authorised(desk)
    desk.spoil("entityTypeId=2&fields", drop=True)
    event = await desk.sold(invoice)
    await desk.house.drain()
    await desk.retried(2)
    assert (await desk.house.outcome(event))[0] in ("created", "updated")
    assert (len(desk.deals()), desk.deal(f"nfe:{invoice}")["opportunity"]) == (1, 21)


# Before their orders


async def test_an_order_that_comes_later_takes_the_sale_s_deal_over(desk: OrderDesk):
    await desk.house.tick("order.create", enabled=False)
    order = desk.order()
    invoice = desk.invoice_of(order)
    desk.authorise(invoice)
    assert await desk.outcome(await desk.sold(invoice)) == ("created", None)
    before = desk.deal(f"nfe:{invoice}")
    await desk.house.tick("order.create")
    assert (await desk.outcome(await desk.told(order)))[0] == "updated"
    (deal,) = desk.deals()
    assert (deal["id"], deal["originId"]) == (before["id"], f"{desk.house.company_id}:{order}")
    assert (deal["stageId"], deal[NUMBER]) == ("WON", before[NUMBER])
    assert deal["title"].startswith("Pedido")
    desk.change(order, itens=[item(valor=12)])
    assert await desk.outcome(await desk.told(order, seconds=5)) == ("updated", None)
    assert (desk.deal(order)["opportunity"], desk.deal(order)["stageId"]) == (24, "WON")


async def test_a_deal_that_was_taken_over_goes_back_with_a_cancellation(desk: OrderDesk):
    await desk.house.tick("order.create", enabled=False)
    order = desk.order()
    invoice = desk.invoice_of(order)
    desk.authorise(invoice)
    await desk.outcome(await desk.sold(invoice))
    await desk.house.tick("order.create")
    await desk.outcome(await desk.told(order))
    desk.note(invoice, "cancel")
    assert await desk.outcome(await desk.sold(invoice, seconds=5)) == ("updated", None)
    assert (desk.deal(order)["stageId"], desk.deal(order)[NUMBER] or "") == ("NEW", "")
    assert desk.deal(order)["title"].startswith("Pedido")


async def test_an_invoice_meets_its_order_whose_message_comes_later(desk: OrderDesk):
    order = desk.order()
    invoice = desk.invoice_of(order)
    desk.authorise(invoice)
    event = await desk.sold(invoice)
    await desk.house.drain()
    await desk.retried(2)
    assert await desk.house.outcome(event) == ("updated", None)
    assert (await desk.outcome(await desk.told(order, action="created")))[0] == "unchanged"
    (deal,) = desk.deals()
    assert (deal["originId"], deal["stageId"]) == (f"{desk.house.company_id}:{order}", "WON")


async def test_an_order_that_waits_for_a_stage_meets_the_deal_of_its_invoice(desk: OrderDesk):
    stages = Rule(id="etapa", bling="situacao.id", bitrix24="stageId", transform=Choice(table={"9": "WON"}))
    await desk.map(Kind.ORDER, stages)
    order = desk.order()
    held = await desk.told(order, action="created")
    assert await desk.outcome(held) == ("held", "stage_missing")
    invoice = desk.invoice_of(order)
    desk.authorise(invoice)
    assert await desk.outcome(await desk.sold(invoice)) == ("created", None)
    await desk.map(Kind.ORDER)
    async with desk.house.database.tenant(desk.house.tenant_id) as conn:
        await inbox.release(conn, desk.house.tenant_id, (Reason.STAGE_MISSING,), desk.house.engine.clock())
    assert await desk.outcome(held) == ("updated", None)
    (deal,) = desk.deals()
    assert (deal["originId"], deal["stageId"]) == (f"{desk.house.company_id}:{order}", "WON")


async def test_an_invoice_of_an_order_before_the_start_is_a_deal_of_its_own(desk: OrderDesk):
    order = desk.order(data="2020-01-02")
    await desk.map(Kind.ORDER, filter={"since": desk.today.isoformat()})
    invoice = desk.invoice_of(order)
    desk.authorise(invoice)
    assert await desk.outcome(await desk.sold(invoice)) == ("created", None)
    assert [deal["originId"] for deal in desk.deals()] == [f"{desk.house.company_id}:nfe:{invoice}"]


async def test_an_invoice_from_before_the_start_makes_no_deal(desk: OrderDesk):
    await desk.map(Kind.ORDER, filter={"since": (desk.today + timedelta(days=1)).isoformat()})
    assert await desk.outcome(await desk.sold(authorised(desk))) == ("skipped", "before_start")
    assert desk.deals() == []


async def test_an_invoice_that_bling_cannot_give_now_waits(desk: OrderDesk):
    event = await desk.sold(authorised(desk))
    desk.house.fault(provider="bling", method="nfe", status=500, error="SERVER_ERROR", times=5)
    assert await desk.outcome(event) == (None, None)
    desk.house.sandbox.control("faults", method="DELETE")
    await desk.retried()
    assert await desk.house.outcome(event) == ("created", None)


async def test_orders_that_bling_cannot_list_now_are_waited_for(desk: OrderDesk):
    order = await desk.synced()
    invoice = desk.invoice_of(order)
    desk.authorise(invoice)
    event = await desk.sold(invoice)
    desk.house.fault(provider="bling", method="pedidos", status=500, error="SERVER_ERROR", times=5)
    assert await desk.outcome(event) == (None, None)
    desk.house.sandbox.control("faults", method="DELETE")
    await desk.retried()
    assert (await desk.house.outcome(event), len(desk.deals())) == (("updated", None), 1)
