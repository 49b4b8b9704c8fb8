"""Ten thousand idle connections, a simulated clock: nobody is forgotten, the token endpoint is spared."""

from __future__ import annotations

from collections import deque
from datetime import UTC, datetime, timedelta

from connector.domain.checkups import EVERY_S, IDLE, INACTIVE, ageing_before, idle_before, inactive_before

BEGIN = datetime(2026, 11, 23, tzinfo=UTC)
IDLE_ACCOUNTS = 10_000
#: Of them, companies that are inactive at Bling: one in ten would be a great many.
INACTIVE_ACCOUNTS = 1_000
#: Of Bling's token endpoint: calls a minute, and a refresh token's life.
BUDGET, LIFE = 15, timedelta(days=30)


def _simulate(days: int, inactive: int = 0) -> tuple[int, timedelta]:
    """The worst case, all used at the same moment: the most calls of a minute, and the oldest token."""
    used, untried = deque([BEGIN] * (IDLE_ACCOUNTS - inactive)), deque([BEGIN] * inactive)
    calls: deque[datetime] = deque()
    most, oldest, now = 0, timedelta(), BEGIN
    while now < BEGIN + timedelta(days=days):
        now += timedelta(seconds=EVERY_S)
        if untried and untried[0] < inactive_before(now):
            turn = untried
        elif used[0] < idle_before(now):
            turn = used
        else:
            continue
        oldest = max(oldest, now - turn.popleft())
        turn.append(now)
        calls.append(now)
        while calls[0] <= now - timedelta(seconds=60):
            calls.popleft()
        most = max(most, len(calls))
    return most, oldest


def test_ten_thousand_idle_accounts_stay_within_the_budget_and_none_ages_out() -> None:
    most, oldest = _simulate(days=5)
    assert most <= BUDGET - 5  # the rest is for those who work
    assert oldest < 2 * IDLE < LIFE


def test_inactive_companies_are_tried_without_holding_up_the_others() -> None:
    most, oldest = _simulate(days=5, inactive=INACTIVE_ACCOUNTS)
    assert most <= BUDGET - 5
    assert oldest < 2 * IDLE < LIFE
    assert BEGIN - inactive_before(BEGIN) == INACTIVE == timedelta(hours=6)


def test_an_account_is_tried_once_a_day_at_most() -> None:
    assert BEGIN - idle_before(BEGIN) == timedelta(days=1)


def test_a_portal_is_renewed_once_before_its_180_days_end() -> None:
    assert timedelta(days=90) < BEGIN - ageing_before(BEGIN) < timedelta(days=175)
