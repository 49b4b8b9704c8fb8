"""Signed webhooks: at least once, in no order, with retries and disabling (facts §3)."""

from __future__ import annotations

import hmac
import uuid
from collections import deque
from collections.abc import Callable
from hashlib import sha256

from sandbox.bling.bodies import Body, encode, reference
from sandbox.bling.oauth import CLIENT_SECRET
from sandbox.bling.times import event_date
from sandbox.core.clock import Clock
from sandbox.core.deliveries import Deliveries, Delivery, Mode, Pace
from sandbox.core.poster import Poster

GIVE_UP_S = 3 * 86_400.0
PACE = Pace(senders=50, retry_cap_s=30.0, give_up_s=GIVE_UP_S, shuffle_s=0.08)
BARE_DATE_EVERY = 7
LATEST = 200
"""How many sent events are kept to look at."""

_NAMESPACE = uuid.UUID("6f1c1a52-5a0c-4c6e-9d0b-1b0d8a3c2e11")


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


class NoticeDelivery(Delivery):
    """One event on its way to one address. `url` None means Ponte's door, wherever it is now."""

    __slots__ = ("notice", "resource", "signature", "url")

    def __init__(self, notice: Notice, signature: str, url: str | None) -> None:
        super().__init__()
        self.notice = notice
        self.resource = notice.event.split(".", 1)[0]
        self.signature = signature
        self.url = url


def sign(body: bytes) -> str:
    """The value of `X-Bling-Signature-256` for these raw bytes."""
    return "sha256=" + hmac.new(CLIENT_SECRET.encode(), body, sha256).hexdigest()


class Webhooks(Deliveries[NoticeDelivery]):
    """Takes events, signs them and sees them delivered.

    `authorised` says whether a company lets the app in: only then does Bling send anything.
    """

    def __init__(self, clock: Clock, authorised: Callable[[str], bool], app_url: Callable[[], str]) -> None:
        super().__init__(clock, PACE)
        self._authorised = authorised
        self._app_url = app_url
        self.also: str | None = None
        self.disabled: set[str] = set()
        self.notices: deque[Notice] = deque(maxlen=LATEST)
        """The latest events that were sent, oldest first."""
        self._events = 0

    def switch(self, mode: Mode, also: str | None) -> None:
        """What happens from now on, and where copies go; enables every resource again."""
        self.mode, self.also = mode, also
        self.disabled.clear()

    def clear(self) -> None:
        """Forget waiting messages and switches, enable every resource again."""
        super().clear()
        self.switch(Mode.ON, None)
        self._events = 0
        self.notices.clear()

    def publish(self, company_id: str, event: str, data: Body) -> None:
        """Sign an event and hand it to the senders, unless it is nobody's business."""
        resource = event.split(".", 1)[0]
        if self.mode is Mode.OFF or resource in self.disabled or not self._authorised(company_id):
            return
        notice = Notice(company_id, event, self._envelope(company_id, event, data), self._clock.real())
        self.notices.append(notice)
        signature = sign(notice.body)
        targets = [None] if self.also is None else [None, self.also]
        for url in targets * self.copies:
            self.put(NoticeDelivery(notice, signature, url))

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

    async def _post(self, poster: Poster, delivery: NoticeDelivery) -> int | None:
        url = delivery.url or f"{self._app_url()}/webhooks/bling"
        headers = {"Content-Type": "application/json", "X-Bling-Signature-256": delivery.signature}
        return await poster.post(url, delivery.notice.body, headers)

    def _settled(self, delivery: NoticeDelivery, *, arrived: bool, given_up: bool) -> None:
        if delivery.url is not None:
            return
        delivery.notice.attempts += 1
        delivery.notice.arrived = delivery.notice.arrived or arrived
        if given_up:
            self.disabled.add(delivery.resource)


def _record_of(data: Body) -> int:
    # The two forms of date go by record, as if by the part of Bling that wrote it: one record's
    # events then always carry the same form and stay comparable.
    return reference(data) or reference(data.get("produto"))
