"""Which lists a run goes through: no stretch longer than a year, filters that take one value apart."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from connector.domain import orders, products
from connector.domain.events import Kind
from connector.sync.runs.slices import Asked, Bounds, fits, newcomers, slices

NOW = datetime(2026, 11, 24, 15, tzinfo=UTC)
ONE, TWO = UUID(int=1), UUID(int=2)
ANY = Bounds(products=products.Filter(), orders=orders.Filter(), connected={})
YEAR = timedelta(days=365)


def moment(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d %H:%M:%S")  # noqa: DTZ007 - the account's own time


def test_all_products_are_one_list_of_each_account() -> None:
    found = slices(Kind.PRODUCT, Asked(), ANY, [ONE, TWO], NOW)
    assert [(one.account, one.changed_since) for one in found] == [(ONE, ""), (TWO, "")]


def test_an_account_can_be_asked_for_alone() -> None:
    found = slices(Kind.PRODUCT, Asked(accounts=frozenset({TWO})), ANY, [ONE, TWO], NOW)
    assert [one.account for one in found] == [TWO]


def test_categories_are_lists_of_their_own_and_both_filters_count() -> None:
    asked = Asked(products=products.Filter(categoria=frozenset({1, 2})))
    bounds = Bounds(
        products=products.Filter(categoria=frozenset({2, 3})), orders=orders.Filter(), connected={}
    )
    assert [one.category for one in slices(Kind.PRODUCT, asked, ANY, [ONE], NOW)] == [1, 2]
    assert [one.category for one in slices(Kind.PRODUCT, asked, bounds, [ONE], NOW)] == [2]
    assert [one.category for one in slices(Kind.PRODUCT, Asked(), bounds, [ONE], NOW)] == [2, 3]


@given(st.integers(0, 6000))
def test_no_stretch_of_change_is_longer_than_a_year_and_none_is_left_out(days: int) -> None:
    since = NOW - timedelta(days=days)
    found = slices(Kind.PRODUCT, Asked(since=since), ANY, [ONE], NOW)
    starts = [moment(one.changed_since) for one in found]
    ends = [moment(one.changed_until) for one in found[:-1]]
    assert ends == starts[1:]
    assert found[-1].changed_until == ""
    last = NOW.replace(tzinfo=None)
    assert all(end - start <= YEAR for start, end in zip(starts, [*ends, last], strict=True))


@given(st.dates(date(2010, 1, 1), date(2026, 11, 24)))
def test_orders_are_listed_by_their_days_from_the_start_on(since: date) -> None:
    bounds = Bounds(
        products=products.Filter(), orders=orders.Filter(since=since), connected={ONE: NOW.date()}
    )
    found = slices(Kind.ORDER, Asked(), bounds, [ONE], NOW)
    days = [(date.fromisoformat(one.since), date.fromisoformat(one.until)) for one in found]
    assert days[0][0] == since
    assert days[-1][1] > NOW.date()
    assert all(end - start < YEAR for start, end in days)
    following = [start for start, _ in days[1:]]
    assert following == [end + timedelta(days=1) for _, end in days[:-1]]


def test_a_day_that_is_asked_for_never_goes_behind_the_start() -> None:
    bounds = Bounds(products=products.Filter(), orders=orders.Filter(), connected={ONE: date(2026, 11, 1)})
    asked = Asked(orders=orders.Filter(since=date(2026, 1, 1)))
    assert slices(Kind.ORDER, asked, bounds, [ONE], NOW)[0].since == "2026-11-01"
    asked = Asked(orders=orders.Filter(since=date(2026, 11, 20)))
    assert slices(Kind.ORDER, asked, bounds, [ONE], NOW)[0].since == "2026-11-20"


def test_situations_that_exclude_each_other_leave_nothing() -> None:
    bounds = Bounds(products=products.Filter(), orders=orders.Filter(situacao=frozenset({9})), connected={})
    asked = Asked(orders=orders.Filter(situacao=frozenset({6})))
    assert slices(Kind.ORDER, asked, bounds, [ONE], NOW) == ()


def test_newcomers_are_asked_for_in_the_same_lists_once() -> None:
    found = slices(Kind.PRODUCT, Asked(since=NOW - timedelta(days=800)), ANY, [ONE], NOW)
    assert len(found) == 3
    (one,) = newcomers(found, NOW - timedelta(minutes=5), NOW)
    assert (one.account, moment(one.changed_since)) == (ONE, datetime(2026, 11, 24, 11, 55))  # noqa: DTZ001


def test_rows_are_left_out_by_what_they_show_alone() -> None:
    asked = Asked(products=products.Filter(situacao=frozenset({"A"}), categoria=frozenset({7})))
    assert fits(Kind.PRODUCT, {"situacao": "A"}, asked)
    assert not fits(Kind.PRODUCT, {"situacao": "I"}, asked)
    shop = Asked(orders=orders.Filter(loja=frozenset({5})))
    assert fits(Kind.ORDER, {"loja": {"id": 5}}, shop)
    assert not fits(Kind.ORDER, {"loja": {"id": 6}}, shop)
