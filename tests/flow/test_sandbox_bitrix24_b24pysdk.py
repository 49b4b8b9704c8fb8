"""Bitrix24's own Python client, unchanged, works on the sandbox.

It hard-codes `https://{domain}/rest`; a transport below it sends that to the sandbox instead.
"""

from __future__ import annotations

from typing import Any

import pytest
import requests
from b24pysdk import BitrixApp, BitrixToken, Client
from b24pysdk.errors import BitrixAPIError

from tests.support.portal import Portal
from tests.support.sandbox import Sandbox

DOMAIN = "aurora.bitrix24.com.br"


@pytest.fixture
def portal(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Portal:
    portal = Portal(sandbox)
    send = requests.adapters.HTTPAdapter.send

    def rewritten(
        self: Any, request: requests.PreparedRequest, *rest: Any, **options: Any
    ) -> requests.Response:
        assert request.url is not None
        request.url = request.url.replace(f"https://{DOMAIN}/rest/", portal.rest_url)
        options["proxies"] = {}
        return send(self, request, *rest, **options)

    monkeypatch.setattr(requests.adapters.HTTPAdapter, "send", rewritten)
    return portal


@pytest.fixture
def client(portal: Portal) -> Any:
    app = BitrixApp(client_id="outsider", client_secret="none")
    return Client(BitrixToken(domain=DOMAIN, auth_token=portal.token, bitrix_app=app))


def test_adds_updates_and_reads_products(portal: Portal, client: Any) -> None:
    products, _ = portal.iblocks()
    made = client.catalog.product.add(
        {"iblockId": products, "name": "Café & Cia 100%", "xmlId": "S-1"}
    ).result
    assert made["element"]["xmlId"] == "S-1"
    product_id = made["element"]["id"]
    updated = client.catalog.product.update(product_id, {"name": "Café + leite", "active": "N"}).result
    assert updated["element"]["xmlId"] == "S-1"
    shown = client.catalog.product.get(product_id).result["product"]
    assert (shown["name"], shown["active"]) == ("Café + leite", "N")


def test_lists_pages_and_batches(portal: Portal, client: Any) -> None:
    products, _ = portal.iblocks()
    calls = {
        f"p{n}": client.catalog.product.add({"iblockId": products, "name": f"Copo & {n}", "xmlId": f"S#{n}"})
        for n in range(50)
    }
    answers = client.call_batch(calls).result
    assert {key: row["element"]["xmlId"] for key, row in answers.result.items()} == {
        f"p{n}": f"S#{n}" for n in range(50)
    }
    portal.product(name="mais um")
    listing = client.catalog.product.list(select=["id", "iblockId", "name"], filter={"iblockId": products})
    assert len(listing.result["products"]) == 50
    assert (listing.response.total, listing.response.next) == (51, 50)


def test_batches_of_a_sequence_come_back_in_order(portal: Portal, client: Any) -> None:
    answers = client.call_batch([client.profile(), client.server.time()]).result
    assert isinstance(answers.result, list)
    assert [type(answer) for answer in answers.result] == [dict, str]


def test_errors_are_understood(client: Any) -> None:
    with pytest.raises(BitrixAPIError) as caught:
        client.catalog.product.get(999_999).result  # noqa: B018
    assert caught.value.error_description == "product does not exist."


DEAL, CONTACT = 2, 3


def test_deals_are_made_moved_found_and_deleted(client: Any) -> None:
    fields = {"title": "Pedido & 1", "originatorId": "ponte", "originId": "c:1"}
    deal = client.crm.item.add(DEAL, fields).result["item"]
    moved = client.crm.item.update(DEAL, deal["id"], {"stageId": "WON"}).result["item"]
    assert (moved["stageId"], moved["title"]) == ("WON", "Pedido & 1")
    wanted = {"=originatorId": "ponte", "@originId": ["c:1", "c:2"]}
    listed = client.crm.item.list(DEAL, select=["id", "originId"], filter=wanted).result["items"]
    assert listed == [{"id": deal["id"], "originId": "c:1"}]
    client.crm.item.delete(DEAL, deal["id"]).result  # noqa: B018
    with pytest.raises(BitrixAPIError) as gone:
        client.crm.item.get(DEAL, deal["id"]).result  # noqa: B018
    assert gone.value.error == "NOT_FOUND"


def test_rows_add_up_to_the_deal(client: Any) -> None:
    deal_id = client.crm.item.add(DEAL, {"title": "x"}).result["item"]["id"]
    sent = [
        {"productName": "Copo", "price": "33.33333333", "quantity": 3, "sort": 10},
        {"productName": "Frete & seguro", "price": 7, "quantity": 1, "sort": 20},
    ]
    written = client.crm.item.productrow.set(deal_id, "D", sent).result["productRows"]
    owner = {"=ownerType": "D", "=ownerId": deal_id}
    read = client.crm.item.productrow.list(filter=owner, order={"id": "ASC"}).result["productRows"]
    assert [(row["productName"], row["price"]) for row in read] == [
        ("Copo", 33.33333333),
        ("Frete & seguro", 7),
    ]
    assert [row["id"] for row in read] == [row["id"] for row in written]
    assert client.crm.item.get(DEAL, deal_id).result["item"]["opportunity"] == 107
    client.crm.timeline.comment.add({"ENTITY_TYPE": "deal", "ENTITY_ID": deal_id, "COMMENT": "oi"}).result  # noqa: B018


def test_people_have_documents_addresses_and_phones(client: Any) -> None:
    fm = {"n0": {"typeId": "EMAIL", "valueType": "WORK", "value": "maria@loja.example"}}
    contact = client.crm.item.add(CONTACT, {"name": "Maria", "fm": fm}).result["item"]["id"]
    presets = client.crm.requisite.preset.list(filter={"COUNTRY_ID": "34"}).result
    person = next(row["ID"] for row in presets if row["XML_ID"].endswith("_BR_PERSON#"))
    owner = {"ENTITY_TYPE_ID": CONTACT, "ENTITY_ID": contact, "PRESET_ID": person, "NAME": "CPF"}
    requisite = client.crm.requisite.add({**owner, "RQ_CPF": "529.982.247-25"}).result
    wanted = {"@RQ_CPF": ["52998224725", "529.982.247-25"]}
    (found,) = client.crm.requisite.list(filter=wanted, select=["ID", "ENTITY_ID"]).result
    assert found == {"ID": str(requisite), "ENTITY_ID": str(contact)}
    address = {"TYPE_ID": 1, "ENTITY_TYPE_ID": 8, "ENTITY_ID": requisite, "CITY": "Gramado"}
    assert client.crm.address.add(address).result is True
    answer = client.crm.duplicate.findbycomm("EMAIL", ["maria@loja.example"], entity_type="CONTACT")
    assert answer.response.result == {"CONTACT": [contact]}


def test_settings_can_be_read_and_fields_made(client: Any) -> None:
    categories = client.crm.category.list(entity_type_id=DEAL).result["categories"]
    assert 0 in {row["id"] for row in categories}
    stages = client.crm.status.list(filter={"ENTITY_ID": "DEAL_STAGE"}).result
    assert {"NEW", "WON"} <= {row["STATUS_ID"] for row in stages}
    field = {"entityId": "CRM_DEAL", "fieldName": "UF_CRM_DEAL_PONTE_NOTA", "userTypeId": "string"}
    made = client.userfieldconfig.add("crm", field).result["field"]
    (listed,) = client.userfieldconfig.list("crm", filter={"fieldName": field["fieldName"]}).result["fields"]
    assert (listed["id"], listed["userTypeId"]) == (made["id"], "string")
    deal = client.crm.item.add(DEAL, {"title": "x", "ufCrmDealPonteNota": "001234"}).result["item"]
    assert deal["ufCrmDealPonteNota"] == "001234"
