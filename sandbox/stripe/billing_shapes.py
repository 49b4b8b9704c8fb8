"""Subscriptions, invoices, Checkout and portal sessions as the pinned API version writes them."""

from __future__ import annotations

from sandbox.stripe.ids import new_id
from sandbox.stripe.shapes import nulls, page_of, plan_of
from sandbox.stripe.shelves import Body

_SELF = {"type": "self"}


def subscription(customer: Body, currency: str, created: int) -> Body:
    """A subscription without items, not paid yet."""
    subscription_id = new_id("sub")
    return {
        **nulls("application application_fee_percent billing_cycle_anchor_config billing_thresholds"),
        **nulls("cancel_at canceled_at customer_account days_until_due default_payment_method"),
        **nulls("default_source description ended_at latest_invoice managed_payments schedule test_clock"),
        **nulls("next_pending_invoice_item_invoice on_behalf_of pause_collection pending_setup_intent"),
        **nulls("pending_invoice_item_interval pending_update transfer_data trial_end trial_start"),
        "id": subscription_id,
        "object": "subscription",
        "automatic_tax": {"enabled": False, "liability": None, "disabled_reason": None},
        "billing_cycle_anchor": created,
        "billing_mode": {"type": "flexible", "flexible": {}},
        "billing_schedules": [],
        "cancel_at_period_end": False,
        "cancellation_details": nulls("comment feedback reason"),
        "collection_method": "charge_automatically",
        "created": created,
        "currency": currency,
        "customer": customer["id"],
        "default_tax_rates": [],
        "discounts": [],
        "invoice_settings": nulls("account_tax_ids custom_fields description footer") | {"issuer": _SELF},
        "items": page_of(f"/v1/subscription_items?subscription={subscription_id}", []),
        "livemode": False,
        "metadata": {},
        "payment_settings": {
            "payment_method_options": None,
            "payment_method_types": None,
            "save_default_payment_method": "off",
        },
        "start_date": created,
        "status": "incomplete",
        "trial_settings": {"end_behavior": {"missing_payment_method": "create_invoice"}},
    }


def subscription_item(subscription_id: str, price: Body, quantity: int, period: tuple[int, int]) -> Body:
    """One price of a subscription with its period."""
    return {
        "id": new_id("si"),
        "object": "subscription_item",
        "billing_thresholds": None,
        "created": period[0],
        "current_period_start": period[0],
        "current_period_end": period[1],
        "discounts": [],
        "metadata": {},
        "plan": plan_of(price),
        "price": price,
        "quantity": quantity,
        "subscription": subscription_id,
        "tax_rates": [],
    }


def invoice(customer: Body, subscription: Body, reason: str, created: int, url: str) -> Body:
    """A draft without lines; `url` is where people may pay it, its id in place of `{}`."""
    invoice_id = new_id("in")
    return {
        **nulls("account_tax_ids application custom_fields customer_account default_payment_method"),
        **nulls("default_source description due_date effective_at ending_balance footer from_invoice"),
        **nulls("hosted_invoice_url invoice_pdf last_finalization_error latest_revision number"),
        **nulls("next_payment_attempt on_behalf_of receipt_number rendering shipping_cost shipping_details"),
        **nulls("automatically_finalizes_at statement_descriptor test_clock webhooks_delivered_at"),
        "id": invoice_id,
        "object": "invoice",
        "account_country": "BR",
        "account_name": "Ponte",
        **dict.fromkeys(("amount_due", "amount_overpaid", "amount_paid", "amount_remaining"), 0),
        "amount_shipping": 0,
        "attempt_count": 0,
        "attempted": False,
        "auto_advance": True,
        "automatic_tax": nulls("disabled_reason liability provider status") | {"enabled": False},
        "billing_reason": reason,
        "collection_method": "charge_automatically",
        "created": created,
        "currency": subscription["currency"],
        "customer": customer["id"],
        "customer_address": customer["address"],
        "customer_email": customer["email"],
        "customer_name": customer["name"],
        "customer_phone": customer["phone"],
        "customer_shipping": None,
        "customer_tax_exempt": "none",
        "customer_tax_ids": [],
        "default_tax_rates": [],
        "discounts": [],
        "issuer": _SELF,
        "lines": page_of(f"/v1/invoices/{invoice_id}/lines", []),
        "livemode": False,
        "metadata": {},
        "parent": {
            "type": "subscription_details",
            "quote_details": None,
            "subscription_details": {
                "metadata": dict(subscription["metadata"]),
                "subscription": subscription["id"],
            },
        },
        "payment_settings": nulls("default_mandate payment_method_options payment_method_types"),
        "period_end": created,
        "period_start": created,
        "post_payment_credit_notes_amount": 0,
        "pre_payment_credit_notes_amount": 0,
        "starting_balance": 0,
        "status": "draft",
        "status_transitions": nulls("finalized_at marked_uncollectible_at paid_at voided_at"),
        **dict.fromkeys(("subtotal", "subtotal_excluding_tax", "total", "total_excluding_tax"), 0),
        **{name: [] for name in ("total_discount_amounts", "total_pretax_credit_amounts", "total_taxes")},
    }


def line(item: Body, amount: int, period: tuple[int, int], words: str, *, proration: bool) -> Body:
    """A line of an invoice for a subscription's item; a proration's amount may be negative."""
    price, subscription_id = item["price"], item["subscription"]
    parent = {
        "type": "subscription_item_details",
        "invoice_item_details": None,
        "subscription_item_details": {
            "invoice_item": None,
            "proration": proration,
            "proration_details": {"credited_items": None},
            "subscription": subscription_id,
            "subscription_item": item["id"],
        },
    }
    return {
        "id": new_id("il"),
        "object": "line_item",
        "amount": amount,
        "subtotal": amount,
        "currency": price["currency"],
        "description": words,
        "discount_amounts": [],
        "discountable": not proration,
        "discounts": [],
        "invoice": None,
        "livemode": False,
        "metadata": {},
        "parent": parent,
        "period": {"start": period[0], "end": period[1]},
        "pretax_credit_amounts": [],
        "pricing": {
            "type": "price_details",
            "price_details": {"price": price["id"], "product": price["product"]},
            "unit_amount_decimal": price["unit_amount_decimal"],
        },
        "quantity": item["quantity"],
        "quantity_decimal": str(item["quantity"]),
        "subscription": subscription_id,
        "taxes": [],
    }


def checkout_session(created: int) -> Body:
    """An open session of a subscription."""
    return {
        **nulls("after_expiration billing_address_collection cancel_url client_reference_id client_secret"),
        **nulls("consent consent_collection currency customer customer_account customer_creation"),
        **nulls("customer_details customer_email invoice invoice_creation locale payment_intent"),
        **nulls("payment_link payment_method_configuration_details recovered_from setup_intent"),
        **nulls("saved_payment_method_options shipping_address_collection shipping_cost submit_type"),
        **nulls("subscription success_url adaptive_pricing collected_information permissions"),
        **nulls("wallet_options origin_context currency_conversion integration_identifier"),
        **nulls("managed_payments allow_promotion_codes discounts"),
        "id": new_id("cs_test", 58),
        "object": "checkout.session",
        "amount_subtotal": 0,
        "amount_total": 0,
        "automatic_tax": nulls("liability provider status") | {"enabled": False},
        "created": created,
        "custom_fields": [],
        "custom_text": nulls("after_submit shipping_address submit terms_of_service_acceptance"),
        "expires_at": created,
        "livemode": False,
        "metadata": {},
        "mode": "subscription",
        "payment_method_collection": "always",
        "payment_method_options": {},
        "payment_method_types": ["card"],
        "payment_status": "unpaid",
        "phone_number_collection": {"enabled": False},
        "shipping_options": [],
        "status": "open",
        "tax_id_collection": {"enabled": False, "required": "never"},
        "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
        "ui_mode": "hosted_page",
    }


def portal_session(customer_id: str, configuration: str, created: int, base_url: str) -> Body:
    """A customer's way into the billing portal."""
    session_id = new_id("bps")
    return {
        **nulls("customer_account flow locale on_behalf_of return_url"),
        "id": session_id,
        "object": "billing_portal.session",
        "configuration": configuration,
        "created": created,
        "customer": customer_id,
        "livemode": False,
        "url": f"{base_url}/portal/{session_id}",
    }


def portal_configuration(created: int) -> Body:
    """What the portal lets people do: everything that its page has."""
    on = {"enabled": True}
    return {
        **nulls("application default_return_url name"),
        "id": "bpc_sandboxOfPonte0000001",
        "object": "billing_portal.configuration",
        "active": True,
        "business_profile": nulls("headline privacy_policy_url terms_of_service_url"),
        "created": created,
        "features": {
            "customer_update": {"allowed_updates": [], "enabled": False},
            "invoice_history": on,
            "payment_method_update": on | {"payment_method_configuration": None},
            "subscription_cancel": {
                "cancellation_reason": {"enabled": False, "options": []},
                "enabled": True,
                "mode": "at_period_end",
                "proration_behavior": "none",
            },
            "subscription_pause": {
                "duration": {"interval_options": [], "type": "indefinite"},
                "enabled": False,
            },
            "subscription_update": {
                "billing_cycle_anchor": None,
                "default_allowed_updates": ["price"],
                "enabled": True,
                "products": [],
                "proration_behavior": "always_invoice",
                "schedule_at_period_end": {"conditions": []},
                "trial_update_behavior": "end_trial",
            },
        },
        "is_default": True,
        "livemode": False,
        "login_page": {"enabled": False, "url": None},
        "metadata": {},
        "updated": created,
    }
