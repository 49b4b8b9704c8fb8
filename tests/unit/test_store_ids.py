"""Ids: they sort by time and stand in the partition of their day."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from connector.store.ids import bound, bound_at, new_id, time_of

#: The milliseconds of the years 2000 to 2100.
MOMENTS = st.integers(946_684_800_000, 4_102_444_800_000).map(
    lambda ms: datetime.fromtimestamp(ms / 1000, UTC)
)


@given(MOMENTS)
def test_an_id_stands_between_the_bounds_of_its_day(at: datetime) -> None:
    day = time_of(new_id(at)).date()
    assert bound(day) <= new_id(at) < bound(day + timedelta(days=1))


@given(MOMENTS)
def test_an_id_tells_its_millisecond(at: datetime) -> None:
    assert abs(time_of(new_id(at)) - at) <= timedelta(milliseconds=1)


def test_ids_are_version_7_and_all_different() -> None:
    ids = [new_id(datetime(2026, 11, 23, tzinfo=UTC)) for _ in range(1000)]
    assert len(set(ids)) == 1000
    assert {id_.version for id_ in ids} == {7}


def test_ids_of_now_ascend() -> None:
    ids = [new_id() for _ in range(1000)]
    assert ids == sorted(ids)


def test_a_day_begins_at_midnight_utc() -> None:
    assert bound(date(2026, 11, 23)) == bound_at(datetime(2026, 11, 23, tzinfo=UTC))
    assert time_of(bound(date(2026, 11, 23))) == datetime(2026, 11, 23, tzinfo=UTC)
