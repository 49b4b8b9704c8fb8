"""Who deals are with: found, made once, and never in the way of the deal."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.clerk import CNPJ, CPF
from tests.support.order_desk import OrderDesk

CONTACT, COMPANY = 3, 4
MAIL, PHONE = "maria@example.com", "(54) 99999-0001"


def there(desk: OrderDesk, entity: int = CONTACT, **fields: Any) -> int:
    """Somebody whom the portal has already."""
    fields = ({"name": "Maria"} if entity == CONTACT else {"title": "Loja"}) | fields
    made = desk.house.portal.call("crm.item.add", entityTypeId=entity, fields=fields)
    return int(made["item"]["id"])


def carrying(desk: OrderDesk, document: str, entity: int = CONTACT) -> int:
    number = there(desk, entity)
    kind, preset = ("RQ_CPF", 6) if entity == CONTACT else ("RQ_CNPJ", 5)
    owner = {"ENTITY_TYPE_ID": entity, "ENTITY_ID": number, "PRESET_ID": preset, "NAME": "x"}
    desk.house.portal.call("crm.requisite.add", fields=owner | {kind: document})
    return number


def mail(value: str) -> dict[str, str]:
    return {"typeId": "EMAIL", "valueType": "WORK", "value": value}


def phone(value: str) -> dict[str, str]:
    return {"typeId": "PHONE", "valueType": "WORK", "value": value}


async def test_a_customer_is_found_by_cpf(desk: OrderDesk):
    known = carrying(desk, "529.982.247-25")
    order = await desk.synced(contact=desk.contact(numeroDocumento=CPF))
    assert desk.deal(order)["contactId"] == known
    assert len(desk.house.dump()["contacts"]) == 1


async def test_a_firm_is_found_by_cnpj(desk: OrderDesk):
    known = carrying(desk, CNPJ, COMPANY)
    order = await desk.synced(contact=desk.contact(nome="Loja Ltda", tipo="J", numeroDocumento=CNPJ))
    assert (desk.deal(order)["companyId"], desk.deal(order)["contactId"] or 0) == (known, 0)


async def test_a_customer_is_found_by_e_mail(desk: OrderDesk):
    known = there(desk, fm=[mail(MAIL)])
    order = await desk.synced(contact=desk.contact(email="Maria@Example.com"))
    assert desk.deal(order)["contactId"] == known


async def test_a_customer_is_found_by_phone(desk: OrderDesk):
    known = there(desk, fm=[phone("+55 54 99999-0001")])
    order = await desk.synced(contact=desk.contact(celular=PHONE))
    assert desk.deal(order)["contactId"] == known


async def test_a_new_customer_comes_with_document_address_and_ways_to_reach_them(desk: OrderDesk):
    address = {"endereco": "Rua das Flores", "numero": "100", "municipio": "Bento Gonçalves", "uf": "RS"}
    address |= {"complemento": "", "bairro": "Centro", "cep": "95700-000"}
    contact = desk.contact(
        numeroDocumento=CPF, email=MAIL, celular=PHONE, endereco={"geral": address, "cobranca": {}}
    )
    order = await desk.synced(contact=contact)
    dump = desk.house.dump()
    (made,) = dump["contacts"]
    assert (made["id"], made["name"], made["lastName"]) == (
        desk.deal(order)["contactId"],
        "Maria",
        "da Silva",
    )
    assert [one["RQ_CPF"] for one in dump["requisites"]] == [CPF]
    assert [one["CITY"] for one in dump["addresses"]] == ["Bento Gonçalves"]
    assert made["hasEmail"] == made["hasPhone"] == "Y"


async def test_a_new_firm_is_a_company(desk: OrderDesk):
    order = await desk.synced(contact=desk.contact(nome="Loja Ltda", tipo="J", numeroDocumento=CNPJ))
    dump = desk.house.dump()
    (made,) = dump["companies"]
    assert (made["title"], made["id"]) == ("Loja Ltda", desk.deal(order)["companyId"])
    assert [one["RQ_CNPJ"] for one in dump["requisites"]] == [CNPJ]
    assert dump["contacts"] == []


async def test_ten_orders_of_one_new_customer_make_one_contact(desk: OrderDesk):
    contact = desk.contact(numeroDocumento=CPF, email=MAIL)
    orders = [desk.order(contact) for _ in range(10)]
    for order in orders:
        await desk.told(order, action="created")
    desk.house.forget_calls()
    await desk.house.drain()
    (made,) = desk.house.dump()["contacts"]
    assert [desk.deal(order)["contactId"] for order in orders] == [made["id"]] * 10
    reads = [call for call in desk.house.calls("bling") if f"/contatos/{contact}" in call["path"]]
    assert len(reads) == 1


async def test_one_document_in_two_contacts_of_bling_is_one_person(desk: OrderDesk):
    contacts = [desk.contact(numeroDocumento=CPF), desk.contact(nome="Maria S.", numeroDocumento=CPF)]
    orders = [desk.order(contact) for contact in contacts]
    for order in orders:
        await desk.told(order, action="created")
    await desk.house.drain()
    (made,) = desk.house.dump()["contacts"]
    assert {desk.deal(order)["contactId"] for order in orders} == {made["id"]}


async def test_a_customer_who_is_known_costs_no_call(desk: OrderDesk):
    contact = desk.contact(numeroDocumento=CPF)
    await desk.synced(contact=contact)
    await desk.synced(contact=contact)
    again = await desk.told(desk.order(contact), action="created")
    desk.house.forget_calls()
    assert await desk.outcome(again) == ("created", None)
    assert [call for call in desk.house.calls("bling") if "contatos" in call["path"]] == []
    assert desk.house.commands("crm.requisite") + desk.house.commands("crm.duplicate") == []


async def test_a_customer_whom_the_portal_refuses_stops_no_deal(desk: OrderDesk):
    desk.require("CRM_CONTACT", "Cor preferida")
    order = desk.order(desk.contact(numeroDocumento=CPF))
    event = await desk.told(order, action="created")
    assert await desk.outcome(event) == ("created", None)
    assert (desk.deal(order)["contactId"] or 0, desk.deal(order)["opportunity"]) == (0, 21)
    assert "Cor preferida" in await desk.detail(event)


async def test_a_refused_customer_is_made_good_at_the_next_message(desk: OrderDesk):
    desk.require("CRM_CONTACT", "Cor preferida")
    order = await desk.synced(contact=desk.contact(numeroDocumento=CPF))
    known = there(desk, ufCrmContactCor="azul")
    owner = {"ENTITY_TYPE_ID": CONTACT, "ENTITY_ID": known, "PRESET_ID": 6, "NAME": "x", "RQ_CPF": CPF}
    desk.house.portal.call("crm.requisite.add", fields=owner)
    assert await desk.outcome(await desk.told(order, seconds=5)) == ("updated", None)
    assert desk.deal(order)["contactId"] == known


async def test_a_customer_deleted_in_bling_is_who_the_order_says(desk: OrderDesk):
    contact = desk.contact(numeroDocumento=CPF)
    order = desk.order(contact)
    desk.ask("DELETE", f"/contatos/{contact}")
    event = await desk.told(order, action="created")
    assert await desk.outcome(event) == ("created", None)
    (made,) = desk.house.dump()["contacts"]
    assert desk.deal(order)["contactId"] == made["id"]


@pytest.mark.parametrize("drops", [1, 2])
async def test_a_contact_whose_making_got_no_answer_is_not_doubled(desk: OrderDesk, drops: int):
    order = desk.order(desk.contact(numeroDocumento=CPF))
    desk.spoil("entityTypeId=3", drop=True, times=drops)
    event = await desk.told(order, action="created")
    await desk.house.drain()
    await desk.retried(3)
    assert (await desk.house.outcome(event))[0] == "created"
    (made,) = desk.house.dump()["contacts"]
    assert desk.deal(order)["contactId"] == made["id"]
    assert len(desk.deals()) == 1
