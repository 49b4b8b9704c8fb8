"""The curve of comparisons: every one has its place within the frame, and says what it was."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.domain.events import Kind
from connector.store.drift import Score
from dashboard.reader import Reader, reading
from dashboard.telling.drift_curve import curve
from dashboard.views.drift_chart import BASE, TOP, Curve, dated, depth_of, digits_of, height

NOON = datetime(2026, 11, 23, 15, tzinfo=UTC)


def scores(*differing: int, compared: int = 1000) -> list[Score]:
    """One comparison a day, the last one today."""
    first = NOON - timedelta(days=len(differing) - 1)
    return [
        Score(run_id=UUID(int=n), ended_at=first + timedelta(days=n), compared=compared, differing=some)
        for n, some in enumerate(differing)
    ]


def drawn(found: list[Score], current: UUID | None = None) -> Curve:
    reading(Reader())
    return curve(Kind.PRODUCT, found, 30, lambda last: f"?ultimas={last}", current)


def test_before_the_first_comparison_nothing_is_drawn() -> None:
    empty = drawn([])
    assert empty.points == empty.lines == empty.scale == empty.dates == empty.rows == ()
    assert empty.summary == ""


def test_a_point_says_when_how_alike_and_how_many() -> None:
    (point,) = drawn(scores(5)).points
    assert point.title == "23/11/2026 12:00: 99,50 % iguais, 5 de 1.000 diferem"


def test_the_table_has_the_same_newest_first_and_marks_the_page_s_own() -> None:
    found = drawn(scores(0, 7), current=UUID(int=1))
    assert [(row.share, row.differing, row.current) for row in found.rows] == [
        ("99,30 %", "7", True),
        ("100 %", "0", False),
    ]
    assert [point.current for point in found.points] == [False, True]
    assert found.rows[1].url == f"/importacao/conferencias/{UUID(int=0)}"


def test_the_summary_names_the_last_and_the_worst() -> None:
    assert drawn(scores(0, 100, 7)).summary.endswith("a última com 99,30 % iguais, a pior com 90,00 %")


def test_equal_sides_stand_on_the_line_of_a_hundred_percent() -> None:
    found = drawn(scores(0, 0))
    assert {point.y for point in found.points} == {found.scale[0].at} == {TOP}
    assert [mark.text for mark in found.scale] == ["100 %", "99,95 %", "99,90 %"]


def test_each_is_joined_to_the_next() -> None:
    found = drawn(scores(0, 1, 2))
    assert [(line.x1, line.x2) for line in found.lines] == [
        (one.x, two.x) for one, two in zip(found.points, found.points[1:], strict=False)
    ]


@pytest.mark.parametrize(("share", "digits"), [(1.0, 0), (0.05, 0), (0.025, 1), (0.005, 1), (0.0025, 2)])
def test_lines_of_the_scale_are_told_in_full(share: float, digits: int) -> None:
    assert digits_of(share) == digits


@given(st.lists(st.integers(0, 1000), min_size=1, max_size=90))
def test_no_point_leaves_the_frame_and_the_worst_is_the_lowest(differing: list[int]) -> None:
    found = drawn(scores(*differing))
    assert all(TOP <= point.y <= BASE and 0 <= point.x <= 100 for point in found.points)
    lowest = max(found.points, key=lambda point: point.y)
    assert lowest.y == found.points[differing.index(max(differing))].y
    assert found.points[-1].left + found.points[-1].width == pytest.approx(100, abs=0.1)


@given(st.floats(0, 1))
def test_a_scale_holds_what_differs(score: float) -> None:
    assert height(score, depth_of([score])) <= BASE


@given(st.integers(1, 90))
def test_the_last_comparison_has_its_date_and_no_more_than_five_do(count: int) -> None:
    found = dated(count)
    assert found[-1] == count - 1
    assert 1 <= len(found) <= 5
