"""Cursors are opaque, limits are kept, times are written alike."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.api.paging import cursor, moment, page, place
from server.api.parameters import whole_number
from server.problems import Invalid


def test_times_are_utc_with_milliseconds() -> None:
    at = datetime(2026, 11, 23, 14, 5, 6, 789_999, timezone(timedelta(hours=-3)))
    assert moment(at) == "2026-11-23T17:05:06.789Z"


def test_a_last_page_has_no_cursor() -> None:
    assert page([1, 2], 2, str, int).next is None


def test_one_row_more_than_the_limit_makes_a_cursor() -> None:
    shown = page([1, 2, 3], 2, str, int)
    assert (shown.items, place(shown.next, int)) == (["1", "2"], 2)


@given(st.uuids())
def test_a_cursor_names_its_place(key: UUID) -> None:
    assert place(cursor(key), UUID) == key


@given(st.tuples(st.text(), st.integers(-(2**63), 2**63 - 1)))
def test_a_cursor_may_hold_several_columns(key: tuple[str, int]) -> None:
    assert place(cursor(key), tuple[str, int]) == key


@pytest.mark.parametrize("after", ["", "x", "é", "%00", "AAAA", cursor(1), cursor(["a"]), "=" * 8])
def test_anything_else_is_no_cursor(after: str) -> None:
    with pytest.raises(Invalid):
        place(after, UUID)


@given(st.text(max_size=300))
def test_no_text_is_answered_by_anything_but_a_place_or_a_problem(after: str) -> None:
    with suppress(Invalid):
        assert place(after, UUID) is not None


@pytest.mark.parametrize("text", ["", "-1", "1.0", "٣", "0x1", "9223372036854775808", "9" * 5000, "1 "])
def test_ids_in_paths_are_64_bit_whole_numbers(text: str) -> None:
    with pytest.raises(Invalid):
        whole_number("bling_id", text)


def test_a_good_id_is_taken() -> None:
    assert whole_number("bling_id", "16842381880") == 16842381880


def test_now_is_aware() -> None:
    assert moment(datetime(2026, 1, 1, tzinfo=UTC)) == "2026-01-01T00:00:00.000Z"
