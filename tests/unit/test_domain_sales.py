"""Which invoices are sales, and what they say of their deals."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.domain import orders, sales
from connector.domain.deals import amount_of
from connector.domain.orders import BadOrder
from connector.domain.sales import Document, Standing

SALE, CANCELLED, NO_SALE = Standing


@pytest.mark.parametrize(
    ("situation", "standing"),
    [
        (1, NO_SALE),
        (2, CANCELLED),
        (3, NO_SALE),
        (4, NO_SALE),
        (5, SALE),
        (6, SALE),
        (7, NO_SALE),
        (8, NO_SALE),
        (9, NO_SALE),
        (10, NO_SALE),
        (11, NO_SALE),
        (12, NO_SALE),
        (None, NO_SALE),
        ("5", NO_SALE),
    ],
)
def test_only_authorised_invoices_are_sales(situation: object, standing: Standing):
    assert sales.standing({"tipo": 1, "finalidade": 1, "situacao": situation}) is standing


@pytest.mark.parametrize("situation", [1, 2, 5, 6])
@pytest.mark.parametrize("other", [{"tipo": 0}, *({"finalidade": one} for one in (2, 3, 4, 5, 6))])
def test_purchases_and_what_is_no_normal_invoice_are_never_sales(situation: int, other: dict[str, int]):
    source = {"tipo": 1, "finalidade": 1, "situacao": situation} | other
    assert sales.standing(source) is NO_SALE


def test_a_message_that_says_nothing_of_its_purpose_may_be_a_sale():
    assert sales.standing({"tipo": 1, "situacao": 5}) is SALE


@pytest.mark.parametrize(
    ("source", "word"),
    [
        ({"tipo": 0}, "compra"),
        ({"finalidade": 4}, "devolução"),
        ({"situacao": 1}, "ainda não autorizada"),
    ],
)
def test_the_reason_is_plain(source: dict[str, int], word: str):
    assert word in sales.why_no_sale(source)


@pytest.mark.parametrize(
    ("event", "document"),
    [
        ("invoice.updated", Document.NFE),
        ("consumer_invoice.created", Document.NFCE),
        ("order.created", None),
        ("", None),
        ("invoices.created", None),
    ],
)
def test_a_message_names_the_kind_of_invoice(event: str, document: Document | None):
    assert sales.document_of(event) is document


def test_origins_differ_from_kind_to_kind_and_from_orders():
    origins = {sales.origin("acme", document, 7) for document in Document} | {
        orders.origin("acme", {"id": 7})
    }
    assert origins == {"acme:nfe:7", "acme:nfce:7", "acme:7"}


@pytest.mark.parametrize(
    ("source", "label"),
    [
        ({"numero": "000123", "id": 7}, "NF-e 000123"),
        ({"id": 7}, "NF-e 7"),
        ({"numero": "", "id": 7}, "NF-e 7"),
    ],
)
def test_what_people_call_an_invoice(source: dict[str, object], label: str):
    assert sales.label(Document.NFE, source) == label
    assert sales.label(Document.NFCE, source) == label.replace("NF-e", "NFC-e")


@pytest.mark.parametrize(
    ("source", "link"),
    [
        ({"linkDanfe": "https://a/1", "linkPDF": "https://b/2"}, "https://a/1"),
        ({"linkDanfe": "", "linkPDF": "http://b/2"}, "http://b/2"),
        ({"linkDanfe": "javascript:alert(1)"}, ""),
        ({"linkDanfe": None, "linkPDF": 5}, ""),
        ({}, ""),
    ],
)
def test_where_an_invoice_can_be_seen(source: dict[str, object], link: str):
    assert sales.link_to(source) == link


def test_items_name_products_by_sku():
    item = {"codigo": "C-1", "descricao": "Copo", "unidade": "UN", "quantidade": 2, "valor": Decimal("9.99")}
    (found,) = sales.items_of({"itens": [item, None]})
    assert (found.code, found.product_id, found.price, found.quantity) == ("C-1", 0, Decimal("9.99"), 2)


@pytest.mark.parametrize("itens", [None, {}, "x", []])
def test_an_invoice_without_items(itens: object):
    assert sales.items_of({"itens": itens}) == []


def test_a_number_that_is_none_is_named():
    with pytest.raises(BadOrder, match="valorNota"):
        sales.worth({"valorNota": "dez"})
    with pytest.raises(BadOrder, match="quantidade"):
        sales.items_of({"itens": [{"quantidade": []}]})


cents = st.integers(0, 10**7).map(lambda number: Decimal(number).scaleb(-2))


@given(st.lists(st.tuples(st.integers(1, 50), cents), min_size=1, max_size=6), cents, cents)
def test_rows_add_up_to_the_invoice(lines: list[tuple[int, Decimal]], freight: Decimal, worth: Decimal):
    source = {
        "itens": [{"descricao": "x", "quantidade": number, "valor": price} for number, price in lines],
        "valorFrete": freight,
        "valorNota": worth,
    }
    rows = orders.rows(sales.items_of(source), sales.amounts_of(source), lambda row: 0)
    assert amount_of(rows) == sales.worth(source)


@pytest.mark.parametrize(("contact", "number"), [({"id": 7}, 7), ({"id": 0}, 0), (None, 0), ({}, 0)])
def test_the_buyer(contact: object, number: int):
    assert sales.contact_id({"contato": contact}) == number
