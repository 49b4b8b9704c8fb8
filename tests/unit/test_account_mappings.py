"""Mappings as somebody sends them: what is accepted, and that everything wrong is named."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.account.deal_lists import AccountLists, DealLists, stage_table
from connector.account.mapping_places import saved_table, suggested, with_table
from connector.account.mappings import MAPPED, BadMapping, RuleError, checked, filled
from connector.bitrix24.crm_setup import Choice, CrmPlaces
from connector.domain.events import Kind
from connector.domain.mapping import FIXED_RULES, default
from connector.domain.pipelines import SEEDED, Pipeline, Situation, Stage
from connector.domain.transforms import Transform
from connector.domain.vendor import ConnectionState
from connector.store.connections import Portal

NOW = datetime(2026, 11, 23, tzinfo=UTC)
PORTAL = Portal(
    member_id="m",
    client_endpoint="https://portal.example/rest/",
    oauth_url="https://oauth.example/",
    state=ConnectionState.CONNECTED,
    state_since=NOW,
    created_at=NOW,
    product_link_property=96,
)
STAGES = (
    Stage(id="NEW", name="Novo"),
    Stage(id="PREPARATION", name="Em andamento"),
    Stage(id="WON", name="Ganho", semantics="S"),
    Stage(id="LOSE", name="Perdido", semantics="F"),
)
PLACES = CrmPlaces(
    pipelines=(
        Pipeline(id=0, name="Geral", stages=STAGES),
        Pipeline(id=9, name="Atacado", stages=(Stage(id="C9:NEW", name="Novo"),)),
    ),
    person_preset=6,
    company_preset=5,
    document_field_contact="",
    document_field_company="",
    invoice_field="ufCrmPonteNota",
    invoice_link_field="ufCrmPonteNotaLink",
    sources=(Choice("WEB", "Site"),),
    users=(Choice("1", "Ana"),),
)
SUGGESTED = {
    **{"6": "NEW", "9": "WON", "12": "LOSE", "15": "PREPARATION", "18": "PREPARATION"},
    **{"21": "NEW", "24": "PREPARATION"},
}


def body(kind: Kind, *more: object, without: tuple[str, ...] = ()) -> dict[str, Any]:
    """A PUT's body: the rules that a tenant starts with, and more."""
    rules = [msgspec.to_builtins(rule) for rule in default(kind).rules if rule.id not in without]
    return {"rules": [*rules, *more]}


def rule(**fields: Any) -> dict[str, Any]:
    """A rule of one's own."""
    start = {
        "id": "minha",
        "bling": "numero",
        "bitrix24": "additionalInfo",
        "transform": {"type": "identity"},
    }
    return {**start, **fields}


def found(kind: Kind, sent: Any, places: CrmPlaces | None = PLACES) -> set[tuple[int | None, str, str]]:
    """What is wrong, as index, field and code."""
    with pytest.raises(BadMapping) as refusal:
        checked(kind, sent, PORTAL, places)
    assert all(one.message for one in refusal.value.errors)
    return {(one.index, one.field, one.code.value) for one in refusal.value.errors}


def own(*more: dict[str, Any], without: tuple[str, ...] = ()) -> set[tuple[str, str]]:
    """What is wrong with an order's last rule alone."""
    sent = body(Kind.ORDER, *more, without=without)
    errors = found(Kind.ORDER, sent)
    assert {index for index, _, _ in errors} == {len(sent["rules"]) - 1}
    return {(field, code) for _, field, code in errors}


@pytest.mark.parametrize("kind", MAPPED)
def test_the_rules_that_a_tenant_starts_with_can_be_sent_back(kind: Kind) -> None:
    assert checked(kind, body(kind), PORTAL, PLACES).rules == default(kind).rules


@pytest.mark.parametrize("kind", MAPPED)
def test_no_free_rule_at_all_is_allowed(kind: Kind) -> None:
    sent = {"rules": [msgspec.to_builtins(one) for one in FIXED_RULES[kind]], "note": " só o fixo "}
    assert checked(kind, sent, PORTAL, PLACES) == (FIXED_RULES[kind], None, "só o fixo")


def test_the_link_property_is_known_by_its_number_in_the_portal() -> None:
    sent = body(Kind.PRODUCT)
    sent["rules"][0]["bitrix24"] = "property96"
    assert checked(Kind.PRODUCT, sent, PORTAL, None).rules == FIXED_RULES[Kind.PRODUCT]
    another = rule(bling="marca", bitrix24="property97")
    assert checked(Kind.PRODUCT, {"rules": [another, *sent["rules"]]}, PORTAL, None).rules[0].id == "minha"


@pytest.mark.parametrize("sent", [None, [], "x", 1])
def test_a_mapping_is_an_object(sent: Any) -> None:
    assert found(Kind.ORDER, sent) == {(None, "", "type")}


@pytest.mark.parametrize("rules", [None, {}, "x", 1])
def test_rules_are_a_list(rules: Any) -> None:
    assert (None, "rules", "type") in found(Kind.ORDER, {"rules": rules})


def test_a_missing_fixed_rule_is_named() -> None:
    with pytest.raises(BadMapping, match="the fixed rule origem is missing"):
        checked(Kind.ORDER, body(Kind.ORDER, without=("origem",)), PORTAL, None)
    assert len(named(Kind.ORDER, {"rules": []})) == len(FIXED_RULES[Kind.ORDER])


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("bling", "numero"),
        ("bitrix24", "title"),
        ("transform", {"type": "identity"}),
        ("policy", "keep"),
        ("locked", False),
        ("direction", "export"),
        ("empty", "erase"),
    ],
)
def test_a_fixed_rule_stays_as_it_is(field: str, value: Any) -> None:
    sent = body(Kind.ORDER, without=("titulo",))
    place = next(at for at, one in enumerate(sent["rules"]) if one["id"] == "total")
    sent["rules"][place][field] = value
    assert (place, field, "locked") in found(Kind.ORDER, sent)


def test_everything_wrong_is_named_at_once() -> None:
    sent = body(Kind.ORDER, rule(id="a", bitrix24="x"), rule(id="b", policy="x"), "no rule", without=("id",))
    errors = found(Kind.ORDER, {**sent, "filter": {"since": "x"}, "note": 1, "colour": "red"})
    first = len(sent["rules"]) - 3
    assert errors == {
        (first, "bitrix24", "unknown"),
        (first + 1, "policy", "value"),
        (first + 2, "", "type"),
        (None, "rules", "locked"),
        (None, "filter.since", "value"),
        (None, "note", "value"),
        (None, "colour", "unknown"),
    }


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"policy": "x"}, ("policy", "value")),
        ({"policy": ["bling"]}, ("policy", "value")),
        ({"direction": None}, ("direction", "value")),
        ({"empty": "x"}, ("empty", "value")),
        ({"locked": "true"}, ("locked", "type")),
        ({"locked": True}, ("locked", "locked")),
        ({"id": ""}, ("id", "value")),
        ({"id": "a\0"}, ("id", "value")),
        ({"id": 1}, ("id", "type")),
        ({"colour": 1}, ("colour", "unknown")),
        ({"bling": ""}, ("bling", "missing")),
        ({"bling": "situacao..id"}, ("bling", "value")),
        ({"bling": "numero "}, ("bling", "value")),
        ({"bling": "itens"}, ("bling", "value")),
        ({"bling": "numerro"}, ("bling", "unknown")),
        ({"bling": 7}, ("bling", "type")),
        ({"bitrix24": ""}, ("bitrix24", "value")),
        ({"bitrix24": "nonsense"}, ("bitrix24", "unknown")),
        ({"bitrix24": "contactId"}, ("bitrix24", "reserved")),
        ({"bitrix24": "companyId"}, ("bitrix24", "reserved")),
        ({"bitrix24": "isManualOpportunity"}, ("bitrix24", "reserved")),
        ({"bitrix24": "ufCrmPonteNota"}, ("bitrix24", "reserved")),
        ({"bitrix24": "ufCrm"}, ("bitrix24", "unknown")),
        ({"bitrix24": "sourceId"}, ("transform", "value")),
    ],
)
def test_a_bad_field_of_a_rule_is_named(changed: dict[str, Any], error: tuple[str, str]) -> None:
    assert error in own(rule(**changed))


@pytest.mark.parametrize("name", ["id", "bitrix24", "transform"])
def test_a_rule_without_what_it_needs_is_named(name: str) -> None:
    sent = rule()
    del sent[name]
    assert own(sent) == {(name, "missing")}


@pytest.mark.parametrize(
    ("transform", "error"),
    [
        ("identity", ("transform", "type")),
        ({}, ("transform.type", "unknown")),
        ({"type": "nonsense"}, ("transform.type", "unknown")),
        ({"type": ["identity"]}, ("transform.type", "unknown")),
        ({"type": "identity", "scale": 2}, ("transform.scale", "unknown")),
        ({"type": "choice"}, ("transform", "type")),
        ({"type": "choice", "table": []}, ("transform.table", "type")),
        ({"type": "choice", "table": {"1": 2}}, ("transform.table.1", "type")),
        ({"type": "choice", "table": {"1": " "}}, ("transform.table.1", "value")),
        ({"type": "constant", "value": ""}, ("transform.value", "value")),
        ({"type": "template", "text": " "}, ("transform.text", "value")),
        ({"type": "template", "text": "Pedido {numero"}, ("transform.text", "value")),
        ({"type": "template", "text": "Pedido {}"}, ("transform.text", "value")),
        ({"type": "template", "text": "Pedido {numerro}"}, ("transform.text", "unknown")),
        ({"type": "date", "zone": "Marte/Olympus"}, ("transform.zone", "value")),
        ({"type": "yes_no", "true": "S", "false": "S"}, ("transform.true", "value")),
        ({"type": "text", "case": "x"}, ("transform.case", "type")),
    ],
)
def test_a_bad_transform_is_named(transform: Any, error: tuple[str, str]) -> None:
    assert own(rule(transform=transform)) == {error}


@pytest.mark.parametrize(
    ("bling", "bitrix24", "transform"),
    [
        ("", "utmSource", {"type": "constant", "value": "bling"}),
        ("numero", "additionalInfo", {"type": "template", "text": "{loja.id}: {numeroLoja}"}),
        ("observacoesInternas", "ufCrm_1721244707107", {"type": "text", "case": "upper"}),
        ("totalProdutos", "ufCrmProdutos", {"type": "money"}),
        ("loja.id", "sourceId", {"type": "choice", "table": {"204567890": "WEB"}}),
        ("vendedor.id", "assignedById", {"type": "choice", "table": {"15596123456": "1"}}),
        ("dataSaida", "ufCrmSaida", {"type": "date"}),
    ],
)
def test_what_a_sync_carries_out_is_accepted(bling: str, bitrix24: str, transform: dict[str, Any]) -> None:
    sent = body(Kind.ORDER, rule(bling=bling, bitrix24=bitrix24, transform=transform))
    last = checked(Kind.ORDER, sent, PORTAL, PLACES).rules[-1]
    assert (last.bling, last.bitrix24, last.locked) == (bling, bitrix24, False)


def test_one_way_transforms_do_not_lead_back() -> None:
    sent = rule(transform={"type": "template", "text": "x"}, direction="export")
    assert own(sent) == {("direction", "one_way")}


def test_two_rules_of_one_id_or_one_target_are_named() -> None:
    assert own(rule(id="titulo")) == {("id", "duplicate")}
    assert own(rule(bitrix24="title")) == {("bitrix24", "duplicate")}
    both_ways = body(
        Kind.ORDER,
        rule(id="ida", direction="import"),
        rule(id="volta", bling="numeroLoja", direction="export"),
    )
    assert len(checked(Kind.ORDER, both_ways, PORTAL, PLACES).rules) == len(both_ways["rules"])


def stage(table: dict[str, str], **more: Any) -> dict[str, Any]:
    """The rule of the stage."""
    choice = {"type": "choice", "table": table}
    return rule(**{"id": "etapa", "bling": "situacao.id", "bitrix24": "stageId", "transform": choice, **more})


def pipeline(number: str) -> dict[str, Any]:
    """The rule of the pipeline."""
    return rule(id="funil", bling="", bitrix24="categoryId", transform={"type": "constant", "value": number})


def test_stages_belong_to_the_chosen_pipeline() -> None:
    without = ("etapa", "funil")
    good = body(Kind.ORDER, pipeline("9"), stage({"9": "C9:NEW"}), without=without)
    assert checked(Kind.ORDER, good, PORTAL, PLACES)
    bad = stage({"9": "WON", "6": "C9:NEW", "12": "X"})
    assert own(pipeline("9"), bad, without=without) == {
        ("transform.table.9", "not_there"),
        ("transform.table.12", "not_there"),
    }


def test_the_first_pipeline_is_meant_when_no_rule_names_one() -> None:
    assert own(stage({"9": "C9:NEW"}), without=("etapa", "funil")) == {("transform.table.9", "not_there")}


def test_places_are_checked_only_where_they_are_known() -> None:
    sent = body(Kind.ORDER, pipeline("77"), stage({"9": "X"}), without=("etapa", "funil"))
    assert checked(Kind.ORDER, sent, PORTAL, None)
    place = len(sent["rules"]) - 2
    assert found(Kind.ORDER, sent) == {(place, "transform.value", "not_there")}


@pytest.mark.parametrize(
    ("sent", "error"),
    [
        (stage({"Atendido": "WON"}), ("transform.table.Atendido", "value")),
        (stage({"9": "WON"}, bling="numero"), ("bling", "value")),
        (stage({}, transform={"type": "identity"}), ("transform", "value")),
        (stage({}, transform={"type": "constant", "value": "X"}), ("transform.value", "not_there")),
    ],
)
def test_the_stage_is_chosen_by_situation(sent: dict[str, Any], error: tuple[str, str]) -> None:
    assert error in own(sent, without=("etapa",))


@pytest.mark.parametrize("transform", [{"type": "constant", "value": "x"}, {"type": "identity"}])
def test_the_pipeline_is_a_number(transform: dict[str, Any]) -> None:
    sent = {**pipeline("0"), "bling": "numero", "transform": transform}
    assert ("transform", "value") in own(sent, without=("funil",))


def test_sources_and_people_have_to_be_there() -> None:
    shop = rule(bling="loja.id", bitrix24="sourceId", transform={"type": "choice", "table": {"1": "TV"}})
    assert own(shop) == {("transform.table.1", "not_there")}
    seller = rule(bling="", bitrix24="assignedById", transform={"type": "constant", "value": "2"})
    assert own(seller) == {("transform.value", "not_there")}
    unseen = msgspec.structs.replace(PLACES, users=())
    assert checked(Kind.ORDER, body(Kind.ORDER, seller), PORTAL, unseen)


def test_a_sales_stage_follows_from_its_invoice() -> None:
    sent = body(Kind.SALE, stage({"9": "WON"}))
    assert (len(sent["rules"]) - 1, "bitrix24", "unsupported") in found(Kind.SALE, sent)


def test_a_filter_is_taken_as_it_is() -> None:
    chosen = {"since": "2026-11-01", "situacao": [6, 9], "loja": [], "vendedor": [15596123456]}
    assert checked(Kind.ORDER, {**body(Kind.ORDER), "filter": chosen}, PORTAL, PLACES).filter == chosen
    few = {"categoria": [7], "tipo": ["P", "S"], "situacao": ["A"]}
    assert checked(Kind.PRODUCT, {**body(Kind.PRODUCT), "filter": few}, PORTAL, None).filter == few
    assert checked(Kind.SALE, {**body(Kind.SALE), "filter": {}}, PORTAL, PLACES).filter == {}


@pytest.mark.parametrize(
    ("kind", "chosen", "error"),
    [
        (Kind.ORDER, [], ("filter", "type")),
        (Kind.ORDER, {"since": "01/11/2026"}, ("filter.since", "value")),
        (Kind.ORDER, {"since": "20261101"}, ("filter.since", "value")),
        (Kind.ORDER, {"since": "2026-02-30"}, ("filter.since", "value")),
        (Kind.ORDER, {"since": None}, ("filter.since", "value")),
        (Kind.ORDER, {"loja": 1}, ("filter.loja", "value")),
        (Kind.ORDER, {"loja": ["1"]}, ("filter.loja", "value")),
        (Kind.ORDER, {"situacao": [True]}, ("filter.situacao", "value")),
        (Kind.ORDER, {"vendedor": [0]}, ("filter.vendedor", "value")),
        (Kind.ORDER, {"situacao": [2**63]}, ("filter.situacao", "value")),
        (Kind.ORDER, {"cor": []}, ("filter.cor", "unknown")),
        (Kind.SALE, {"since": "2026-11-01"}, ("filter.since", "unsupported")),
        (Kind.PRODUCT, {"tipo": "P"}, ("filter.tipo", "value")),
        (Kind.PRODUCT, {"tipo": ["V"]}, ("filter.tipo", "value")),
        (Kind.PRODUCT, {"situacao": ["E"]}, ("filter.situacao", "value")),
        (Kind.PRODUCT, {"categoria": ["7"]}, ("filter.categoria", "value")),
        (Kind.PRODUCT, {"marca": []}, ("filter.marca", "unknown")),
        (Kind.PRODUCT, {"conta": "abc"}, ("filter.conta", "value")),
        (Kind.PRODUCT, {"conta": [7]}, ("filter.conta", "value")),
        (Kind.PRODUCT, {"conta": [""]}, ("filter.conta", "value")),
    ],
)
def test_a_bad_filter_is_named(kind: Kind, chosen: Any, error: tuple[str, str]) -> None:
    assert found(kind, {**body(kind), "filter": chosen}) == {(None, *error)}


def named(kind: Kind, sent: Any) -> tuple[RuleError, ...]:
    """What is wrong; nothing for what is taken."""
    try:
        checked(kind, sent, PORTAL, PLACES)
    except BadMapping as error:
        return error.errors
    return ()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(
    place=st.integers(0, 9),
    name=st.sampled_from(["id", "bling", "bitrix24", "transform", "policy", "locked", "direction", "empty"]),
    value=JSON,
)
def test_whatever_stands_in_a_rule_is_taken_or_named(place: int, name: str, value: Any) -> None:
    sent = body(Kind.ORDER)
    if sent["rules"][place].get(name) == value:
        return
    sent["rules"][place][name] = value
    errors = named(Kind.ORDER, sent)
    assert all(one.message for one in errors)
    assert errors or place >= len(FIXED_RULES[Kind.ORDER])


TYPES = ["identity", "text", "money", "yes_no", "choice", "date", "template", "constant"]
PARTS = ["table", "text", "value", "zone", "case", "trim", "true", "false", "negative"]


@given(type_=st.sampled_from(TYPES), parts=st.dictionaries(st.sampled_from(PARTS), JSON, max_size=3))
def test_whatever_stands_in_a_transform_is_taken_or_named(type_: str, parts: dict[str, Any]) -> None:
    transform = {"type": type_, **parts}
    sent = body(Kind.ORDER, rule(transform=transform))
    errors = named(Kind.ORDER, sent)
    assert all(one.index == len(sent["rules"]) - 1 for one in errors)
    assert errors or checked(Kind.ORDER, sent, PORTAL, PLACES).rules[-1].transform == msgspec.convert(
        transform, Transform
    )


def test_an_empty_table_means_the_suggestions() -> None:
    assert stage_table(default(Kind.ORDER), PLACES, SEEDED) == SUGGESTED
    assert stage_table(default(Kind.ORDER), None, SEEDED) == {}
    assert stage_table(default(Kind.SALE), PLACES, SEEDED) == {}


def test_a_saved_table_is_exact() -> None:
    mapping = default(Kind.ORDER)
    mapping = msgspec.structs.replace(mapping, rules=with_table(mapping.rules, {"9": "WON"}))
    assert stage_table(mapping, PLACES, SEEDED) == {"9": "WON"}
    assert saved_table(mapping.rules) == {"9": "WON"}


def test_a_situation_of_ones_own_is_suggested_by_what_it_means() -> None:
    situations = (Situation(id=83955, name="Despachado", valor=3), Situation(id=7, name="?", valor=None))
    assert suggested(default(Kind.ORDER).rules, PLACES, situations) == {"83955": "PREPARATION"}


def test_a_mapping_is_shown_with_the_situations_of_all_accounts() -> None:
    accounts = tuple(
        AccountLists(account_id=uuid4(), name="x", situations=(Situation(id=n, name="x", valor=1),))
        for n in (9, 101)
    )
    shown = filled(default(Kind.ORDER), DealLists(accounts=accounts, places=PLACES))
    assert saved_table(shown.rules) == {"9": "WON", "101": "WON"}
    assert saved_table(filled(default(Kind.ORDER), DealLists(places=PLACES)).rules) == SUGGESTED
