"""What is planned for a product."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.domain.events import Kind, Reason
from connector.domain.fields import Field, FieldType, PortalFields
from connector.domain.mapping import Lens, MappingVersion, Rule, default
from connector.domain.products import (
    Allowed,
    Create,
    Filter,
    Hold,
    Linked,
    Present,
    Shape,
    Skip,
    Unchanged,
    Update,
    changes,
    needed,
    parent_of,
    plan_linked,
    plan_present,
    plan_removal,
    plan_unlinked,
    shape_of,
    wanted,
)
from connector.domain.transforms import Date, ListOf, Text
from connector.domain.values import day_or_moment

LENS = Lens(default(Kind.PRODUCT))
TARGET = {"link": "7", "name": "Copo", "xmlId": "C-1", "price": "4.99", "active": "Y"}
ALL = Allowed(create=True, update=True, delete=True)
LINK = Linked(bitrix_id=45, shape=Shape.SIMPLE, written=TARGET, price_id=9)


def present(number: int = 45, link: str = "7", **values: str) -> Present:
    return Present(
        id=number, shape=Shape.SIMPLE, values={**TARGET, "link": link, **values}, price_id=9, link=link
    )


@pytest.mark.parametrize("parent", [{}, {"idProdutoPai": 0}, {"idProdutoPai": None}])
def test_zero_null_and_absent_all_mean_no_parent(parent: dict[str, object]) -> None:
    assert parent_of(parent) == 0
    assert shape_of(parent) is Shape.SIMPLE


def test_a_child_names_its_parent_in_either_form() -> None:
    assert parent_of({"idProdutoPai": 5}) == 5
    assert parent_of({"variacao": {"produtoPai": {"id": 5}}}) == 5
    assert shape_of({"idProdutoPai": 5, "formato": "S"}) is Shape.OFFER
    assert shape_of({"formato": "V"}) is Shape.SKU


def test_a_parent_has_no_price() -> None:
    source = {"id": 7, "nome": "Copo", "preco": 5, "situacao": "A"}
    assert "price" not in wanted(LENS, source, Shape.SKU)[0]
    assert wanted(LENS, source, Shape.SIMPLE)[0]["price"] == "5.00"


def test_equal_is_unchanged_even_when_nothing_is_ticked() -> None:
    assert plan_linked(TARGET, Shape.SIMPLE, LINK, Allowed()) == Unchanged()


def test_only_what_differs_is_written() -> None:
    plan = plan_linked({**TARGET, "name": "Taça"}, Shape.SIMPLE, LINK, ALL)
    assert plan == Update(bitrix_id=45, shape=Shape.SIMPLE, fields={"name": "Taça"}, price=None, price_id=9)


def test_a_price_is_written_apart() -> None:
    plan = plan_linked({**TARGET, "price": "5.00"}, Shape.SIMPLE, LINK, ALL)
    assert plan == Update(bitrix_id=45, shape=Shape.SIMPLE, fields={}, price="5.00", price_id=9)


def test_updates_wait_for_their_tick() -> None:
    plan = plan_linked({**TARGET, "name": "Taça"}, Shape.SIMPLE, LINK, Allowed(create=True))
    assert plan == Skip(Reason.TOGGLE_OFF)


def test_an_unknown_record_is_created() -> None:
    plan, taken = plan_unlinked(TARGET, Shape.SIMPLE, [], [], ALL)
    assert isinstance(plan, Create)
    assert plan.price == "4.99"
    assert "price" not in plan.fields
    assert taken is None


def test_creating_waits_for_its_tick() -> None:
    assert plan_unlinked(TARGET, Shape.SIMPLE, [], [], Allowed(update=True))[0] == Skip(Reason.CREATE_OFF)


def test_a_record_with_our_link_is_taken_over_the_oldest_of_doubles() -> None:
    plan, taken = plan_unlinked(TARGET, Shape.SIMPLE, [present(50), present(45)], [], ALL)
    assert plan == Unchanged()
    assert taken is not None
    assert taken.id == 45


def test_a_record_with_the_sku_and_no_link_is_adopted() -> None:
    plan, taken = plan_unlinked(TARGET, Shape.SIMPLE, [], [present(link="")], ALL)
    assert plan == Update(bitrix_id=45, shape=Shape.SIMPLE, fields={"link": "7"}, price=None, price_id=9)
    assert taken is not None
    assert taken.id == 45


def test_a_sku_that_only_a_linked_record_carries_is_for_a_person() -> None:
    plan, _ = plan_unlinked(TARGET, Shape.SIMPLE, [], [present(link="8")], ALL)
    assert isinstance(plan, Hold)
    assert plan.reason is Reason.AMBIGUOUS


def test_two_free_records_with_the_sku_are_for_a_person() -> None:
    plan, _ = plan_unlinked(TARGET, Shape.SIMPLE, [], [present(1, ""), present(2, "")], ALL)
    assert isinstance(plan, Hold)


def test_a_linked_record_is_passed_over_when_a_free_one_has_the_sku() -> None:
    _, taken = plan_unlinked(TARGET, Shape.SIMPLE, [], [present(1, "8"), present(2, "")], ALL)
    assert taken is not None
    assert taken.id == 2


def test_adoption_can_be_forbidden() -> None:
    plan, _ = plan_unlinked(TARGET, Shape.SIMPLE, [], [present(link="")], Allowed(create=True, adopt=False))
    assert isinstance(plan, Create)


def test_a_record_that_got_variations_is_made_anew() -> None:
    plan = plan_linked(TARGET, Shape.SKU, LINK, ALL)
    assert isinstance(plan, Create)
    assert plan.replaces == 45


def test_a_deleted_record_is_deactivated_when_ticked() -> None:
    assert plan_removal(LINK, ALL) == Update(
        bitrix_id=45, shape=Shape.SIMPLE, fields={"active": "N"}, price=None
    )
    assert plan_removal(LINK, Allowed(update=True)) == Skip(Reason.TOGGLE_OFF)
    assert plan_removal(None, ALL) == Skip(Reason.NOT_LINKED)


def test_an_edit_by_hand_is_seen_when_comparing_with_the_present_record() -> None:
    plan = plan_present(TARGET, Shape.SIMPLE, present(name="Editado"), ALL)
    assert plan == Update(bitrix_id=45, shape=Shape.SIMPLE, fields={"name": "Copo"}, price=None, price_id=9)


values = st.fixed_dictionaries(
    {name: st.sampled_from(["a", "b"]) for name in ("link", "name", "xmlId", "price", "active")}
)


@given(values, values)
def test_after_an_update_both_sides_are_equal(target: dict[str, str], before: dict[str, str]) -> None:
    link = Linked(bitrix_id=1, shape=Shape.SIMPLE, written=before, price_id=3)
    plan = plan_linked(target, Shape.SIMPLE, link, ALL)
    after = dict(before)
    if isinstance(plan, Update):
        after |= plan.fields | ({"price": plan.price} if plan.price is not None else {})
    assert after == target


@given(values, values)
def test_changes_name_exactly_the_fields_that_differ(target: dict[str, str], before: dict[str, str]) -> None:
    link = Linked(bitrix_id=1, shape=Shape.SIMPLE, written=before, price_id=3)
    named = {one.field for one in changes(LENS, plan_linked(target, Shape.SIMPLE, link, ALL), before)}
    assert named == {name for name in target if target[name] != before[name]}


@pytest.mark.parametrize(
    ("held", "text"),
    [
        ("2027-02-28", "2027-02-28"),
        ("2027-02-28T00:00:00-03:00", "2027-02-28"),
        ("2027-02-28T00:00:00+03:00", "2027-02-28"),
        ("2027-02-28T06:00:00+03:00", "2027-02-28"),
        ("2027-02-28T16:30:00+03:00", "2027-02-28T10:30:00-03:00"),
        ("2027-02-28 10:30:00", "2027-02-28 10:30:00"),
        ("amanhã", "amanhã"),
    ],
)
def test_a_day_and_a_moment_have_one_spelling_whatever_the_portals_zone(held: str, text: str) -> None:
    assert day_or_moment(held) == text


def test_a_moment_for_a_field_of_moments_is_spelled_as_it_is_read() -> None:
    rule = Rule(id="fim", bling="fim", bitrix24="dateActiveTo", transform=Date(zone="UTC"))
    lens = Lens(MappingVersion(kind=Kind.PRODUCT, version=2, rules=(rule,)))
    assert wanted(lens, {"fim": "2027-02-28 13:30:00"}, Shape.SIMPLE)[0] == {
        "dateActiveTo": "2027-02-28T10:30:00-03:00"
    }


@pytest.mark.parametrize("several", [True, False])
def test_a_field_that_holds_another_number_of_values_now_is_passed_over(several: bool) -> None:
    transform = Text() if several else ListOf()
    lens = Lens(
        MappingVersion(
            kind=Kind.PRODUCT,
            version=2,
            rules=(Rule(id="cores", bling="observacoes", bitrix24="property9", transform=transform),),
        )
    )
    colours = Field(name="property9", title="Cores", type=FieldType.TEXT, multiple=several)
    fields = PortalFields(product=(colours,))
    assert wanted(lens, {"observacoes": "azul;verde"}, Shape.SIMPLE, fields) == ({}, [])


def test_a_filter_by_account_leaves_out_whom_it_does_not_name_and_reads_nothing() -> None:
    assert not Filter().leaves_out("matriz")
    chosen = Filter(conta=frozenset({"matriz"}))
    assert (chosen.leaves_out("matriz"), chosen.leaves_out("filial")) == (False, True)
    assert needed(LENS, chosen) == LENS.reads
