"""The mapping: canonical texts, fixed rules, fingerprints."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.domain.events import Kind
from connector.domain.mapping import (
    KEPT,
    BadField,
    Lens,
    MappingVersion,
    Rule,
    default,
    fingerprint,
    kept_in,
    remembered,
)
from connector.domain.transforms import Identity, Money, YesNo, backward, forward
from connector.domain.values import InvalidValue, money, text

PRODUCT = {"id": 16842381880, "nome": "Copo", "codigo": "COD-1", "preco": Decimal("4.99"), "situacao": "A"}
lens = Lens(default(Kind.PRODUCT))


def test_the_fixed_rules_map_the_five_fields() -> None:
    assert lens.apply(PRODUCT) == {
        "link": "16842381880",
        "name": "Copo",
        "xmlId": "COD-1",
        "price": "4.99",
        "active": "Y",
    }


def test_the_fixed_rules_read_nothing_that_the_webhook_lacks() -> None:
    assert lens.reads == {"id", "nome", "codigo", "preco", "situacao"}


def test_an_empty_value_is_left_out() -> None:
    assert "xmlId" not in lens.apply({**PRODUCT, "codigo": ""})


def test_an_empty_value_erases_where_the_rule_says_so() -> None:
    rule = Rule(id="x", bling="codigo", bitrix24="xmlId", transform=Identity(), empty="erase")
    mapping = MappingVersion(kind=Kind.PRODUCT, version=2, rules=(rule,))
    assert Lens(mapping).apply({"codigo": ""}) == {"xmlId": ""}


def test_a_zero_price_is_a_price() -> None:
    assert lens.apply({**PRODUCT, "preco": 0})["price"] == "0.00"


def test_a_bad_value_names_its_rule() -> None:
    with pytest.raises(BadField, match="situacao → active"):
        lens.apply({**PRODUCT, "situacao": "X"})


def test_an_export_rule_does_not_import() -> None:
    rule = Rule(id="x", bling="nome", bitrix24="name", transform=Identity(), direction="export")
    assert Lens(MappingVersion(kind=Kind.PRODUCT, version=2, rules=(rule,))).apply(PRODUCT) == {}


@pytest.mark.parametrize(
    ("value", "expected"),
    [(1, "1.00"), (Decimal("2.345"), "2.35"), (Decimal("0.005"), "0.01"), ("10.1", "10.10")],
)
def test_money_is_to_the_cent_half_up(value: Any, expected: str) -> None:
    assert money(value) == expected


@pytest.mark.parametrize("value", [-1, Decimal("NaN"), Decimal("1e999"), "x", True, None, [1]])
def test_what_is_no_amount_is_refused(value: Any) -> None:
    with pytest.raises(InvalidValue):
        money(value)


@pytest.mark.parametrize("value", [True, None, [1], {"a": 1}])
def test_what_is_no_text_is_refused(value: Any) -> None:
    with pytest.raises(InvalidValue):
        text(value)


@given(st.decimals(0, 1_000_000, places=2))
def test_money_goes_there_and_back(amount: Any) -> None:
    assert backward(Money())(forward(Money())(amount)) == amount


@given(st.sampled_from(["A", "I"]))
def test_yes_no_goes_there_and_back(value: Any) -> None:
    transform = YesNo(true="A", false="I")
    assert backward(transform)(forward(transform)(value)) == value


texts = st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=6)


@given(texts)
def test_a_fingerprint_does_not_depend_on_the_order_of_fields(target: dict[str, str]) -> None:
    assert fingerprint(target) == fingerprint(dict(reversed(target.items())))


@given(texts, texts)
def test_different_targets_have_different_fingerprints(one: dict[str, str], other: dict[str, str]) -> None:
    assert (fingerprint(one) == fingerprint(other)) is (one == other)


def test_what_was_written_last_is_remembered_where_an_edit_is_kept() -> None:
    memory = {"title": "Pedido 1", "comments": "velho"}
    seen = remembered({"title": "Pedido 2", "comments": "novo"}, memory, {"comments": "à mão"})
    assert seen == {"title": "Pedido 2", "comments": "velho", "comments" + KEPT: "à mão"}
    assert kept_in(seen) == {"comments": "à mão"}
    unlooked = remembered({"title": "Pedido 3", "comments": "novo"}, seen, None)
    assert unlooked == {**seen, "title": "Pedido 3"}
    assert remembered({**seen, "comments": "novo"}, seen, {}) == {"title": "Pedido 2", "comments": "novo"}
