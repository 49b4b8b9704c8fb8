"""Webhooks on their way: at least once, in no order, tried again ever more rarely, given up in the end.

Each vendor says what a message is, where it goes and what follows from an attempt; the waits are on the
sandbox's movable clock, so moving it forward makes them due.
"""

from __future__ import annotations

import asyncio
import random
from abc import ABC, abstractmethod
from enum import StrEnum
from heapq import heappop, heappush
from itertools import count
from typing import Generic, TypeVar

import msgspec

from sandbox.core.clock import Clock
from sandbox.core.poster import Poster


class Mode(StrEnum):
    """What happens to the webhooks of writes made meanwhile."""

    ON = "on"
    OFF = "off"
    DUPLICATE = "duplicate"
    SHUFFLE = "shuffle"


class Pace(msgspec.Struct, frozen=True):
    """How a vendor sends: so many at once; the wait doubles from a second to `retry_cap_s`."""

    senders: int
    retry_cap_s: float
    give_up_s: float
    shuffle_s: float


class Delivery:
    """One message on its way to one address; the vendors add what it is."""

    __slots__ = ("attempts", "era", "first_at")

    def __init__(self) -> None:
        self.attempts = 0
        self.era = 0
        self.first_at = 0.0


D = TypeVar("D", bound=Delivery)


class Deliveries(ABC, Generic[D]):
    """Takes messages and sees them delivered; `mode` is what happens to those that are put from then on."""

    def __init__(self, clock: Clock, pace: Pace) -> None:
        self._clock = clock
        self._pace = pace
        self.mode = Mode.ON
        self.pending = 0
        """Deliveries that neither arrived nor were given up."""
        self._era = 0
        self._order = count()
        self._queue: asyncio.Queue[D] = asyncio.Queue()
        self._waiting: list[tuple[float, int, D]] = []
        self._shuffled: list[D] = []
        self._look_again = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        clock.on_change(self._look_again.set)

    @abstractmethod
    async def _post(self, poster: Poster, delivery: D) -> int | None:
        """One attempt; the answer's status, None if there was none."""

    @abstractmethod
    def _settled(self, delivery: D, *, arrived: bool, given_up: bool) -> None:
        """What follows from an attempt; with neither, another one will come."""

    @property
    def copies(self) -> int:
        """How often each message is to be put in the present mode."""
        return {Mode.OFF: 0, Mode.DUPLICATE: 2}.get(self.mode, 1)

    @property
    def retries(self) -> int:
        """How many deliveries wait for their next attempt."""
        return len(self._waiting)

    @property
    def next_retry(self) -> float | None:
        """When the next retry is due, on the sandbox's clock (unix); None if none waits."""
        return self._waiting[0][0] if self._waiting else None

    def start(self) -> None:
        """Begin to send; needs a running loop."""
        self._tasks = [asyncio.create_task(self._send()) for _ in range(self._pace.senders)]
        self._tasks.append(asyncio.create_task(self._wake_retries()))

    async def stop(self) -> None:
        """Send nothing more."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []

    def clear(self) -> None:
        """Forget what waits and the mode; what is under way is not tried again."""
        self.mode = Mode.ON
        self.pending = 0
        self._era += 1
        while not self._queue.empty():
            self._queue.get_nowait()
        self._waiting.clear()
        self._shuffled.clear()

    def put(self, delivery: D) -> None:
        """Hand a message to the senders; in `shuffle` it waits a moment for others to overtake it."""
        self.pending += 1
        delivery.era, delivery.first_at = self._era, self._clock.now()
        if self.mode is not Mode.SHUFFLE:
            self._queue.put_nowait(delivery)
            return
        if not self._shuffled:
            asyncio.get_running_loop().call_later(self._pace.shuffle_s, self._release_shuffled)
        self._shuffled.append(delivery)

    def _release_shuffled(self) -> None:
        mixed, self._shuffled = self._shuffled, []
        random.shuffle(mixed)
        for delivery in mixed:
            self._queue.put_nowait(delivery)

    async def _send(self) -> None:
        poster = Poster()
        try:
            while True:
                delivery = await self._queue.get()
                status = await self._post(poster, delivery)
                if delivery.era == self._era:
                    self._settle(delivery, arrived=status is not None and 200 <= status < 300)
        finally:
            poster.close()

    def _settle(self, delivery: D, *, arrived: bool) -> None:
        now = self._clock.now()
        given_up = not arrived and now - delivery.first_at >= self._pace.give_up_s
        self._settled(delivery, arrived=arrived, given_up=given_up)
        if arrived or given_up:
            self.pending -= 1
            return
        delay = min(2.0**delivery.attempts, self._pace.retry_cap_s)
        delivery.attempts += 1
        heappush(self._waiting, (now + delay, next(self._order), delivery))
        self._look_again.set()

    async def _wake_retries(self) -> None:
        while True:
            self._look_again.clear()
            now = self._clock.now()
            while self._waiting and self._waiting[0][0] <= now:
                self._queue.put_nowait(heappop(self._waiting)[2])
            pause = None if self.next_retry is None else self.next_retry - now
            try:
                async with asyncio.timeout(pause):
                    await self._look_again.wait()
            except TimeoutError:
                continue
