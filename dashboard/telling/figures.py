"""From roll-ups to the numbers of the overview."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime

from connector.domain.events import Outcome
from connector.store.rollups import HalfHour
from dashboard.views.chart import Slot

DONE = frozenset({Outcome.CREATED, Outcome.UPDATED})
FAILED = frozenset({Outcome.FAILED, Outcome.DEAD})
#: 2^16 ms: an event that took longer than about a minute waited for something.
WAITED = 16


def slots(settled: Iterable[HalfHour]) -> list[Slot]:
    """The chart's half hours: what was done at once, what waited, what failed."""
    counts: dict[datetime, list[int]] = defaultdict(lambda: [0, 0, 0])
    for one in settled:
        place = 2 if one.outcome in FAILED else 1 if one.latency >= WAITED else 0
        counts[one.start][place] += one.n
    return [
        Slot(start=start, done=done, held=held, failed=failed)
        for start, (done, held, failed) in counts.items()
    ]


def tried(settled: Iterable[HalfHour]) -> tuple[int, int]:
    """Of the changes that should have been written: all, and those that failed."""
    rows = list(settled)
    failed = sum(one.n for one in rows if one.outcome in FAILED)
    return failed + sum(
        one.n for one in rows if one.outcome in DONE or one.outcome is Outcome.UNCHANGED
    ), failed


def latency_ms(settled: Iterable[HalfHour], share: float) -> int | None:
    """Within how many milliseconds that share of the writes was done; None when there were none."""
    buckets: dict[int, int] = defaultdict(int)
    for one in settled:
        if one.outcome in DONE:
            buckets[one.latency] += one.n
    return quantile_ms(buckets, share)


def quantile_ms(buckets: Mapping[int, int], share: float) -> int | None:
    """Within how many milliseconds that share was done, of counts by powers of two; None for none.

    Within one power the writes are taken as evenly spread.
    """
    left = share * sum(buckets.values())
    for latency, n in sorted(buckets.items()):
        if left <= n:
            return round((1 << latency) * (1 + left / n))
        left -= n
    return None
