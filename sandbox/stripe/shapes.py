"""Customers, catalogue and payments as the pinned API version writes them, all fields present.

The field lists come from the `stripe` package 16.1 and Stripe's public fixtures.
"""

from __future__ import annotations

from typing import Any

from sandbox.stripe.ids import new_id
from sandbox.stripe.shelves import Body

API_VERSION = "2026-10-28.endive"
NO_ADDRESS = dict.fromkeys(("city", "country", "line1", "line2", "postal_code", "state"))


def nulls(names: str) -> Body:
    """Fields that are there and empty."""
    return dict.fromkeys(names.split())


def page_of(url: str, data: list[Body], *, has_more: bool = False) -> Body:
    """A list object."""
    return {"object": "list", "data": data, "has_more": has_more, "url": url}


def customer(created: int) -> Body:
    """A customer without anything."""
    return {
        **nulls("address currency default_source description email name phone shipping test_clock"),
        **nulls("business_name individual_name customer_account"),
        "id": new_id("cus", 14),
        "object": "customer",
        "balance": 0,
        "created": created,
        "delinquent": False,
        "discount": None,
        "invoice_prefix": new_id("x", 8)[2:].upper(),
        "invoice_settings": nulls("custom_fields default_payment_method footer rendering_options"),
        "livemode": False,
        "metadata": {},
        "next_invoice_sequence": 1,
        "preferred_locales": [],
        "tax_exempt": "none",
    }


def tax_id(owner: str, kind: str, value: str, created: int) -> Body:
    """A customer's CPF or CNPJ."""
    return {
        "id": new_id("txi"),
        "object": "tax_id",
        "country": kind[:2].upper(),
        "created": created,
        "customer": owner,
        "customer_account": None,
        "livemode": False,
        "owner": {"type": "customer", "customer": owner, "customer_account": None},
        "type": kind,
        "value": value,
        "verification": {"status": "unavailable", "verified_address": None, "verified_name": None},
    }


def product(product_id: str, name: str, created: int) -> Body:
    """A service."""
    return {
        **nulls("default_price description package_dimensions shippable statement_descriptor"),
        **nulls("tax_code unit_label url"),
        "id": product_id,
        "object": "product",
        "active": True,
        "created": created,
        "images": [],
        "livemode": False,
        "marketing_features": [],
        "metadata": {},
        "name": name,
        "type": "service",
        "updated": created,
    }


def price(price_id: str, product_id: str, currency: str, amount: int, created: int) -> Body:
    """A price; `recurring` None makes it one for single payments."""
    return {
        **nulls("custom_unit_amount lookup_key nickname recurring tiers_mode transform_quantity"),
        "id": price_id,
        "object": "price",
        "active": True,
        "billing_scheme": "per_unit",
        "created": created,
        "currency": currency,
        "livemode": False,
        "metadata": {},
        "product": product_id,
        "tax_behavior": "unspecified",
        "type": "one_time",
        "unit_amount": amount,
        "unit_amount_decimal": str(amount),
    }


def recurring(interval: str, count: int) -> Body:
    """What makes a price a subscription's."""
    return {
        "interval": interval,
        "interval_count": count,
        "meter": None,
        "trial_period_days": None,
        "usage_type": "licensed",
    }


def plan_of(price: Body) -> Body:
    """The old name of a recurring price, which items still carry."""
    kept = ("active", "billing_scheme", "created", "currency", "id", "livemode", "metadata", "nickname")
    turn = price["recurring"]
    return {
        **{name: price[name] for name in kept},
        "object": "plan",
        "amount": price["unit_amount"],
        "amount_decimal": price["unit_amount_decimal"],
        "interval": turn["interval"],
        "interval_count": turn["interval_count"],
        "product": price["product"],
        "usage_type": "licensed",
        **nulls("meter tiers_mode transform_usage trial_period_days"),
    }


def payment_method(kind: str, details: Body, created: int) -> Body:
    """A card or a boleto payer; `details` stand under the name of the kind."""
    return {
        "id": new_id("pm"),
        "object": "payment_method",
        "allow_redisplay": "limited",
        "billing_details": {"address": dict(NO_ADDRESS), **nulls("email name phone tax_id")},
        "created": created,
        "customer": None,
        "customer_account": None,
        "livemode": False,
        "metadata": {},
        "type": kind,
        kind: details,
    }


def card_details(number: str, exp_month: int, exp_year: int) -> Body:
    """What a card shows of itself."""
    return {
        "brand": "visa",
        "checks": {**nulls("address_line1_check address_postal_code_check"), "cvc_check": "pass"},
        "country": "BR",
        "display_brand": "visa",
        "exp_month": exp_month,
        "exp_year": exp_year,
        "fingerprint": f"sandbox{number[-9:]}",
        "funding": "credit",
        "generated_from": None,
        "last4": number[-4:],
        "networks": {"available": ["visa"], "preferred": None},
        "regulated_status": "unregulated",
        "three_d_secure_usage": {"supported": True},
        "wallet": None,
    }


def payment_intent(invoice: Body, method: Body | None, amount: int, created: int) -> Body:
    """An attempt to be paid for an invoice."""
    intent_id = new_id("pi")
    kinds = [method["type"]] if method else ["card"]
    return {
        **nulls("amount_details application application_fee_amount automatic_payment_methods canceled_at"),
        **nulls(
            "cancellation_reason customer_account excluded_payment_method_types hooks last_payment_error"
        ),
        **nulls("latest_charge managed_payments next_action on_behalf_of payment_details processing"),
        **nulls("payment_method_configuration_details receipt_email review shipping source transfer_data"),
        **nulls("statement_descriptor statement_descriptor_suffix transfer_group"),
        "id": intent_id,
        "object": "payment_intent",
        "amount": amount,
        "amount_capturable": 0,
        "amount_received": 0,
        "capture_method": "automatic",
        "client_secret": f"{intent_id}_secret_sandbox",
        "confirmation_method": "automatic",
        "created": created,
        "currency": invoice["currency"],
        "customer": invoice["customer"],
        "description": "Subscription creation"
        if invoice["billing_reason"] == "subscription_create"
        else "Subscription update",
        "livemode": False,
        "metadata": {},
        "payment_method": method["id"] if method else None,
        "payment_method_options": {},
        "payment_method_types": kinds,
        "setup_future_usage": "off_session",
        "status": "requires_payment_method",
    }


def invoice_payment(invoice: Body, intent: Body, created: int) -> Body:
    """What ties an invoice to an attempt to be paid."""
    return {
        "id": new_id("inpay"),
        "object": "invoice_payment",
        "amount_paid": None,
        "amount_requested": intent["amount"],
        "created": created,
        "currency": invoice["currency"],
        "invoice": invoice["id"],
        "is_default": True,
        "livemode": False,
        "payment": {"type": "payment_intent", "payment_intent": intent["id"]},
        "status": "open",
        "status_transitions": {"canceled_at": None, "paid_at": None},
    }


def webhook_endpoint(url: str, events: list[str], version: str, created: int) -> Body:
    """Where events are sent; its secret is shown once, by the call that made it."""
    return {
        **nulls("application description"),
        "id": new_id("we"),
        "object": "webhook_endpoint",
        "api_version": version,
        "created": created,
        "enabled_events": events,
        "livemode": False,
        "metadata": {},
        "status": "enabled",
        "url": url,
    }


def event(kind: str, data: Body, request: Body, created: int, version: str) -> Body:
    """What happened, with a copy of the object as it was then."""
    return {
        "id": new_id("evt"),
        "object": "event",
        "api_version": version,
        "created": created,
        "data": data,
        "livemode": False,
        "pending_webhooks": 0,
        "request": request,
        "type": kind,
    }


def coupon(coupon_id: str, name: str, percent_off: float, created: int) -> Body:
    """A rebate on one invoice."""
    return {
        **nulls("amount_off currency duration_in_months max_redemptions redeem_by"),
        "id": coupon_id,
        "object": "coupon",
        "created": created,
        "duration": "once",
        "livemode": False,
        "metadata": {},
        "name": name,
        "percent_off": percent_off,
        "times_redeemed": 0,
        "valid": True,
    }


def promotion_code(code: str, coupon_id: str, created: int) -> Body:
    """What people type to get a coupon's rebate."""
    restrictions: dict[str, Any] = {"first_time_transaction": False}
    return {
        **nulls("customer customer_account expires_at max_redemptions"),
        "id": new_id("promo"),
        "object": "promotion_code",
        "active": True,
        "code": code,
        "created": created,
        "livemode": False,
        "metadata": {},
        "promotion": {"type": "coupon", "coupon": coupon_id},
        "restrictions": restrictions | nulls("minimum_amount minimum_amount_currency"),
        "times_redeemed": 0,
    }
