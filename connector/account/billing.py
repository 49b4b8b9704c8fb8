"""Paying: checkout, billing portal, another plan; and keeping in step with what Stripe says.

Stripe is asked what is true now, whatever a message of its says: for each message, once a day, and when
somebody comes back from the checkout. The answer replaces what was known; the licence follows from it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import httpx
import structlog
from arq.connections import ArqRedis
from redis.exceptions import RedisError

from connector.account import licence as licence_desk
from connector.account.clock import Clock
from connector.account.people import NOWHERE, PONTE, Actor
from connector.billing import webhook
from connector.billing.client import Order, Stripe
from connector.domain.licence import Subscription
from connector.domain.vendor import Gone, Rejected, VendorError
from connector.settings import Settings
from connector.store import audit, billing, directory, licences, people, tenants
from connector.store.billing import Customer, Settled, StripeEvent
from connector.store.directory import Quarantined
from connector.store.ids import new_id
from connector.store.people import Role
from connector.store.scope import Connection, Database

#: The page that people come back to.
PAGE = "/licenca"
#: The worker's function that works off what Stripe told.
BILL_JOB = "bill"
#: Events that one worker takes at a time.
AT_ONCE = 100
#: Every customer is compared once a day of business time, so many in one go.
EVERY = timedelta(days=1)
COMPARED = 20
#: Stripe repeats an event for three days, and shows it for thirty.
REMEMBERED = timedelta(days=60)

log = structlog.get_logger(__name__)


class NotSetUp(Exception):
    """There is no key of Stripe's: nobody can pay here."""


class NobodyPays(Exception):
    """The tenant has no subscription that could be changed."""


@dataclass(frozen=True, slots=True)
class Billing:
    """What it takes to be paid; without a key of Stripe's everything else goes on."""

    database: Database
    stripe: Stripe | None
    clock: Clock
    app_url: str

    @property
    def is_set_up(self) -> bool:
        """Whether people can pay."""
        return self.stripe is not None

    async def checkout(self, tenant_id: UUID, lookup_key: str, by: Actor, language: str) -> str:
        """Where to subscribe; who has a subscription that lives is led to the billing portal instead.

        Raises `NotSetUp` and `VendorError`s.
        """
        stripe = self._stripe()
        customer = await self._customer(tenant_id)
        await self._close_older(customer)
        if await self._living(tenant_id):
            return await self._portal(customer, language)
        try:
            opened = await stripe.checkout(self._order(customer, lookup_key, language))
        except Gone:
            customer = await self._made(tenant_id, replaced=customer.customer_id)
            opened = await stripe.checkout(self._order(customer, lookup_key, language))
        async with self.database.system() as conn:
            await billing.opened(conn, customer.customer_id, opened.id)
            await _note(tenant_id, by, "licence.checkout", lookup_key, self.clock.now())
        return opened.url

    async def portal(self, tenant_id: UUID, language: str) -> str:
        """Where cards, invoices and cancelling are; raises `NobodyPays`, `NotSetUp`, `VendorError`s."""
        self._stripe()
        async with self.database.system() as conn:
            customer = await billing.customer_of(conn, tenant_id)
        if customer is None:
            raise NobodyPays
        return await self._portal(customer, language)

    async def change_plan(self, tenant_id: UUID, lookup_key: str, by: Actor) -> None:
        """Another plan from now on, the difference billed or credited; raises as `portal`."""
        stripe = self._stripe()
        living = await self._living(tenant_id)
        if not living:
            raise NobodyPays
        if living[-1].plan != lookup_key:
            await stripe.change_plan(living[-1], lookup_key)
        async with self.database.system():
            await _note(tenant_id, by, "licence.plan_changed", lookup_key, self.clock.now())
        await self.ask(living[-1].customer_id)

    async def came_back(self, tenant_id: UUID) -> None:
        """Somebody returns from the checkout: ask at once if one was open, else there is nothing to ask."""
        async with self.database.system() as conn:
            customer = await billing.customer_of(conn, tenant_id)
        if customer is not None and customer.session_id is not None and self.stripe is not None:
            await self.ask(customer.customer_id)

    async def ask(self, customer_id: str) -> None:
        """Let the tenant's licence follow from what Stripe says now; raises `VendorError`s."""
        asked_at = self.clock.now()
        try:
            present = await self._stripe().subscriptions(customer_id)
        except Gone:
            present = []
        now, business_now = self.clock.now(), self.clock.business_now()
        async with self.database.system() as conn:
            tenant_id = await billing.answered(conn, customer_id, asked_at, business_now)
            if tenant_id is None:
                return
            await licences.mirror(conn, tenant_id, present)
            await licence_desk.tell_anew(conn, tenant_id, PONTE, now, business_now)
            if any(one.is_living for one in present):
                await billing.opened(conn, customer_id, None)

    async def work_off(self) -> int:
        """Everything that Stripe told and is due; how many events."""
        if self.stripe is None:
            return 0
        async with self.database.system() as conn:
            events = await billing.claim(conn, self.clock.now(), AT_ONCE)
        by_customer: dict[str | None, list[StripeEvent]] = defaultdict(list)
        for event in events:
            by_customer[event.customer_id].append(event)
        for customer_id, told in by_customer.items():
            await self._heed(customer_id, told)
        return len(events)

    async def compare(self) -> int:
        """Ask about those who were not asked about for a day; how many customers."""
        if self.stripe is None:
            return 0
        async with self.database.system() as conn:
            due = await billing.to_compare(conn, self.clock.business_now() - EVERY, COMPARED)
        for customer in due:
            try:
                await self.ask(customer.customer_id)
            except VendorError as error:
                log.warning("comparison_put_off", tenant=str(customer.tenant_id), code=error.code)
                async with self.database.system() as conn:
                    later = self.clock.business_now() - EVERY / 2
                    await billing.unanswered(conn, customer.customer_id, later)
        return len(due)

    async def stop_leaving(self) -> int:
        """Subscriptions of who leaves end with what is paid for; how many. Raises `VendorError`s."""
        if self.stripe is None:
            return 0
        async with self.database.system() as conn:
            found = await billing.leaving(conn, COMPARED)
        for customer_id, subscription_id in found:
            await self._renew(customer_id, subscription_id, renews=False)
        return len(found)

    async def go_on(self, tenant_id: UUID, by: Actor) -> None:
        """A cancelled subscription renews after all; raises as `portal`."""
        ending = [one for one in await self._living(tenant_id) if one.cancel_at is not None]
        if not ending:
            raise NobodyPays
        await self._renew(ending[-1].customer_id, ending[-1].id, renews=True)
        async with self.database.system():
            await _note(tenant_id, by, "licence.renewed", ending[-1].plan or "", self.clock.now())

    async def _renew(self, customer_id: str, subscription_id: str, *, renews: bool) -> None:
        await self._stripe().renew(subscription_id, renews=renews)
        await self.ask(customer_id)

    async def _heed(self, customer_id: str | None, told: Sequence[StripeEvent]) -> None:
        """One question answers all that was told of a customer."""
        matter = [event for event in told if webhook.matters(event.type)]
        rest = [event.id for event in told if event not in matter]
        async with self.database.system() as conn:
            if rest:
                await billing.settle(conn, rest, Settled.IGNORED)
            known = await billing.customer(conn, customer_id) if customer_id is not None else None
            if known is None:
                await _quarantine(conn, matter)
        if known is None or not matter:
            return
        try:
            await self.ask(known.customer_id)
        except VendorError as error:
            log.warning("stripe_not_asked", tenant=str(known.tenant_id), code=error.code)
            return
        async with self.database.system() as conn:
            await billing.settle(conn, [event.id for event in matter], Settled.ASKED, known.tenant_id)

    async def _customer(self, tenant_id: UUID) -> Customer:
        async with self.database.system() as conn:
            customer = await billing.customer_of(conn, tenant_id)
        return customer or await self._made(tenant_id)

    async def _made(self, tenant_id: UUID, replaced: str = "") -> Customer:
        async with self.database.system() as conn:
            tenant = await tenants.load(tenant_id)
            email = await _payer(conn, tenant_id)
        name = tenant.name if tenant else ""
        customer_id = await self._stripe().customer(tenant_id, name, email, replaced)
        async with self.database.system() as conn:
            await billing.add_customer(
                conn, customer_id, tenant_id, self.clock.business_now(), self.clock.now()
            )
        return Customer(customer_id=customer_id, tenant_id=tenant_id, session_id=None)

    async def _close_older(self, customer: Customer) -> None:
        """Two open checkouts would be two subscriptions. One that cannot be closed was maybe paid: ask."""
        if customer.session_id is None:
            return
        try:
            await self._stripe().expire(customer.session_id)
        except Rejected:
            await self.ask(customer.customer_id)

    async def _living(self, tenant_id: UUID) -> list[Subscription]:
        async with self.database.tenant(tenant_id) as conn:
            return [one for one in await licences.subscriptions(conn, tenant_id) if one.is_living]

    async def _portal(self, customer: Customer, language: str) -> str:
        return await self._stripe().portal(customer.customer_id, f"{self.app_url}{PAGE}", language)

    def _order(self, customer: Customer, lookup_key: str, language: str) -> Order:
        page = f"{self.app_url}{PAGE}"
        return Order(
            tenant_id=customer.tenant_id,
            customer_id=customer.customer_id,
            lookup_key=lookup_key,
            language=language,
            success_url=f"{page}?sessao={{CHECKOUT_SESSION_ID}}",
            cancel_url=page,
        )

    def _stripe(self) -> Stripe:
        if self.stripe is None:
            raise NotSetUp
        return self.stripe


async def take(conn: Connection, body: bytes, at: datetime) -> bool:
    """Store a rightly signed message (system scope); True if there is something new to work off."""
    told = webhook.understand(body)
    if told is not None:
        return await billing.put(conn, told.id, told.type, told.customer_id, body, at)
    log.warning("stripe_message_strange", size=len(body))
    message = Quarantined(id=new_id(at), received_at=at, reason="stripe_strange", body=body)
    await directory.quarantined(conn, [message])
    return False


async def ring(redis: ArqRedis) -> None:
    """Something waits to be worked off; without Redis the worker's next look finds it."""
    try:
        await redis.enqueue_job(BILL_JOB)
    except (RedisError, OSError) as error:
        log.warning("billing_not_rung", error=type(error).__name__)


async def _quarantine(conn: Connection, events: Sequence[StripeEvent]) -> None:
    """Their customer is nobody's: nothing follows but that an operator sees them."""
    if not events:
        return
    messages = [
        Quarantined(
            id=new_id(event.received_at),
            received_at=event.received_at,
            reason="stripe_unknown_customer",
            body=event.body,
        )
        for event in events
    ]
    await directory.quarantined(conn, messages)
    await billing.settle(conn, [event.id for event in events], Settled.QUARANTINED)
    for event in events:
        log.warning("stripe_unknown_customer", event_id=event.id, type=event.type, customer=event.customer_id)


async def _payer(conn: Connection, tenant_id: UUID) -> str:
    """The address of an owner who can be written to; empty if there is none."""
    owners = [one for one in await people.members(conn, tenant_id) if one.role is Role.OWNER]
    return next((one.email for one in owners if not one.email.endswith(NOWHERE)), "")


async def _note(tenant_id: UUID, by: Actor, action: str, plan: str, now: datetime) -> None:
    await audit.add(
        tenant_id, at=now, person_id=by.person_id, actor=by.name, action=action, detail={"plan": plan}
    )


def billing_of(settings: Settings, database: Database, http: httpx.AsyncClient, clock: Clock) -> Billing:
    """As the settings say: with no key nobody can pay, and nothing else is missing."""
    key = settings.stripe_api_key
    stripe = Stripe(http, key, settings.stripe_api_url) if key else None
    return Billing(database, stripe, clock, settings.app_url)
