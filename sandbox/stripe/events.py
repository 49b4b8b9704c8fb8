"""What happened: kept for the list of events and handed to the endpoints that asked for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from sandbox.stripe import shapes
from sandbox.stripe.shelves import Body
from sandbox.stripe.webhooks import wants

if TYPE_CHECKING:
    from sandbox.stripe.state import StripeState

DEFAULT_EVENTS = (
    "checkout.session.completed",
    "checkout.session.async_payment_succeeded",
    "checkout.session.async_payment_failed",
    "customer.subscription.created",
    "customer.subscription.updated",
    "customer.subscription.deleted",
    "customer.subscription.paused",
    "customer.subscription.resumed",
    "customer.subscription.trial_will_end",
    "customer.subscription.pending_update_applied",
    "customer.subscription.pending_update_expired",
    "invoice.paid",
    "invoice.payment_failed",
)
"""What Ponte's own endpoint is told of."""

NO_REQUEST: Body = {"id": None, "idempotency_key": None}


class Events:
    """Tells of changes. `request` is the API request that is being carried out, if any."""

    def __init__(self, state: StripeState) -> None:
        self._state = state
        self.request = NO_REQUEST

    def tell(self, kind: str, body: Body, previous: Body | None = None, version: str = "") -> Body:
        """Keep an event with a copy of the object and send it. Its date is real, as its signature's is."""
        data: dict[str, Any] = {"object": msgspec.json.decode(msgspec.json.encode(body))}
        if previous is not None:
            data["previous_attributes"] = previous
        real = int(self._state.world.clock.real())
        event = shapes.event(kind, data, dict(self.request), real, version or shapes.API_VERSION)
        self._state.add(event)
        interested = [one for one in self._state.shelf("webhook_endpoint") if wants(one, kind)]
        event["pending_webhooks"] = len(interested)
        for endpoint in interested:
            self._state.webhooks.publish(event, self._state.target(endpoint))
        return event

    def send_again(self, event: Body) -> None:
        """Send an old event once more, with its copy as it was, to who is interested in its kind now."""
        for endpoint in self._state.shelf("webhook_endpoint"):
            if wants(endpoint, event["type"]):
                self._state.webhooks.send_again(event, self._state.target(endpoint))
