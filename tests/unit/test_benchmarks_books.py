"""The benchmark's own eye: whatever is wrong between Bling's orders and Bitrix24's deals is counted."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from benchmarks.books import Books, Dump, Findings

COMPANY = "c0"
CPF, CNPJ = "39053344705", "12ABC34501DE35"


def bling() -> Dump:
    people = ((71, "F", "390.533.447-05"), (72, "J", "12.ABC.345/01DE-35"), (73, "F", ""))
    return {
        "orders": [order(1, 71, 29.9), order(2, 72, 100), order(3, 73, 0.33), order(9, 71, 5)],
        "contacts": [
            {"id": contact, "tipo": kind, "numeroDocumento": document} for contact, kind, document in people
        ],
    }


def order(number: int, contact: int, total: float) -> dict[str, Any]:
    return {"id": number, "total": total, "contato": {"id": contact}}


def bitrix24() -> Dump:
    return {
        "deals": [deal(11, 1, 29.9, contact=31), deal(12, 2, 100, company=41), deal(13, 3, 0.33, contact=32)],
        "rows": [
            row(1, 11, 9.9667, 3),
            row(2, 12, 90, 1, product=5),
            row(3, 12, 10, 1),
            row(4, 13, 0.333, 1),
        ],
        "products": [{"id": 5, "name": "Copo"}],
        "contacts": [person(31, f"cpf:{CPF}"), person(32, f"{COMPANY}:contato:73"), person(33, None)],
        "companies": [person(41, f"cnpj:{CNPJ}")],
        "requisites": [requisite(3, 31, RQ_CPF="390.533.447-05"), requisite(4, 41, RQ_CNPJ=CNPJ)],
    }


def deal(number: int, order_id: int, amount: float, contact: int = 0, company: int = 0) -> dict[str, Any]:
    return {
        "id": number,
        "originId": f"{COMPANY}:{order_id}",
        "opportunity": amount,
        "contactId": contact or None,
        "companyId": company,
        "title": f"Pedido {order_id}",
        "categoryId": 0,
        "stageId": "NEW",
        "isManualOpportunity": "N",
        "currencyId": "BRL",
        "comments": "",
    }


def row(number: int, owner: int, price: float, quantity: float, product: int = 0) -> dict[str, Any]:
    return {
        **{"id": number, "ownerId": owner, "price": price, "quantity": quantity, "productId": product},
        **{"sort": number, "productName": "Copo", "discountRate": 0},
    }


def person(number: int, origin: str | None) -> dict[str, Any]:
    return {"id": number, "originId": origin}


def requisite(kind: int, owner: int, **document: str) -> dict[str, Any]:
    return {"ENTITY_TYPE_ID": str(kind), "ENTITY_ID": str(owner), "RQ_CPF": None, "RQ_CNPJ": None, **document}


def books(there: Dump) -> Books:
    return Books(bling(), there, COMPANY, [1, 2, 3])


def findings(there: Dump) -> Findings:
    return books(there).findings()


def test_both_sides_agree() -> None:
    found = findings(bitrix24())
    assert found.fine
    assert (found.orders, found.deals, found.examples) == (3, 3, [])


def test_a_cent_too_much_in_a_row_is_seen() -> None:
    there = bitrix24()
    there["rows"][2]["price"] = 10.01
    found = findings(there)
    assert (found.sums_wrong, found.fine) == (1, False)
    assert "rows 100.01" in found.examples[0]


def test_an_amount_that_is_not_the_rows_is_seen() -> None:
    there = bitrix24()
    there["deals"][0]["opportunity"] = 29.89
    assert findings(there).sums_wrong == 1


def test_a_deal_without_its_rows_is_seen() -> None:
    there = bitrix24()
    there["rows"] = there["rows"][1:]
    assert findings(there).sums_wrong == 1


def test_an_order_without_a_deal_is_seen() -> None:
    there = bitrix24()
    del there["deals"][1]
    found = findings(there)
    assert (found.missing, found.fine) == (1, False)


def test_a_second_deal_of_an_order_is_seen() -> None:
    there = bitrix24()
    there["deals"].append(there["deals"][0] | {"id": 14})
    there["rows"].append(row(5, 14, 29.9, 1))
    found = findings(there)
    assert (found.double_deals, found.sums_wrong, found.fine) == (1, 0, False)


@pytest.mark.parametrize("origin", [None, f"cpf:{CPF}"])
def test_two_contacts_of_one_document_are_seen(origin: str | None) -> None:
    there = bitrix24()
    there["contacts"].append(person(34, origin))
    if origin is None:
        there["requisites"].append(requisite(3, 34, RQ_CPF=CPF))
    assert findings(there).double_contacts == 1


def test_two_companies_of_one_document_are_seen() -> None:
    there = bitrix24()
    there["companies"].append(person(42, f"cnpj:{CNPJ}"))
    assert findings(there).double_companies == 1


def test_another_customer_is_seen() -> None:
    there = bitrix24()
    there["deals"][0]["contactId"] = 32
    assert findings(there).persons_wrong == 1


def test_a_firm_among_the_contacts_is_seen() -> None:
    there = bitrix24()
    there["contacts"].append(person(35, f"cnpj:{CNPJ}"))
    there["deals"][1] |= {"companyId": 0, "contactId": 35}
    assert findings(there).persons_wrong == 1


def test_ids_and_their_order_are_no_part_of_the_state() -> None:
    there, other = bitrix24(), bitrix24()
    other["products"][0]["id"] = other["rows"][1]["productId"] = 6
    other["deals"][0]["id"] = other["rows"][0]["ownerId"] = 99
    other["deals"].reverse()
    assert books(there).state() == books(other).state()


@pytest.mark.parametrize(
    ("table", "changed"),
    [("deals", {"stageId": "WON"}), ("rows", {"productId": 0}), ("rows", {"discountRate": 5})],
)
def test_what_people_see_is_part_of_the_state(table: str, changed: dict[str, Any]) -> None:
    there, other = bitrix24(), deepcopy(bitrix24())
    other[table][1] |= changed
    assert books(there).state() != books(other).state()
