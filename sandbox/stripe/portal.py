"""What the billing portal lets a customer do, and the page of a single invoice."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec

from sandbox.stripe import collection, invoices, methods, prorations, subscriptions
from sandbox.stripe.cards import Card, card_of
from sandbox.stripe.errors import StripeError
from sandbox.stripe.shelves import Body
from sandbox.stripe.state import StripeState

OPEN_S = 3_600
"""How long a way into the portal stays open."""

STATUSES = {
    "trialing": "em teste",
    "active": "ativa",
    "past_due": "com pagamento atrasado",
    "unpaid": "não paga",
    "canceled": "cancelada",
    "incomplete": "aguardando o primeiro pagamento",
    "incomplete_expired": "nunca paga",
    "paused": "pausada",
}


class Refused(Exception):
    """The page says why and nothing has changed, but for a charge that was tried."""


def is_over(state: StripeState, session: Body) -> bool:
    """Whether this way in is closed: after a while, and when its customer was deleted."""
    gone = "deleted" in state.shelf("customer").get(session["customer"])
    return gone or state.now >= int(session["created"]) + OPEN_S


def subscriptions_of(state: StripeState, session: Body) -> list[Body]:
    """The customer's subscriptions, newest first."""
    rows = [one for one in state.shelf("subscription") if one["customer"] == session["customer"]]
    return rows[::-1]


def invoices_of(state: StripeState, session: Body) -> list[Body]:
    """The customer's invoices that were made out, newest first."""
    rows = [one for one in state.shelf("invoice") if one["customer"] == session["customer"]]
    return [one for one in rows if one["status"] != "draft"][::-1]


def plans(state: StripeState) -> list[tuple[Body, str]]:
    """Recurring prices on sale with their names."""
    return [
        (price, state.shelf("product").get(price["product"])["name"])
        for price in state.shelf("price")
        if price["active"] and price["recurring"] is not None
    ]


def present_method(state: StripeState, session: Body) -> Body | None:
    """What the customer pays with."""
    customer = state.shelf("customer").get(session["customer"])
    named = [one["default_payment_method"] for one in subscriptions_of(state, session)]
    named.append(customer["invoice_settings"]["default_payment_method"])
    return next((found for name in named if (found := state.shelf("payment_method").find(name))), None)


def carry_out(state: StripeState, session: Body, act: str, form: dict[str, str]) -> None:
    """One button of the portal; Refused says why not."""
    customer = state.shelf("customer").get(session["customer"])
    if act == "card":
        method = _attached(state, customer, _card(form.get("card", "")))
        methods.set_default(state, customer, method)
        return
    if act == "pay":
        _pay(state, _mine(invoices_of(state, session), form.get("invoice", "")))
        return
    subscription = _mine(subscriptions_of(state, session), form.get("subscription", ""))
    if not subscriptions.is_alive(subscription):
        raise Refused("Esta assinatura já terminou.")
    match act:
        case "plan":
            _change_plan(state, subscription, form.get("price", ""))
        case "cancel" | "keep":
            fields = subscriptions.cancellation(state, subscription, act == "cancel")
            state.change(subscription, "customer.subscription.updated", **fields)
            if act == "cancel":
                subscriptions.plan_end(state, subscription)
        case _:
            raise Refused("O portal não conhece esta ação.")


def pay_with(state: StripeState, invoice: Body, number: str) -> None:
    """Pay an invoice with a card of its own; Refused if there is nothing to pay or the card is declined."""
    customer = state.shelf("customer").get(invoice["customer"])
    method = _attached(state, customer, _card(number))
    _pay(state, invoice, method["id"])


def day(unix: int) -> str:
    """31/12/2026."""
    return f"{datetime.fromtimestamp(unix, UTC):%d/%m/%Y}"


def _change_plan(state: StripeState, subscription: Body, price_id: str) -> None:
    price = state.shelf("price").find(price_id)
    if price is None or not price["active"]:
        raise Refused("Este plano não está à venda.")
    item = subscriptions.item_of(subscription)
    before = {"items": msgspec.json.decode(msgspec.json.encode(subscription["items"]))}
    prorations.change_price(state, subscription, item, price, item["quantity"], "always_invoice")
    state.events.tell("customer.subscription.updated", subscription, before)
    if prorations.invoice_now(state, subscription) is not None:
        raise Refused("O plano mudou, mas o cartão foi recusado. Troque o cartão e pague a fatura.")


def _pay(state: StripeState, invoice: Body, method_id: str | None = None) -> None:
    try:
        invoices.must_be_open(invoice)
    except StripeError:
        raise Refused("Esta fatura não está em aberto.") from None
    if collection.attempt(state, invoice, method_id) is not None:
        raise Refused("O cartão foi recusado. Use outro cartão.")


def _attached(state: StripeState, customer: Body, card: Card) -> Body:
    try:
        return methods.attach_new(state, customer, card)
    except StripeError:
        raise Refused("O cartão foi recusado. Use outro cartão.") from None


def _card(number: str) -> Card:
    card = card_of(number)
    if card is None:
        raise Refused("O número do cartão não é válido. Use um dos cartões de teste.")
    return card


def _mine(rows: list[Body], object_id: str) -> Body:
    """The row with this id; nobody reaches another customer's."""
    found = next((row for row in rows if row["id"] == object_id), None)
    if found is None:
        raise Refused("Isto não pertence a este portal.")
    return found
