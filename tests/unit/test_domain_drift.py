"""What a difference is, where it came from, and which ones a night mends without asking."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.domain import drift
from connector.domain.drift import MENDS_ALL, FieldDrift, Mending, What, Why
from connector.domain.events import Kind
from connector.domain.mapping import Lens, default
from connector.domain.products import LIST_FIELDS

MEMORY = {"name": "Copo"}
TEXTS = st.dictionaries(st.sampled_from(["name", "xmlId", "price", "@note"]), st.sampled_from("abc"))
#: What a person decides about, whatever nights may do.
A_PERSONS = {Why.DELETED_IN_BITRIX24, Why.BAD_MARK, Why.TWO_IN_BITRIX24, Why.TWO_IN_BLING}


@pytest.mark.parametrize(
    ("bling", "bitrix24", "why"),
    [
        ("Caneca", "Copo", Why.CHANGED_IN_BLING),
        ("Copo", "à mão", Why.EDITED_IN_BITRIX24),
        ("Caneca", "à mão", Why.CHANGED_ON_BOTH),
        ("Copo", None, Why.EDITED_IN_BITRIX24),
        (None, "Copo", Why.CHANGED_IN_BLING),
    ],
)
def test_a_field_s_origin_is_told_by_what_was_written_last(
    bling: str | None, bitrix24: str | None, why: Why
) -> None:
    assert drift.field_drift("name", bling, bitrix24, MEMORY, "nome").why is why


def _fields(*whys: Why) -> list[FieldDrift]:
    return [FieldDrift(field=str(n), bling=None, bitrix24=None, why=why) for n, why in enumerate(whys)]


def test_a_record_s_origin_is_one_side_s_only_if_all_of_its_fields_say_so() -> None:
    assert drift.why_of(_fields(Why.EDITED_IN_BITRIX24, Why.EDITED_IN_BITRIX24)) is Why.EDITED_IN_BITRIX24
    assert drift.why_of(_fields(Why.EDITED_IN_BITRIX24, Why.CHANGED_IN_BLING)) is Why.CHANGED_ON_BOTH
    assert drift.why_of([]) is Why.CHANGED_ON_BOTH


@given(TEXTS, TEXTS)
def test_what_holds_every_field_is_the_same_whatever_else_it_holds(
    target: dict[str, str], more: dict[str, str]
) -> None:
    assert drift.same(target, more | target, {})


@given(TEXTS, TEXTS, TEXTS)
def test_only_an_edit_of_what_was_written_is_kept(
    target: dict[str, str], present: dict[str, str], memory: dict[str, str]
) -> None:
    """With a rule that keeps edits, a field differs only where it still holds what was written."""
    differing = {
        name
        for name, value in target.items()
        if name[0] != "@" and present.get(name) != value and present.get(name, "") == memory.get(name, "")
    }
    assert drift.same(target, present, memory, ["name", "xmlId", "price"]) is not bool(differing)


def test_nights_mend_what_was_missed_unless_all_was_chosen_in_so_many_words() -> None:
    assert drift.mending_of({}) is Mending.MISSED
    assert drift.mending_of({MENDS_ALL: True}) is Mending.ALL
    for said in (False, None, 1, "true"):
        assert drift.mending_of({MENDS_ALL: said}) is Mending.MISSED


def test_a_night_that_mends_what_was_missed_overwrites_nothing_of_anybody_s() -> None:
    mended = {why for what, why in product(What, Why) if drift.is_mended(what, why, Mending.MISSED)}
    assert mended == {Why.CHANGED_IN_BLING, Why.GONE_IN_BLING}


@pytest.mark.parametrize("mending", Mending)
def test_orphans_doubles_and_deletions_wait_for_a_person_every_night(mending: Mending) -> None:
    for why in Why:
        assert not drift.is_mended(What.ORPHAN, why, mending)
        assert not drift.is_mended(What.DOUBLE, why, mending)
    assert not any(drift.is_mended(what, why, mending) for what in What for why in A_PERSONS)


def test_a_night_that_mends_nothing_mends_nothing() -> None:
    assert not any(drift.is_mended(what, why, Mending.NOTHING) for what, why in product(What, Why))


@given(st.integers(0, 10_000), st.integers(0, 10_000))
def test_a_score_is_a_share(compared: int, differing: int) -> None:
    assert 0 <= drift.score(compared, differing) <= 1


def test_nothing_compared_differs_in_nothing() -> None:
    assert drift.score(0, 0) == 0


def test_a_narrowed_mapping_reads_nothing_but_what_lists_show() -> None:
    narrow = drift.narrowed(Lens(default(Kind.PRODUCT)), LIST_FIELDS)
    assert {rule.id for rule in narrow.rules} <= {rule.id for rule in default(Kind.PRODUCT).rules}
    assert {rule.bitrix24 for rule in narrow.rules} >= {"name", "xmlId", "price", "active"}
    assert drift.narrowed(Lens(default(Kind.PRODUCT)), frozenset()).rules == tuple(
        rule for rule in narrow.rules if not rule.bling
    )


def test_a_sign_tells_two_looks_apart_by_values_not_by_order() -> None:
    assert drift.sign({"a": "1", "b": "2"}) == drift.sign({"b": "2", "a": "1"})
    assert drift.sign({"a": "1"}) != drift.sign({"a": "2"})
