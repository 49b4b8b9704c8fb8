"""A person and a program at the sandbox's Stripe: the real client, and Checkout filled in."""

from __future__ import annotations

from typing import Any

import httpx
import stripe

from tests.support.sandbox import Sandbox

DAY_S = 86_400
GOOD, DECLINED, FAILS_LATER = "4242424242424242", "4000000000000002", "4000000000009987"
TENANT = "7b1d3f0e-0000-4000-8000-000000000001"


class Shop:
    """The sandbox's Stripe account as `stripe` reaches it."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        ready = sandbox.ready["stripe"]
        self.api_url, self.api_key = ready["api_url"], ready["api_key"]
        self.client = self.new_client()
        self.v1 = self.client.v1

    def new_client(self, **more: Any) -> stripe.StripeClient:
        """The official client, pointed at the sandbox and nothing else changed."""
        http = stripe.HTTPXClient(allow_sync_methods=True, timeout=10)
        options: dict[str, Any] = {"base_addresses": {"api": self.api_url}, "http_client": http} | more
        return stripe.StripeClient(self.api_key, **options)

    def price(self, key: str = "essencial") -> stripe.Price:
        """The price of a plan."""
        return self.v1.prices.list({"lookup_keys": [key]}).data[0]

    def session(self, key: str = "essencial", **more: Any) -> stripe.checkout.Session:
        """An open Checkout session of a tenant's."""
        subscription_data = {"metadata": {"tenant_id": TENANT}} | more.pop("subscription_data", {})
        sent: Any = {
            "mode": "subscription",
            "line_items": [{"price": self.price(key).id, "quantity": 1}],
            "client_reference_id": TENANT,
            "subscription_data": subscription_data,
            "success_url": "http://app.test/licenca?sessao={CHECKOUT_SESSION_ID}",
        }
        return self.v1.checkout.sessions.create(sent | more)

    def pay(self, session: stripe.checkout.Session, card: str = GOOD, **more: str) -> httpx.Response:
        """Send the form of a session's page."""
        assert session.url is not None
        form = {"card": card, "email": "dono@example.com", "name": "Empresa Exemplo Ltda"} | more
        return self.sandbox.client.post(session.url, data=form)

    def subscribed(self, card: str = GOOD, key: str = "essencial", **more: Any) -> stripe.Subscription:
        """A subscription that was bought through Checkout."""
        session = self.session(key, **more)
        assert self.pay(session, card).status_code == 303
        bought = self.v1.checkout.sessions.retrieve(session.id, {"expand": ["subscription"]})
        assert isinstance(bought.subscription, stripe.Subscription)
        return bought.subscription

    def status(self, subscription: stripe.Subscription) -> str:
        """Its present status."""
        return self.v1.subscriptions.retrieve(subscription.id).status

    def latest(self, subscription: stripe.Subscription) -> stripe.Invoice:
        """Its latest invoice."""
        asked: Any = {"expand": ["latest_invoice"]}
        found = self.v1.subscriptions.retrieve(subscription.id, asked).latest_invoice
        assert isinstance(found, stripe.Invoice)
        return found

    def wait(self, days: float) -> None:
        """Let days pass on the sandbox's clock."""
        self.sandbox.control("clock", {"advance_s": days * DAY_S})

    def told(self, *kinds: str) -> list[dict[str, Any]]:
        """Events so far, oldest first, of some types or all."""
        asked: Any = {"limit": 100} | ({"types": list(kinds)} if kinds else {})
        return [event.to_dict() for event in self.v1.events.list(asked).data[::-1]]

    def press(self, portal: stripe.billing_portal.Session, act: str, **form: str) -> httpx.Response:
        """One button of the billing portal."""
        return self.sandbox.client.post(f"{portal.url}/{act}", data=form)
