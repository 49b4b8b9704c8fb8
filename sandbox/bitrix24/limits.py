"""The two limits of the cloud: requests per portal and address, operating time per method.

Both keep the real clock. Operating time is booked, not slept. Sources: Bitrix24's limits page
and `LoadLimiter` of its rest module (buckets of one minute, ten of them, 420 s).
"""

from __future__ import annotations

import msgspec

BASKET_S = 60
BASKETS = 10
OPERATING_LIMIT_S = 420.0
_MICRO = 1_000_000


class RatePlan(msgspec.Struct, frozen=True):
    """Requests per second that drain, and how many the bucket holds."""

    drain_per_s: float
    capacity: int


STANDARD = RatePlan(2.0, 50)
ENTERPRISE = RatePlan(5.0, 250)


class LeakyBuckets:
    """One leaky bucket for each portal and source address."""

    def __init__(self) -> None:
        self._levels: dict[tuple[str, str], tuple[float, float]] = {}

    def admit(self, portal: str, address: str, plan: RatePlan, now: float) -> bool:
        """Whether a request still fits; one that is refused takes no room."""
        level, since = self._levels.get((portal, address), (0.0, now))
        level = max(0.0, level - (now - since) * plan.drain_per_s)
        fits = level + 1 <= plan.capacity
        self._levels[(portal, address)] = (level + 1 if fits else level, now)
        return fits

    def clear(self) -> None:
        """Empty all buckets."""
        self._levels.clear()


class Operating(msgspec.Struct, frozen=True):
    """What `time` says: seconds used in the window, and when the oldest minute comes back (unix)."""

    operating: float
    operating_reset_at: int


class OperatingTimes:
    """Seconds used by each method of each application of a portal, in one-minute baskets."""

    def __init__(self) -> None:
        # Microseconds as whole numbers: thousands of 0.05 s add up without drifting.
        self._baskets: dict[tuple[str, str, str], dict[int, int]] = {}

    def exhausted(self, portal: str, app: str, method: str, now: float) -> bool:
        """Whether the next call of the method is refused."""
        return sum(self._window(portal, app, method, now).values()) > OPERATING_LIMIT_S * _MICRO

    def book(self, portal: str, app: str, method: str, seconds: float, now: float) -> Operating:
        """Add a call's cost; the state after it."""
        baskets = self._window(portal, app, method, now)
        minute = int(now) // BASKET_S
        baskets[minute] = baskets.get(minute, 0) + round(seconds * _MICRO)
        return self.state(portal, app, method, now)

    def state(self, portal: str, app: str, method: str, now: float) -> Operating:
        """The sum of the window, and the end of its oldest basket's ten minutes."""
        baskets = self._window(portal, app, method, now)
        oldest = min(baskets, default=int(now) // BASKET_S)
        return Operating(sum(baskets.values()) / _MICRO, (oldest + BASKETS) * BASKET_S)

    def clear(self) -> None:
        """Forget all use."""
        self._baskets.clear()

    def _window(self, portal: str, app: str, method: str, now: float) -> dict[int, int]:
        baskets = self._baskets.setdefault((portal, app, method), {})
        first = int(now) // BASKET_S - BASKETS
        for minute in [minute for minute in baskets if minute <= first]:
            del baskets[minute]
        return baskets
