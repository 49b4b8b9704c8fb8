"""A tenant's last 24 hours, drawn as small as a line of a table."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from connector.store.operator_tenants import Hour
from dashboard import formats
from dashboard.operator.views import Spark, SparkBar
from dashboard.reader import _

HOURS = 24
#: An hour's place, a pixel of it left free, and the highest bar, in pixels.
STEP, HEIGHT = 4, 20
#: An hour with one event among hours with thousands is seen all the same.
LEAST = 2


def since(now: datetime) -> datetime:
    """The start of the oldest hour that is drawn; the last one is the present."""
    return now.replace(minute=0, second=0, microsecond=0) - timedelta(hours=HOURS - 1)


def spark(hours: Iterable[Hour], now: datetime) -> Spark:
    """Each hour's settled events by the tenant's own busiest hour, what failed at the foot."""
    first = since(now)
    drawn = [hour for hour in hours if first <= hour.hour <= now]
    settled, failed = sum(hour.settled for hour in drawn), sum(hour.failed for hour in drawn)
    top = max((hour.settled for hour in drawn), default=0)
    return Spark(
        bars=tuple(
            bar for hour in drawn for bar in _bars(hour, (hour.hour - first) // timedelta(hours=1), top)
        ),
        count=formats.number(settled) if settled else "–",
        title=_title(settled, failed),
    )


def _bars(hour: Hour, index: int, top: int) -> Iterable[SparkBar]:
    if not hour.settled:
        return
    whole = max(LEAST, round(HEIGHT * hour.settled / top))
    bad = max(LEAST, round(whole * hour.failed / hour.settled)) if hour.failed else 0
    x = index * STEP
    if whole > bad:
        yield SparkBar(x=x, y=HEIGHT - whole, height=whole - bad, tone="done")
    if bad:
        yield SparkBar(x=x, y=HEIGHT - bad, height=bad, tone="failed")


def _title(settled: int, failed: int) -> str:
    if not settled:
        return _("Nada nas últimas 24 horas")
    counts = {"settled": formats.number(settled), "failed": formats.number(failed)}
    return _("%(settled)s eventos em 24 horas, %(failed)s falharam") % counts
