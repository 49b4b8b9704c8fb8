"""Which call answers which path under `/v1`; `{}` stands for an id."""

from __future__ import annotations

from collections.abc import Callable

from sandbox.stripe import (
    account_calls,
    catalogue_calls,
    checkout_calls,
    customer_calls,
    invoice_calls,
    subscription_calls,
)
from sandbox.stripe.reading import Call
from sandbox.stripe.shelves import Body

Handler = Callable[[Call], Body]


def one(kind: str) -> Handler:
    """Answer an object by the last id of its path."""

    def get(call: Call) -> Body:
        call.params.done()
        return call.state.shelf(kind).get(call.ids[-1])

    return get


def _item(call: Call) -> Body:
    call.params.done()
    for subscription in call.state.shelf("subscription"):
        for item in subscription["items"]["data"]:
            if item["id"] == call.ids[0]:
                found: Body = item
                return found
    return call.state.shelf("subscription").get(call.ids[0])


ROUTES: dict[str, dict[str, Handler]] = {
    "account": {"GET": account_calls.get_account},
    "balance": {"GET": account_calls.get_balance},
    "customers": {"GET": customer_calls.list_customers, "POST": customer_calls.create_customer},
    "customers/{}": {
        "GET": customer_calls.get_customer,
        "POST": customer_calls.update_customer,
        "DELETE": customer_calls.delete_customer,
    },
    "customers/{}/tax_ids": {"GET": customer_calls.list_tax_ids, "POST": customer_calls.create_tax_id},
    "customers/{}/tax_ids/{}": {"GET": one("tax_id"), "DELETE": customer_calls.delete_tax_id},
    "customers/{}/payment_methods": {"GET": customer_calls.list_methods_of},
    "customers/{}/payment_methods/{}": {"GET": one("payment_method")},
    "payment_methods": {"GET": customer_calls.list_methods, "POST": customer_calls.create_method},
    "payment_methods/{}": {"GET": one("payment_method")},
    "payment_methods/{}/attach": {"POST": customer_calls.attach_method},
    "payment_methods/{}/detach": {"POST": customer_calls.detach_method},
    "products": {"GET": catalogue_calls.list_products, "POST": catalogue_calls.create_product},
    "products/{}": {"GET": one("product"), "POST": catalogue_calls.update_product},
    "prices": {"GET": catalogue_calls.list_prices, "POST": catalogue_calls.create_price},
    "prices/{}": {"GET": one("price"), "POST": catalogue_calls.update_price},
    "coupons": {"GET": catalogue_calls.list_coupons},
    "coupons/{}": {"GET": one("coupon")},
    "promotion_codes": {"GET": catalogue_calls.list_promotion_codes},
    "promotion_codes/{}": {"GET": one("promotion_code")},
    "checkout/sessions": {"GET": checkout_calls.list_sessions, "POST": checkout_calls.create_session},
    "checkout/sessions/{}": {"GET": one("checkout.session"), "POST": checkout_calls.update_session},
    "checkout/sessions/{}/expire": {"POST": checkout_calls.expire_session},
    "checkout/sessions/{}/line_items": {"GET": checkout_calls.list_line_items},
    "billing_portal/sessions": {"POST": checkout_calls.create_portal_session},
    "billing_portal/configurations": {"GET": checkout_calls.list_portal_configurations},
    "billing_portal/configurations/{}": {"GET": one("billing_portal.configuration")},
    "subscriptions": {
        "GET": subscription_calls.list_subscriptions,
        "POST": subscription_calls.create_subscription,
    },
    "subscriptions/{}": {
        "GET": one("subscription"),
        "POST": subscription_calls.update_subscription,
        "DELETE": subscription_calls.cancel_subscription,
    },
    "subscriptions/{}/resume": {"POST": subscription_calls.resume_subscription},
    "subscription_items": {"GET": subscription_calls.list_items},
    "subscription_items/{}": {"GET": _item},
    "invoices": {"GET": invoice_calls.list_invoices},
    "invoices/{}": {"GET": one("invoice")},
    "invoices/{}/lines": {"GET": invoice_calls.list_lines},
    "invoices/{}/pay": {"POST": invoice_calls.pay_invoice},
    "invoices/{}/finalize": {"POST": invoice_calls.finalise_invoice},
    "invoices/{}/void": {"POST": invoice_calls.void_invoice},
    "invoices/{}/mark_uncollectible": {"POST": invoice_calls.give_up_invoice},
    "invoice_payments": {"GET": invoice_calls.list_payments},
    "invoice_payments/{}": {"GET": one("invoice_payment")},
    "payment_intents": {"GET": invoice_calls.list_intents},
    "payment_intents/{}": {"GET": one("payment_intent")},
    "webhook_endpoints": {"GET": account_calls.list_endpoints, "POST": account_calls.create_endpoint},
    "webhook_endpoints/{}": {
        "GET": one("webhook_endpoint"),
        "POST": account_calls.update_endpoint,
        "DELETE": account_calls.delete_endpoint,
    },
    "events": {"GET": account_calls.list_events},
    "events/{}": {"GET": one("event")},
}


def _patterns() -> list[tuple[list[str], dict[str, Handler]]]:
    return [(pattern.split("/"), methods) for pattern, methods in ROUTES.items()]


_PATTERNS = _patterns()


def find_handler(http_method: str, part: str) -> tuple[Handler, tuple[str, ...]] | None:
    """The handler of a path (what follows `/v1/`) and the ids in it; None if the API has none."""
    sent = part.split("/")
    for pattern, handlers in _PATTERNS:
        fits = len(pattern) == len(sent) and all(
            word in ("{}", own) for word, own in zip(pattern, sent, strict=True)
        )
        if fits and http_method in handlers:
            ids = tuple(own for word, own in zip(pattern, sent, strict=True) if word == "{}")
            return handlers[http_method], ids
    return None
