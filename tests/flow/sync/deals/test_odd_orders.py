"""Orders that say strange things: synced as far as they can be, or failed with the remedy."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.clerk import item
from tests.support.order_desk import OrderDesk

CUP = "Copo 😀🥤 ção"
TRAP = "Vale $result[a][0] & 100% + $TOTAL[b]"


async def test_four_byte_characters_arrive(desk: OrderDesk):
    order = await desk.synced(items=[item(descricao=CUP)], observacoes=CUP, contact=desk.contact(nome=CUP))
    deal = desk.deal(order)
    assert (deal["rows"][0]["productName"], deal["comments"]) == (CUP, CUP)
    assert deal["title"].endswith(CUP)


async def test_text_that_a_batch_would_resolve_arrives_as_it_is(desk: OrderDesk):
    order = await desk.synced(items=[item(descricao=TRAP)], observacoes=TRAP)
    deal = desk.deal(order)
    assert (deal["rows"][0]["productName"], deal["comments"]) == (TRAP, TRAP)
    desk.change(order, observacoes=TRAP + "!")
    await desk.outcome(await desk.told(order, seconds=5))
    assert desk.deal(order)["comments"] == TRAP + "!"


async def test_an_item_without_a_product_is_a_row_by_name(desk: OrderDesk):
    order = await desk.synced(items=[item(descricao="Serviço de montagem", unidade="")])
    (row,) = desk.deal(order)["rows"]
    assert (row["productId"], row["productName"]) == (0, "Serviço de montagem")


async def test_an_item_without_any_name_is_still_a_row(desk: OrderDesk):
    order = await desk.synced(items=[item(descricao="")])
    assert [row["productName"] for row in desk.deal(order)["rows"]] == ["Item"]


async def test_an_order_without_a_contact_is_a_deal_without_one(desk: OrderDesk):
    order = desk.order()
    nobody = {"id": 0, "nome": "", "tipoPessoa": "", "numeroDocumento": ""}
    desk.retell(order, contato=nobody)
    await desk.synced(order)
    deal = desk.deal(order)
    assert (deal["contactId"] or 0, deal["companyId"] or 0) == (0, 0)
    assert deal["title"] == f"Pedido {desk.read(order)['numero']}"
    assert desk.house.dump()["contacts"] == []


@pytest.mark.parametrize(
    "contact",
    [
        {"numeroDocumento": ""},
        {"numeroDocumento": "11111111111"},
        {"tipo": "J", "numeroDocumento": "12ABC34501DE35"},
        {"tipo": "E", "numeroDocumento": ""},
    ],
    ids=["no document", "invalid CPF", "alphanumeric CNPJ", "foreigner"],
)
async def test_any_customer_gets_a_deal(desk: OrderDesk, contact: dict[str, Any]):
    order = await desk.synced(contact=desk.contact(**contact))
    deal, dump = desk.deal(order), desk.house.dump()
    people = dump["contacts"] + dump["companies"]
    assert [person["id"] for person in people] == [deal["contactId"] or deal["companyId"]]
    documents = [one.get("RQ_CNPJ") or one.get("RQ_CPF") for one in dump["requisites"]]
    valid = contact["numeroDocumento"] if contact.get("tipo") == "J" else None
    assert [one for one in documents if one] == ([valid] if valid else [])


@pytest.mark.parametrize(
    ("told", "named"),
    [
        ({"total": "muito"}, "total"),
        ({"total": 1e20}, "total"),
        ({"itens": [item(quantidade="dois")]}, "quantidade"),
        ({"desconto": {"valor": [], "unidade": "REAL"}}, "desconto.valor"),
        ({"data": "amanhã"}, "data"),
    ],
)
async def test_nonsense_fails_and_is_named(desk: OrderDesk, told: dict[str, Any], named: str):
    order = desk.order()
    desk.retell(order, **told)
    event = await desk.told(order, action="created")
    assert await desk.outcome(event) == ("failed", "invalid_value")
    assert named in await desk.detail(event)
    assert desk.deals() == []


async def test_one_odd_order_stops_no_other(desk: OrderDesk):
    orders = [desk.order() for _ in range(4)]
    desk.retell(orders[1], total="muito")
    events = [await desk.told(order, action="created") for order in orders]
    await desk.house.drain()
    outcomes = [(await desk.house.outcome(event))[0] for event in events]
    assert outcomes == ["created", "failed", "created", "created"]


async def test_an_order_that_bling_does_not_know_makes_nothing(desk: OrderDesk):
    order = desk.order()
    event = await desk.told(order, action="created")
    desk.delete(order)
    assert await desk.outcome(event) == ("skipped", "not_linked")
    assert desk.deals() == []


async def test_a_message_that_tells_nothing_is_no_harm(desk: OrderDesk):
    order = desk.order()
    event = await desk.told(order, situacao=None, loja=None, vendedor=None, data=None)
    assert await desk.outcome(event) == ("created", None)


@pytest.mark.parametrize("field", ["situacao", "desconto", "transporte", "vendedor", "loja", "notaFiscal"])
async def test_a_part_that_is_missing_is_no_harm(desk: OrderDesk, field: str):
    order = desk.order()
    desk.retell(order, **{field: None})
    event = await desk.told(order, action="created")
    outcome, reason = await desk.outcome(event)
    assert (outcome, reason) == (("held", "stage_missing") if field == "situacao" else ("created", None))
