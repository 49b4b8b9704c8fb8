"""Signed webhooks. Signatures carry the real time, anew with every attempt.

Stripe tries for three days with waits that grow; the sandbox's begin with a second and double up to an hour.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from hashlib import sha256

import msgspec

from sandbox.core.clock import Clock
from sandbox.core.deliveries import Deliveries, Delivery, Pace
from sandbox.core.poster import Poster
from sandbox.stripe.shapes import API_VERSION
from sandbox.stripe.shelves import Body

PACE = Pace(senders=4, retry_cap_s=3_600.0, give_up_s=3 * 86_400.0, shuffle_s=0.2)


class Target(msgspec.Struct, frozen=True):
    """Where a message goes, whose secret signs it, and the API version of what is sent there.

    `url` is asked for at each attempt.
    """

    url: Callable[[], str]
    secret: str
    version: str


class EventDelivery(Delivery):
    """One event on its way to one endpoint."""

    __slots__ = ("body", "event", "target")

    def __init__(self, event: Body, target: Target) -> None:
        super().__init__()
        self.event = event
        self.body = msgspec.json.encode(_as_of(event, target.version))
        self.target = target


def signature(secret: str, body: bytes, at: int) -> str:
    """The value of `Stripe-Signature` for these raw bytes."""
    digest = hmac.new(secret.encode(), str(at).encode() + b"." + body, sha256).hexdigest()
    return f"t={at},v1={digest}"


class Webhooks(Deliveries[EventDelivery]):
    """Sees events delivered."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock, PACE)

    def publish(self, event: Body, target: Target) -> None:
        """Send an event as the mode says."""
        for _ in range(self.copies):
            self.put(EventDelivery(event, target))

    def send_again(self, event: Body, target: Target) -> None:
        """Send an event once, also while webhooks are off."""
        self.put(EventDelivery(event, target))

    async def _post(self, poster: Poster, delivery: EventDelivery) -> int | None:
        signed = signature(delivery.target.secret, delivery.body, int(self._clock.real()))
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
            "Stripe-Signature": signed,
        }
        return await poster.post(delivery.target.url(), delivery.body, headers)

    def _settled(self, delivery: EventDelivery, *, arrived: bool, given_up: bool) -> None:
        if arrived or given_up:
            delivery.event["pending_webhooks"] = max(0, delivery.event["pending_webhooks"] - 1)


def wants(endpoint: Body, kind: str) -> bool:
    """Whether an endpoint is to be told of events of this kind."""
    enabled: list[str] = endpoint["enabled_events"]
    return endpoint["status"] == "enabled" and ("*" in enabled or kind in enabled)


def _as_of(event: Body, version: str) -> Body:
    """An event as an endpoint of this version gets it; an event that was ordered strange stays so."""
    ours = event["api_version"] == API_VERSION
    return event | {"api_version": version} if ours and version != API_VERSION else event
