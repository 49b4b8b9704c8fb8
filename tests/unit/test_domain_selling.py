"""A won deal becomes an order whose total is the deal's amount, to the cent, and back."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.domain import money
from connector.domain.money import Amounts, Item
from connector.domain.selling import BadDeal, SoldRow, WonDeal, deal_marked, mark_of, order_of
from tests.support.clerk import total_of

TODAY = date(2026, 11, 23)
MEMBER = "0123456789abcdef0123456789abcdef"


def order(deal: WonDeal) -> dict[str, object]:
    return order_of(deal, mark=mark_of(MEMBER, deal.deal_id), contact=7, payment=9, today=TODAY)


def deal(*rows: SoldRow, amount: str, **other: object) -> WonDeal:
    values = {"deal_id": 5, "title": "Venda", "amount": Decimal(amount), "currency": "BRL", "rows": rows}
    return WonDeal(**{**values, **other})  # type: ignore[arg-type]


def row(price: str, quantity: str = "1", name: str = "Caneca", product_id: int = 3) -> SoldRow:
    return SoldRow(name=name, price=Decimal(price), quantity=Decimal(quantity), product_id=product_id)


prices = st.decimals(0, 99_999, places=8)
quantities = st.decimals("0.0001", 9_999, places=4)
rows = st.builds(row, prices.map(str), quantities.map(str), st.sampled_from(["Caneca", "Copo"]))


@given(st.lists(rows, min_size=1, max_size=8), st.integers(-500, 500))
@settings(max_examples=500)
def test_the_total_is_the_deals_amount_whatever_the_rows_round_to(sold: list[SoldRow], by_hand: int) -> None:
    amount = sum((one.price * one.quantity for one in sold), Decimal(0)).quantize(Decimal("0.01"))
    amount += Decimal(by_hand).scaleb(-2)
    if amount <= 0:
        return
    made = order(deal(*sold, amount=str(amount)))
    assert total_of(made) == amount
    parcel = made["parcelas"][0]  # type: ignore[index]
    assert Decimal(str(parcel["valor"])) == amount


cents = st.integers(0, 500_000).map(lambda n: Decimal(n).scaleb(-2))
items = st.builds(
    Item,
    name=st.sampled_from(["Caneca", "Copo"]),
    quantity=st.integers(1, 20).map(Decimal),
    price=cents,
    product_id=st.integers(1, 9),
)


@given(st.lists(items, min_size=1, max_size=6), cents, cents, cents)
@settings(max_examples=500)
def test_order_to_deal_to_order_keeps_every_cent(
    listed: list[Item], freight: Decimal, expenses: Decimal, discount: Decimal
) -> None:
    products = sum((item.quantity * item.price for item in listed), Decimal(0))
    total = products - discount + freight + expenses
    if total <= 0:
        return
    amounts = Amounts(total=total, discount=discount, freight=freight, expenses=expenses)
    made = money.rows_of(listed, amounts)
    sold = [
        SoldRow(name=one.name, quantity=one.quantity, price=one.price, product_id=one.product_id)
        for one in made
    ]
    back = order(deal(*sold, amount=str(total)))
    assert total_of(back) == total
    if discount <= products:
        assert Decimal(str(back["transporte"]["frete"])) == freight  # type: ignore[index]
        assert Decimal(str(back["outrasDespesas"])) == expenses


def test_a_deal_without_rows_is_one_item_of_its_title() -> None:
    made = order(deal(amount="150.00", title="Consultoria"))
    assert made["itens"] == [{"descricao": "Consultoria", "quantidade": 1, "valor": 150}]


def test_a_product_named_frete_is_a_product() -> None:
    made = order(deal(row("10", name="Frete", product_id=4), amount="10"))
    assert made["transporte"] == {"frete": 0}
    assert made["itens"][0]["produto"] == {"id": 4}  # type: ignore[index]


def test_the_day_it_is_planned_for_is_not_in_the_past() -> None:
    assert order(deal(amount="1", closes=date(2026, 1, 1)))["dataPrevista"] == "2026-11-23"
    assert order(deal(amount="1", closes=date(2026, 12, 1)))["dataPrevista"] == "2026-12-01"


@pytest.mark.parametrize(
    ("amount", "currency", "word"), [("0", "BRL", "valor"), ("-3", "BRL", "valor"), ("5", "USD", "moeda")]
)
def test_what_makes_no_order_says_why(amount: str, currency: str, word: str) -> None:
    with pytest.raises(BadDeal, match=word):
        order(deal(amount=amount, currency=currency))


def test_freight_alone_is_no_sale() -> None:
    with pytest.raises(BadDeal, match="frete"):
        order(deal(row("10", name="Frete", product_id=0), amount="10"))


@given(st.integers(1, 10**9))
def test_a_mark_names_its_deal_in_its_own_portal(deal_id: int) -> None:
    assert deal_marked(MEMBER, mark_of(MEMBER, deal_id)) == deal_id
    assert deal_marked("f" * 32, mark_of(MEMBER, deal_id)) is None


@pytest.mark.parametrize("text", ["", "123", None, 7, "ponte-01234567-", "ponte-01234567-x", "2000-1"])
def test_other_numbers_are_no_marks(text: object) -> None:
    assert deal_marked(MEMBER, text) is None
