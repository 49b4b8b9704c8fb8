"""Últimos 30 dias: from the roll-ups to the days that are drawn."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date, timedelta

from connector.domain.events import Outcome
from connector.store.rollups import DayCount
from dashboard.telling.figures import DONE, FAILED, quantile_ms
from dashboard.views.month import DAYS, Day, Month, draw


def month(counts: Iterable[DayCount], today: date) -> Month:
    """The thirty days that end with today."""
    outcomes: dict[date, Counter[Outcome]] = defaultdict(Counter)
    latencies: dict[date, Counter[int]] = defaultdict(Counter)
    for one in counts:
        outcomes[one.day][one.outcome] += one.n
        if one.outcome in DONE:
            latencies[one.day][one.latency] += one.n
    days = [today - timedelta(days=DAYS - 1 - index) for index in range(DAYS)]
    return draw([_day(day, outcomes[day], latencies[day]) for day in days])


def _day(day: date, outcomes: Counter[Outcome], latencies: Counter[int]) -> Day:
    return Day(
        day=day,
        created=outcomes[Outcome.CREATED],
        updated=outcomes[Outcome.UPDATED],
        failed=sum(outcomes[outcome] for outcome in FAILED),
        median=quantile_ms(latencies, 0.5),
        p95=quantile_ms(latencies, 0.95),
    )
