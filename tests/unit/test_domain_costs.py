"""What rules cost in calls to Bling."""

from __future__ import annotations

import pytest

from connector.domain.costs import Cost, Reading, cost_of, cost_of_all
from connector.domain.events import Kind
from connector.domain.mapping import PRODUCT_RULES, Lens, MappingVersion, Rule
from connector.domain.products import Filter, needed
from connector.domain.transforms import Constant, Identity, Template, Transform


def rule(bling: str, transform: Transform | None = None, **more: str) -> Rule:
    return Rule(id="x", bling=bling, bitrix24="property1", transform=transform or Identity(), **more)


@pytest.mark.parametrize(
    ("one", "cost"),
    [
        (rule("descricaoCurta"), Cost(Reading.NONE, Reading.LIST)),
        (rule("unidade"), Cost(Reading.NONE, Reading.RECORD)),
        (rule("categoria.id"), Cost(Reading.NONE, Reading.RECORD)),
        (rule("marca"), Cost(Reading.RECORD, Reading.RECORD)),
        (rule("", Template(text="{nome} {codigo}")), Cost(Reading.NONE, Reading.LIST)),
        (rule("", Template(text="{nome} {marca}")), Cost(Reading.RECORD, Reading.RECORD)),
        (rule("", Constant(value="x")), Cost(Reading.NONE, Reading.LIST)),
        (rule("marca", direction="export"), Cost(Reading.NONE, Reading.LIST)),
    ],
)
def test_a_rule_costs_what_the_message_does_not_say(one: Rule, cost: Cost):
    assert cost_of(Kind.PRODUCT, one) == cost


def test_a_record_is_read_once_for_all_rules():
    assert cost_of_all(Kind.PRODUCT, (*PRODUCT_RULES, rule("marca"), rule("gtin"))).change is Reading.RECORD
    assert cost_of_all(Kind.PRODUCT, PRODUCT_RULES) == Cost(Reading.NONE, Reading.LIST)


def test_a_filter_by_category_reads_records_of_an_import_one_by_one():
    assert cost_of_all(Kind.PRODUCT, PRODUCT_RULES, ["categoria"]).importing is Reading.RECORD
    assert cost_of_all(Kind.PRODUCT, PRODUCT_RULES, ["tipo"]).importing is Reading.LIST


def test_planning_reads_what_rules_and_filter_need():
    lens = Lens(MappingVersion(kind=Kind.PRODUCT, version=1, rules=PRODUCT_RULES))
    assert needed(lens, Filter()) == lens.reads
    assert needed(lens, Filter(categoria=frozenset({7}))) == lens.reads | {"categoria"}


def test_orders_are_read_whole_anyhow():
    assert cost_of(Kind.ORDER, rule("observacoes")) == Cost(Reading.NONE, Reading.NONE)
