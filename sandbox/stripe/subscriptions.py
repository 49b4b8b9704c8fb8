"""A subscription's life: opened, turned with its period, paused, resumed, cancelled."""

from __future__ import annotations

from typing import Any

import msgspec

from sandbox.stripe import billing_shapes, collection, invoices
from sandbox.stripe.calendar import DAY_S, period_end
from sandbox.stripe.errors import invalid
from sandbox.stripe.shelves import Body
from sandbox.stripe.state import StripeState

WARNING_S = 3 * DAY_S
"""How long before a trial's end `trial_will_end` is told."""


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """What a new subscription is to be. `prices` are recurring ones with quantities."""

    customer: Body
    prices: tuple[tuple[Body, int], ...]
    metadata: dict[str, str] = {}
    description: str | None = None
    trial_end: int | None = None
    without_method: str = "create_invoice"
    method: str | None = None
    coupon: Body | None = None


def create(state: StripeState, order: Order) -> Body:
    """A subscription with its first draft invoice, `trialing` or `incomplete`. Nothing is charged yet."""
    prices = [price for price, _ in order.prices]
    currency = prices[0]["currency"]
    subscription = billing_shapes.subscription(order.customer, currency, state.now)
    behaviour = {"end_behavior": {"missing_payment_method": order.without_method}}
    subscription |= {
        "metadata": dict(order.metadata),
        "description": order.description,
        "default_payment_method": order.method,
        "trial_settings": behaviour,
    }
    end = order.trial_end
    if end is not None:
        trial = {"status": "trialing", "trial_start": state.now, "trial_end": end}
        subscription |= trial | {"billing_cycle_anchor": end}
    for price, quantity in order.prices:
        period = (state.now, end or period_end(state.now, state.now, price["recurring"]))
        item = billing_shapes.subscription_item(subscription["id"], price, quantity, period)
        subscription["items"]["data"].append(item)
    order.customer["currency"] = currency
    if order.coupon is not None:
        state.rebates[subscription["id"]] = order.coupon
    state.add(subscription, "customer.subscription.created")
    invoices.draft(state, subscription, "subscription_create", invoices.item_lines(subscription))
    plan(state, subscription)
    return subscription


def first_invoice(state: StripeState, subscription: Body) -> Body:
    """The latest invoice as an object."""
    return state.shelf("invoice").get(subscription["latest_invoice"])


def plan(state: StripeState, subscription: Body) -> None:
    """Set timers for the present period's end, a trial's warning and a dated end."""
    end = item_of(subscription)["current_period_end"]
    state.timers.at(end, lambda: _turn(state, subscription, end))
    if subscription["status"] == "trialing":
        warning = max(state.now, end - WARNING_S)
        state.timers.at(warning, lambda: _warn(state, subscription, end))
    if subscription["cancel_at"] is not None:
        plan_end(state, subscription)


def plan_end(state: StripeState, subscription: Body) -> None:
    """Let the subscription end at its `cancel_at`."""
    when = subscription["cancel_at"]

    def end_if_still_wanted() -> None:
        if is_alive(subscription) and subscription["cancel_at"] == when:
            collection.end(state, subscription, "cancellation_requested")

    state.timers.at(when, end_if_still_wanted)


def item_of(subscription: Body) -> Body:
    """The first item, whose period is the subscription's."""
    first: Body = subscription["items"]["data"][0]
    return first


def is_alive(subscription: Body) -> bool:
    """Whether it can still change by itself."""
    return subscription["status"] not in ("canceled", "incomplete_expired")


def cancel(state: StripeState, subscription: Body) -> None:
    """End it now because somebody wants so; StripeError if it has ended."""
    if not is_alive(subscription):
        raise invalid(
            f"No such subscription: '{subscription['id']}' is {subscription['status']}",
            "id",
            "resource_missing",
        )
    collection.end(state, subscription, "cancellation_requested")


def cancellation(state: StripeState, subscription: Body, wanted: bool) -> dict[str, Any]:
    """The fields that change when the end of the period is to be the end, or is so no more."""
    details = subscription["cancellation_details"]
    if wanted:
        return {
            "cancel_at_period_end": True,
            "cancel_at": item_of(subscription)["current_period_end"],
            "canceled_at": state.now,
            "cancellation_details": details | {"reason": "cancellation_requested"},
        }
    empty = {"cancel_at_period_end": False, "cancel_at": None, "canceled_at": None}
    return empty | {"cancellation_details": details | {"reason": None}}


def resume(state: StripeState, subscription: Body) -> None:
    """Wake a paused subscription: a new period from now, and its invoice is charged at once."""
    if subscription["status"] != "paused":
        raise invalid("Only paused subscriptions can be resumed.", "id")
    subscription["billing_cycle_anchor"] = state.now
    _roll(state, subscription, state.now)
    subscription["status"] = "active"
    state.events.tell("customer.subscription.resumed", subscription)
    lines = invoices.item_lines(subscription)
    collection.collect(state, invoices.draft(state, subscription, "subscription_cycle", lines))


def end_trial(state: StripeState, subscription: Body) -> None:
    """The trial ends now instead of later."""
    subscription |= {"trial_end": state.now, "billing_cycle_anchor": state.now}
    for item in subscription["items"]["data"]:
        item["current_period_end"] = state.now
    _turn(state, subscription, state.now, draft_s=0)


def _warn(state: StripeState, subscription: Body, end: int) -> None:
    if subscription["status"] == "trialing" and subscription["trial_end"] == end:
        state.events.tell("customer.subscription.trial_will_end", subscription)


def _turn(state: StripeState, subscription: Body, end: int, draft_s: int | None = None) -> None:
    """The period ends at `end`: a new one begins with a draft, which is charged `draft_s` later."""
    due = item_of(subscription)["current_period_end"] == end
    if not due or subscription["status"] not in ("trialing", "active", "past_due", "unpaid"):
        return
    if subscription["cancel_at"] is not None and subscription["cancel_at"] <= end:
        collection.end(state, subscription, "cancellation_requested")
        return
    if subscription["status"] == "trialing" and not _trial_goes_on(state, subscription):
        return
    before = {"items": msgspec.json.decode(msgspec.json.encode(subscription["items"]))}
    before |= {"latest_invoice": subscription["latest_invoice"]}
    if subscription["status"] == "trialing":
        before["status"] = "trialing"
        subscription["status"] = "active"
    _roll(state, subscription, end)
    lines = state.pending_lines.pop(subscription["id"], []) + invoices.item_lines(subscription)
    invoice = invoices.draft(state, subscription, "subscription_cycle", lines)
    state.events.tell("customer.subscription.updated", subscription, before)
    _charge_later(state, subscription, invoice, state.habits.draft_s if draft_s is None else draft_s)


def _charge_later(state: StripeState, subscription: Body, invoice: Body, draft_s: int) -> None:
    """Charge a renewal's draft in a while; the drafts of an unpaid or paused one stay as they are."""
    if subscription["status"] == "unpaid" or subscription["pause_collection"] is not None:
        invoice["auto_advance"] = False
        return
    when = state.now + draft_s
    invoice["automatically_finalizes_at"] = when

    def charge() -> None:
        if is_alive(subscription):
            collection.collect(state, invoice)

    if draft_s:
        state.timers.at(when, charge)
    else:
        charge()


def _trial_goes_on(state: StripeState, subscription: Body) -> bool:
    """What becomes of a trial that ends without a payment method, as the subscription says."""
    customer = state.shelf("customer").get(subscription["customer"])
    if subscription["default_payment_method"] or customer["invoice_settings"]["default_payment_method"]:
        return True
    match subscription["trial_settings"]["end_behavior"]["missing_payment_method"]:
        case "pause":
            subscription["status"] = "paused"
            state.events.tell("customer.subscription.paused", subscription)
            return False
        case "cancel":
            collection.end(state, subscription, "payment_failed")
            return False
        case _:
            return True


def _roll(state: StripeState, subscription: Body, start: int) -> None:
    """Give every item the period that begins at `start`, and plan its end."""
    anchor = subscription["billing_cycle_anchor"]
    for item in subscription["items"]["data"]:
        end = period_end(anchor, start, item["price"]["recurring"])
        item |= {"current_period_start": start, "current_period_end": end}
    plan(state, subscription)
