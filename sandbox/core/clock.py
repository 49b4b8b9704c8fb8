"""The sandbox's two times: the real one, and one that a test may move forward."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime


class Clock:
    """Real time plus an offset.

    Tokens, subscriptions and retry periods read `now`; signatures, dates of events and
    rate limits read `real`, which nobody can move. Both are unix seconds.
    """

    def __init__(self) -> None:
        self.offset = 0.0
        self._listeners: list[Callable[[], None]] = []

    def on_change(self, listener: Callable[[], None]) -> None:
        """Call `listener` whenever `now` jumps, so that what waits for it can look again."""
        self._listeners.append(listener)

    def real(self) -> float:
        """Unix seconds of the machine."""
        return time.time()

    def now(self) -> float:
        """Unix seconds as the vendors' tokens and subscriptions see them."""
        return time.time() + self.offset

    def advance(self, seconds: float) -> None:
        """Move `now` forward; the sandbox's time never goes back."""
        if seconds < 0:
            raise ValueError("the clock only moves forward")
        self.offset += seconds
        self._tell()

    def reset(self) -> None:
        """Bring `now` back to the real time."""
        self.offset = 0.0
        self._tell()

    def _tell(self) -> None:
        for listener in self._listeners:
            listener()


def rfc3339(unix: float) -> str:
    """UTC with milliseconds, as the control surface writes every time."""
    moment = datetime.fromtimestamp(unix, UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"
