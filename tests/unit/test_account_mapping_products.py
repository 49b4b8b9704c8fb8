"""Rules of one's own for products: what is accepted, and that everything wrong is named."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from connector.account.field_lists import FieldLists
from connector.account.mappings import BadMapping, RuleError, checked
from connector.domain.events import Kind
from connector.domain.fields import Field, FieldType, Option, PortalFields
from connector.domain.mapping import PRODUCT_RULES, default

NOW = datetime(2026, 11, 23, tzinfo=UTC)
VOLTS = (Option("433", "110 V"), Option("435", "220 V"))


def field(name: str, type_: FieldType = FieldType.TEXT, **more: Any) -> Field:
    return Field(name=name, title=name, type=type_, **more)


LISTS = FieldLists(
    portal=PortalFields(
        product=(
            field("detailText", FieldType.HTML),
            field("weight", FieldType.NUMBER),
            field("measure", FieldType.CHOICE, options=(Option("4", "kg"), Option("5", "Unidade"))),
            field("previewPicture", FieldType.OTHER),
            field("createdBy", FieldType.NUMBER, read_only=True),
            field("dateActiveTo", FieldType.MOMENT),
            field("vatIncluded", FieldType.YES_NO),
            field("property10"),
            field("property11", multiple=True),
            field("property12", FieldType.CHOICE, options=VOLTS),
        ),
        offer=(field("property20"),),
    ),
    portal_at=NOW,
    custom=(field("camposCustomizados.77"),),
    accounts_at=NOW,
)


def wrong(lists: FieldLists | None = LISTS, **fields: Any) -> set[tuple[str, str]]:
    """What is wrong with one rule."""
    start = {"id": "minha", "bling": "marca", "bitrix24": "property10", "transform": {"type": "identity"}}
    rules = [msgspec.to_builtins(rule) for rule in default(Kind.PRODUCT).rules]
    errors = refused({"rules": [*rules, {**start, **fields}]}, lists)
    assert all(one.index == 5 and one.message for one in errors)
    return {(one.field, one.code.value) for one in errors}


def refused(sent: Any, lists: FieldLists | None) -> tuple[RuleError, ...]:
    """Everything that is wrong; nothing when it is accepted."""
    try:
        checked(Kind.PRODUCT, sent, None, None, lists)
    except BadMapping as error:
        return error.errors
    return ()


@pytest.mark.parametrize(
    ("bling", "bitrix24", "transform"),
    [
        ("marca", "property10", {"type": "identity"}),
        ("marca", "property20", {"type": "text", "case": "upper"}),
        ("pesoBruto", "weight", {"type": "unit", "from": "kg", "to": "g"}),
        ("pesoBruto", "property10", {"type": "identity"}),
        ("unidade", "measure", {"type": "choice", "table": {"UN": "5", "KG": "4"}}),
        ("condicao", "property12", {"type": "choice", "table": {"1": "433"}}),
        ("descricaoComplementar", "detailText", {"type": "html_text"}),
        ("observacoes", "property11", {"type": "list", "separator": ";"}),
        ("dataValidade", "dateActiveTo", {"type": "date"}),
        ("freteGratis", "vatIncluded", {"type": "yes_no", "true": "true", "false": "false"}),
        ("camposCustomizados.77", "property10", {"type": "identity"}),
        ("", "property10", {"type": "template", "text": "{nome} {camposCustomizados.77}"}),
        ("", "property12", {"type": "constant", "value": "435"}),
    ],
)
def test_what_a_sync_carries_out_is_accepted(bling: str, bitrix24: str, transform: dict[str, Any]) -> None:
    assert wrong(bling=bling, bitrix24=bitrix24, transform=transform, policy="keep") == set()


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"bling": "cor"}, ("bling", "unknown")),
        ({"bling": "estoque"}, ("bling", "unknown")),
        ({"bling": ""}, ("bling", "missing")),
        ({"bling": "camposCustomizados.78"}, ("bling", "not_there")),
        ({"transform": {"type": "template", "text": "{cor}"}}, ("transform.text", "unknown")),
        ({"bitrix24": "cor"}, ("bitrix24", "unknown")),
        ({"bitrix24": "property99"}, ("bitrix24", "not_there")),
        ({"bitrix24": "createdBy"}, ("bitrix24", "reserved")),
        ({"bitrix24": "price"}, ("bitrix24", "reserved")),
        ({"bitrix24": "link"}, ("bitrix24", "reserved")),
        ({"bitrix24": "previewPicture"}, ("bitrix24", "unsupported")),
    ],
)
def test_bad_fields_are_named(fields: dict[str, Any], error: tuple[str, str]) -> None:
    assert error in wrong(**fields)


@pytest.mark.parametrize(
    ("bling", "bitrix24", "transform", "error"),
    [
        ("marca", "weight", {"type": "identity"}, ("transform.type", "misfit")),
        ("freteGratis", "property10", {"type": "identity"}, ("transform.type", "misfit")),
        ("marca", "measure", {"type": "identity"}, ("transform.type", "misfit")),
        ("marca", "property11", {"type": "identity"}, ("transform.type", "misfit")),
        ("marca", "property10", {"type": "list"}, ("transform.type", "misfit")),
        ("pesoBruto", "dateActiveTo", {"type": "date"}, ("transform.type", "misfit")),
        ("unidade", "measure", {"type": "choice", "table": {"UN": "9"}}, ("transform.table.UN", "not_there")),
        ("tipo", "property10", {"type": "choice", "table": {"X": "a"}}, ("transform.table.X", "not_there")),
        ("unidade", "weight", {"type": "choice", "table": {"UN": "um"}}, ("transform.table.UN", "value")),
        ("", "property12", {"type": "constant", "value": "1"}, ("transform.value", "not_there")),
        ("", "vatIncluded", {"type": "constant", "value": "sim"}, ("transform.value", "value")),
    ],
)
def test_what_does_not_fit_is_named(
    bling: str, bitrix24: str, transform: dict[str, Any], error: tuple[str, str]
) -> None:
    assert wrong(bling=bling, bitrix24=bitrix24, transform=transform) == {error}


def test_a_rule_to_bling_alone_needs_a_way_back() -> None:
    assert wrong(direction="export") == set()
    one_way = {"type": "choice", "table": {"A": "433", "B": "433"}}
    assert wrong(bitrix24="property12", direction="export", transform=one_way) == {("direction", "one_way")}


def test_two_rules_that_lead_to_one_field_of_blings_alone_are_named() -> None:
    fixed = msgspec.to_builtins(PRODUCT_RULES)
    there = {"bling": "marca", "transform": {"type": "text"}, "direction": "export"}
    first, second = ({"id": f"r{n}", "bitrix24": f"property{n}", **there} for n in (1, 2))
    with pytest.raises(BadMapping) as found:
        checked(Kind.PRODUCT, {"rules": [*fixed, first, second]}, None, None)
    assert [(one.index, one.field, one.code) for one in found.value.errors] == [(6, "bling", "duplicate")]
    either = {"rules": [*fixed, {**second, "direction": "both"}, first]}
    assert [one.id for one in checked(Kind.PRODUCT, either, None, None).rules[-2:]] == ["r2", "r1"]


def test_fields_that_are_not_known_are_not_checked() -> None:
    assert wrong(None, bitrix24="property99", bling="camposCustomizados.1") == set()
    assert wrong(None, bitrix24="cor") == {("bitrix24", "unknown")}
    assert wrong(FieldLists(), bitrix24="weight", bling="marca") == set()
