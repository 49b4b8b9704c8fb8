"""Orders become rows that add up to the cent."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import ROUND_HALF_UP, Decimal
from random import Random
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from connector.domain.money import Amounts, Item, Row, RowKind, row_total, rows_of

CENT = Decimal("0.01")
ITEM, FREIGHT, EXPENSES, ADJUSTMENT = RowKind


def item(quantity: Any = 1, price: Any = 10, discount: Any = 0, **other: Any) -> Item:
    values = {"name": "Copo", "code": "C-1", "unit": "UN"} | other
    numbers = (Decimal(str(number)) for number in (quantity, price, discount))
    return Item(**values, **dict(zip(("quantity", "price", "discount"), numbers, strict=True)))


def amounts(
    total: Any, discount: Any = 0, freight: Any = 0, expenses: Any = 0, percent: bool = False
) -> Amounts:
    sent = {"total": total, "discount": discount, "freight": freight, "expenses": expenses}
    return Amounts(**{name: Decimal(str(value)) for name, value in sent.items()}, discount_percent=percent)


def shown(rows: tuple[Row, ...]) -> list[tuple[RowKind, str]]:
    return [(row.kind, str(row_total(row))) for row in rows]


def total_of(rows: Iterable[Row]) -> Decimal:
    """What Bitrix24 shows as the deal's amount, in reais."""
    return sum((row_total(row) for row in rows), Decimal("0.00"))


# The law


def reais(low: int, high: int, places: int = 2) -> st.SearchStrategy[Decimal]:
    """Numbers with so many decimals."""
    return st.integers(low * 10**places, high * 10**places).map(lambda n: Decimal(n).scaleb(-places))


MOST = 10**13
Kinds = tuple[Callable[[int], Decimal], ...]
QUANTITIES: Kinds = (
    lambda n: Decimal(n % 12 + 1),
    lambda n: Decimal(n % 50_000).scaleb(-3),
    lambda n: Decimal(n % 30_000_000).scaleb(-7),
    lambda n: Decimal(n % 30).scaleb(-1) - 3,
    lambda n: Decimal(n),
)
PRICES: Kinds = (
    lambda n: Decimal(n % 30_000).scaleb(-2),
    lambda n: Decimal(n % (5 * 10**10)).scaleb(-10),
    lambda n: Decimal(n % 4_000).scaleb(-2) - 40,
    lambda _: Decimal(0),
    lambda n: Decimal(n % 10**9).scaleb(-2),
)
PERCENTAGES: Kinds = (
    lambda _: Decimal(0),
    lambda n: Decimal(n % 10_001).scaleb(-2),
    lambda _: Decimal(100),
    lambda n: Decimal(n % 135_000_000).scaleb(-6) - 5,
)
SUMS: Kinds = (
    lambda _: Decimal(0),
    lambda n: Decimal(n % 50_500).scaleb(-2) - 5,
    lambda n: Decimal(n % 99_999).scaleb(-3) - 9,
)
#: What a total holds beyond the formula.
BEYOND: Kinds = (
    lambda _: Decimal(0),
    lambda n: Decimal(n % 200).scaleb(-2) - 1,
    lambda n: Decimal(n % 100_000).scaleb(-2) - 500,
    lambda n: Decimal(n % 90_000).scaleb(-4),
)


def order_of(number: Callable[[], int]) -> tuple[list[Item], Amounts]:
    """An order made of whole numbers; its total follows the formula, misses it or ignores it."""

    def one_of(kinds: Kinds) -> Decimal:
        place, rest = number() % len(kinds), number()
        return kinds[place](rest)

    numbers = [
        [one_of(kinds) for kinds in (QUANTITIES, PRICES, PERCENTAGES)] for _ in range(number() % 4 + 1)
    ]
    items = [item(*three, unit="KG") for three in numbers]
    percent = bool(number() % 2)
    discount = one_of(PERCENTAGES if percent else SUMS)
    freight, expenses, beyond = one_of(SUMS), one_of(SUMS), one_of(BEYOND)
    products = sum((one.quantity * one.price for one in items), Decimal(0))
    off = products * discount / 100 if percent else discount
    total = (products - off + freight + expenses + beyond, Decimal(0), abs(beyond))[number() % 3]
    return items, amounts(max(total, Decimal(0)), discount, freight, expenses, percent)


@st.composite
def orders(draw: st.DrawFn) -> tuple[list[Item], Amounts]:
    """Orders that shrink."""
    return order_of(lambda: draw(st.integers(0, MOST)))


def assert_lawful(items: list[Item], order: Amounts) -> None:
    rows = rows_of(items, order)
    assert total_of(rows) == order.total.quantize(CENT, ROUND_HALF_UP)
    assert [row.kind for row in rows[: len(items)]] == [ITEM] * len(items)
    for row in rows:
        assert row_total(row) >= 0
        assert row.price >= 0
        assert row.quantity > 0
        assert row.name.strip()
        assert -int(row.price.as_tuple().exponent) <= 8
        assert -int(row.quantity.as_tuple().exponent) <= 4
        assert row.discount_rate is None or 0 < row.discount_rate < 100


@settings(max_examples=1_000)
@given(orders())
@example(([item(1, 1)], amounts("0.005")))
@example(([item(1, -1), item(0, 5)], amounts("7.77", discount=3, freight=-2)))
def test_rows_add_up_to_the_total_to_the_cent(order):
    assert_lawful(*order)


@settings(max_examples=10_000)
@given(st.integers(0, 2**62))
def test_ten_thousand_orders_add_up(seed):
    source = Random(seed)
    assert_lawful(*order_of(lambda: source.randint(0, MOST)))


@settings(max_examples=50)
@given(st.integers(0, 2**62), reais(0, 10**9))
def test_orders_of_500_items_add_up(seed, total):
    source = Random(seed)
    few = [one for _ in range(200) for one in order_of(lambda: source.randint(0, MOST))[0]]
    assert_lawful((few * 3)[:500], amounts(total, discount=7, freight=9, percent=True))


@settings(max_examples=500)
@given(st.lists(st.tuples(st.integers(1, 30), reais(0, 900)), min_size=1, max_size=5), st.integers(1, 99))
def test_spreading_a_discount_moves_no_row_by_more_than_a_cent(pairs, percent):
    """And its share of what the total itself was rounded by: half a cent."""
    items = [item(quantity, price) for quantity, price in pairs]
    products = sum((one.quantity * one.price for one in items), Decimal(0))
    total = products - (products * percent / 100).quantize(CENT, ROUND_HALF_UP)
    for one, row in zip(items, rows_of(items, amounts(total, percent, percent=True)), strict=True):
        share = one.quantity * one.price * (100 - percent) / 100
        assert abs(row_total(row) - share) < CENT + CENT / 2


@settings(max_examples=500)
@given(st.integers(1, 99), reais(0, 900), reais(0, 99, 4))
def test_an_item_alone_keeps_its_price_and_its_percentage(quantity, price, percent):
    (row,) = rows_of([item(quantity, price, percent)], amounts(quantity * price))
    assert (row.quantity, row.price, row.discount_rate or 0) == (quantity, price, percent)


# Bling's own orders


def test_an_item_s_price_is_net_of_its_discount():
    rows = rows_of([item(5, "29.7", "84.36", product_id=16842381880)], amounts("148.5"))
    (row,) = rows
    assert (row.price, row.quantity, row.discount_rate) == (Decimal("29.7"), 5, Decimal("84.36"))
    assert (row.product_id, row.code, row.unit, row.name) == (16842381880, "C-1", "UN", "Copo")


def test_bling_s_documented_order():
    rows = rows_of([item(5, "4.9", 2)], amounts(45, discount="1.5", freight=20, expenses=2))
    assert shown(rows) == [(ITEM, "23.00"), (FREIGHT, "20.00"), (EXPENSES, "2.00")]
    assert [row.name for row in rows] == ["Copo", "Frete", "Outras despesas"]
    # 25.00 by the price list.
    assert (rows[0].price, rows[0].discount_rate) == (Decimal("4.6"), Decimal(8))


def test_a_percentage_is_taken_of_the_items_only():
    rows = rows_of([item(3, 10)], amounts(34, discount=10, freight=7, percent=True))
    assert shown(rows) == [(ITEM, "27.00"), (FREIGHT, "7.00")]
    assert (rows[0].price, rows[0].discount_rate) == (9, 10)


# Discounts


def test_an_order_discount_is_spread_by_largest_remainder():
    rows = rows_of([item(1, 10), item(1, 10), item(1, 10)], amounts("19.99", discount="10.01"))
    assert shown(rows) == [(ITEM, "6.67"), (ITEM, "6.66"), (ITEM, "6.66")]


def test_a_spread_discount_keeps_a_round_percentage():
    rows = rows_of([item(1, "9.99"), item(7, "1.33")], amounts("17.37", discount=10, percent=True))
    assert [row.discount_rate for row in rows] == [10, 10]


def test_two_discounts_become_one_against_the_list_price():
    (row,) = rows_of([item(2, 80, 20)], amounts(144, discount=10, percent=True))
    assert (row.price, row.discount_rate) == (72, 28)


def test_a_discount_above_the_items_comes_off_freight_and_expenses():
    rows = rows_of([item(1, 10)], amounts(6, discount=16, freight=8, expenses=4))
    assert shown(rows) == [(ITEM, "0.00"), (FREIGHT, "4.00"), (EXPENSES, "2.00")]
    assert rows[0].discount_rate is None


def test_an_order_for_nothing_has_rows_of_nothing():
    rows = rows_of([item(3, 10)], amounts(0, discount=100, percent=True))
    assert [(row.price, row.quantity, row.discount_rate) for row in rows] == [(0, 3, None)]


@pytest.mark.parametrize(("price", "percent"), [(0, 100), (7, 100), (7, 0), (7, -3), (7, 120)])
def test_percentages_that_tell_no_list_price_are_left_out(price, percent):
    (row,) = rows_of([item(1, price, percent)], amounts(price))
    assert (row.price, row.discount_rate) == (price, None)


def test_negative_freight_and_expenses_lessen_the_items():
    rows = rows_of([item(1, 10)], amounts(7, freight=-2, expenses=-1))
    assert shown(rows) == [(ITEM, "7.00")]


# What the formula does not tell


def test_ipi_has_a_row_of_its_own():
    rows = rows_of([item(2, 50)], amounts(115, freight=5))
    assert shown(rows) == [(ITEM, "100.00"), (FREIGHT, "5.00"), (ADJUSTMENT, "10.00")]
    assert rows[-1].name == "IPI / ajuste"


def test_what_is_missing_is_spread():
    assert shown(rows_of([item(1, 30), item(1, 10)], amounts(36))) == [(ITEM, "27.00"), (ITEM, "9.00")]


def test_a_cent_of_rounding_goes_to_the_largest_item():
    rows = rows_of([item(1, 3), item(1, 30)], amounts("33.01"))
    assert shown(rows) == [(ITEM, "3.00"), (ITEM, "30.01")]
    assert [row.discount_rate for row in rows] == [None, None]


def test_half_cents_that_bling_adds_up_before_rounding_need_no_adjustment():
    rows = rows_of([item(1, "0.004")] * 100, amounts("0.4"))
    assert {row.kind for row in rows} == {ITEM}
    assert total_of(rows) == Decimal("0.40")


def test_no_item_to_take_a_cent_up_leaves_it_to_the_adjustment():
    rows = rows_of([item(1, 0)], amounts("0.01"))
    assert shown(rows) == [(ITEM, "0.00"), (ADJUSTMENT, "0.01")]


# Odd items


def test_a_negative_item_lessens_the_others_and_stays_to_be_seen():
    rows = rows_of([item(1, 30), item(1, 10), item(2, -4, name="Vale")], amounts(32))
    assert shown(rows) == [(ITEM, "24.00"), (ITEM, "8.00"), (ITEM, "0.00")]
    assert (rows[2].name, rows[2].quantity, rows[2].discount_rate) == ("Vale", 2, None)


@pytest.mark.parametrize(
    ("quantity", "price", "name"),
    [
        ("0.12345", "80", "Copo (0,12345 KG)"),
        ("0", "80", "Copo (0 KG)"),
        ("-2", "-5", "Copo (-2 KG)"),
        ("30000000000", "0.00000000033", "Copo (30000000000 KG)"),
    ],
)
def test_a_quantity_that_bitrix24_cannot_hold_stands_in_the_name(quantity, price, name):
    total = (Decimal(quantity) * Decimal(price)).quantize(CENT, ROUND_HALF_UP)
    (row,) = rows_of([item(quantity, price, unit="KG")], amounts(total))
    assert (row.name, row.quantity, row.price, row.unit) == (name, 1, total, "")


def test_a_long_quantity_without_unit_says_only_how_much():
    (row,) = rows_of([item("0.00001", 100000, unit=" ")], amounts(1))
    assert row.name == "Copo (0,00001)"


@pytest.mark.parametrize("quantity", ["2.5000000", "1E+3", "0.0001"])
def test_quantities_of_four_decimals_are_kept(quantity):
    (row,) = rows_of([item(quantity, "20")], amounts(Decimal(quantity) * 20))
    assert (row.quantity, row.price, row.name) == (Decimal(quantity), 20, "Copo")
    assert "E" not in str(row.quantity)


@pytest.mark.parametrize(("code", "name"), [("C-1", "C-1"), (" ", "Item")])
def test_an_item_without_a_name_is_called_by_its_code(code, name):
    assert rows_of([item(name=" ", code=code)], amounts(10))[0].name == name


def test_no_items_or_a_negative_total_give_no_rows():
    assert rows_of([], amounts(10)) == ()
    assert rows_of([item()], amounts(-1)) == ()
    assert total_of(()) == 0
