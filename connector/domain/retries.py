"""When to try again, when to stop trying, and when to stop writing."""

from __future__ import annotations

from datetime import datetime, timedelta

#: Waits before attempt 2, 3 … 12: about 24 hours in all.
WAITS = tuple(
    timedelta(seconds=seconds)
    for seconds in (5, 15, 60, 300, 900, 2_400, 4_800, 7_200, 10_800, 18_000, 39_600)
)
ATTEMPTS = 12
#: After this long a create whose answer never came has either happened or never will (a request of Bitrix24
#: runs 60 s at most), so it can be looked up and, if absent, repeated.
CREATE_SETTLES = timedelta(seconds=60)


def wait_before(attempt: int, chance: float) -> timedelta | None:
    """How long to wait before trying again after `attempt` tries failed; None = give up.

    `chance` in [0, 1) spreads the tries of many records over 80–120 % of the wait.
    """
    if attempt >= ATTEMPTS:
        return None
    return WAITS[attempt - 1] * (0.8 + 0.4 * chance)


#: A record that is written so often within the window is held: somebody's automation answers ours.
LOOP_WRITES = 30
LOOP_WINDOW = timedelta(minutes=10)


def is_looping(writes: int, since: datetime | None, now: datetime) -> bool:
    """Whether a record that was written so often since then must rest."""
    return writes >= LOOP_WRITES and since is not None and now - since <= LOOP_WINDOW
