"""`/v1/subscriptions` and `/v1/subscription_items`."""

from __future__ import annotations

from typing import Any

import msgspec

from sandbox.stripe import collection, invoices, methods, prorations, subscriptions
from sandbox.stripe.billing_shapes import subscription_item
from sandbox.stripe.calendar import DAY_S
from sandbox.stripe.cards import refusal_of
from sandbox.stripe.errors import declined, invalid, no_such
from sandbox.stripe.params import Params, merged
from sandbox.stripe.reading import Call, alive, page, same
from sandbox.stripe.shelves import Body

_BEHAVIOURS = ("create_prorations", "always_invoice", "none")
_PAYMENTS = ("allow_incomplete", "default_incomplete", "error_if_incomplete")
ENDED = ("canceled", "incomplete_expired")


def create_subscription(call: Call) -> Body:
    """`POST /v1/subscriptions`."""
    params, state = call.params, call.state
    customer = alive(state, params.needed("customer"), "customer")
    behaviour = params.choice("payment_behavior", _PAYMENTS) or "allow_incomplete"
    method = params.text("default_payment_method")
    prices = tuple(_price(call, one) for one in params.groups("items"))
    if not prices:
        raise invalid("Missing required param: items.", "items", "parameter_missing")
    end = params.group("trial_settings").group("end_behavior")
    order = subscriptions.Order(
        customer=customer,
        prices=prices,
        metadata=merged({}, params.metadata()),
        description=params.text("description"),
        trial_end=_trial_end(call),
        without_method=end.choice("missing_payment_method", ("create_invoice", "pause", "cancel"))
        or "create_invoice",
        method=methods.named(state, method, "default_payment_method")["id"] if method else None,
    )
    wants_end = params.flag("cancel_at_period_end")
    params.done()
    _refuse_early(call, order, behaviour)
    subscription = subscriptions.create(state, order)
    invoice = subscriptions.first_invoice(state, subscription)
    if behaviour == "default_incomplete" and subscription["status"] == "incomplete":
        invoices.finalise(state, invoice)
    else:
        collection.collect(state, invoice)
    if subscription["status"] == "incomplete":
        lapses = state.now + collection.FIRST_PAYMENT_S
        state.timers.at(lapses, lambda: collection.expire_first_payment(state, subscription))
    if wants_end:
        subscription |= subscriptions.cancellation(state, subscription, True)
        subscriptions.plan_end(state, subscription)
    return subscription


def list_subscriptions(call: Call) -> Body:
    """`GET /v1/subscriptions`; without `status` those that are not canceled."""
    status, price = call.params.text("status"), call.params.text("price")
    rows = same(call, call.state.shelf("subscription"), "customer", "collection_method")
    match status:
        case "all":
            pass
        case "ended":
            rows = [row for row in rows if row["status"] in ENDED]
        case None:
            rows = [row for row in rows if row["status"] != "canceled"]
        case _:
            rows = [row for row in rows if row["status"] == status]
    prices = {row["id"]: [item["price"]["id"] for item in row["items"]["data"]] for row in rows}
    return page(call, [row for row in rows if price is None or price in prices[row["id"]]])


def update_subscription(call: Call) -> Body:
    """`POST /v1/subscriptions/{id}`."""
    params, state = call.params, call.state
    subscription = state.shelf("subscription").get(call.ids[0])
    behaviour = params.choice("proration_behavior", _BEHAVIOURS) or "create_prorations"
    payment = params.choice("payment_behavior", _PAYMENTS)
    params.number("proration_date")
    trial_end = params.text("trial_end")
    fields = _fields(call, subscription)
    changes = [_change(call, subscription, one) for one in params.groups("items")]
    params.done()
    if not subscriptions.is_alive(subscription):
        raise invalid("A canceled subscription can only update its cancellation_details and metadata.")
    if behaviour == "always_invoice" and payment == "error_if_incomplete":
        _refuse_unpaid(call, subscription, changes)
    before = {"items": msgspec.json.decode(msgspec.json.encode(subscription["items"]))}
    for item, price, quantity in changes:
        if item not in subscription["items"]["data"]:
            subscription["items"]["data"].append(item)
        prorations.change_price(state, subscription, item, price, quantity, behaviour)
    tell(call, subscription, fields, before if changes else {})
    if subscription["cancel_at"] is not None and "cancel_at" in fields:
        subscriptions.plan_end(state, subscription)
    if trial_end is not None:
        _move_trial(call, subscription, trial_end)
    if behaviour == "always_invoice":
        prorations.invoice_now(state, subscription)
    return subscription


def tell(call: Call, subscription: Body, fields: dict[str, Any], before: Body) -> None:
    """Set fields and tell `customer.subscription.updated` with all that changed."""
    previous = before | {name: subscription[name] for name in fields if subscription[name] != fields[name]}
    subscription |= fields
    if previous:
        call.state.events.tell("customer.subscription.updated", subscription, previous)


def cancel_subscription(call: Call) -> Body:
    """`DELETE /v1/subscriptions/{id}`."""
    params = call.params
    params.flag("invoice_now")
    params.flag("prorate")
    details = _details(params)
    params.done()
    subscription = call.state.shelf("subscription").get(call.ids[0])
    if not subscriptions.is_alive(subscription):
        raise no_such("subscription", call.ids[0])
    subscription["cancellation_details"] = subscription["cancellation_details"] | details
    subscriptions.cancel(call.state, subscription)
    return subscription


def resume_subscription(call: Call) -> Body:
    """`POST /v1/subscriptions/{id}/resume`."""
    call.params.choice("billing_cycle_anchor", ("now", "unchanged"))
    call.params.choice("proration_behavior", _BEHAVIOURS)
    call.params.done()
    subscription = call.state.shelf("subscription").get(call.ids[0])
    subscriptions.resume(call.state, subscription)
    return subscription


def list_items(call: Call) -> Body:
    """`GET /v1/subscription_items`."""
    subscription = call.state.shelf("subscription").get(call.params.needed("subscription"), "subscription")
    return page(call, subscription["items"]["data"])


def _price(call: Call, params: Params) -> tuple[Body, int]:
    price = call.state.shelf("price").get(params.needed("price"), "items[0][price]")
    if price["recurring"] is None:
        raise invalid(f"The price specified is set to `type=one_time`: {price['id']}", "items[0][price]")
    quantity = params.number("quantity")
    return price, 1 if quantity is None else quantity


def _trial_end(call: Call) -> int | None:
    days, end = call.params.number("trial_period_days"), call.params.text("trial_end")
    if end is not None and end != "now":
        return _future(call, end)
    return call.state.now + days * DAY_S if days else None


def _future(call: Call, text: str) -> int:
    if not text.isdigit() or int(text) <= call.state.now:
        raise invalid("Invalid timestamp: must be an integer Unix timestamp in the future.", "trial_end")
    return int(text)


def _refuse_early(call: Call, order: subscriptions.Order, behaviour: str) -> None:
    """What is refused before anything is made: no method at all, or a card that pays nothing."""
    default = order.customer["invoice_settings"]["default_payment_method"]
    method = order.method or default
    if order.trial_end is not None or behaviour == "default_incomplete":
        return
    if method is None:
        raise invalid(
            "This customer has no attached payment source or default payment method. Please consider adding "
            "a default payment method.",
            code="resource_missing",
        )
    refusal = refusal_of(call.state.natures[method])
    if refusal is not None and behaviour == "error_if_incomplete":
        raise declined(refusal.code, refusal.message)


def _refuse_unpaid(call: Call, subscription: Body, changes: list[tuple[Body, Body, int]]) -> None:
    """A dearer price that the card does not pay is refused, and then nothing has changed."""
    dearer = sum(
        price["unit_amount"] * quantity - item["price"]["unit_amount"] * item["quantity"]
        for item, price, quantity in changes
    )
    customer = call.state.shelf("customer").get(subscription["customer"])
    method = subscription["default_payment_method"] or customer["invoice_settings"]["default_payment_method"]
    refusal = refusal_of(call.state.natures[method]) if method and dearer > 0 else None
    if refusal is not None:
        raise declined(refusal.code, refusal.message)


def _fields(call: Call, subscription: Body) -> dict[str, Any]:
    params, fields = call.params, dict[str, Any]()
    if "metadata" in params:
        fields["metadata"] = merged(subscription["metadata"], params.metadata())
    if "description" in params:
        fields["description"] = params.text("description")
    if (method := params.text("default_payment_method")) is not None:
        found = call.state.shelf("payment_method").get(method, "default_payment_method")
        fields["default_payment_method"] = found["id"]
    if "pause_collection" in params:
        fields["pause_collection"] = _pause(params.group("pause_collection"))
    wanted = params.flag("cancel_at_period_end")
    if wanted is not None and wanted != subscription["cancel_at_period_end"]:
        fields |= subscriptions.cancellation(call.state, subscription, wanted)
    if "cancel_at" in params:
        when = params.number("cancel_at")
        fields |= {"cancel_at": when, "canceled_at": None if when is None else call.state.now}
    if details := _details(params):
        present = dict(fields.get("cancellation_details") or subscription["cancellation_details"])
        fields["cancellation_details"] = present | details
    return fields


def _pause(params: Params) -> Body | None:
    behaviour = params.choice("behavior", ("keep_as_draft", "mark_uncollectible", "void"))
    resumes_at = params.number("resumes_at")
    return None if behaviour is None else {"behavior": behaviour, "resumes_at": resumes_at}


def _details(params: Params) -> dict[str, str | None]:
    group = params.group("cancellation_details")
    return {name: group.text(name) for name in ("comment", "feedback") if name in group}


def _change(call: Call, subscription: Body, params: Params) -> tuple[Body, Body, int]:
    item_id, rows = params.text("id"), subscription["items"]["data"]
    price_id, quantity = params.text("price"), params.number("quantity")
    item = next((row for row in rows if row["id"] == item_id), None)
    if item_id is not None and item is None:
        raise no_such("subscription item", item_id, "items[0][id]")
    if item is None:
        price = call.state.shelf("price").get(price_id or "", "items[0][price]")
        first = subscriptions.item_of(subscription)
        period = (first["current_period_start"], first["current_period_end"])
        added = subscription_item(subscription["id"], price, quantity or 1, period)
        return added, price, quantity or 1
    price = call.state.shelf("price").get(price_id, "items[0][price]") if price_id else item["price"]
    return item, price, item["quantity"] if quantity is None else quantity


def _move_trial(call: Call, subscription: Body, end: str) -> None:
    if end == "now":
        if subscription["status"] == "trialing":
            subscriptions.end_trial(call.state, subscription)
        return
    when = _future(call, end)
    subscription |= {"trial_end": when, "billing_cycle_anchor": when, "status": "trialing"}
    for item in subscription["items"]["data"]:
        item["current_period_end"] = when
    call.state.events.tell("customer.subscription.updated", subscription, {"trial_end": None})
    subscriptions.plan(call.state, subscription)
