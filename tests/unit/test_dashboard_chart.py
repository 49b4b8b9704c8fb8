"""The 24-hour chart: every change is drawn, in its place, within the frame."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from dashboard.reader import Reader, reading
from dashboard.views import chart
from dashboard.views.chart import BASE, SLOT, SLOTS, TOP, Slot

NOW = datetime(2026, 11, 23, 17, 5, 12, tzinfo=UTC)
LAST = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)


def test_an_empty_day_says_so_and_draws_no_scale() -> None:
    drawn = chart.draw((), NOW)
    assert drawn.empty
    assert drawn.bars == drawn.scale == ()


def test_the_present_half_hour_is_the_last_bar_and_marked_as_unfinished() -> None:
    (bar,) = chart.draw([Slot(start=LAST, done=3)], NOW).bars
    assert bar.unfinished
    assert bar.x + bar.width <= 100


def test_what_is_older_than_a_day_is_left_out() -> None:
    assert chart.draw([Slot(start=LAST - SLOT * SLOTS, done=3)], NOW).empty


def test_tones_stand_on_one_another_without_touching() -> None:
    done, held, failed = chart.draw([Slot(start=LAST, done=2, held=1, failed=1)], NOW).bars
    assert (done.tone, held.tone, failed.tone) == ("done", "held", "failed")
    assert done.y > held.y + held.height
    assert held.y > failed.y + failed.height


def test_the_summary_says_the_sums_in_words() -> None:
    reading(Reader())
    summary = chart.draw([Slot(start=LAST, done=2), Slot(start=LAST - SLOT, done=5, failed=1)], NOW).summary
    assert "7 concluídas" in summary
    assert "1 falharam" in summary


def test_hours_are_the_tenants_own() -> None:
    reading(Reader())
    assert {mark.text for mark in chart.draw((), NOW).hours} <= {"0h", "4h", "8h", "12h", "16h", "20h"}


@given(st.lists(st.integers(0, 100_000), min_size=SLOTS, max_size=SLOTS))
def test_no_bar_leaves_the_frame(counts: list[int]) -> None:
    slots = [Slot(start=LAST - SLOT * index, done=count) for index, count in enumerate(counts)]
    for bar in chart.draw(slots, NOW).bars:
        assert TOP - 1 <= bar.y <= BASE
        assert bar.y + bar.height <= BASE + 0.2


@given(st.integers(0, 10_000_000))
def test_the_scale_holds_the_highest_bar_and_divides_by_four(highest: int) -> None:
    top = chart.scale_top(highest)
    assert top >= highest
    assert top % 4 == 0


@given(
    st.datetimes(
        timezones=st.just(UTC),
        min_value=datetime(2000, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
    )
)
def test_a_half_hour_begins_at_most_thirty_minutes_before(moment: datetime) -> None:
    start = chart.floor(moment)
    assert timedelta() <= moment - start < SLOT
    assert start.minute in (0, 30)
