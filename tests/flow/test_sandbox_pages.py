"""The sandbox's pages, used as a person would: by forms."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.portal import Portal
from tests.support.sandbox import Sandbox

DEAL, CONTACT = 2, 3


def company(sandbox: Sandbox) -> str:
    return str(sandbox.ready["companies"][0]["company_id"])


def dump(sandbox: Sandbox, kind: str) -> list[dict[str, Any]]:
    found = sandbox.control(f"dump?provider=bling&tenant={company(sandbox)}", method="GET")
    return list(found[kind])


def products(sandbox: Sandbox, tenant: str) -> list[dict[str, Any]]:
    return list(sandbox.control(f"dump?provider=bling&tenant={tenant}", method="GET")["products"])


def post(sandbox: Sandbox, path: str, data: dict[str, Any] | None = None) -> str:
    """Send a form of the first company's pages; where it leads."""
    answer = sandbox.client.post(f"/pages/bling/{company(sandbox)}{path}", data=data or {})
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def test_a_person_edits_a_product(sandbox: Sandbox) -> None:
    where = f"/pages/bling/{company(sandbox)}"
    sandbox.client.post(f"{where}/products", data={"nome": "Copo", "codigo": "C", "preco": "1.234,50"})
    (made,) = products(sandbox, company(sandbox))
    assert (made["nome"], made["preco"]) == ("Copo", 1234.5)
    change = {"nome": "Copo azul", "codigo": "C", "preco": "10", "situacao": "I"}
    answer = sandbox.client.post(f"{where}/products/{made['id']}", data=change)
    assert answer.status_code == 303
    (changed,) = products(sandbox, company(sandbox))
    assert (changed["nome"], changed["preco"], changed["situacao"]) == ("Copo azul", 10, "I")
    assert "R$ 10,00" in sandbox.client.get(where).text
    sandbox.client.post(f"{where}/products/{made['id']}/delete")
    assert products(sandbox, company(sandbox)) == []


def test_a_refused_edit_says_why(sandbox: Sandbox) -> None:
    answer = sandbox.client.post(f"/pages/bling/{company(sandbox)}/products", data={"nome": "", "preco": "x"})
    assert answer.status_code == 400
    assert "O campo nome é obrigatório." in answer.text
    assert "O campo preco deve ser um número." in answer.text


def test_a_person_moves_an_order(sandbox: Sandbox) -> None:
    tenant = company(sandbox)
    order = sandbox.control("seed", {"tenant": tenant, "orders": 1})["orders"][0]
    answer = sandbox.client.post(f"/pages/bling/{tenant}/orders/{order}", data={"situacao": "9"})
    assert answer.status_code == 303
    dump = sandbox.control(f"dump?provider=bling&tenant={tenant}", method="GET")
    assert dump["orders"][0]["situacao"] == {"id": 9, "valor": 1}


def test_a_person_makes_authorises_and_cancels_a_note(sandbox: Sandbox) -> None:
    tenant = company(sandbox)
    order = sandbox.control("seed", {"tenant": tenant, "orders": 1})["orders"][0]
    where = f"/pages/bling/{tenant}"

    def note() -> dict[str, Any]:
        dump = sandbox.control(f"dump?provider=bling&tenant={tenant}", method="GET")
        return dict(dump["invoices"][0])

    sandbox.client.post(f"{where}/orders/{order}/note")
    seen = [note()["situacao"]]
    for act in ("send", "cancel"):
        sandbox.client.post(f"{where}/nfe/{note()['id']}", data={"act": act})
        seen.append(note()["situacao"])
    assert seen == [1, 5, 2]
    assert "Cancelada" in sandbox.client.get(where).text


def test_every_page_can_be_read(sandbox: Sandbox) -> None:
    portal = sandbox.ready["portals"][0]["member_id"]
    amounts = {"products": 1, "orders": 1, "customers": 1}
    made = sandbox.control("seed", {"tenant": company(sandbox)} | amounts)
    where = f"/pages/bling/{company(sandbox)}"
    for path in (
        "/",
        where,
        f"{where}/products/{made['products'][0]}",
        f"{where}/orders/new",
        f"{where}/orders/{made['orders'][0]}",
        f"{where}/contacts",
        f"{where}/contacts/{made['contacts'][0]}",
        f"{where}/webhooks",
        f"/pages/bitrix24/{portal}",
    ):
        page = sandbox.client.get(path, headers={"accept": "text/html"})
        assert page.status_code == 200, path
        assert page.text.count("<h1>") == 1
    for path in ("/pages/bling/nobody", f"{where}/orders/1", f"{where}/contacts/1", "/pages/bitrix24/nobody"):
        assert sandbox.client.get(path).status_code == 404


def _typed_order(sandbox: Sandbox, **fields: Any) -> dict[str, Any]:
    """A new order by the editor: a product at its price less 10 %, and a row without product."""
    post(sandbox, "/products", {"nome": "Copo", "codigo": "C", "preco": "29,90"})
    post(sandbox, "/contacts", {"nome": "Marina", "tipo": "F", "numeroDocumento": "529.982.247-25"})
    (product,), (buyer,) = dump(sandbox, "products"), dump(sandbox, "contacts")
    typed = {
        "contato": buyer["id"],
        "produto": [product["id"], "", ""],
        "descricao": ["", "Embrulho", ""],
        "quantidade": ["2", "", ""],
        "valor": ["", "1.000,50", ""],
        "desconto": ["10", "", ""],
        "desconto_pedido": "10",
        "unidade": "PERCENTUAL",
        "frete": "7,25",
        "outras": "3",
        "parcelas": "3",
    }
    post(sandbox, "/orders", typed | fields)
    return dump(sandbox, "orders")[0]


def test_a_person_types_an_order(sandbox: Sandbox) -> None:
    order = _typed_order(sandbox, situacao="15", numero_loja="L-1")
    assert [(item["quantidade"], item["valor"], item["desconto"]) for item in order["itens"]] == [
        (2, 26.91, 10),
        (1, 1000.5, 0),
    ]
    assert (order["totalProdutos"], order["total"]) == (1054.32, 959.14)
    assert len(order["parcelas"]) == 3
    assert (order["situacao"]["id"], order["numeroLoja"]) == (15, "L-1")


def test_a_person_changes_an_order_and_the_rest_stays(sandbox: Sandbox) -> None:
    order = _typed_order(sandbox, numero_loja="L-1", observacoes="Presente")
    row = order["itens"][0]
    typed = {
        "contato": order["contato"]["id"],
        "produto": [row["produto"]["id"], ""],
        "descricao": [row["descricao"], ""],
        "quantidade": ["5", ""],
        "valor": ["10", ""],
        "desconto": ["", ""],
        "numero_loja": "L-1",
        "parcelas": "1",
    }
    post(sandbox, f"/orders/{order['id']}/edit", typed)
    (changed,) = dump(sandbox, "orders")
    assert (changed["total"], changed["numero"], changed["numeroLoja"]) == (50, order["numero"], "L-1")
    assert changed["observacoes"] == ""


def test_an_order_without_items_is_refused_in_words(sandbox: Sandbox) -> None:
    where = f"/pages/bling/{company(sandbox)}/orders"
    answer = sandbox.client.post(where, data={"contato": "1"})
    assert answer.status_code == 400
    assert "A venda deve possuir ao menos um item." in answer.text


def test_a_person_deletes_an_order(sandbox: Sandbox) -> None:
    order = _typed_order(sandbox)
    post(sandbox, f"/orders/{order['id']}/delete")
    assert dump(sandbox, "orders") == []


def test_a_person_changes_a_contact(sandbox: Sandbox) -> None:
    post(sandbox, "/contacts", {"nome": "Marina", "tipo": "F"})
    (made,) = dump(sandbox, "contacts")
    post(sandbox, f"/contacts/{made['id']}", {"nome": "Marina Lopes", "tipo": "F", "email": "m@x.example"})
    (changed,) = dump(sandbox, "contacts")
    assert (changed["nome"], changed["email"], changed["situacao"]) == ("Marina Lopes", "m@x.example", "A")


def test_the_webhooks_that_were_sent_can_be_read(sandbox: Sandbox) -> None:
    where = f"/pages/bling/{company(sandbox)}/webhooks"
    sandbox.control("webhooks", {"mode": "on"})
    assert "Nada foi enviado ainda" in sandbox.client.get(where).text
    app = sandbox.ready["bling"]
    code = sandbox.control("grant", {"provider": "bling", "company_id": company(sandbox)})["code"]
    sandbox.client.post(
        app["token_url"],
        data={"grant_type": "authorization_code", "code": code},
        auth=(app["client_id"], app["client_secret"]),
    ).raise_for_status()
    order = _typed_order(sandbox)
    shown = sandbox.client.get(where).text
    assert "order.created" in shown
    assert str(order["id"]) in shown


@pytest.fixture
def portal(sandbox: Sandbox) -> Portal:
    return Portal(sandbox)


def _deal(portal: Portal) -> tuple[str, int]:
    """A deal with a row and a person; the path of its page, and its id."""
    phone = {"typeId": "PHONE", "valueType": "WORK", "value": "11 5555"}
    person = portal.call("crm.item.add", entityTypeId=CONTACT, fields={"name": "Ana", "fm": [phone]})
    owner = person["item"]["id"]
    requisite = {
        "ENTITY_TYPE_ID": 3,
        "ENTITY_ID": owner,
        "PRESET_ID": 6,
        "NAME": "CPF",
        "RQ_CPF": "52998224725",
    }
    portal.call("crm.requisite.add", fields=requisite)
    fields = {"title": "Pedido 1", "contactIds": [owner]}
    deal = portal.call("crm.item.add", entityTypeId=DEAL, fields=fields)["item"]["id"]
    rows = [{"productName": "Copo térmico", "price": 29.9, "quantity": 2}]
    portal.call("crm.item.productrow.set", ownerType="D", ownerId=deal, productRows=rows)
    return f"/pages/bitrix24/{portal.member_id}/deals/{deal}", deal


def test_a_deal_shows_its_rows_and_people(sandbox: Sandbox, portal: Portal) -> None:
    where, _ = _deal(portal)
    shown = sandbox.client.get(where).text
    for word in ("Pedido 1", "R$ 59,80", "Copo térmico", "Ana", "52998224725", "11 5555"):
        assert word in shown
    assert "52998224725" in sandbox.client.get(f"/pages/bitrix24/{portal.member_id}").text


def test_a_person_moves_renames_and_deletes_a_deal(sandbox: Sandbox, portal: Portal) -> None:
    where, deal = _deal(portal)
    assert sandbox.client.post(where, data={"stageId": "WON"}).status_code == 303
    assert sandbox.client.post(where, data={"title": "À mão"}).status_code == 303
    item = portal.call("crm.item.get", entityTypeId=DEAL, id=deal)["item"]
    assert (item["stageId"], item["title"], item["opportunity"]) == ("WON", "À mão", 59.8)
    assert sandbox.client.post(f"{where}/delete").status_code == 303
    assert portal.refusal("crm.item.get", entityTypeId=DEAL, id=deal)[1] == "NOT_FOUND"
    assert sandbox.client.get(where).status_code == 404


def test_a_person_makes_changes_and_deletes_a_product_in_bitrix24(sandbox: Sandbox) -> None:
    portal = Portal(sandbox)
    where = f"/pages/bitrix24/{portal.member_id}"
    form = {"name": "Copo", "xmlId": "B-1", "price": "1.234,50"}
    assert sandbox.client.post(f"{where}/products", data=form).status_code == 303
    (made,) = _catalogue(sandbox, portal)
    assert (made["name"], made["xmlId"], _price(sandbox, portal)) == ("Copo", "B-1", 1234.5)
    page = f"{where}/products/{made['id']}"
    assert 'value="B-1"' in sandbox.client.get(page).text
    sandbox.client.post(page, data={"name": "Jarra", "price": "10", "active": "N"})
    (changed,) = _catalogue(sandbox, portal)
    assert (changed["name"], changed["xmlId"], changed["active"]) == ("Jarra", "B-1", "N")
    assert _price(sandbox, portal) == 10
    sandbox.client.post(f"{page}/delete")
    assert _catalogue(sandbox, portal) == []


def test_a_product_without_a_name_is_refused_in_bitrix24(sandbox: Sandbox) -> None:
    portal = Portal(sandbox)
    answer = sandbox.client.post(f"/pages/bitrix24/{portal.member_id}/products", data={"name": ""})
    assert answer.status_code == 400
    assert "name" in answer.text


def _catalogue(sandbox: Sandbox, portal: Portal) -> list[dict[str, Any]]:
    found = sandbox.control(f"dump?provider=bitrix24&tenant={portal.member_id}", method="GET")
    return list(found["products"])


def _price(sandbox: Sandbox, portal: Portal) -> float:
    (price,) = sandbox.control(f"dump?provider=bitrix24&tenant={portal.member_id}", method="GET")["prices"]
    return float(price["price"])
