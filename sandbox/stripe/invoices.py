"""Drafts, their lines and sums, and what ends an invoice without money."""

from __future__ import annotations

from typing import Any

from sandbox.stripe import billing_shapes
from sandbox.stripe.errors import StripeError, invalid
from sandbox.stripe.shelves import Body
from sandbox.stripe.state import StripeState


def draft(state: StripeState, subscription: Body, reason: str, lines: list[Body]) -> Body:
    """A new draft for a subscription, which names it as its latest invoice; tells `invoice.created`."""
    customer = state.shelf("customer").get(subscription["customer"])
    invoice = billing_shapes.invoice(customer, subscription, reason, state.now, state.base_url)
    invoice["customer_tax_ids"] = [
        {"type": one["type"], "value": one["value"]}
        for one in state.shelf("tax_id")
        if one["customer"] == customer["id"]
    ]
    for line in lines:
        line |= {"invoice": invoice["id"], "metadata": dict(subscription["metadata"])}
    invoice["lines"]["data"] = lines
    _rebate(state, subscription, invoice)
    _sum_up(invoice)
    subscription["latest_invoice"] = invoice["id"]
    return state.add(invoice, "invoice.created")


def item_lines(subscription: Body) -> list[Body]:
    """A line for the present period of each item."""
    lines = []
    for item in subscription["items"]["data"]:
        period = (item["current_period_start"], item["current_period_end"])
        amount = item["price"]["unit_amount"] * item["quantity"]
        words = f"{item['quantity']} × Ponte (at R${item['price']['unit_amount'] / 100:.2f} / month)"
        if subscription["status"] == "trialing":
            amount, words = 0, "Trial period for Ponte"
        lines.append(billing_shapes.line(item, amount, period, words, proration=False))
    return lines


def subscription_of(state: StripeState, invoice: Body) -> Body:
    """The subscription that an invoice is for."""
    subscription_id = invoice["parent"]["subscription_details"]["subscription"]
    return state.shelf("subscription").get(subscription_id)


def open_ones(state: StripeState, subscription: Body) -> list[Body]:
    """A subscription's invoices that wait for money, oldest first."""
    return [
        invoice
        for invoice in state.shelf("invoice")
        if invoice["status"] == "open" and subscription_of(state, invoice) is subscription
    ]


def finalise(state: StripeState, invoice: Body) -> None:
    """Number it, take the customer's balance into account, open it; tells `invoice.finalized`."""
    customer = state.shelf("customer").get(invoice["customer"])
    sequence, before = customer["next_invoice_sequence"], customer["balance"]
    total = invoice["total"] + before
    invoice["ending_balance"] = min(total, 0)
    state.change(
        customer,
        "customer.updated" if before != invoice["ending_balance"] else None,
        next_invoice_sequence=sequence + 1,
        balance=invoice["ending_balance"],
    )
    due = max(total, 0)
    page = f"{state.base_url}/invoice/{invoice['id']}"
    invoice |= {
        "amount_due": due,
        "amount_remaining": due,
        "starting_balance": before,
        "automatically_finalizes_at": None,
        "effective_at": state.now,
        "hosted_invoice_url": page,
        "invoice_pdf": f"{page}/pdf",
        "number": f"{customer['invoice_prefix']}-{sequence:04d}",
        "status": "open",
        "status_transitions": invoice["status_transitions"] | {"finalized_at": state.now},
    }
    state.events.tell("invoice.finalized", invoice)


def end_unpaid(state: StripeState, invoice: Body, status: str) -> None:
    """`void` or `uncollectible`: nobody asks for this money any more."""
    if invoice["status"] not in ("draft", "open", "uncollectible"):
        raise invalid(f"You can only pass in open invoices. This invoice isn't open: {invoice['status']}.")
    mark = {"void": "voided_at", "uncollectible": "marked_uncollectible_at"}[status]
    event = {"void": "invoice.voided", "uncollectible": "invoice.marked_uncollectible"}[status]
    state.change(
        invoice,
        event,
        status=status,
        auto_advance=False,
        next_payment_attempt=None,
        status_transitions=invoice["status_transitions"] | {mark: state.now},
    )


def must_be_open(invoice: Body) -> None:
    """StripeError if there is nothing to pay."""
    match invoice["status"]:
        case "open":
            return
        case "paid":
            raise StripeError(400, "invalid_request_error", "Invoice is already paid")
        case status:
            raise invalid(f"This invoice can no longer be paid: it is {status}.")


def _rebate(state: StripeState, subscription: Body, invoice: Body) -> None:
    """Take a waiting coupon off the lines, once."""
    coupon = state.rebates.get(subscription["id"])
    if coupon is None or not any(line["amount"] > 0 for line in invoice["lines"]["data"]):
        return
    del state.rebates[subscription["id"]]
    discount = f"di_{invoice['id'][3:]}"
    for line in invoice["lines"]["data"]:
        off = round(line["amount"] * coupon["percent_off"] / 100)
        line["discount_amounts"] = [{"amount": off, "discount": discount}]


def _sum_up(invoice: Body) -> None:
    lines: list[dict[str, Any]] = invoice["lines"]["data"]
    subtotal = sum(line["amount"] for line in lines)
    off: dict[str, int] = {}
    for line in lines:
        for one in line["discount_amounts"]:
            off[one["discount"]] = off.get(one["discount"], 0) + one["amount"]
    total = subtotal - sum(off.values())
    invoice["discounts"] = list(off)
    invoice["total_discount_amounts"] = [{"amount": cut, "discount": name} for name, cut in off.items()]
    invoice |= {"subtotal": subtotal, "subtotal_excluding_tax": subtotal}
    invoice |= {"total": total, "total_excluding_tax": total}
    invoice |= {"amount_due": max(total, 0), "amount_remaining": max(total, 0)}
