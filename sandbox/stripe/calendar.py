"""Turns of a subscription's period, as Stripe counts them: by the calendar from the anchor, in UTC."""

from __future__ import annotations

import calendar
from datetime import UTC, datetime

DAY_S = 86_400
_DAYS = {"day": 1, "week": 7}
_MONTHS = {"month": 1, "year": 12}


def period_end(anchor: int, after: int, recurring: dict[str, object]) -> int:
    """The first turn after `after` (unix) of what began at `anchor`.

    A month without the anchor's day ends on its last one, and later months have the anchor's day again.
    """
    interval, count = str(recurring["interval"]), int(str(recurring["interval_count"]))
    if interval in _DAYS:
        length = _DAYS[interval] * count * DAY_S
        return anchor + ((after - anchor) // length + 1) * length
    step, turns = _MONTHS[interval] * count, 1
    while (end := _months_later(anchor, step * turns)) <= after:
        turns += 1
    return end


def _months_later(anchor: int, months: int) -> int:
    start = datetime.fromtimestamp(anchor, UTC)
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    day = min(start.day, calendar.monthrange(year, month + 1)[1])
    return int(start.replace(year=year, month=month + 1, day=day).timestamp())
