"""What is planned for a deal."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.domain.deals import (
    MANUAL_FIELD,
    ROWS_FIELD,
    SITUATION,
    VALOR,
    Allowed,
    CreateDeal,
    DealRow,
    UpdateDeal,
    amount_of,
    changes,
    plan_known,
    plan_new,
    rows_of_text,
    rows_text,
    with_rows,
    without_former,
)
from connector.domain.events import Kind, Reason
from connector.domain.mapping import AMOUNT_FIELD, Lens, Target, default
from connector.domain.products import Skip, Unchanged

LENS = Lens(default(Kind.ORDER))
ALL, NONE = Allowed(create=True, update=True), Allowed()
ROW = DealRow(name="Copo", quantity="2", price="10.5", unit="UN")
BASE = {"title": "Pedido 7", "opportunity": "21.00", "stageId": "NEW", "categoryId": "0", SITUATION: "6"}
TARGET = with_rows(BASE, [ROW])


def known(target: Target, before: Target = TARGET, memory: Target = TARGET, allowed: Allowed = ALL):
    return plan_known(target, before, memory, 45, allowed)


def updated(target: Target, before: Target = TARGET, memory: Target = TARGET) -> UpdateDeal:
    plan = known(target, before, memory)
    assert isinstance(plan, UpdateDeal)
    return plan


texts = st.text(max_size=5)
names = st.sampled_from(
    ["title", "comments", "stageId", "categoryId", "opportunity", "contactId", "ufCrmCor"]
)
numbers = st.integers(0, 10**6).map(lambda cents: str(Decimal(cents).scaleb(-2)))
deal_rows = st.lists(
    st.builds(DealRow, name=texts, product=st.integers(0, 9), quantity=numbers, price=numbers), max_size=3
)
targets = st.builds(
    lambda fields, situation, rows: with_rows({**fields, SITUATION: situation}, rows),
    st.dictionaries(names, texts, max_size=5),
    st.sampled_from(["6", "9", "12"]),
    deal_rows,
)


# Rows


@given(deal_rows)
def test_rows_survive_being_a_text(rows: list[DealRow]):
    assert list(rows_of_text(rows_text(rows))) == rows
    assert rows_of_text("") == ()


def test_a_deal_is_worth_what_its_rows_round_to():
    thirds = [
        DealRow(name="a", quantity="3", price="0.33333333"),
        DealRow(name="b", quantity="0.5", price="0.01"),
    ]
    assert amount_of(thirds) == Decimal("1.01")
    assert amount_of([]) == 0


@pytest.mark.parametrize(("rows", "manual"), [([ROW], "N"), ([], "Y")])
def test_only_a_deal_without_rows_keeps_its_amount_by_hand(rows: list[DealRow], manual: str):
    assert with_rows(BASE, rows)[MANUAL_FIELD] == manual


# New


def test_a_new_deal_has_its_fields_and_rows_and_no_amount_of_its_own():
    plan = plan_new(TARGET, ALL)
    sent = {"title": "Pedido 7", "stageId": "NEW", "categoryId": "0", MANUAL_FIELD: "N"}
    assert plan == CreateDeal(fields=sent, rows=(ROW,))


def test_a_new_deal_without_rows_has_its_amount():
    plan = plan_new(with_rows(BASE, []), ALL)
    assert isinstance(plan, CreateDeal)
    assert (plan.fields[AMOUNT_FIELD], plan.fields[MANUAL_FIELD], plan.rows) == ("21.00", "Y", ())


def test_a_new_deal_wants_leave():
    assert plan_new(TARGET, Allowed(update=True)) == Skip(Reason.CREATE_OFF)


@given(targets)
def test_neither_rows_nor_what_only_the_link_remembers_is_a_field(target: Target):
    plan = plan_new(target, ALL)
    assert isinstance(plan, CreateDeal)
    assert not [name for name in plan.fields if name[0] == "@" or name == ROWS_FIELD]
    assert (AMOUNT_FIELD in plan.fields) <= (plan.rows == ())


# Known


@given(targets)
def test_what_is_there_already_is_unchanged(target: Target):
    assert known(target, target, target) == Unchanged()
    assert known(target, target, target, NONE) == Unchanged()


@given(targets, targets, targets)
def test_a_plan_writes_only_what_differs(target: Target, before: Target, memory: Target):
    plan = known(target, before, memory)
    if not isinstance(plan, UpdateDeal):
        return
    differing = {name: target[name] for name in plan.fields if name != "stageId"}
    assert {name: value for name, value in plan.fields.items() if name != "stageId"} == differing
    assert all(before.get(name) != value for name, value in differing.items())
    assert "categoryId" not in plan.fields
    assert not [name for name in plan.fields if name[0] == "@" or name == ROWS_FIELD]


@given(targets, targets, targets)
def test_the_amount_of_a_deal_with_rows_is_never_sent(target: Target, before: Target, memory: Target):
    plan = known(target, before, memory)
    if isinstance(plan, UpdateDeal) and target[MANUAL_FIELD] == "N":
        assert AMOUNT_FIELD not in plan.fields


@given(targets, targets, targets)
def test_the_stage_goes_with_the_situation_alone(target: Target, before: Target, memory: Target):
    plan = known(target, before, memory)
    fields = plan.fields if isinstance(plan, UpdateDeal) else {}
    moves = "stageId" in target and target[SITUATION] != memory[SITUATION]
    assert fields.get("stageId") == (target["stageId"] if moves else None)


@given(targets, targets)
def test_a_plan_that_was_carried_out_leaves_nothing_to_do(target: Target, before: Target):
    plan = known(target, before, before)
    fields = plan.fields if isinstance(plan, UpdateDeal) else {}
    after = {**before, **target, **fields}
    assert known(target, after, {**before, **target}) == Unchanged()


def test_a_changed_situation_writes_its_stage_even_where_it_is_the_same():
    assert updated({**TARGET, SITUATION: "15"}).fields == {"stageId": "NEW"}


def test_a_stage_that_nobody_remembers_is_compared():
    found = {name: value for name, value in TARGET.items() if name != SITUATION}
    assert updated({**TARGET, "stageId": "WON"}, found, {}).fields == {"stageId": "WON"}
    assert known(TARGET, found, {}) == Unchanged()


def test_other_rows_are_sent_whole():
    rows = [ROW, DealRow(name="Frete", quantity="1", price="7")]
    plan = updated(with_rows({**BASE, "opportunity": "28.00"}, rows))
    assert (plan.fields, plan.rows) == ({}, tuple(rows))


def test_a_deal_that_loses_its_rows_keeps_its_amount_by_hand():
    plan = updated(with_rows({**BASE, "opportunity": "-5.00"}, []))
    assert (plan.fields, plan.rows) == ({AMOUNT_FIELD: "-5.00", MANUAL_FIELD: "Y"}, ())


def test_an_update_wants_leave():
    plan = known({**TARGET, "title": "Outro"}, allowed=Allowed(create=True))
    assert plan == Skip(Reason.TOGGLE_OFF)


# People


@pytest.mark.parametrize(
    ("target", "memory", "taken"),
    [
        ({"companyId": "2"}, {"contactId": "1"}, {"contactId": ""}),
        ({"contactId": "1"}, {"companyId": "2"}, {"companyId": ""}),
        ({"contactId": "3"}, {"contactId": "1"}, {}),
        ({}, {"contactId": "1"}, {}),
        ({"companyId": "2"}, {"contactId": ""}, {}),
        ({"companyId": "2"}, {}, {}),
    ],
)
def test_a_firm_takes_the_place_of_the_person_that_ponte_wrote(target: Target, memory: Target, taken: Target):
    assert without_former(target, memory) == {**target, **taken}


# Changes


def test_changes_name_rules_and_the_amount_that_follows():
    plan = updated(with_rows({**BASE, "title": "Outro"}, [ROW, ROW]))
    found = {one.field: (one.before, one.after, one.rule) for one in changes(LENS, plan, TARGET)}
    assert found["title"] == ("Pedido 7", "Outro", "titulo")
    assert found[AMOUNT_FIELD] == ("21.00", "42.00", "total")
    assert found[ROWS_FIELD][2] == "itens"


@pytest.mark.parametrize("plan", [Unchanged(), Skip(Reason.TOGGLE_OFF)])
def test_what_writes_nothing_changes_nothing(plan):
    assert changes(LENS, plan, TARGET) == []


def test_a_comment_alone_is_no_change():
    assert changes(LENS, UpdateDeal(bitrix_id=1, fields={}, comment="x"), TARGET) == []


def test_what_the_link_remembers_of_the_situation_is_not_sent():
    plan = plan_new({**TARGET, VALOR: "0"}, ALL)
    assert isinstance(plan, CreateDeal)
    assert {SITUATION, VALOR}.isdisjoint(plan.fields)
