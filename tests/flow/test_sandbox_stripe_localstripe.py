"""The sandbox's Stripe and `localstripe` give the real client the same answers, where both have the feature.

Not compared, because `localstripe` lacks it or keeps to older ways (there Stripe's own documents decide):
Checkout and the portal; prices (it sells by the plan, so the item of a subscription is said in two ways);
trials, which it leaves `incomplete`; `payment_behavior=error_if_incomplete`, which it lets pass; an error's
`type` in the body and mostly its `code`; `canceled_at` and `billing_reason`, which it leaves empty;
idempotency keys; emptying metadata; a deleted customer's last answer; lists newest first; limits over 100;
400 instead of 404 for an unknown id that is a parameter.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import pytest
import stripe

from tests.support import localstripe
from tests.support.sandbox import Sandbox
from tests.support.stripe_shop import DECLINED, GOOD, Shop

ATTACHES_ONLY = "4000000000000341"
AMOUNT = 5_900


class Side(msgspec.Struct, frozen=True):
    """One of the two, as a script meets it."""

    v1: Any
    #: The parameters of a subscription's item that costs `AMOUNT` centavos a month.
    item: Callable[[], dict[str, Any]]
    #: The same account with another key.
    with_key: Callable[[str], Any]

    def card(self, number: str = GOOD) -> Any:
        """A payment method of nobody's yet."""
        card = {"number": number, "exp_month": 12, "exp_year": 2034, "cvc": "123"}
        return self.v1.payment_methods.create({"type": "card", "card": card})

    def payer(self, number: str = GOOD) -> Any:
        """A customer who pays with a card."""
        customer = self.v1.customers.create({"email": "dono@example.com"})
        card = self.v1.payment_methods.attach(self.card(number).id, {"customer": customer.id})
        default = {"invoice_settings": {"default_payment_method": card.id}}
        return self.v1.customers.update(customer.id, default)

    def subscribe(self, number: str = GOOD, **more: Any) -> Any:
        """A subscription of such a customer's."""
        sent = {"customer": self.payer(number).id, "items": [self.item()]}
        return self.v1.subscriptions.create(sent | more)


Script = Callable[[Side], object]
Both = Callable[[Script], object]


@pytest.fixture(scope="module")
def second(tmp_path_factory: pytest.TempPathFactory) -> Iterator[localstripe.LocalStripe]:
    started = localstripe.start(tmp_path_factory.mktemp("localstripe"))
    yield started
    started.stop()


@pytest.fixture
def both(sandbox: Sandbox, second: localstripe.LocalStripe) -> Both:
    """Run a script on either side, compare what came of it, and give it."""
    second.forget()
    sides = (of_sandbox(Shop(sandbox)), of_localstripe(second))

    def run(script: Script) -> object:
        ours, theirs = (script(side) for side in sides)
        assert ours == theirs
        return ours

    return run


def of_sandbox(shop: Shop) -> Side:
    def item() -> dict[str, Any]:
        product = shop.v1.products.create({"name": "Ponte"})
        price = shop.v1.prices.create(
            {
                "product": product.id,
                "currency": "brl",
                "unit_amount": AMOUNT,
                "recurring": {"interval": "month"},
            }
        )
        return {"price": price.id}

    def with_key(key: str) -> Any:
        shop.api_key = key
        return shop.new_client().v1

    return Side(shop.v1, item, with_key)


def of_localstripe(second: localstripe.LocalStripe) -> Side:
    def item() -> dict[str, Any]:
        product = second.v1.products.create({"name": "Ponte"})
        plan = second.v1.plans.create(
            {"product": product.id, "currency": "brl", "amount": AMOUNT, "interval": "month"}
        )
        return {"plan": plan.id}

    return Side(second.v1, item, lambda key: second.new_client(key).v1)


def picked(found: Any, *names: str) -> dict[str, Any]:
    """Some fields of an object, dotted ones from within."""
    whole = found.to_dict()
    return {name: _field(whole, name) for name in names}


def _field(body: Any, name: str) -> Any:
    for part in name.split("."):
        body = body[part]
    return body


def refused(attempt: Callable[[], object]) -> stripe.StripeError:
    with pytest.raises(stripe.StripeError) as caught:
        attempt()
    return caught.value


def test_a_customer_is_made_read_and_changed(both: Both) -> None:
    def script(side: Side) -> object:
        sent = {"name": "Empresa", "email": "dono@example.com", "metadata": {"a": "1"}}
        made = side.v1.customers.create(sent)
        side.v1.customers.update(made.id, {"name": "Outra", "metadata": {"b": "2"}})
        names = ("object", "name", "email", "phone", "metadata", "livemode", "delinquent")
        return made.id[:4], picked(side.v1.customers.retrieve(made.id), *names)

    assert both(script) == (
        "cus_",
        {
            "object": "customer", "name": "Outra", "email": "dono@example.com", "phone": None,
            "metadata": {"a": "1", "b": "2"}, "livemode": False, "delinquent": False,
        },
    )  # fmt: skip


def test_a_deleted_customer_is_confirmed_and_no_longer_listed(both: Both) -> None:
    def script(side: Side) -> object:
        kept, gone = (side.v1.customers.create({"name": name}) for name in "AB")
        answer = side.v1.customers.delete(gone.id)
        listed = [one.id for one in side.v1.customers.list().data]
        return answer.object, answer.deleted, answer.id == gone.id, listed == [kept.id]

    assert both(script) == ("customer", True, True, True)


def test_customers_are_found_by_mail(both: Both) -> None:
    def script(side: Side) -> object:
        for name in "ab":
            side.v1.customers.create({"email": f"{name}@example.com"})
        found = side.v1.customers.list({"email": "b@example.com"})
        return picked(found, "object", "has_more", "url"), [one.email for one in found.data]

    assert both(script) == (
        {"object": "list", "has_more": False, "url": "/v1/customers"},
        ["b@example.com"],
    )


def test_lists_turn_pages(both: Both) -> None:
    def script(side: Side) -> object:
        made = {side.v1.customers.create({"name": str(n)}).id for n in range(5)}
        pages = [side.v1.customers.list({"limit": 2})]
        while pages[-1].has_more:
            pages.append(side.v1.customers.list({"limit": 2, "starting_after": pages[-1].data[-1].id}))
        by_hand = [one.id for page in pages for one in page.data]
        by_client = [one.id for one in side.v1.customers.list({"limit": 2}).auto_paging_iter()]
        return [len(page.data) for page in pages], set(by_hand) == made, by_hand == by_client

    assert both(script) == ([2, 2, 1], True, True)


def test_ten_rows_are_a_page_when_no_limit_is_named(both: Both) -> None:
    def script(side: Side) -> object:
        for n in range(11):
            side.v1.customers.create({"name": str(n)})
        found = side.v1.customers.list()
        return len(found.data), found.has_more

    assert both(script) == (10, True)


def test_a_card_is_attached_made_the_default_and_taken_away(both: Both) -> None:
    def script(side: Side) -> object:
        payer = side.payer()
        (card,) = side.v1.payment_methods.list({"customer": payer.id, "type": "card"}).data
        names = ("object", "type", "card.last4", "card.brand", "card.exp_month", "card.exp_year")
        default = side.v1.customers.retrieve(payer.id).invoice_settings.default_payment_method
        shown = picked(card, *names), card.customer == payer.id, default == card.id
        alone = side.v1.payment_methods.detach(card.id)
        left = side.v1.payment_methods.list({"customer": payer.id, "type": "card"}).data
        return *shown, alone.customer, left

    assert both(script) == (
        {
            "object": "payment_method", "type": "card", "card.last4": "4242", "card.brand": "visa",
            "card.exp_month": 12, "card.exp_year": 2034,
        },
        True, True, None, [],
    )  # fmt: skip


def test_stripes_names_of_test_cards_are_known(both: Both) -> None:
    def script(side: Side) -> object:
        customer = side.v1.customers.create({})
        card = side.v1.payment_methods.attach("pm_card_visa", {"customer": customer.id})
        return card.card.last4, card.customer == customer.id, card.id != "pm_card_visa"

    assert both(script) == ("4242", True, True)


def test_a_subscription_that_is_paid_is_active(both: Both) -> None:
    def script(side: Side) -> object:
        made = side.subscribe(metadata={"tenant_id": "one"})
        found = side.v1.subscriptions.retrieve(made.id)
        names = (
            "object", "status", "metadata", "cancel_at_period_end", "cancel_at", "ended_at", "trial_end",
        )  # fmt: skip
        (item,) = found.to_dict()["items"]["data"]
        terms = ("amount", "currency", "interval", "interval_count", "usage_type", "billing_scheme")
        return picked(found, *names), item["object"], item["quantity"], {n: item["plan"][n] for n in terms}

    assert both(script) == (
        {
            "object": "subscription", "status": "active", "metadata": {"tenant_id": "one"},
            "cancel_at_period_end": False, "cancel_at": None, "ended_at": None, "trial_end": None,
        },
        "subscription_item", 1,
        {
            "amount": AMOUNT, "currency": "brl", "interval": "month", "interval_count": 1,
            "usage_type": "licensed", "billing_scheme": "per_unit",
        },
    )  # fmt: skip


def test_an_end_that_is_planned_leaves_it_active(both: Both) -> None:
    def script(side: Side) -> object:
        made = side.subscribe()
        side.v1.subscriptions.update(made.id, {"cancel_at_period_end": True})
        return picked(side.v1.subscriptions.retrieve(made.id), "status", "cancel_at_period_end", "ended_at")

    assert both(script) == {"status": "active", "cancel_at_period_end": True, "ended_at": None}


def test_a_canceled_subscription_is_kept_but_listed_only_on_demand(both: Both) -> None:
    def script(side: Side) -> object:
        made = side.subscribe()
        canceled = side.v1.subscriptions.cancel(made.id)
        found = side.v1.subscriptions.retrieve(made.id)
        whose = {"customer": made.customer}
        listed = [side.v1.subscriptions.list(whose | more).data for more in ({}, {"status": "all"})]
        return canceled.status, found.status, found.ended_at >= found.created, [len(rows) for rows in listed]

    assert both(script) == ("canceled", "canceled", True, [0, 1])


def test_the_invoice_of_a_subscription_is_paid_and_says_whose_it_is(both: Both) -> None:
    def script(side: Side) -> object:
        bought = side.subscribe()
        (invoice,) = side.v1.invoices.list({"subscription": bought.id}).data
        names = (
            "object", "status", "currency", "subtotal", "total", "amount_due", "amount_paid", "attempted",
            "collection_method", "customer_email", "parent.type",
        )  # fmt: skip
        (line,) = invoice.lines.data
        details = invoice.parent.subscription_details
        same = bought.latest_invoice == invoice.id, details.subscription == bought.id
        paid_at = invoice.status_transitions.paid_at >= invoice.created
        return picked(invoice, *names), line.amount, same, paid_at

    assert both(script) == (
        {
            "object": "invoice", "status": "paid", "currency": "brl", "subtotal": AMOUNT, "total": AMOUNT,
            "amount_due": AMOUNT, "amount_paid": AMOUNT, "attempted": True,
            "collection_method": "charge_automatically", "customer_email": "dono@example.com",
            "parent.type": "subscription_details",
        },
        AMOUNT, (True, True), True,
    )  # fmt: skip


def test_a_first_payment_that_fails_leaves_it_incomplete_and_the_invoice_open(both: Both) -> None:
    def script(side: Side) -> object:
        bought = side.subscribe(ATTACHES_ONLY)
        invoice = side.v1.invoices.retrieve(bought.latest_invoice)
        return bought.status, picked(invoice, "status", "amount_due", "amount_paid")

    assert both(script) == ("incomplete", {"status": "open", "amount_due": AMOUNT, "amount_paid": 0})


def test_a_better_card_pays_the_open_invoice(both: Both) -> None:
    def script(side: Side) -> object:
        bought = side.subscribe(ATTACHES_ONLY)
        good = side.v1.payment_methods.attach(side.card().id, {"customer": bought.customer})
        default = {"invoice_settings": {"default_payment_method": good.id}}
        side.v1.customers.update(bought.customer, default)
        paid = side.v1.invoices.pay(bought.latest_invoice)
        return paid.status, paid.amount_paid, side.v1.subscriptions.retrieve(bought.id).status

    assert both(script) == ("paid", AMOUNT, "active")


def test_an_invoice_is_paid_once(both: Both) -> None:
    def script(side: Side) -> object:
        bought = side.subscribe()
        error = refused(lambda: side.v1.invoices.pay(bought.latest_invoice))
        return type(error), error.http_status

    assert both(script) == (stripe.InvalidRequestError, 400)


@pytest.mark.parametrize("number", [DECLINED, "4000000000009995"])
def test_a_card_that_is_declined_is_not_attached(both: Both, number: str) -> None:
    def script(side: Side) -> object:
        customer, card = side.v1.customers.create({}), side.card(number)
        error = refused(lambda: side.v1.payment_methods.attach(card.id, {"customer": customer.id}))
        left = side.v1.payment_methods.list({"customer": customer.id, "type": "card"}).data
        return type(error), error.http_status, error.code, error.user_message, left

    assert both(script) == (stripe.CardError, 402, "card_declined", "Your card was declined.", [])


@pytest.mark.parametrize(
    "kind", ["customers", "payment_methods", "products", "subscriptions", "invoices", "payment_intents"]
)
def test_an_unknown_id_is_not_found(both: Both, kind: str) -> None:
    def script(side: Side) -> object:
        error = refused(lambda: getattr(side.v1, kind).retrieve("none_of_these"))
        return type(error), error.http_status

    assert both(script) == (stripe.InvalidRequestError, 404)


@pytest.mark.parametrize(
    "attempt",
    [
        lambda side: side.v1.customers.create({"colour": "red"}),
        lambda side: side.v1.customers.list({"limit": 0}),
        lambda side: side.v1.customers.list({"limit": "many"}),
        lambda side: side.v1.subscriptions.create({"items": [side.item()]}),
        lambda side: side.v1.subscriptions.create({"customer": side.payer().id}),
        lambda side: side.v1.products.create({}),
    ],
    ids=["unknown field", "limit 0", "limit no number", "no customer", "no items", "no name"],
)
def test_what_is_malformed_is_refused(both: Both, attempt: Callable[[Side], object]) -> None:
    def script(side: Side) -> object:
        error = refused(lambda: attempt(side))
        return type(error), error.http_status

    assert both(script) == (stripe.InvalidRequestError, 400)


def test_without_a_secret_key_nobody_is_let_in(both: Both) -> None:
    def script(side: Side) -> object:
        error = refused(lambda: side.with_key("pk_test_a_public_one").customers.list())
        return type(error), error.http_status

    assert both(script) == (stripe.AuthenticationError, 401)
