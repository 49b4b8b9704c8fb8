"""What Ponte asks of Stripe. Every method raises `VendorError`s (connector/billing/errors.py)."""

from __future__ import annotations

from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

import httpx
import msgspec
import stripe

from connector.billing import reading
from connector.billing.errors import NO_PRICE, told
from connector.billing.reading import Price
from connector.billing.transport import SharedClient
from connector.domain.licence import Status, Subscription
from connector.domain.vendor import Rejected

#: The package repeats what got no answer, with the same idempotency key.
TRIES_AGAIN = 2
CURRENCY = "brl"
#: Rows of one list; nobody has more subscriptions or open invoices.
MOST = 100
#: Money is asked for and has not come.
_OWING = frozenset({Status.PAST_DUE, Status.UNPAID})


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """A checkout to be opened."""

    tenant_id: UUID
    customer_id: str
    lookup_key: str
    language: str
    success_url: str
    cancel_url: str


class Opened(msgspec.Struct, frozen=True):
    """A checkout that waits for the customer."""

    id: str
    url: str


class Stripe:
    """One Stripe account."""

    def __init__(self, http: httpx.AsyncClient, api_key: str, api_url: str) -> None:
        self._stripe = stripe.StripeClient(
            api_key,
            base_addresses={"api": api_url},
            http_client=SharedClient(http),
            max_network_retries=TRIES_AGAIN,
        )

    async def customer(self, tenant_id: UUID, name: str, email: str, replaced: str = "") -> str:
        """The id of the tenant's customer: two that ask at once are given the same one."""
        with told():
            made = await self._stripe.v1.customers.create_async(
                {
                    "name": name,
                    **({"email": email} if email else {}),
                    "preferred_locales": ["pt-BR"],
                    "metadata": {"tenant_id": str(tenant_id)},
                },
                {"idempotency_key": _key_of(str(tenant_id), replaced, name, email)},
            )
        return made.id

    async def prices(self, lookup_keys: list[str]) -> dict[str, Price]:
        """The prices in reais that are on sale, by lookup key."""
        with told():
            found = await self._stripe.v1.prices.list_async(
                {"lookup_keys": lookup_keys, "active": True, "limit": MOST}
            )
        known = [reading.price(one.to_dict()) for one in found.data]
        return {one.lookup_key: one for one in known if one.lookup_key and one.currency == CURRENCY}

    async def checkout(self, order: Order) -> Opened:
        """Stripe's page where the customer subscribes; which ways to pay it offers is set up at Stripe."""
        price = await self._price(order.lookup_key)
        whose = {"tenant_id": str(order.tenant_id)}
        with told():
            session = await self._stripe.v1.checkout.sessions.create_async(
                {
                    "mode": "subscription",
                    "ui_mode": "hosted_page",
                    "customer": order.customer_id,
                    "customer_update": {"name": "auto", "address": "auto"},
                    "client_reference_id": str(order.tenant_id),
                    "line_items": [{"price": price, "quantity": 1}],
                    "allow_promotion_codes": True,
                    "tax_id_collection": {"enabled": True},
                    "locale": "en" if order.language == "en" else "pt-BR",
                    "metadata": whose,
                    "subscription_data": {"metadata": whose},
                    "success_url": order.success_url,
                    "cancel_url": order.cancel_url,
                },
                _once(),
            )
        return Opened(session.id, session.url or "")

    async def expire(self, session_id: str) -> None:
        """Nobody can pay in this checkout any more; `Rejected` when it is over already."""
        with told():
            await self._stripe.v1.checkout.sessions.expire_async(session_id, None, _once())

    async def portal(self, customer_id: str, return_url: str, language: str) -> str:
        """The address of Stripe's page for cards, invoices and cancelling."""
        with told():
            session = await self._stripe.v1.billing_portal.sessions.create_async(
                {
                    "customer": customer_id,
                    "return_url": return_url,
                    "locale": "en" if language == "en" else "pt-BR",
                },
                _once(),
            )
        return session.url

    async def subscriptions(self, customer_id: str) -> list[Subscription]:
        """All of the customer's subscriptions as they are now, also those that are over."""
        with told():
            found = await self._stripe.v1.subscriptions.list_async(
                {"customer": customer_id, "status": "all", "limit": MOST}
            )
        read = [reading.subscription(one.to_dict()) for one in found.data]
        return [await self._dated(one) for one in read]

    async def change_plan(self, present: Subscription, lookup_key: str) -> None:
        """Another plan from now on: the difference is billed at once, or credited.

        `Rejected` when the card is declined, and then nothing has changed.
        """
        price = await self._price(lookup_key)
        with told():
            await self._stripe.v1.subscriptions.update_async(
                present.id,
                {
                    "items": [{"id": present.item_id, "price": price}],
                    "proration_behavior": "always_invoice",
                    "payment_behavior": "error_if_incomplete",
                    "cancel_at_period_end": False,
                },
                _once(),
            )

    async def renew(self, subscription_id: str, *, renews: bool) -> None:
        """Let it end with what is paid for, or go on after all."""
        with told():
            await self._stripe.v1.subscriptions.update_async(
                subscription_id, {"cancel_at_period_end": not renews}, _once()
            )

    async def _price(self, lookup_key: str) -> str:
        price = (await self.prices([lookup_key])).get(lookup_key)
        if price is None:
            raise Rejected(f"Stripe has no price in BRL with the lookup key {lookup_key}", code=NO_PRICE)
        return price.id

    async def _dated(self, one: Subscription) -> Subscription:
        """With the day from which on it was not paid."""
        if one.status not in _OWING:
            return one
        with told():
            invoices = await self._stripe.v1.invoices.list_async(
                {"subscription": one.id, "status": "open", "limit": MOST}
            )
        since = reading.oldest([invoice.to_dict() for invoice in invoices.data])
        return msgspec.structs.replace(one, unpaid_since=since)


def _key_of(*parts: str) -> str:
    """The same for the same question: two at once are answered with one object."""
    return sha256("\0".join(parts).encode()).hexdigest()


def _once() -> Any:
    """Options of a write: repeated by the package, carried out once."""
    return {"idempotency_key": uuid4().hex}
