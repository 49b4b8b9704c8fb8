"""Dates, numbers and money as the reader writes them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard import formats
from dashboard.reader import Language, Reader, reading

NOW = datetime(2026, 11, 23, 17, 5, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def portuguese() -> None:
    reading(Reader(now=NOW))


def english() -> None:
    reading(Reader(now=NOW, language=Language.ENGLISH))


def test_a_date_is_in_the_tenants_zone() -> None:
    assert formats.date_time(NOW) == "23/11/2026 14:05"
    reading(Reader(now=NOW, zone=ZoneInfo("America/Manaus")))
    assert formats.date_time(NOW) == "23/11/2026 13:05"


def test_english_dates_do_not_confuse_day_and_month() -> None:
    english()
    assert formats.date_time(datetime(2026, 3, 2, 12, tzinfo=UTC)) == "2 Mar 2026 09:00"


def test_a_clock_names_the_day_only_when_it_is_another() -> None:
    assert formats.clock(NOW) == "14:05:12"
    assert formats.clock(NOW - timedelta(days=1)) == "22/11 14:05"


def test_milliseconds_follow_the_readers_comma() -> None:
    moment = NOW.replace(microsecond=802_900)
    assert formats.milliseconds_clock(moment) == "14:05:12,802"
    english()
    assert formats.milliseconds_clock(moment) == "14:05:12.802"


def test_the_weekday_is_short() -> None:
    assert formats.weekday(NOW) == "Segunda, 23/11/2026 14:05"


@pytest.mark.parametrize(
    ("passed", "text"),
    [
        (timedelta(seconds=-3), "há 0 s"),
        (timedelta(seconds=12), "há 12 s"),
        (timedelta(minutes=3, seconds=59), "há 3 min"),
        (timedelta(hours=2), "há 2 h"),
        (timedelta(days=2), "21/11/2026 14:05"),
    ],
)
def test_how_long_ago(passed: timedelta, text: str) -> None:
    assert formats.ago(NOW - passed) == text


def test_money_is_brazilian_in_any_language() -> None:
    assert formats.money(Decimal("1234.56")) == "R$ 1.234,56"
    english()
    assert formats.money(Decimal("0.1")) == "R$ 0,10"


def test_numbers_are_grouped_as_the_reader_groups_them() -> None:
    assert formats.number(4790) == "4.790"
    english()
    assert formats.number(4790) == "4,790"


def test_a_share_is_cut_so_that_only_all_is_a_hundred() -> None:
    assert formats.percent(0.99999, 1) == "99,9 %"
    assert formats.percent(1.0, 1) == "100,0 %"
    assert formats.percent(0.29, 0) == "29 %"


@pytest.mark.parametrize(
    ("ms", "text"),
    [(0, "0 ms"), (99, "99 ms"), (240, "0,24 s"), (12_400, "12,4 s"), (200_000, "3 min"), (7_300_000, "2 h")],
)
def test_durations_keep_what_matters(ms: int, text: str) -> None:
    assert formats.duration(ms) == text


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Helena Martins", "HM"),
        ("helena", "HE"),
        ("Casa da Aurora", "CA"),
        ("é", "É"),
        ("", "?"),
        ("— —", "?"),
    ],
)
def test_initials(name: str, letters: str) -> None:
    assert formats.initials(name) == letters


@given(st.text())
def test_initials_stand_for_any_name(name: str) -> None:
    assert formats.initials(name)
