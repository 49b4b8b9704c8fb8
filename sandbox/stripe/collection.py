"""Getting an invoice paid: charges, refusals, more attempts, boletos; what that makes of a subscription."""

from __future__ import annotations

from sandbox.stripe import invoices, shapes
from sandbox.stripe.calendar import DAY_S
from sandbox.stripe.cards import Nature, Refusal, after_charge, is_boleto, refusal_of
from sandbox.stripe.shelves import Body
from sandbox.stripe.state import StripeState

FIRST_PAYMENT_S = 23 * 3_600
"""How long the first payment of an incomplete subscription may take."""

NO_METHOD = Refusal("", "There is no default payment method on the customer or the subscription.")


def collect(state: StripeState, invoice: Body) -> Refusal | None:
    """Open a draft and charge it at once, unless nothing is due; the refusal if it was declined."""
    if invoice["status"] != "draft":
        return None
    invoices.finalise(state, invoice)
    if invoice["amount_due"] == 0:
        _paid(state, invoice, None)
        return None
    return attempt(state, invoice)


def attempt(state: StripeState, invoice: Body, method_id: str | None = None) -> Refusal | None:
    """Charge an open invoice with a payment method, or the subscription's; the refusal if it was declined."""
    method = state.shelf("payment_method").find(method_id or method_of(state, invoice))
    intent = _intent(state, invoice, method)
    if method is None:
        _declined(state, invoice, intent, NO_METHOD)
        return NO_METHOD
    nature = state.natures[method["id"]]
    if is_boleto(nature):
        _await_boleto(state, invoice, intent, nature)
        return None
    refusal = refusal_of(nature)
    if refusal is not None:
        _declined(state, invoice, intent, refusal)
        return refusal
    state.natures[method["id"]] = after_charge(nature)
    _paid(state, invoice, intent)
    return None


def method_of(state: StripeState, invoice: Body) -> str | None:
    """The id of the payment method that an invoice is charged with by itself."""
    subscription = invoices.subscription_of(state, invoice)
    customer = state.shelf("customer").get(invoice["customer"])
    found = subscription["default_payment_method"] or customer["invoice_settings"]["default_payment_method"]
    return str(found) if found else None


def payment_of(state: StripeState, invoice: Body) -> Body | None:
    """What ties an invoice to its payment intent, None before the first attempt."""
    mine = (one for one in state.shelf("invoice_payment") if one["invoice"] == invoice["id"])
    return next(mine, None)


def _intent(state: StripeState, invoice: Body, method: Body | None) -> Body:
    payment = payment_of(state, invoice)
    if payment is not None:
        intent = state.shelf("payment_intent").get(payment["payment"]["payment_intent"])
        intent["payment_method"] = method["id"] if method else None
        return intent
    made = shapes.payment_intent(invoice, method, invoice["amount_remaining"], state.now)
    intent = state.add(made, "payment_intent.created")
    state.add(shapes.invoice_payment(invoice, intent, state.now))
    return intent


def _paid(state: StripeState, invoice: Body, intent: Body | None) -> None:
    paid = invoice["amount_remaining"]
    if intent is not None:
        state.change(
            intent, "payment_intent.succeeded", status="succeeded", amount_received=paid, next_action=None
        )
        invoice["attempt_count"] += 1
    payment = payment_of(state, invoice)
    if payment is not None:
        marks = payment["status_transitions"] | {"paid_at": state.now}
        state.change(
            payment, "invoice_payment.paid", status="paid", amount_paid=paid, status_transitions=marks
        )
    invoice |= {
        "amount_paid": paid,
        "amount_remaining": 0,
        "attempted": True,
        "auto_advance": False,
        "next_payment_attempt": None,
        "status": "paid",
        "status_transitions": invoice["status_transitions"] | {"paid_at": state.now},
    }
    state.events.tell("invoice.paid", invoice)
    state.events.tell("invoice.payment_succeeded", invoice)
    _restore(state, invoice)


def _restore(state: StripeState, invoice: Body) -> None:
    """A subscription lives (again) when its latest invoice is paid, or nothing is owed any more."""
    subscription = invoices.subscription_of(state, invoice)
    if subscription["status"] not in ("incomplete", "past_due", "unpaid"):
        return
    latest = subscription["latest_invoice"] == invoice["id"]
    if latest or not invoices.open_ones(state, subscription):
        state.change(subscription, "customer.subscription.updated", status="active")


def _declined(state: StripeState, invoice: Body, intent: Body, refusal: Refusal) -> None:
    error = {"type": "card_error", "code": "card_declined", "message": refusal.message}
    error |= {"decline_code": refusal.code} if refusal.code else {}
    intent |= {"status": "requires_payment_method", "last_payment_error": error, "next_action": None}
    state.events.tell("payment_intent.payment_failed", intent)
    subscription = invoices.subscription_of(state, invoice)
    first = subscription["status"] == "incomplete"
    invoice |= {"attempted": True, "attempt_count": invoice["attempt_count"] + 1}
    invoice["next_payment_attempt"] = None if first else _next_attempt(state, invoice)
    state.events.tell("invoice.payment_failed", invoice)
    if first:
        return
    if subscription["status"] in ("active", "trialing"):
        state.change(subscription, "customer.subscription.updated", status="past_due")
    if invoice["next_payment_attempt"] is None:
        _exhausted(state, subscription)


def _next_attempt(state: StripeState, invoice: Body) -> int | None:
    done: int = invoice["attempt_count"] - 1
    days = state.habits.retry_days
    if done >= len(days):
        return None
    when: int = state.now + days[done] * DAY_S
    state.timers.at(when, lambda: _again(state, invoice, when))
    return when


def _again(state: StripeState, invoice: Body, when: int) -> None:
    """The attempt that was planned for `when`, if it still is."""
    alive = invoices.subscription_of(state, invoice)["status"] not in ("canceled", "incomplete_expired")
    if alive and invoice["status"] == "open" and invoice["next_payment_attempt"] == when:
        attempt(state, invoice)


def _exhausted(state: StripeState, subscription: Body) -> None:
    """The last attempt failed: what the account's settings want."""
    match state.habits.after_retries:
        case "unpaid":
            state.change(subscription, "customer.subscription.updated", status="unpaid")
        case "cancel":
            end(state, subscription, "payment_failed")
        case _:
            pass


def end(state: StripeState, subscription: Body, reason: str) -> None:
    """Cancel a subscription now; its open invoices are not charged by themselves any more."""
    for invoice in invoices.open_ones(state, subscription):
        invoice |= {"auto_advance": False, "next_payment_attempt": None}
    details = subscription["cancellation_details"] | {"reason": reason}
    subscription |= {
        "status": "canceled",
        "canceled_at": subscription["canceled_at"] or state.now,
        "ended_at": state.now,
        "cancellation_details": details,
    }
    state.events.tell("customer.subscription.deleted", subscription)


def expire_first_payment(state: StripeState, subscription: Body) -> None:
    """Nobody paid the first invoice in time: `incomplete_expired`, and the invoice is void."""
    if subscription["status"] != "incomplete":
        return
    for invoice in invoices.open_ones(state, subscription):
        invoices.end_unpaid(state, invoice, "void")
    state.change(
        subscription, "customer.subscription.updated", status="incomplete_expired", ended_at=state.now
    )


def _await_boleto(state: StripeState, invoice: Body, intent: Body, nature: Nature) -> None:
    """A boleto was made out: the money comes days later, or the boleto lapses."""
    lapses = state.now + state.habits.boleto_days * DAY_S
    shown = {"expires_at": lapses, "hosted_voucher_url": f"{state.base_url}/invoice/{invoice['id']}"}
    action = {"type": "boleto_display_details", "boleto_display_details": shown}
    state.change(intent, "payment_intent.requires_action", status="requires_action", next_action=action)
    invoice["attempted"] = True
    subscription = invoices.subscription_of(state, invoice)
    if subscription["status"] in ("active", "trialing"):
        state.change(subscription, "customer.subscription.updated", status="past_due")
    state.timers.at(lapses, lambda: _boleto_ends(state, invoice, intent, nature))


def _boleto_ends(state: StripeState, invoice: Body, intent: Body, nature: Nature) -> None:
    if invoice["status"] != "open" or intent["status"] != "requires_action":
        return
    paid = nature is Nature.BOLETO_PAID
    session = next((one for one in state.shelf("checkout.session") if one["invoice"] == invoice["id"]), None)
    if paid:
        _paid(state, invoice, intent)
    else:
        _declined(state, invoice, intent, Refusal("", "The boleto lapsed without payment."))
        expire_first_payment(state, invoices.subscription_of(state, invoice))
    if session is not None and session["payment_status"] == "unpaid":
        ending = "succeeded" if paid else "failed"
        session["payment_status"] = "paid" if paid else "unpaid"
        state.events.tell(f"checkout.session.async_payment_{ending}", session)
