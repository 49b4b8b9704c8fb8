"""A tenant that pays: Ponte's side by its own parts, Stripe's by the sandbox, messages carried by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import msgspec

from connector.account.crier import Crier
from connector.account.licence import Right, right_of, tell_outlived
from connector.account.people import Actor
from connector.account.post import PostOffice
from connector.mail.sending import sender_of
from connector.security.signature import hmac_sha256_hex
from server.parts import Parts
from tests.support.office import Customer, Office
from tests.support.stripe_shop import GOOD, Shop

DONA = Actor("Dona")
DOOR = "/webhooks/stripe"


class Till:
    """One tenant, and the sandbox's Stripe."""

    def __init__(self, office: Office, customer: Customer, shop: Shop) -> None:
        self.office, self.customer, self.shop = office, customer, shop
        self.parts: Parts = office.parts
        self.billing = office.parts.billing
        self.tenant_id: UUID = customer.tenant_id
        self._delivered: set[str] = set()

    async def checkout(self, key: str = "essencial") -> str:
        """The address of the page where to pay."""
        return await self.billing.checkout(self.tenant_id, key, DONA, "pt")

    def pay(self, url: str, card: str = GOOD) -> httpx.Response:
        """Fill in the form of that page and press the button."""
        form = {"card": card, "email": "dono@example.com", "name": "Empresa Exemplo Ltda"}
        return self.shop.sandbox.client.post(url, data=form)

    async def subscribe(self, key: str = "essencial", card: str = GOOD) -> None:
        """Buy a plan, and let Stripe's messages be worked off."""
        assert self.pay(await self.checkout(key), card).status_code == 303
        await self.deliver()

    async def customer_id(self) -> str:
        """Stripe's name for the tenant."""
        (row,) = await self.office.rows("stripe_customer", "tenant_id = $1", self.tenant_id)
        return str(row["customer_id"])

    def events(self) -> list[dict[str, Any]]:
        """What Stripe has told since the last delivery, oldest first."""
        return [event for event in self.shop.told() if event["id"] not in self._delivered]

    async def deliver(self, *kinds: str) -> None:
        """Carry Stripe's messages (of some types, or all) to the door, and work them off."""
        for event in self.events():
            if not kinds or event["type"] in kinds:
                assert (await self.send(msgspec.json.encode(event))).status_code == 200
            self._delivered.add(event["id"])
        await self.billing.work_off()

    async def send(
        self, body: bytes, *, secret: str | None = None, at: datetime | None = None, signed: str | None = None
    ) -> httpx.Response:
        """A message at the door, rightly signed unless told otherwise."""
        header = signed if signed is not None else self.signed(body, secret, at)
        return await self.office.client.post(DOOR, content=body, headers={"stripe-signature": header})

    def signed(self, body: bytes, secret: str | None = None, at: datetime | None = None) -> str:
        """As Stripe signs."""
        time = int((at or datetime.now(UTC)).timestamp())
        secret = secret or self.parts.settings.stripe_webhook_secret
        return f"t={time},v1={hmac_sha256_hex(secret, str(time).encode() + b'.' + body)}"

    async def wait(self, days: float) -> None:
        """Let days pass, for Stripe and for Ponte; licences whose date has come are told anew."""
        self.shop.wait(days)
        await self.parts.clock.read(self.parts.http)
        await tell_outlived(self.parts.database, self.parts.clock.now(), self.parts.clock.business_now())

    async def right(self) -> Right:
        """As API and screens see it."""
        async with self.parts.database.tenant(self.tenant_id):
            right = await right_of(self.tenant_id, self.parts.clock.business_now())
        assert right is not None
        return right

    async def state(self) -> str:
        """The licence's state."""
        return (await self.right()).licence.state.value

    def calls(self) -> list[str]:
        """Requests of ours that reached Stripe, oldest first, as `POST customers`."""
        rows = self.shop.sandbox.control("calls?provider=stripe", method="GET")
        rows = rows["items"] if isinstance(rows, dict) else rows
        return [f"{row['http_method']} {row['path']}" for row in rows]

    def forget_calls(self) -> None:
        """Count anew."""
        self.shop.sandbox.control("calls", method="DELETE")

    async def letters(self) -> list[dict[str, str]]:
        """What the owner was written, oldest first; alerts that are due are told first."""
        parts = self.parts
        crier = Crier(parts.database, parts.redis, parts.http, parts.vault, parts.connections)
        await crier.tell_due(parts.clock.now(), parts.clock.business_now())
        post = PostOffice(
            parts.database, parts.vault, sender_of(parts.settings, parts.http), parts.settings.app_url
        )
        await post.send_due(parts.clock.now() + timedelta(seconds=1))
        items = self.shop.sandbox.client.get("/mail").raise_for_status().json()["items"]
        return [item for item in items if item["to"] == self.customer.email][::-1]

    async def unpaid(self, card: str = "4000000000009987") -> None:
        """A month after a first payment the card fails: grace."""
        await self.subscribe(card=card)
        await self.wait(32)
        await self.deliver()
