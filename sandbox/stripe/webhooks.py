"""Signed webhooks: at least once, in no order, tried again for three days.

Stripe's waits between attempts grow exponentially; the sandbox begins with a second and doubles up to an
hour, on its movable clock. Signatures carry the real time, anew with every attempt.
"""

from __future__ import annotations

import asyncio
import hmac
import random
from collections.abc import Callable
from hashlib import sha256
from heapq import heappop, heappush
from itertools import count
from typing import Any

import msgspec

from sandbox.bling.poster import Poster
from sandbox.bling.webhooks import Mode
from sandbox.core.clock import Clock
from sandbox.stripe.shapes import API_VERSION
from sandbox.stripe.shelves import Body

SENDERS = 4
RETRY_CAP_S = 3_600.0
GIVE_UP_S = 3 * 86_400.0
SHUFFLE_S = 0.2


class Target(msgspec.Struct, frozen=True):
    """Where a message goes, whose secret signs it, and the API version of what is sent there.

    `url` is asked for at each attempt.
    """

    url: Callable[[], str]
    secret: str
    version: str


class Delivery:
    """One event on its way to one endpoint."""

    __slots__ = ("attempts", "body", "era", "event", "first_at", "target")

    def __init__(self, event: Body, target: Target, first_at: float, era: int) -> None:
        self.event = event
        self.body = msgspec.json.encode(_as_of(event, target.version))
        self.target = target
        self.first_at = first_at
        self.era = era
        self.attempts = 0


def _as_of(event: Body, version: str) -> Body:
    """An event as an endpoint of this version gets it; an event that was ordered strange stays so."""
    ours = event["api_version"] == API_VERSION
    return event | {"api_version": version} if ours and version != API_VERSION else event


def signature(secret: str, body: bytes, at: int) -> str:
    """The value of `Stripe-Signature` for these raw bytes."""
    digest = hmac.new(secret.encode(), str(at).encode() + b"." + body, sha256).hexdigest()
    return f"t={at},v1={digest}"


class Webhooks:
    """Sees events delivered; `mode` is what happens to those published from then on."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.mode = Mode.ON
        self._era = 0
        self._order = count()
        self._queue: asyncio.Queue[Delivery] = asyncio.Queue()
        self._waiting: list[tuple[float, int, Delivery]] = []
        self._shuffled: list[Delivery] = []
        self._look_again = asyncio.Event()
        clock.on_change(self._look_again.set)

    def clear(self) -> None:
        """Forget waiting messages; what is under way is not tried again."""
        self.mode = Mode.ON
        self._era += 1
        self._waiting.clear()
        self._shuffled.clear()
        while not self._queue.empty():
            self._queue.get_nowait()

    def publish(self, event: Body, target: Target) -> None:
        """Hand an event to the senders, as the mode says."""
        if self.mode is Mode.OFF:
            return
        for _ in range(2 if self.mode is Mode.DUPLICATE else 1):
            self._accept(Delivery(event, target, self._clock.now(), self._era))

    def send_again(self, event: Body, target: Target) -> None:
        """Send an event whatever the mode says."""
        self._queue.put_nowait(Delivery(event, target, self._clock.now(), self._era))

    async def run(self) -> None:
        """Send until cancelled."""
        async with asyncio.TaskGroup() as group:
            for _ in range(SENDERS):
                group.create_task(self._send())
            group.create_task(self._wake_retries())

    def _accept(self, delivery: Delivery) -> None:
        if self.mode is not Mode.SHUFFLE:
            self._queue.put_nowait(delivery)
            return
        if not self._shuffled:
            asyncio.get_running_loop().call_later(SHUFFLE_S, self._release_shuffled)
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
                status = await poster.post(delivery.target.url(), delivery.body, self._headers(delivery))
                if delivery.era == self._era:
                    self._settle(delivery, arrived=status is not None and 200 <= status < 300)
        finally:
            poster.close()

    def _headers(self, delivery: Delivery) -> dict[str, str]:
        signed = signature(delivery.target.secret, delivery.body, int(self._clock.real()))
        agent = "Stripe/1.0 (+https://stripe.com/docs/webhooks)"
        return {
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": agent,
            "Stripe-Signature": signed,
        }

    def _settle(self, delivery: Delivery, *, arrived: bool) -> None:
        now = self._clock.now()
        if arrived or now - delivery.first_at >= GIVE_UP_S:
            delivery.event["pending_webhooks"] = max(0, delivery.event["pending_webhooks"] - 1)
            return
        delay = min(2.0**delivery.attempts, RETRY_CAP_S)
        delivery.attempts += 1
        heappush(self._waiting, (now + delay, next(self._order), delivery))
        self._look_again.set()

    async def _wake_retries(self) -> None:
        while True:
            self._look_again.clear()
            now = self._clock.now()
            while self._waiting and self._waiting[0][0] <= now:
                self._queue.put_nowait(heappop(self._waiting)[2])
            pause = self._waiting[0][0] - now if self._waiting else None
            try:
                async with asyncio.timeout(pause):
                    await self._look_again.wait()
            except TimeoutError:
                continue


def wants(endpoint: Body, kind: str) -> bool:
    """Whether an endpoint is to be told of events of this kind."""
    enabled: list[Any] = endpoint["enabled_events"]
    return endpoint["status"] == "enabled" and ("*" in enabled or kind in enabled)
