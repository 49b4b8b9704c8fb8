"""What a licence follows from: every state against everything that Stripe may say, in any order."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.domain.licence import (
    GRACE,
    OPEN_STATES,
    Facts,
    Grant,
    LicenceState,
    Status,
    Subscription,
    at,
    gate,
    is_open,
    licence_of,
    oddities,
)
from connector.domain.plans import PLANS

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
DAY = timedelta(days=1)
NEXT_MONTH = NOW + 30 * DAY


def subscription(status: str, plan: str | None = "essencial", **other: object) -> Subscription:
    values: dict[str, object] = {
        "id": "sub_1",
        "customer_id": "cus_1",
        "status": status,
        "plan": plan,
        "item_id": "si_1",
        "created_at": NOW - 60 * DAY,
        "period_end": NEXT_MONTH,
    }
    if status in ("past_due", "unpaid"):
        values["unpaid_since"] = NOW - DAY
    if status == "canceled":
        values["ended_at"] = NOW - DAY
    return Subscription(**{**values, **other})  # type: ignore[arg-type]


#: What was true before, by the state that followed from it.
BEFORE: dict[str, Facts] = {
    "trial": Facts(trial_ends_at=NOW + DAY),
    "active": Facts(subscriptions=(subscription("active"),)),
    "grace": Facts(subscriptions=(subscription("past_due"),)),
    "suspended": Facts(trial_ends_at=NOW - DAY),
    "canceled": Facts(subscriptions=(subscription("canceled"),)),
    "granted": Facts(grant=Grant(plan="profissional", until=NEXT_MONTH)),
}
#: What follows for who had nothing else, or whose earlier right gives way.
PLAIN = {
    "trialing": "active",
    "active": "active",
    "past_due": "grace",
    "unpaid": "suspended",
    "canceled": "canceled",
    "incomplete": "suspended",
    "incomplete_expired": "suspended",
    "paused": "suspended",
    "a_word_of_tomorrow": "suspended",
}
#: A running trial goes on under everything that entitles to nothing.
DURING_TRIAL = {status: state if state in ("active", "grace") else "trial" for status, state in PLAIN.items()}
#: A grant of a larger plan is worth more than a subscription to a smaller one.
UNDER_GRANT = dict.fromkeys(PLAIN, "granted")


def expected(before: str, status: str) -> str:
    return {"trial": DURING_TRIAL, "granted": UNDER_GRANT}.get(before, PLAIN)[status]


@pytest.mark.parametrize("state", BEFORE)
def test_each_state_follows_from_its_facts(state: str) -> None:
    assert licence_of(BEFORE[state], NOW).state == state


@pytest.mark.parametrize("status", PLAIN)
@pytest.mark.parametrize("before", BEFORE)
def test_what_stripe_says_now_decides_whatever_was_before(before: str, status: str) -> None:
    was = BEFORE[before]
    now = Facts(trial_ends_at=was.trial_ends_at, grant=was.grant, subscriptions=(subscription(status),))
    assert licence_of(now, NOW).state == expected(before, status)


def test_every_status_that_the_package_knows_is_in_the_table() -> None:
    assert {status.value for status in Status} < set(PLAIN)


def test_grace_lasts_seven_days_from_the_first_missing_payment() -> None:
    late = Facts(subscriptions=(subscription("past_due", unpaid_since=NOW),))
    assert licence_of(late, NOW).ends_at == NOW + GRACE
    assert licence_of(late, NOW + GRACE - timedelta(seconds=1)).state is LicenceState.GRACE
    assert licence_of(late, NOW + GRACE).state is LicenceState.SUSPENDED


def test_a_stored_grace_is_over_at_its_date_before_anybody_tells_it_anew() -> None:
    stored = licence_of(Facts(subscriptions=(subscription("past_due", unpaid_since=NOW),)), NOW)
    assert at(stored, NOW + GRACE).state is LicenceState.SUSPENDED
    assert not is_open(stored, NOW + GRACE)


def test_a_cancelled_subscription_runs_until_its_end() -> None:
    ending = Facts(subscriptions=(subscription("active", cancel_at=NEXT_MONTH),))
    licence = licence_of(ending, NOW)
    assert (licence.state, licence.renews, licence.ends_at) == (LicenceState.ACTIVE, False, NEXT_MONTH)


def test_a_trial_ends_at_its_date() -> None:
    facts = Facts(trial_ends_at=NOW)
    assert licence_of(facts, NOW - timedelta(seconds=1)).plan == "profissional"
    assert licence_of(facts, NOW).state is LicenceState.SUSPENDED


def test_paying_ends_the_trial_even_for_a_smaller_plan() -> None:
    facts = Facts(trial_ends_at=NOW + DAY, subscriptions=(subscription("active", "essencial"),))
    assert (licence_of(facts, NOW).state, licence_of(facts, NOW).plan) == (LicenceState.ACTIVE, "essencial")


def test_a_grant_that_ends_uncovers_what_is_paid_for() -> None:
    grant = Grant(plan="escala", until=NOW + DAY)
    facts = Facts(grant=grant, subscriptions=(subscription("active"),))
    assert licence_of(facts, NOW).plan == "escala"
    after = licence_of(facts, NOW + DAY)
    assert (after.state, after.plan) == (LicenceState.ACTIVE, "essencial")


def test_of_two_subscriptions_the_one_that_entitles_most_counts_and_an_operator_hears_of_it() -> None:
    large = subscription("active", "escala", id="sub_2")
    facts = Facts(subscriptions=(subscription("active"), large))
    assert licence_of(facts, NOW).plan == "escala"
    assert oddities(facts) == ("two_subscriptions",)


@pytest.mark.parametrize("plan", [None, "a_price_of_something_else"])
def test_a_price_that_is_no_plan_of_ours_gives_nothing(plan: str | None) -> None:
    facts = Facts(subscriptions=(subscription("active", plan),))
    assert licence_of(facts, NOW).state is LicenceState.SUSPENDED
    assert "price_without_plan" in oddities(facts)


def test_an_unknown_status_is_told_to_the_operator() -> None:
    facts = Facts(subscriptions=(subscription("a_word_of_tomorrow"),))
    assert oddities(facts) == ("unknown_status",)


def test_nobody_without_anything_may_sync() -> None:
    assert gate(licence_of(Facts(), NOW), 0, NOW) is not None


moments = st.none() | st.integers(-90, 90).map(lambda days: NOW + days * DAY)
subscriptions = st.builds(
    subscription,
    st.sampled_from(sorted(PLAIN)),
    st.sampled_from([None, "another", *PLANS]),
    id=st.uuids().map(str),
    period_end=moments,
    unpaid_since=moments,
    cancel_at=moments,
    ended_at=moments,
)
grants = st.none() | st.builds(Grant, plan=st.sampled_from([*PLANS]), until=moments)
truths = st.builds(
    Facts, trial_ends_at=moments, grant=grants, subscriptions=st.lists(subscriptions, max_size=4).map(tuple)
)


@given(truths, st.randoms(use_true_random=False))
def test_the_order_in_which_subscriptions_are_listed_does_not_matter(
    facts: Facts, chance: random.Random
) -> None:
    shuffled = list(facts.subscriptions)
    chance.shuffle(shuffled)
    other = Facts(trial_ends_at=facts.trial_ends_at, grant=facts.grant, subscriptions=tuple(shuffled))
    one, two = licence_of(facts, NOW), licence_of(other, NOW)
    assert (one.state, one.plan, one.ends_at) == (two.state, two.plan, two.ends_at)


@given(truths)
def test_what_is_told_stands_by_its_own_date(facts: Facts) -> None:
    licence = licence_of(facts, NOW)
    assert at(licence, NOW) == licence
    assert licence.plan in PLANS
    assert is_open(licence, NOW) == (licence.state in OPEN_STATES)
