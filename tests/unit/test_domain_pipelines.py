"""Which stage an order's situation suggests."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.domain.pipelines import (
    SEEDED,
    Pipeline,
    Semantics,
    Stage,
    counterpart,
    lost,
    pipeline_of,
    suggest,
    won,
)


def pipeline(*stages: tuple[str, Semantics], number: int = 0) -> Pipeline:
    made = tuple(Stage(id=name, name=name, semantics=meaning) for name, meaning in stages)
    return Pipeline(id=number, name="Geral", stages=made)


USUAL = pipeline(("NEW", ""), ("DOING", ""), ("LAST", ""), ("WON", "S"), ("LOSE", "F"), ("APOLOGY", "F"))
SHORT = pipeline(("C9:NEW", ""), ("C9:WON", "S"), ("C9:LOSE", "F"), number=9)
ENDLESS = pipeline(("C7:NEW", ""), number=7)
EMPTY = pipeline(number=5)


@pytest.mark.parametrize(
    ("valor", "stage"),
    [
        (0, "NEW"),
        (1, "WON"),
        (2, "LOSE"),
        (3, "DOING"),
        (4, "DOING"),
        (5, "DOING"),
        (6, "DOING"),
        (7, "DOING"),
        (10, "NEW"),
        (11, "DOING"),
        (8, None),
        (99, None),
        (None, None),
    ],
)
def test_what_bling_s_values_suggest(valor: int | None, stage: str | None):
    assert suggest(USUAL, valor) == stage


def test_a_pipeline_with_one_stage_in_progress_has_it_for_all_of_them():
    assert {suggest(SHORT, valor) for valor in (0, 3, 4, 10, 11)} == {"C9:NEW"}


@pytest.mark.parametrize(("valor", "stage"), [(0, "C7:NEW"), (1, None), (2, None), (3, "C7:NEW")])
def test_a_pipeline_without_an_end_has_none_to_suggest(valor: int, stage: str | None):
    assert suggest(ENDLESS, valor) == stage


@given(st.integers(-5, 50))
def test_an_empty_pipeline_suggests_nothing(valor: int):
    assert suggest(EMPTY, valor) is None


@given(st.integers(-5, 50))
def test_only_atendido_wins_and_only_cancelado_loses(valor: int):
    stage = suggest(USUAL, valor)
    assert (stage == "WON") == (valor == 1)
    assert (stage == "LOSE") == (valor == 2)


def test_every_account_s_first_situations_have_a_stage():
    assert all(suggest(USUAL, one.valor) is not None for one in SEEDED)
    assert len({one.id for one in SEEDED}) == len(SEEDED) == 7


def test_success_is_one_stage_and_failure_the_first_of_its_kind():
    assert (won(USUAL), lost(USUAL)) == ("WON", "LOSE")
    assert (won(ENDLESS), lost(ENDLESS)) == (None, None)


def test_a_pipeline_by_its_number():
    assert pipeline_of([USUAL, SHORT], 9) is SHORT
    assert pipeline_of([USUAL, SHORT], 3) is None


@pytest.mark.parametrize(
    ("stage", "number", "found"),
    [
        ("WON", 9, "C9:WON"),
        ("LOSE", 9, "C9:LOSE"),
        ("APOLOGY", 9, "C9:LOSE"),
        ("C9:WON", 0, "WON"),
        ("DOING", 9, None),
        ("WON", 7, None),
        ("WON", 3, None),
        ("GONE", 9, None),
    ],
)
def test_an_end_has_its_like_in_another_pipeline(stage: str, number: int, found: str | None):
    assert counterpart(iter([USUAL, SHORT, ENDLESS]), stage, number) == found
