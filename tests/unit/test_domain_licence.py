"""The gate, and when to try again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.domain.events import Reason
from connector.domain.licence import Licence, LicenceState, gate
from connector.domain.plans import PLANS
from connector.domain.retries import ATTEMPTS, wait_before

NOW = datetime(2026, 11, 23, tzinfo=UTC)


def licence(state: LicenceState, days: int | None = 1) -> Licence:
    ends_at = None if days is None else NOW + timedelta(days=days)
    return Licence(state=state, plan="essencial", source="stripe", ends_at=ends_at)


@pytest.mark.parametrize("state", ["trial", "active", "grace", "granted"])
def test_open_states_pass(state):
    assert gate(licence(LicenceState(state)), 0, NOW) is None


@pytest.mark.parametrize("state", ["suspended", "canceled"])
def test_closed_states_hold(state):
    assert gate(licence(LicenceState(state)), 0, NOW) is Reason.LICENCE


@pytest.mark.parametrize("state", ["trial", "grace", "granted"])
def test_a_date_of_ours_that_passed_holds(state):
    assert gate(licence(LicenceState(state), -1), 0, NOW) is Reason.LICENCE


def test_an_active_subscription_ends_when_stripe_says_so():
    assert gate(licence(LicenceState.ACTIVE, -1), 0, NOW) is None


def test_no_licence_holds():
    assert gate(None, 0, NOW) is Reason.LICENCE


@pytest.mark.parametrize("plan", PLANS.values(), ids=lambda plan: plan.lookup_key)
def test_the_quota_is_the_plans(plan):
    held = Licence(state=LicenceState.ACTIVE, plan=plan.lookup_key, source="stripe", ends_at=None)
    assert gate(held, plan.synced_per_month - 1, NOW) is None
    assert gate(held, plan.synced_per_month, NOW) is Reason.QUOTA


@given(st.integers(1, ATTEMPTS - 1), st.floats(0, 0.999))
def test_waits_grow_within_their_spread(attempt, chance):
    wait = wait_before(attempt, chance)
    assert wait is not None
    assert wait_before(attempt, 0) <= wait <= wait_before(attempt, 0.999)


def test_it_gives_up_after_about_a_day():
    assert wait_before(ATTEMPTS, 0.5) is None
    total = sum((wait_before(attempt, 0.5) for attempt in range(1, ATTEMPTS)), timedelta())
    assert timedelta(hours=20) < total < timedelta(hours=28)
