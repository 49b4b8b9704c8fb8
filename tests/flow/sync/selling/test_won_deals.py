"""A deal that is won becomes one order of Bling, whatever happens on the way."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from connector.domain.events import Kind
from tests.support.clerk import ANDAMENTO, ATENDIDO, CANCELADO, CNPJ, CPF, item
from tests.support.seller import Seller


async def test_a_won_deal_is_an_order_to_the_cent(seller: Seller):
    rows = [
        {"productName": "Copo", "price": 10.333, "quantity": 3},
        {"productName": "Frete", "price": 7.5, "quantity": 1},
    ]
    deal = seller.win(rows=rows)
    assert await seller.sold_now(deal) == ("created", None)
    (order,) = seller.orders()
    assert Decimal(str(order["total"])) == Decimal("38.50")
    assert order["transporte"]["frete"] == 7.5
    assert [(one["descricao"], one["quantidade"]) for one in order["itens"]] == [("Copo", 3)]
    shown = seller.of_bitrix(deal)
    assert (shown["originatorId"], shown["originId"]) == ("ponte", f"{seller.house.company_id}:{order['id']}")


async def test_the_event_says_that_later_edits_of_the_deal_stay_there(seller: Seller):
    event = await seller.heard(deal := seller.win())
    assert await seller.outcome(event) == ("created", None)
    assert "mude o pedido no Bling" in await seller.detail(event)
    (before,) = seller.orders()
    rows = [{"productName": "Jarra", "price": 99, "quantity": 1}]
    seller.house.portal.call("crm.item.productrow.set", ownerType="D", ownerId=deal, productRows=rows)
    await seller.look()
    assert seller.orders() == [before]


async def test_its_customer_is_made_once_and_found_ever_after(seller: Seller):
    contact = seller.customer()
    for _ in range(2):
        assert await seller.sold_now(seller.win(contact=contact)) == ("created", None)
    one, other = seller.orders()
    assert one["contato"]["id"] == other["contato"]["id"]
    made = seller.ask("GET", f"/contatos/{one['contato']['id']}")["data"]
    assert (made["nome"], made["numeroDocumento"], made["email"]) == ("Ana Souza", CPF, "ana@loja.com.br")


async def test_a_customer_of_blings_is_found_by_document(seller: Seller):
    known = seller.contact(nome="Ana S.", numeroDocumento=CPF)
    await seller.sold_now(seller.win())
    (order,) = seller.orders()
    assert order["contato"]["id"] == known


async def test_a_customer_without_document_is_found_by_email(seller: Seller):
    known = seller.contact(nome="Ana S.", email="ana@loja.com.br")
    await seller.sold_now(seller.win(contact=seller.customer(document="")))
    (order,) = seller.orders()
    assert order["contato"]["id"] == known


async def test_blings_own_message_of_it_makes_no_second_deal(seller: Seller):
    deal = seller.win()
    await seller.sold_now(deal)
    (order,) = seller.orders()
    before = seller.of_bitrix(deal)
    assert await seller.told_of(order["id"]) == ("unchanged", None)
    after = seller.of_bitrix(deal)
    assert {**before, "updatedTime": ""} == {**after, "updatedTime": ""}
    assert len(seller.house.dump()["deals"]) == 1


async def test_what_changes_in_bling_later_changes_in_the_deal(seller: Seller):
    deal = seller.win(rows=[])
    seller.house.portal.call(
        "crm.item.update", entityTypeId=2, id=deal, fields={"opportunity": 50, "isManualOpportunity": "Y"}
    )
    await seller.sold_now(deal)
    (order,) = seller.orders()
    await seller.told_of(order["id"])
    seller.change(order["id"], observacoes="Entregar cedo", transporte={"frete": 5})
    event = await seller.told(order["id"], seconds=5)
    assert await seller.outcome(event) == ("updated", None)
    assert Decimal(str(seller.of_bitrix(deal)["opportunity"])) == 55
    seller.situation(order["id"], ATENDIDO)
    assert await seller.outcome(await seller.told(order["id"], seconds=9)) == ("updated", None)
    assert seller.of_bitrix(deal)["stageId"] == "WON"


async def test_what_changed_in_bling_before_it_told_changes_in_the_deal_and_nothing_else(seller: Seller):
    deal = seller.win(title="Copos da Ana")
    await seller.sold_now(deal)
    (order,) = seller.orders()
    seller.change(order["id"], itens=[item(quantidade=3)])
    assert await seller.told_of(order["id"]) == ("updated", None)
    shown = seller.of_bitrix(deal)
    assert (shown["title"], shown["stageId"], shown["opportunity"]) == ("Copos da Ana", "WON", 31.5)


async def test_another_customer_takes_the_first_one_s_place(seller: Seller):
    deal = seller.win()
    await seller.sold_now(deal)
    (order,) = seller.orders()
    firm = seller.contact(nome="Bar do Zé", tipo="J", numeroDocumento=CNPJ)
    seller.change(order["id"], contato={"id": firm})
    assert await seller.told_of(order["id"]) == ("updated", None)
    shown = seller.of_bitrix(deal)
    assert (shown["contactId"], bool(shown["companyId"]), shown["opportunity"]) == (0, True, 21)


async def test_a_situation_that_came_before_bling_told_moves_the_deal(seller: Seller):
    deal = seller.win()
    await seller.sold_now(deal)
    (order,) = seller.orders()
    born_in = order["situacao"]
    seller.situation(order["id"], CANCELADO)
    assert await seller.told_of(order["id"], situacao=born_in) == ("updated", None)
    assert seller.of_bitrix(deal)["stageId"] == "LOSE"


async def test_an_order_that_an_account_bears_in_another_situation_leaves_its_deal(seller: Seller):
    deal = seller.win()
    await seller.sold_now(deal)
    (order,) = seller.orders()
    seller.situation(order["id"], ANDAMENTO)
    assert await seller.told_of(order["id"]) == ("unchanged", None)
    assert seller.of_bitrix(deal)["stageId"] == "WON"


async def test_a_second_notice_makes_nothing(seller: Seller):
    deal = seller.win()
    await seller.sold_now(deal)
    first = seller.orders()
    outcome = await seller.sold_now(deal)
    assert outcome[0] in ("unchanged", "updated")
    assert seller.orders() == first


async def test_a_message_that_comes_before_our_answer_is_known_by_the_mark(seller: Seller):
    deal = seller.win()
    seller.lose_the_answer("numeroLoja")
    event = await seller.heard(deal)
    await seller.house.drain()
    (order,) = seller.orders()
    assert await seller.told_of(order["id"]) == ("unchanged", None)
    await seller.doubt_over()
    assert (await seller.house.outcome(event))[0] in ("created", "unchanged")
    assert seller.orders() == [order]
    assert len(seller.house.dump()["deals"]) == 1
    link = await seller.house.row(
        "SELECT bitrix_id FROM link WHERE tenant_id = $1 AND kind = 'order' AND bling_id = $2", order["id"]
    )
    assert link["bitrix_id"] == deal


@pytest.mark.parametrize("stage", ["NEW", "LOSE"])
async def test_a_deal_that_is_not_won_is_no_sale(seller: Seller, stage: str):
    assert await seller.sold_now(seller.win(stage=stage)) == ("skipped", "not_a_sale")
    assert seller.orders() == []


async def test_without_the_toggle_nothing_is_made(seller: Seller):
    await seller.house.tick("deal.won", enabled=False)
    assert await seller.sold_now(seller.win()) == ("skipped", "create_off")
    assert seller.orders() == []


async def test_a_deal_that_came_from_bling_makes_no_order(seller: Seller):
    order = await seller.synced()
    deal = int(seller.deal(order)["id"])
    seller.by_hand(order, stageId="WON")
    seller.house.forget_calls()
    await seller.sold_now(deal)
    assert seller.orders() == []
    assert [call for call in seller.house.calls("bling") if call["http_method"] != "GET"] == []


async def test_a_deal_without_a_customer_says_what_to_do(seller: Seller):
    made = seller.house.portal.call(
        "crm.item.add", entityTypeId=2, fields={"title": "Só", "stageId": "WON", "opportunity": 5}
    )
    event = await seller.heard(int(made["item"]["id"]))
    assert await seller.outcome(event) == ("failed", "invalid_value")
    assert "cliente" in await seller.detail(event)


async def test_a_foreign_currency_says_what_to_do(seller: Seller):
    event = await seller.heard(seller.win(currencyId="USD"))
    assert await seller.outcome(event) == ("failed", "invalid_value")
    assert "moeda" in await seller.detail(event)


async def test_a_dry_run_shows_the_order_and_makes_nothing(seller: Seller):
    deal = seller.win()
    shown = await seller.dry_sale(deal)
    (write,) = shown.writes
    assert (write.shape, write.action, write.bitrix_id) == ("sales_order", "create", deal)
    assert write.values["numeroLoja"].endswith(f"-{deal}")
    assert seller.orders() == []
    assert [call for call in seller.house.calls("bling") if call["http_method"] != "GET"] == []


async def test_rows_name_blings_products(seller: Seller):
    house = seller.house
    await house.tick("product.create")
    bling_id = house.in_bling(nome="Caneca", codigo="CAN-1", preco=20)
    await house.told(bling_id, action="created", codigo="CAN-1", nome="Caneca", preco=20)
    await house.drain()
    product = int(house.product(bling_id)["id"])
    deal = seller.win(rows=[{"productId": product, "price": 18, "quantity": 2}])
    assert await seller.sold_now(deal) == ("created", None)
    (order,) = seller.orders()
    assert order["itens"][0]["produto"]["id"] == bling_id
    assert order["itens"][0]["codigo"] == "CAN-1"
    assert Decimal(str(order["total"])) == 36


async def test_the_history_shows_the_order_under_its_name_in_bling(seller: Seller):
    deal = seller.win()
    event = await seller.heard(deal)
    await seller.house.drain()
    (order,) = seller.orders()
    row = await seller.house.row("SELECT * FROM event WHERE tenant_id = $1 AND id = $2", event)
    assert (row["kind"], row["bling_id"], row["bitrix_id"]) == (Kind.ORDER, order["id"], deal)
    stand_in = await seller.house.row(
        "SELECT count(*) AS n FROM link WHERE tenant_id = $1 AND bling_id < 0 AND kind = $2", "order"
    )
    assert stand_in["n"] == 0


async def test_a_won_deal_is_heard_of_by_itself(seller: Seller):
    await seller.look()
    deal = seller.win(stage="NEW")
    await seller.look()
    assert seller.orders() == []
    seller.house.portal.call("crm.item.update", entityTypeId=2, id=deal, fields={"stageId": "WON"})
    await seller.look()
    (order,) = seller.orders()
    await seller.told_of(order["id"])
    seller.house.forget_calls()
    for _ in range(3):
        await seller.look()
    assert seller.orders() == [order]
    # Nothing more is read or written for it: what we wrote is no news.
    assert seller.house.calls("bling") == []


async def test_a_deal_of_before_the_option_was_ticked_stays_history(seller: Seller):
    deal = seller.win()
    await seller.tick_later("deal.won", timedelta(seconds=2))
    await seller.look()
    seller.house.portal.call("crm.item.update", entityTypeId=2, id=deal, fields={"comments": "obrigada"})
    await seller.look()
    assert seller.orders() == []
