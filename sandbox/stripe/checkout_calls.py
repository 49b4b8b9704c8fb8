"""`/v1/checkout/sessions` and `/v1/billing_portal`."""

from __future__ import annotations

from typing import Any

from sandbox.stripe import billing_shapes, checkout
from sandbox.stripe.errors import invalid
from sandbox.stripe.ids import new_id
from sandbox.stripe.params import Params, merged
from sandbox.stripe.reading import Call, alive, line_items, page, same
from sandbox.stripe.shelves import Body
from sandbox.stripe.state import CheckoutTerms

SHORTEST_S, LONGEST_S = 30 * 60, 24 * 3_600
_KEPT = (
    "client_reference_id", "cancel_url", "customer_email", "locale", "billing_address_collection",
    "submit_type", "origin_context", "integration_identifier",
)  # fmt: skip
_KEPT_GROUPS = (
    "after_expiration", "consent_collection", "custom_text", "payment_method_options",
    "saved_payment_method_options", "wallet_options", "branding_settings",
)  # fmt: skip


def create_session(call: Call) -> Body:
    """`POST /v1/checkout/sessions` for `mode=subscription` on Stripe's own page."""
    params, state = call.params, call.state
    mode = params.choice("mode", ("payment", "setup", "subscription"))
    if mode != "subscription":
        raise invalid("The sandbox of Stripe knows mode `subscription` only.", "mode")
    params.choice("ui_mode", ("hosted_page",))
    session = billing_shapes.checkout_session(state.now)
    session["success_url"] = params.needed("success_url")
    session |= {name: params.text(name) for name in _KEPT if name in params}
    session |= {name: params.tree(name) for name in _KEPT_GROUPS if name in params}
    basket = [_basket_row(call, one) for one in params.groups("line_items")]
    if not basket:
        raise invalid("Missing required param: line_items.", "line_items", "parameter_missing")
    terms = _terms(params)
    _customer(call, session, terms)
    _switches(call, session, terms)
    session["expires_at"] = _expiry(call)
    session["metadata"] = merged({}, params.metadata())
    params.done()
    total = sum(row["amount_total"] for row in basket)
    session |= {"amount_subtotal": total, "amount_total": total, "currency": basket[0]["currency"]}
    session["url"] = f"{state.base_url}/checkout/{session['id']}"
    state.baskets[session["id"]], state.orders[session["id"]] = basket, terms
    if checkout.trial_end(state, session) is not None:
        session |= {"amount_subtotal": 0, "amount_total": 0}
    state.timers.at(session["expires_at"], lambda: checkout.expire(state, session))
    return state.add(session)


def expire_session(call: Call) -> Body:
    """`POST /v1/checkout/sessions/{id}/expire`."""
    call.params.done()
    session = call.state.shelf("checkout.session").get(call.ids[0])
    if session["status"] != "open":
        raise invalid(
            f'Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a '
            f"status of `{session['status']}`."
        )
    checkout.expire(call.state, session)
    return session


def update_session(call: Call) -> Body:
    """`POST /v1/checkout/sessions/{id}`: metadata."""
    session = call.state.shelf("checkout.session").get(call.ids[0])
    session["metadata"] = merged(session["metadata"], call.params.metadata())
    call.params.done()
    return session


def list_sessions(call: Call) -> Body:
    """`GET /v1/checkout/sessions`."""
    rows = same(call, call.state.shelf("checkout.session"), "customer", "subscription", "status")
    email = call.params.group("customer_details").text("email")
    fits = [row for row in rows if email is None or (row["customer_details"] or {}).get("email") == email]
    return page(call, fits)


def list_line_items(call: Call) -> Body:
    """`GET /v1/checkout/sessions/{id}/line_items`."""
    session = call.state.shelf("checkout.session").get(call.ids[0])
    return page(call, line_items(call.state, session)["data"])


def create_portal_session(call: Call) -> Body:
    """`POST /v1/billing_portal/sessions`."""
    params, state = call.params, call.state
    customer = alive(state, params.needed("customer"), "customer")
    configuration = params.text("configuration") or state.portal_configuration["id"]
    state.shelf("billing_portal.configuration").get(configuration, "configuration")
    body = billing_shapes.portal_session(customer["id"], configuration, state.now, state.base_url)
    body |= {"return_url": params.text("return_url"), "locale": params.text("locale")}
    body["flow"] = params.tree("flow_data")
    params.done()
    return state.add(body)


def list_portal_configurations(call: Call) -> Body:
    """`GET /v1/billing_portal/configurations`."""
    rows = same(call, call.state.shelf("billing_portal.configuration"), "active", "is_default")
    return page(call, rows)


def _basket_row(call: Call, params: Params) -> Body:
    price = call.state.shelf("price").get(params.needed("price"), "line_items[0][price]")
    quantity = params.number("quantity")
    if quantity is None or quantity < 1:
        raise invalid("Quantity is required. Add `quantity` to `line_items[0]`", "line_items[0][quantity]")
    if not price["active"]:
        raise invalid(
            "The price specified is inactive. This field only accepts active prices.", "line_items[0]"
        )
    if price["recurring"] is None:
        raise invalid("You must provide at least one recurring price in `subscription` mode.", "line_items")
    amount = price["unit_amount"] * quantity
    return {
        "id": new_id("li"),
        "object": "item",
        "adjustable_quantity": None,
        "amount_discount": 0,
        "amount_subtotal": amount,
        "amount_tax": 0,
        "amount_total": amount,
        "currency": price["currency"],
        "description": call.state.shelf("product").get(price["product"])["name"],
        "discounts": [],
        "metadata": {},
        "price": price,
        "quantity": quantity,
        "taxes": [],
    }


def _terms(params: Params) -> CheckoutTerms:
    data = params.group("subscription_data")
    behaviour = data.group("trial_settings").group("end_behavior")
    words = ("create_invoice", "pause", "cancel")
    return CheckoutTerms(
        metadata=merged({}, data.metadata()),
        description=data.text("description"),
        trial_days=data.number("trial_period_days"),
        trial_end=data.number("trial_end"),
        without_method=behaviour.choice("missing_payment_method", words) or "create_invoice",
        updates=_updates(params),
    )


def _updates(params: Params) -> tuple[str, ...]:
    update = params.group("customer_update")
    names = ("name", "address", "shipping")
    return tuple(name for name in names if update.choice(name, ("auto", "never")) == "auto")


def _customer(call: Call, session: Body, terms: CheckoutTerms) -> None:
    customer_id = call.params.text("customer")
    if customer_id is None:
        if terms.updates:
            raise invalid("`customer_update` can only be used with `customer`.", "customer_update")
        return
    if session["customer_email"] is not None:
        raise invalid("You may only specify one of these parameters: customer, customer_email.", "customer")
    session["customer"] = alive(call.state, customer_id, "customer")["id"]


def _switches(call: Call, session: Body, terms: CheckoutTerms) -> None:
    params = call.params
    session["allow_promotion_codes"] = params.flag("allow_promotion_codes")
    collection = params.choice("payment_method_collection", ("always", "if_required"))
    session["payment_method_collection"] = collection or "always"
    types = params.texts("payment_method_types")
    for kind in types:
        if kind not in ("card", "boleto"):
            raise invalid(f"The payment method type provided: {kind} is invalid.", "payment_method_types")
    session["payment_method_types"] = types or ["card", "boleto"]
    phone = params.group("phone_number_collection").flag("enabled")
    session["phone_number_collection"] = {"enabled": bool(phone)}
    taxes: dict[str, Any] = session["automatic_tax"]
    session["automatic_tax"] = taxes | {"enabled": bool(params.group("automatic_tax").flag("enabled"))}
    tax_ids = params.group("tax_id_collection")
    enabled = bool(tax_ids.flag("enabled"))
    required = tax_ids.choice("required", ("if_supported", "never")) or "never"
    session["tax_id_collection"] = {"enabled": enabled, "required": required}
    if enabled and session["customer"] is not None:
        _require_updates(call, session, terms)


def _require_updates(call: Call, session: Body, terms: CheckoutTerms) -> None:
    """Both refusals are Stripe's (public bug reports quote them)."""
    if "name" not in terms.updates:
        raise invalid(
            "Tax ID collection requires updating business name on the customer. To enable tax ID collection "
            "for an existing customer, please set `customer_update[name]` to `auto`."
        )
    customer = call.state.shelf("customer").get(session["customer"])
    if customer["address"] is None and "address" not in terms.updates:
        raise invalid(
            "We could not find a valid address on the provided customer. To enable tax ID collection, please "
            "set `customer_update[address]` to `auto`."
        )


def _expiry(call: Call) -> int:
    now, sent = call.state.now, call.params.number("expires_at")
    if sent is None:
        return now + LONGEST_S
    if not now + SHORTEST_S <= sent <= now + LONGEST_S + 60:
        raise invalid(
            "The `expires_at` timestamp must be at least 30 minutes and less than 24 hours from Checkout "
            "Session creation.",
            "expires_at",
        )
    return sent
