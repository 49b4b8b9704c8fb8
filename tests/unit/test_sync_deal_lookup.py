"""What a deal is taken to hold, whatever form the portal tells it in."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from connector.bitrix24 import crm
from connector.domain.deals import ROWS_FIELD, SITUATION, DealRow, rows_of_text, rows_text
from connector.sync.deals.lookup import chunks, held_by, held_rows, same_rows


@pytest.mark.parametrize(
    ("told", "wanted", "same"),
    [
        ("Pedido 7", "Pedido 7", True),
        (" Pedido 7 ", "Pedido 7", True),
        (21, "21.00", True),
        (21.5, "21.50", True),
        (21.5, "21.51", False),
        ("WON", "WON", True),
        (77, "77", True),
        (None, "", True),
        (0, "", True),
        (0, "77", False),
        ("Y", "N", False),
        ("2026-11-23T03:00:00+03:00", "2026-11-23", True),
        ("2026-11-24T03:00:00+03:00", "2026-11-23", False),
        ("2026-11-23T22:00:51+00:00", "2026-11-23T19:00:51-03:00", True),
        ("2026-11-23T00:00:00-03:00", "2026-11-23T19:00:51-03:00", True),
        ("2026-11-23T03:00:00+03:00", "2026-11-23T19:00:51-03:00", True),
        ("2026-11-24T03:00:00+03:00", "2026-11-23T19:00:51-03:00", False),
        ("2026-11-23T19:00:52-03:00", "2026-11-23T19:00:51-03:00", False),
        ("2026-11-23T19:00:51", "2026-11-23T19:00:51-03:00", False),
    ],
)
def test_forms_of_one_value_are_one(told: Any, wanted: str, same: bool):
    assert (held_by({"field": told}, {"field": wanted}) == {"field": wanted}) is same


def test_rows_and_what_only_the_link_remembers_are_not_in_the_deal():
    assert held_by({"title": "x"}, {"title": "y", ROWS_FIELD: "[]", SITUATION: "6"}) == {"title": "x"}


def row(product: int = 45, quantity: str = "2", price: str = "10.5") -> crm.Row:
    zero = Decimal(0)
    return crm.Row(
        id=1,
        product_id=product,
        product_name="Copo",
        price=Decimal(price),
        quantity=Decimal(quantity),
        discount_type_id=0,
        discount_rate=zero,
        discount_sum=zero,
        measure_code=796,
        sort=10,
    )


@pytest.mark.parametrize(
    ("found", "same"),
    [
        ([row()], True),
        ([row(quantity="2.0000", price="10.50")], True),
        ([row(product=0)], False),
        ([row(quantity="3")], False),
        ([row(price="10.51")], False),
        ([], False),
        ([row(), row()], False),
    ],
)
def test_rows_are_the_same_by_product_quantity_and_price(found: list[crm.Row], same: bool):
    wanted = DealRow(name="Copo", product=45, quantity="2", price="10.5")
    assert same_rows(found, {ROWS_FIELD: rows_text([wanted])}) is same


def test_rows_are_told_as_they_were_written_where_they_are_the_same():
    written = {ROWS_FIELD: rows_text([DealRow(name="Copo", product=45, quantity="2.00", price="10.50")])}
    wanted = {ROWS_FIELD: rows_text([DealRow(name="Copo", product=45, quantity="3", price="10.5")])}
    assert held_rows([row()], wanted, written) == written[ROWS_FIELD]
    assert held_rows([row(quantity="3")], wanted, written) == wanted[ROWS_FIELD]
    (other,) = rows_of_text(held_rows([row(quantity="7")], wanted, written, {}))
    assert (other.name, other.product, other.quantity, other.discount) == ("Copo", 45, "7", "")
    assert held_rows([], wanted, {}) == "[]"


def test_a_list_has_fifty_ids_at_most():
    assert [len(some) for some in chunks(list(range(120)))] == [50, 50, 20]
    assert list(chunks([])) == []
