"""A change of plan in the middle of a period: unused time is given back, the rest of it charged."""

from __future__ import annotations

from sandbox.stripe import billing_shapes, collection, invoices
from sandbox.stripe.cards import Refusal
from sandbox.stripe.shapes import plan_of
from sandbox.stripe.shelves import Body
from sandbox.stripe.state import StripeState


def change_price(
    state: StripeState, subscription: Body, item: Body, price: Body, quantity: int, behaviour: str
) -> None:
    """Put another price or quantity on an item; tells `customer.subscription.updated` only by its caller.

    `behaviour` `none` charges nothing for the present period, the others make lines for the next invoice.
    """
    before = dict(item)
    item |= {"price": price, "plan": plan_of(price), "quantity": quantity}
    same = before["price"]["id"] == price["id"] and before["quantity"] == quantity
    if behaviour == "none" or same or subscription["status"] == "trialing":
        return
    lines = [_line(state, before, -1, "Unused time on"), _line(state, item, 1, "Remaining time on")]
    state.pending_lines.setdefault(subscription["id"], []).extend(lines)


def invoice_now(state: StripeState, subscription: Body) -> Refusal | None:
    """Charge what waits for the next invoice at once; the refusal if it was declined."""
    lines = state.pending_lines.pop(subscription["id"], [])
    if not lines:
        return None
    return collection.collect(state, invoices.draft(state, subscription, "subscription_update", lines))


def _line(state: StripeState, item: Body, sign: int, words: str) -> Body:
    start, end = item["current_period_start"], item["current_period_end"]
    share = (end - state.now) / (end - start)
    amount = sign * round(item["price"]["unit_amount"] * item["quantity"] * share)
    name = state.shelf("product").get(item["price"]["product"])["name"]
    line = billing_shapes.line(item, amount, (state.now, end), f"{words} {name}", proration=True)
    line["pricing"]["unit_amount_decimal"] = str(amount)
    return line
