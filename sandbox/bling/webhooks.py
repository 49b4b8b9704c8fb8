"""Signed webhooks: at least once, in no order, with retries and disabling (facts §3)."""

from __future__ import annotations

import asyncio
import hmac
import random
import uuid
from collections import deque
from collections.abc import Callable
from enum import StrEnum
from hashlib import sha256
from heapq import heappop, heappush
from itertools import count

from sandbox.bling.bodies import Body, encode, reference
from sandbox.bling.oauth import CLIENT_SECRET
from sandbox.bling.poster import Poster
from sandbox.bling.times import event_date
from sandbox.core.clock import Clock

SENDERS = 50
RETRY_CAP_S = 30.0
GIVE_UP_S = 3 * 86_400.0
SHUFFLE_S = 0.08
BARE_DATE_EVERY = 7
LATEST = 200
"""How many sent events are kept to look at."""

_NAMESPACE = uuid.UUID("6f1c1a52-5a0c-4c6e-9d0b-1b0d8a3c2e11")


class Mode(StrEnum):
    """What happens to the webhooks of writes made meanwhile."""

    ON = "on"
    OFF = "off"
    DUPLICATE = "duplicate"
    SHUFFLE = "shuffle"


class Notice:
    """One event as people may look at it: what left, and whether Ponte has it. `at` is real unix time."""

    __slots__ = ("arrived", "at", "attempts", "body", "company_id", "event")

    def __init__(self, company_id: str, event: str, body: bytes, at: float) -> None:
        self.company_id = company_id
        self.event = event
        self.body = body
        self.at = at
        self.attempts = 0
        self.arrived = False


class Delivery:
    """One message on its way to one address. `url` None means Ponte's door, wherever it is now."""

    __slots__ = ("attempts", "body", "era", "first_at", "notice", "resource", "signature", "url")

    def __init__(self, notice: Notice, signature: str, url: str | None, first_at: float, era: int) -> None:
        self.notice = notice
        self.resource = notice.event.split(".", 1)[0]
        self.body = notice.body
        self.signature = signature
        self.url = url
        self.first_at = first_at
        self.era = era
        self.attempts = 0


def sign(body: bytes) -> str:
    """The value of `X-Bling-Signature-256` for these raw bytes."""
    return "sha256=" + hmac.new(CLIENT_SECRET.encode(), body, sha256).hexdigest()


class Webhooks:
    """Takes events, signs them and sees them delivered.

    `authorised` says whether a company lets the app in: only then does Bling send anything. The
    retries wait on the sandbox's clock, so moving it forward makes them due.
    """

    def __init__(self, clock: Clock, authorised: Callable[[str], bool], app_url: Callable[[], str]) -> None:
        self._clock = clock
        self._authorised = authorised
        self._app_url = app_url
        self.mode = Mode.ON
        self.also: str | None = None
        self.disabled: set[str] = set()
        self.pending = 0
        """Deliveries that neither arrived nor were given up."""
        self.notices: deque[Notice] = deque(maxlen=LATEST)
        """The latest events that were sent, oldest first."""
        self._events = 0
        self._era = 0
        self._order = count()
        self._queue: asyncio.Queue[Delivery] = asyncio.Queue()
        self._waiting: list[tuple[float, int, Delivery]] = []
        self._shuffled: list[Delivery] = []
        self._look_again = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        clock.on_change(self._look_again.set)

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
        self._tasks = [asyncio.create_task(self._send()) for _ in range(SENDERS)]
        self._tasks.append(asyncio.create_task(self._wake_retries()))

    async def stop(self) -> None:
        """Send nothing more."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []

    def switch(self, mode: Mode, also: str | None) -> None:
        """What happens from now on, and where copies go; enables every resource again."""
        self.mode, self.also = mode, also
        self.disabled.clear()

    def clear(self) -> None:
        """Forget waiting messages and switches, enable every resource again."""
        self.switch(Mode.ON, None)
        self._events = self.pending = 0
        self._era += 1
        while not self._queue.empty():
            self._queue.get_nowait()
        self._waiting.clear()
        self._shuffled.clear()
        self.notices.clear()

    def publish(self, company_id: str, event: str, data: Body) -> None:
        """Sign an event and hand it to the senders, unless it is nobody's business."""
        resource = event.split(".", 1)[0]
        if self.mode is Mode.OFF or resource in self.disabled or not self._authorised(company_id):
            return
        notice = Notice(company_id, event, self._envelope(company_id, event, data), self._clock.real())
        self.notices.append(notice)
        signature = sign(notice.body)
        now = self._clock.now()
        targets = [None] if self.also is None else [None, self.also]
        copies = 2 if self.mode is Mode.DUPLICATE else 1
        for url in targets * copies:
            self._accept(Delivery(notice, signature, url, now, self._era))

    def _envelope(self, company_id: str, event: str, data: Body) -> bytes:
        self._events += 1
        real = self._clock.real()
        return encode(
            {
                "eventId": str(uuid.uuid5(_NAMESPACE, f"{company_id} {self._events} {real}")),
                "date": event_date(real, zoned=_record_of(data) % BARE_DATE_EVERY != 0),
                "version": "v1",
                "event": event,
                "companyId": company_id,
                "data": data,
            }
        )

    def _accept(self, delivery: Delivery) -> None:
        self.pending += 1
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
                status = await poster.post(self._target(delivery), delivery.body, _headers(delivery))
                if delivery.era == self._era:
                    self._settle(delivery, arrived=status is not None and 200 <= status < 300)
        finally:
            poster.close()

    def _target(self, delivery: Delivery) -> str:
        return delivery.url or f"{self._app_url()}/webhooks/bling"

    def _settle(self, delivery: Delivery, *, arrived: bool) -> None:
        now = self._clock.now()
        if delivery.url is None:
            delivery.notice.attempts += 1
            delivery.notice.arrived = delivery.notice.arrived or arrived
        given_up = not arrived and now - delivery.first_at >= GIVE_UP_S
        if given_up and delivery.url is None:
            self.disabled.add(delivery.resource)
        if arrived or given_up:
            self.pending -= 1
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
            pause = None if self.next_retry is None else self.next_retry - now
            try:
                async with asyncio.timeout(pause):
                    await self._look_again.wait()
            except TimeoutError:
                continue


def _record_of(data: Body) -> int:
    # The two forms of date go by record, as if by the part of Bling that wrote it: one record's
    # events then always carry the same form and stay comparable.
    return reference(data) or reference(data.get("produto"))


def _headers(delivery: Delivery) -> dict[str, str]:
    return {"Content-Type": "application/json", "X-Bling-Signature-256": delivery.signature}
