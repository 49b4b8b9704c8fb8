"""All of Stripe's side: objects, what is due, what was told. `reset` brings back the start."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec

from sandbox.core.world import World
from sandbox.stripe import shapes
from sandbox.stripe.billing_shapes import portal_configuration
from sandbox.stripe.cards import Nature
from sandbox.stripe.catalogue import open_catalogue
from sandbox.stripe.credentials import STRIPE_WEBHOOK_SECRET
from sandbox.stripe.events import DEFAULT_EVENTS, Events
from sandbox.stripe.idempotency import Replays
from sandbox.stripe.shelves import Body, Shelf
from sandbox.stripe.timers import Timers
from sandbox.stripe.webhooks import Target, Webhooks

KINDS = (
    "customer", "tax_id", "product", "price", "payment_method", "payment_intent", "invoice_payment",
    "subscription", "invoice", "checkout.session", "billing_portal.session",
    "billing_portal.configuration", "webhook_endpoint", "event", "coupon", "promotion_code",
)  # fmt: skip


class Habits(msgspec.Struct, frozen=True):
    """What the account's settings at Stripe say, in days and seconds of the sandbox's clock.

    A refused renewal is charged again after each of `retry_days` (counted from the attempt before), then
    the subscription becomes `after_retries`.
    """

    retry_days: tuple[int, ...] = (3, 5, 7)
    after_retries: str = "unpaid"
    draft_s: int = 3_600
    boleto_days: int = 2


class CheckoutTerms(msgspec.Struct, frozen=True, kw_only=True):
    """`subscription_data` of a Checkout session, and the promise to update its customer."""

    metadata: dict[str, str] = {}
    description: str | None = None
    trial_days: int | None = None
    trial_end: int | None = None
    without_method: str = "create_invoice"
    updates: tuple[str, ...] = ()


class StripeState:
    """Stripe as the sandbox plays it: one account, Ponte's."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.timers = Timers(world.clock)
        self.webhooks = Webhooks(world.clock)
        self.events = Events(self)
        self.replays = Replays(world.clock)
        self._populate()

    def reset(self) -> None:
        """Forget customers, subscriptions and waiting webhooks, then open the same shop again."""
        self.timers.clear()
        self.webhooks.clear()
        self.replays.clear()
        self._populate()

    @property
    def now(self) -> int:
        """Unix seconds on the sandbox's clock."""
        return self.timers.now

    @property
    def base_url(self) -> str:
        """Where API and pages are reached."""
        return f"{self.world.base_url}/stripe"

    def start(self) -> None:
        """Begin to carry out what becomes due and to deliver webhooks; needs a running loop."""
        self.webhooks.start()
        self._passing = asyncio.create_task(self.timers.run())

    async def stop(self) -> None:
        """Do nothing more by itself."""
        self._passing.cancel()
        await asyncio.gather(self._passing, return_exceptions=True)
        await self.webhooks.stop()

    def shelf(self, kind: str) -> Shelf:
        """The objects of a kind (the word of `object`)."""
        return self.shelves[kind]

    def add(self, body: Body, event: str | None = None) -> Body:
        """Keep a new object and tell of it."""
        self.shelves[body["object"]].put(body)
        if event is not None:
            self.events.tell(event, body)
        return body

    def change(self, body: Body, event: str | None = None, **fields: Any) -> bool:
        """Set fields of an object and tell what they were; False if all were so already."""
        previous = {name: body[name] for name, value in fields.items() if body[name] != value}
        if not previous:
            return False
        previous = msgspec.json.decode(msgspec.json.encode(previous))
        body.update(fields)
        if event is not None:
            self.events.tell(event, body, previous)
        return True

    def target(self, endpoint: Body) -> Target:
        """Where and how an endpoint is told of events."""
        version = endpoint["api_version"]
        if endpoint is self.own_endpoint:
            return Target(lambda: f"{self.world.app_url}/webhooks/stripe", STRIPE_WEBHOOK_SECRET, version)
        return Target(lambda: str(endpoint["url"]), self.secrets[endpoint["id"]], version)

    def _populate(self) -> None:
        self.habits = Habits()
        self.shelves = {kind: Shelf(kind) for kind in KINDS}
        self.natures: dict[str, Nature] = {}
        """How each payment method behaves when it is charged."""
        self.pending_lines: dict[str, list[Body]] = {}
        """Prorations that wait for their subscription's next invoice."""
        self.rebates: dict[str, Body] = {}
        """Coupons that wait for their subscription's first invoice with an amount."""
        self.baskets: dict[str, list[Body]] = {}
        """What each Checkout session sells."""
        self.orders: dict[str, CheckoutTerms] = {}
        """What each Checkout session was asked to make of its subscription."""
        self.secrets: dict[str, str] = {}
        self.own_endpoint = shapes.webhook_endpoint(
            f"{self.world.app_url}/webhooks/stripe", list(DEFAULT_EVENTS), shapes.API_VERSION, self.now
        )
        self.add(self.own_endpoint)
        self.portal_configuration = self.add(portal_configuration(self.now))
        open_catalogue(self)
