"""Is Bling still sending? Messages of a resource against the usual of the same hour in the weeks before.

Bling disables a webhook after days of failures without telling anybody; what can be seen is the silence. A
resource is silent when so many messages would usually have come since its last one that chance cannot be
the reason: of 20 expected none comes once in 500 million times. So a busy resource is missed within minutes,
one with a few messages a day is given days, and the quiet of nights and Sundays is no alarm.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

HOUR, WEEK = timedelta(hours=1), timedelta(days=7)
#: Weeks that make the usual.
WEEKS = 4
#: Messages that would usually have come since the last one.
EXPECTED = 20.0
#: No silence is shorter: deploys and short troubles of ours pass by themselves.
SHORTEST = timedelta(minutes=10)
#: No silence is looked back upon further.
LONGEST = timedelta(days=7)

#: Changes of one account that no message told of: as many in one sweep, or any in a sweep so much later.
MISSED, CONFIRMED = 3, timedelta(hours=3)

#: Messages by the hour that begins then.
Hours = Mapping[datetime, int]


def hour_of(moment: datetime) -> datetime:
    """When its hour began."""
    return moment.replace(minute=0, second=0, microsecond=0)


def usual(hours: Hours, hour: datetime) -> float:
    """Messages that such an hour usually brings: the mean of the same hour of the weeks that were counted.

    Weeks before the first count say nothing, so a young installation has none, and no alarm.
    """
    first = min(hours, default=hour)
    weeks = [hour - number * WEEK for number in range(1, WEEKS + 1)]
    counted = [hours.get(week, 0) for week in weeks if week >= first]
    return sum(counted) / len(counted) if counted else 0.0


def expected(hours: Hours, last_at: datetime, now: datetime) -> float:
    """Messages that would usually have come between the last one and now."""
    begun, found = max(last_at, now - LONGEST), 0.0
    while begun < now:
        until = min(hour_of(begun) + HOUR, now)
        found += usual(hours, hour_of(begun)) * ((until - begun) / HOUR)
        begun = until
    return found


def is_silent(hours: Hours, last_at: datetime, now: datetime) -> bool:
    """Whether the silence since the last message cannot be chance."""
    return now - last_at >= SHORTEST and expected(hours, last_at, now) >= EXPECTED


def is_untold(missed: int, silent_for: timedelta) -> bool:
    """Whether an account's changes come without messages, and not just one that went astray.

    `missed` = changes that its last sweep found and no message told of; `silent_for` = since the last one.
    """
    return missed >= MISSED or (missed > 0 and silent_for >= CONFIRMED)


def by_resource(counts: Iterable[tuple[str, datetime, int]]) -> dict[str, dict[datetime, int]]:
    """Counts of many resources, sorted apart."""
    found: defaultdict[str, dict[datetime, int]] = defaultdict(dict)
    for resource, at, n in counts:
        found[resource][at] = n
    return dict(found)
