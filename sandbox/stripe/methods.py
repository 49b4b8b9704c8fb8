"""Payment methods: made from test cards, attached to customers, made the default."""

from __future__ import annotations

from sandbox.stripe import shapes
from sandbox.stripe.cards import TEST_NAMES, UNATTACHABLE, Card, card_of, is_boleto
from sandbox.stripe.errors import declined, invalid
from sandbox.stripe.shelves import Body
from sandbox.stripe.state import StripeState


def make(state: StripeState, card: Card, expires: tuple[int, int] = (12, 2034)) -> Body:
    """A payment method of nobody's yet."""
    if is_boleto(card.nature):
        body = shapes.payment_method("boleto", {"tax_id": "000.000.000-00"}, state.now)
    else:
        details = shapes.card_details(card.number, *expires)
        body = shapes.payment_method("card", details, state.now)
    state.natures[body["id"]] = card.nature
    return state.add(body)


def attach_new(state: StripeState, customer: Body, card: Card) -> Body:
    """A new payment method of a customer's."""
    return attach(state, make(state, card), customer)


def attach(state: StripeState, method: Body, customer: Body) -> Body:
    """Give a payment method to a customer; StripeError 402 if its bank refuses even that."""
    if state.natures[method["id"]] in UNATTACHABLE:
        raise declined("generic_decline", "Your card was declined.")
    owner = method["customer"]
    if owner not in (None, customer["id"]):
        raise invalid("The payment method you provided has already been attached to a customer.")
    method["customer"] = customer["id"]
    method["billing_details"] = method["billing_details"] | {
        "email": customer["email"], "name": customer["name"],
    }  # fmt: skip
    state.events.tell("payment_method.attached", method)
    return method


def named(state: StripeState, name: str, param: str = "id") -> Body:
    """A payment method by its id, or a new one for Stripe's name of a test card (`pm_card_visa`)."""
    number = TEST_NAMES.get(name)
    if number is not None and (card := card_of(number)) is not None:
        return make(state, card)
    return state.shelf("payment_method").get(name, param)


def of_customer(state: StripeState, customer: Body) -> list[Body]:
    """A customer's payment methods, oldest first."""
    return [one for one in state.shelf("payment_method") if one["customer"] == customer["id"]]


def set_default(state: StripeState, customer: Body, method: Body) -> None:
    """What a customer's subscriptions are charged with from now on."""
    settings = customer["invoice_settings"] | {"default_payment_method": method["id"]}
    state.change(customer, "customer.updated", invoice_settings=settings)
    for subscription in state.shelf("subscription"):
        if subscription["customer"] == customer["id"] and subscription["default_payment_method"]:
            state.change(subscription, "customer.subscription.updated", default_payment_method=method["id"])
