"""Configuração › Pedido as a form: a mapping as fields and back, errors at their fields, the table."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.account.deal_lists import AccountLists, DealLists
from connector.account.mapping_check import checked
from connector.account.mappings import BadMapping
from connector.account.toggles import OnDeleted
from connector.bitrix24.crm_setup import Choice, CrmPlaces
from connector.domain.events import Kind
from connector.domain.mapping import MappingVersion, Rule, default
from connector.domain.pipelines import Pipeline, Situation, Stage
from connector.domain.transforms import Choice as Table
from connector.domain.transforms import Constant
from dashboard.reader import Reader, reading
from dashboard.telling import order_form, order_lists, order_stages
from dashboard.telling.order_example import carried, example
from dashboard.telling.order_form import Errors, Wish
from dashboard.telling.order_known import Known

NOW = datetime(2026, 11, 23, tzinfo=UTC)
ACCOUNT = UUID("01945027-150e-72b4-87cf-4943a042cd02")
FIRST = Pipeline(
    id=0,
    name="Vendas",
    stages=(
        Stage(id="NEW", name="Novo"),
        Stage(id="WON", name="Ganho", semantics="S"),
        Stage(id="LOSE", name="Perdido", semantics="F"),
    ),
)
OTHER = Pipeline(id=3, name="Atacado", stages=(Stage(id="C3:NEW", name="Começo"),))
SITUATIONS = (Situation(id=6, name="Em aberto", valor=0), Situation(id=9, name="Atendido", valor=1))
ORDER, SALE = default(Kind.ORDER), default(Kind.SALE)


@pytest.fixture(autouse=True)
def portuguese() -> None:
    reading(Reader(now=NOW))


def places(**changes: Any) -> CrmPlaces:
    plain = CrmPlaces(
        pipelines=(FIRST, OTHER),
        person_preset=None,
        company_preset=None,
        document_field_contact="",
        document_field_company="",
        invoice_field="",
        invoice_link_field="",
        sources=(Choice("WEB", "Site"),),
        users=(Choice("9", "Helena"),),
    )
    return msgspec.structs.replace(plain, **changes)


def known(**changes: Any) -> Known:
    account = AccountLists(
        account_id=ACCOUNT, name="Matriz", situations=SITUATIONS, sellers=(Choice("1", "Ana"),)
    )
    plain = Known(
        order=ORDER,
        sale=SALE,
        saved_at=None,
        lists=DealLists(accounts=(account,), places=places()),
        unknown=(),
        colours={6: "#E9DC40", 9: "red; background: url(x)"},
        waiting={},
        toggles={},
        on_deleted=OnDeleted.NOTHING,
    )
    return msgspec.structs.replace(plain, **changes)


def saved(found: Known) -> Wish:
    return order_form.saved(found.order, found.sale, order_stages.in_force(found), found.on_deleted)


def with_table(table: dict[str, str], mapping: MappingVersion = ORDER) -> MappingVersion:
    rules = [
        msgspec.structs.replace(rule, transform=Table(table=table)) if rule.id == "etapa" else rule
        for rule in mapping.rules
    ]
    return msgspec.structs.replace(mapping, rules=tuple(rules))


def rule(body: dict[str, Any], field: str) -> dict[str, Any] | None:
    return next((one for one in body["rules"] if one["bitrix24"] == field), None)


def fields_of(found: Known) -> list[tuple[str, object]]:
    """What a browser sends back of the form when nobody touched it."""
    wish = saved(found)
    rows = [
        (f"etapa.{one.id}", wish.stages.get(one.id, "")) for one in order_stages.stage_rows(found, wish, {})
    ]
    parts = [(name, str(one)) for name, ids in wish.parts.items() for one in ids]
    tables = [(f"{name}.{key}", value) for name, table in wish.tables.items() for key, value in table.items()]
    own = [("funil", wish.pipeline), ("titulo", wish.title), ("titulo_venda", wish.sale_title)]
    return [*own, ("desde", wish.since), ("excluido", wish.on_deleted.value), *rows, *tables, *parts]


def test_a_form_that_nobody_touched_changes_nothing_but_writes_the_suggestions_down() -> None:
    wish = order_form.sent(fields_of(known()))
    body = order_form.order_body(ORDER, wish)
    assert body["filter"] == {}
    stages = rule(body, "stageId")
    assert stages is not None
    assert stages["transform"]["table"] == {"6": "NEW", "9": "WON"}
    others = [one for one in body["rules"] if one["bitrix24"] != "stageId"]
    assert others == msgspec.to_builtins([one for one in ORDER.rules if one.bitrix24 != "stageId"])


def test_what_is_sent_can_be_saved() -> None:
    wish = order_form.sent([*fields_of(known()), ("responsavel.1", "9"), ("situacao", "9"), ("nota", "x")])
    found = checked(Kind.ORDER, order_form.order_body(ORDER, wish), None, places())
    assert found.filter == {"situacao": [9]}
    assert found.note == "x"
    assert found.rules[-1] == Rule(
        id="responsavel", bling="vendedor.id", bitrix24="assignedById", transform=Table(table={"1": "9"})
    )
    checked(Kind.SALE, order_form.sale_body(SALE, wish), None, places())


def test_a_table_that_becomes_empty_goes() -> None:
    own = Rule(id="responsavel", bling="vendedor.id", bitrix24="assignedById", transform=Table({"1": "9"}))
    order = msgspec.structs.replace(ORDER, rules=(*ORDER.rules, own))
    body = order_form.order_body(order, order_form.sent([("titulo", "x"), ("responsavel.1", "")]))
    assert rule(body, "assignedById") is None


def test_another_rule_for_the_same_field_is_left_alone() -> None:
    own = Rule(id="meu", bling="", bitrix24="assignedById", transform=Constant(value="9"))
    order = msgspec.structs.replace(ORDER, rules=(*ORDER.rules, own))
    assert "responsavel" not in [one.name for one in order_lists.tables(known(order=order), saved(known()))]
    body = order_form.order_body(order, order_form.sent([("titulo", "x"), ("responsavel.1", "7")]))
    assert rule(body, "assignedById") == msgspec.to_builtins(own)


def test_lists_that_could_not_be_read_cost_nothing() -> None:
    order = with_table({"6": "NEW"})
    own = Rule(id="fonte", bling="loja.id", bitrix24="sourceId", transform=Table({"8": "WEB"}))
    order = msgspec.structs.replace(order, rules=(*order.rules, own), filter={"vendedor": [77]})
    found = known(order=order, lists=DealLists())
    assert order_stages.stage_rows(found, saved(found), {}) == ()
    sellers = next(one for one in order_lists.parts(found, saved(found)) if one.name == "vendedor")
    assert [(one.value, one.chosen) for one in sellers.choices] == [("77", True)]
    channels = next(one for one in order_lists.tables(found, saved(found)) if one.name == "origem")
    assert [choice.value for choice in channels.pairs[0].choices if choice.chosen] == ["WEB"]
    fields = [(name, value) for name, value in fields_of(found) if name != "funil"]
    stages = rule(order_form.order_body(order, order_form.sent(fields)), "stageId")
    assert stages is not None
    assert stages["transform"]["table"] == {"6": "NEW"}


def test_another_pipeline_takes_no_stage_of_the_former_along() -> None:
    order = with_table({"6": "NEW", "55": "WON"})
    wish = order_form.sent([("funil", "3"), ("titulo", "x"), ("etapa.6", "C3:NEW"), ("etapa.9", "")])
    body = order_form.order_body(order, wish)
    stages, pipeline = rule(body, "stageId"), rule(body, "categoryId")
    assert stages is not None
    assert pipeline is not None
    assert stages["transform"]["table"] == {"6": "C3:NEW"}
    assert pipeline["transform"]["value"] == "3"
    sale = rule(order_form.sale_body(SALE, wish), "categoryId")
    assert sale is not None
    assert sale["transform"]["value"] == "3"


@pytest.mark.parametrize(
    ("field", "value", "kind"),
    [
        ("titulo", "", Kind.ORDER),
        ("titulo", "{oi}", Kind.ORDER),
        ("titulo_venda", "{numero", Kind.SALE),
        ("desde", "2026-13-01", Kind.ORDER),
        ("etapa.6", "GONE", Kind.ORDER),
        ("funil", "77", Kind.ORDER),
        ("nota", "x" * 501, Kind.ORDER),
    ],
)
def test_what_is_wrong_stands_at_its_field(field: str, value: str, kind: Kind) -> None:
    others = [one for one in fields_of(known()) if one[0] != field]
    wish = order_form.sent([*others, (field, value)])
    body = order_form.order_body(ORDER, wish) if kind is Kind.ORDER else order_form.sale_body(SALE, wish)
    with pytest.raises(BadMapping) as refusal:
        checked(kind, body, None, places())
    errors = order_form.errors_of(refusal.value, body, kind, Errors())
    assert list(errors.fields) == [field]
    assert errors.fields[field].endswith(".")
    assert not errors.general


def test_suggestions_are_marked_and_a_saved_choice_is_not() -> None:
    found = known()
    assert [row.suggested for row in order_stages.stage_rows(found, saved(found), {})] == [True, True]
    found = known(order=with_table({"6": "NEW", "9": "WON"}))
    assert [row.suggested for row in order_stages.stage_rows(found, saved(found), {})] == [False, False]


def test_what_a_saved_table_lacks_stands_first_with_how_many_wait() -> None:
    strange = Situation(id=77, name="77", valor=3)
    found = known(order=with_table({"6": "NEW", "9": "WON"}), unknown=(strange,), waiting={77: 4})
    first, *others = order_stages.stage_rows(found, saved(found), {})
    assert (first.name, first.missing, first.waiting) == ("Situação 77", True, "4 aguardando")
    assert not any(row.missing for row in others)


def test_only_a_colour_is_a_colour() -> None:
    rows = order_stages.stage_rows(known(), saved(known()), {})
    assert [row.colour for row in rows] == ["#E9DC40", ""]


def test_an_account_is_named_where_accounts_differ() -> None:
    other = AccountLists(account_id=ACCOUNT, name="Filial", situations=SITUATIONS[:1])
    found = known()
    found = known(lists=msgspec.structs.replace(found.lists, accounts=(*found.lists.accounts, other)))
    assert [row.account for row in order_stages.stage_rows(found, saved(found), {})] == ["", "Matriz"]


def test_titles_are_tried_on_the_own_order_or_on_one_that_is_said_to_be_invented() -> None:
    own = example(
        "{numero} {contato.nome}", "{valorNota}", {"numero": 7, "total": 9, "contato": {"nome": "Zé"}}
    )
    assert (own.title, own.sale_title) == ("7 Zé", "9")
    assert "último" in own.caption
    invented = example("{numero}", "{numero}", None, ask=True)
    assert "inventado" in invented.caption
    assert invented.ask


def test_the_order_that_a_page_carries_comes_back_as_it_was() -> None:
    own = example("{numero}", "", {"numero": 7, "itens": ["x"] * 5000, "contato": {"nome": "Zé", "id": 1}})
    again = example("{numero} {contato.nome}", "", carried(own.order))
    assert again.title == "7 Zé"
    assert again.order == own.order


@given(st.text())
def test_no_carried_order_is_too_strange(text: str) -> None:
    found = carried(text)
    assert example("{numero} {contato.nome}", "{total}", found).caption


NAMES = st.sampled_from(
    ["funil", "etapa.6", "etapa.x", "titulo", "responsavel.1", "desde", "loja", "exemplo"]
)


@given(st.lists(st.tuples(NAMES, st.text())))
def test_no_form_is_too_strange(fields: list[tuple[str, object]]) -> None:
    wish = order_form.sent(fields)
    body = order_form.order_body(ORDER, wish)
    try:
        checked(Kind.ORDER, body, None, places())
    except BadMapping as error:
        errors = order_form.errors_of(error, body, Kind.ORDER, Errors())
        assert errors.any
