"""What is due on the sandbox's clock, carried out at its own time even when the clock jumps over it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from heapq import heappop, heappush
from itertools import count

from sandbox.core.clock import Clock

Act = Callable[[], None]


class Timers:
    """Acts with their times (unix seconds). An act sees the time it was meant for in `now`."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._waiting: list[tuple[int, int, Act]] = []
        self._order = count()
        self._moment: int | None = None
        self._look_again = asyncio.Event()
        clock.on_change(self.catch_up)

    @property
    def now(self) -> int:
        """The sandbox's time, or the time of the act that is being carried out."""
        return int(self._clock.now()) if self._moment is None else self._moment

    def at(self, when: int, act: Act) -> None:
        """Carry `act` out at `when`; it asks itself whether it still fits."""
        heappush(self._waiting, (when, next(self._order), act))
        self._look_again.set()

    def catch_up(self) -> None:
        """Carry out what has become due, in the order of time; also what that makes due."""
        self._look_again.set()
        if self._moment is not None:
            return
        while self._waiting and self._waiting[0][0] <= self._clock.now():
            when, _, act = heappop(self._waiting)
            self._moment = when
            try:
                act()
            finally:
                self._moment = None

    def clear(self) -> None:
        """Nothing is due any more."""
        self._waiting.clear()

    async def run(self) -> None:
        """Catch up whenever something becomes due by itself."""
        while True:
            self._look_again.clear()
            self.catch_up()
            self._look_again.clear()
            pause = self._waiting[0][0] - self._clock.now() if self._waiting else None
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._look_again.wait()
