"""What an order wants of its deal."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.domain import orders
from connector.domain.deals import MANUAL_FIELD, ROWS_FIELD, SITUATION, VALOR, rows_of_text
from connector.domain.events import Kind, Reason
from connector.domain.mapping import BadField, Lens, MappingVersion, Rule, default
from connector.domain.money import Item, Row
from connector.domain.orders import BadOrder, Filter, Person
from connector.domain.pipelines import Pipeline, Stage
from connector.domain.transforms import Choice, Constant

LENS = Lens(default(Kind.ORDER))
STAGES = tuple(
    Stage(id=name, name=name, semantics=meaning)
    for name, meaning in (("NEW", ""), ("DOING", ""), ("WON", "S"), ("LOSE", "F"))
)
PIPELINES = (
    Pipeline(id=0, name="Geral", stages=STAGES),
    Pipeline(id=9, name="Atacado", stages=(Stage(id="C9:NEW", name="Novo"),)),
)
ITEM = {"descricao": "Copo", "codigo": "C-1", "unidade": "UN", "quantidade": 2, "valor": Decimal("10.5")}
ORDER: dict[str, Any] = {
    "id": 16842381880,
    "numero": 1001,
    "numeroLoja": "2000001",
    "data": "2026-11-23",
    "dataPrevista": "0000-00-00",
    "total": 21,
    "contato": {"id": 7, "nome": "Maria"},
    "situacao": {"id": 6, "valor": 0},
    "loja": {"id": 205},
    "vendedor": {"id": 0},
    "itens": [{**ITEM, "produto": {"id": 99}}],
    "desconto": {"valor": 0, "unidade": "REAL"},
    "transporte": {"frete": 0},
    "outrasDespesas": 0,
    "observacoes": "",
}
DAY = date(2026, 11, 23)
#: What JSON may hold.
junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4) | st.decimals(allow_nan=False),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["id", "valor", "x"]), inner),
    max_leaves=4,
)


def lens(*rules: Rule) -> Lens:
    named = {rule.id: rule for rule in (*LENS.rules, *rules)}
    return Lens(MappingVersion(kind=Kind.ORDER, version=2, rules=tuple(named.values())))


def table(**stages: str) -> Lens:
    saved = {name.strip("_"): stage for name, stage in stages.items()}
    return lens(Rule(id="etapa", bling="situacao.id", bitrix24="stageId", transform=Choice(table=saved)))


def wanted(source: dict[str, Any], **person: int) -> dict[str, str]:
    return orders.wanted(LENS, source, "acme", "NEW", Person(**person), lambda row: row.product_id + 1)


# What takes part


@pytest.mark.parametrize(
    ("filter", "connected", "linked", "reason"),
    [
        (Filter(), None, False, None),
        (Filter(), DAY, False, None),
        (Filter(), date(2026, 11, 24), False, Reason.BEFORE_START),
        (Filter(), date(2026, 11, 24), True, None),
        (Filter(since=DAY), date(2026, 12, 1), False, None),
        (Filter(since=date(2026, 12, 1)), DAY, False, Reason.BEFORE_START),
        (Filter(situacao=frozenset({6, 9})), None, False, None),
        (Filter(situacao=frozenset({9})), None, False, Reason.FILTERED),
        (Filter(situacao=frozenset({9})), None, True, Reason.FILTERED),
        (Filter(loja=frozenset({205})), None, False, None),
        (Filter(loja=frozenset({206})), None, False, Reason.FILTERED),
        (Filter(vendedor=frozenset({0})), None, False, None),
        (Filter(vendedor=frozenset({5})), None, False, Reason.FILTERED),
    ],
)
def test_who_takes_part(filter: Filter, connected: date | None, linked: bool, reason: Reason | None):
    assert orders.outside(ORDER, filter, connected, linked=linked) is reason


@pytest.mark.parametrize("day", ["", "0000-00-00", None, "amanhã", 5])
def test_an_order_without_a_day_is_not_too_old(day: object):
    assert orders.outside({**ORDER, "data": day}, Filter(since=DAY), None, linked=False) is None


@pytest.mark.parametrize("shop", [None, {}, {"id": 0}, {"id": None}])
def test_no_shop_is_none_of_the_chosen(shop: object):
    source = {**ORDER, "loja": shop}
    assert orders.outside(source, Filter(loja=frozenset({205})), None, linked=False) is Reason.FILTERED


def test_a_saved_filter_is_read():
    saved = {"since": "2026-11-01", "situacao": [6], "loja": [], "vendedor": [1, 2]}
    assert orders.filter_of(saved) == Filter(
        since=date(2026, 11, 1), situacao=frozenset({6}), vendedor=frozenset({1, 2})
    )
    assert orders.filter_of({}) == Filter()
    with pytest.raises(msgspec.ValidationError):
        orders.filter_of({"since": "ontem"})


@given(st.dictionaries(st.sampled_from(["data", "loja", "situacao", "vendedor"]), junk))
def test_whatever_a_message_says_it_is_in_or_out(source: dict[str, object]):
    filter = Filter(since=DAY, loja=frozenset({1}))
    assert orders.outside(source, filter, None, linked=False) in (None, Reason.FILTERED, Reason.BEFORE_START)


# Stages


@pytest.mark.parametrize(
    ("situation", "stage"),
    [({"id": 6, "valor": 0}, "NEW"), ({"id": 83955, "valor": 3}, "DOING"), ({"id": 9, "valor": 1}, "WON")],
)
def test_without_a_table_bling_s_value_suggests(situation: dict[str, int], stage: str):
    assert orders.stage_of(LENS, PIPELINES, 0, {"situacao": situation}) == stage


@pytest.mark.parametrize("situation", [None, {}, {"id": 5}, {"id": 5, "valor": 88}, {"id": 5, "valor": "0"}])
def test_a_situation_that_nobody_described_has_no_stage(situation: object):
    assert orders.stage_of(LENS, PIPELINES, 0, {"situacao": situation}) is None


@pytest.mark.parametrize(
    ("situation", "stage"),
    [({"id": 6, "valor": 1}, "DOING"), ({"id": 9, "valor": 1}, None), ({"id": 12, "valor": 2}, None)],
)
def test_a_table_rules_by_the_exact_id(situation: dict[str, int], stage: str | None):
    saved = table(_6="DOING", _12="REMOVED")
    assert orders.stage_of(saved, PIPELINES, 0, {"situacao": situation}) == stage


def test_a_pipeline_that_is_not_there_has_no_stage():
    assert orders.stage_of(LENS, PIPELINES, 3, ORDER) is None


def test_a_mapping_without_a_stage_rule_writes_none():
    rules = tuple(rule for rule in LENS.rules if rule.id != "etapa")
    without = Lens(MappingVersion(kind=Kind.ORDER, version=2, rules=rules))
    assert orders.stage_of(without, PIPELINES, 0, ORDER) == ""


@pytest.mark.parametrize(("value", "number"), [("9", 9), ("0", 0), ("", 0), ("nove", 0)])
def test_the_pipeline_of_new_deals(value: str, number: int):
    rule = Rule(id="funil", bling="", bitrix24="categoryId", transform=Constant(value=value))
    assert orders.pipeline_number(lens(rule)) == number


def test_a_mapping_without_a_pipeline_uses_the_first():
    rules = tuple(rule for rule in LENS.rules if rule.id != "funil")
    assert orders.pipeline_number(Lens(MappingVersion(kind=Kind.ORDER, version=2, rules=rules))) == 0


# The deal


def test_an_order_s_deal():
    found = wanted(ORDER, contact_id=77)
    (row,) = rows_of_text(found.pop(ROWS_FIELD))
    assert found == {
        "originatorId": "ponte",
        "originId": "acme:16842381880",
        "opportunity": "21.00",
        "currencyId": "BRL",
        "title": "Pedido 1001 – Maria",
        "categoryId": "0",
        "stageId": "NEW",
        "begindate": "2026-11-23",
        "contactId": "77",
        MANUAL_FIELD: "N",
        SITUATION: "6",
        VALOR: "0",
    }
    assert (row.name, row.product, row.quantity, row.price, row.unit) == ("Copo", 100, "2", "10.5", "UN")


def test_a_firm_s_deal_has_no_contact():
    found = wanted(ORDER, company_id=5)
    assert (found["companyId"], "contactId" in found) == ("5", False)


@pytest.mark.parametrize("source", [{**ORDER, "itens": []}, {**ORDER, "itens": None}, {**ORDER, "total": -1}])
def test_without_rows_the_amount_is_kept_by_hand(source: dict[str, Any]):
    found = wanted(source)
    assert (found[MANUAL_FIELD], found[ROWS_FIELD]) == ("Y", "[]")


def test_a_choice_of_no_stage_writes_none():
    found = orders.wanted(table(_6="DOING"), ORDER, "acme", "", Person(), lambda row: 0)
    assert "stageId" not in found


@pytest.mark.parametrize(
    ("source", "named"),
    [
        ({"itens": [{**ITEM, "quantidade": "dois"}]}, "quantidade"),
        ({"itens": [{**ITEM, "valor": True}]}, "valor"),
        ({"desconto": {"valor": "NaN"}}, "desconto.valor"),
        ({"transporte": {"frete": Decimal("Infinity")}}, "transporte.frete"),
        ({"outrasDespesas": []}, "outrasDespesas"),
    ],
)
def test_what_is_no_number_is_named(source: dict[str, Any], named: str):
    with pytest.raises(BadOrder, match=named):
        wanted({**ORDER, **source})


@given(st.dictionaries(st.sampled_from([*ORDER]), junk))
def test_any_order_has_a_deal_or_a_plain_fault(source: dict[str, Any]):
    try:
        found = wanted({**ORDER, **source})
    except (BadField, BadOrder):
        return
    assert all(isinstance(value, str) for value in found.values())
    json.loads(found[ROWS_FIELD])


# Parts


def test_items_keep_what_rows_need():
    source = {"itens": [{**ITEM, "desconto": Decimal("84.36"), "produto": {"id": 99}}, "nonsense", {}]}
    first, second = orders.items_of(source)
    assert first == Item(
        name="Copo",
        code="C-1",
        unit="UN",
        quantity=Decimal(2),
        price=Decimal("10.5"),
        discount=Decimal("84.36"),
        product_id=99,
    )
    assert second == Item(name="", quantity=Decimal(0), price=Decimal(0))


def test_products_are_named_once_and_none_is_no_product():
    items = [Item(name="x", quantity=Decimal(1), price=Decimal(1), product_id=one) for one in (9, 0, 9, 8)]
    assert orders.products_in(items) == {8, 9}


@pytest.mark.parametrize(("unit", "percent"), [("PERCENTUAL", True), ("REAL", False), (None, False)])
def test_a_discount_in_percent_says_so(unit: str | None, percent: bool):
    found = orders.amounts_of({"total": 5, "desconto": {"valor": 10, "unidade": unit}})
    assert (found.total, found.discount, found.discount_percent) == (5, 10, percent)


@pytest.mark.parametrize(
    "missing", [{}, {"total": None}, {"total": ""}, {"desconto": None, "transporte": []}]
)
def test_missing_amounts_are_zero(missing: dict[str, object]):
    found = orders.amounts_of(missing)
    assert (found.total, found.discount, found.freight, found.expenses) == (0, 0, 0, 0)


def test_rows_name_what_they_are_asked_to():
    items = orders.items_of(ORDER)

    def product_of(row: Row) -> int:
        return {99: 45}.get(row.product_id, 0)

    rows = orders.rows(
        items, orders.amounts_of({**ORDER, "total": 28, "transporte": {"frete": 7}}), product_of
    )
    assert [(row.name, row.product) for row in rows] == [("Copo", 45), ("Frete", 0)]


@pytest.mark.parametrize(
    ("source", "number"),
    [
        ({"loja": {"id": 205}, "numeroLoja": "2000001"}, "205:2000001"),
        ({"loja": {"id": 0}, "numeroLoja": "2000001"}, "0:2000001"),
        ({"loja": {"id": 205}, "numeroLoja": " "}, None),
        ({"loja": {"id": 205}, "numeroLoja": ""}, None),
        ({"loja": {"id": 205}}, None),
        ({"loja": {"id": 205}, "numeroLoja": 5}, None),
    ],
)
def test_a_number_in_a_shop(source: dict[str, object], number: str | None):
    assert orders.store_number(source) == number
    assert (
        orders.store_number({"loja": source["loja"], "numeroPedidoLoja": "7"}, "numeroPedidoLoja") is not None
    )


@pytest.mark.parametrize(
    ("note", "found"), [({"id": 5}, 5), ({"id": 0}, None), (None, None), ({"id": True}, None)]
)
def test_the_invoice_that_an_order_names(note: object, found: int | None):
    assert orders.invoice_of({"notaFiscal": note}) == found


@pytest.mark.parametrize("contact", [None, {"id": 0, "nome": ""}, {}, "Maria"])
def test_an_order_without_a_contact(contact: object):
    assert orders.contact_of({"contato": contact}) is None


def test_what_people_call_an_order():
    assert orders.label({"id": 5, "numero": 1001}) == "Pedido 1001"
    assert orders.label({"id": 5}) == "Pedido 5"
