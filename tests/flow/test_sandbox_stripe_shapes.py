"""Objects of the sandbox's Stripe have the fields that the pinned package declares, these and no others."""

from __future__ import annotations

import types
import typing
from typing import Any

import pytest
import stripe

from sandbox.stripe.shapes import API_VERSION
from tests.support.sandbox import Sandbox
from tests.support.stripe_shop import Shop

CLASSES: dict[str, Any] = {
    "billing_portal.configuration": stripe.billing_portal.Configuration,
    "billing_portal.session": stripe.billing_portal.Session,
    "checkout.session": stripe.checkout.Session,
    "coupon": stripe.Coupon,
    "customer": stripe.Customer,
    "event": stripe.Event,
    "invoice": stripe.Invoice,
    "invoice_payment": stripe.InvoicePayment,
    "item": stripe.LineItem,
    "line_item": stripe.InvoiceLineItem,
    "payment_intent": stripe.PaymentIntent,
    "payment_method": stripe.PaymentMethod,
    "plan": stripe.Plan,
    "price": stripe.Price,
    "product": stripe.Product,
    "promotion_code": stripe.PromotionCode,
    "subscription": stripe.Subscription,
    "subscription_item": stripe.SubscriptionItem,
    "tax_id": stripe.TaxId,
    "webhook_endpoint": stripe.WebhookEndpoint,
}
PERIOD = ("current_period_start", "current_period_end")


@pytest.fixture
def shop(sandbox: Sandbox) -> Shop:
    return Shop(sandbox)


def is_optional(annotation: Any) -> bool:
    return type(None) in typing.get_args(annotation)


def nested_class(annotation: Any) -> Any:
    """The package's own class of a nested group, None for everything else."""
    for one in (annotation, *typing.get_args(annotation)):
        if (
            isinstance(one, type)
            and issubclass(one, stripe.StripeObject)
            and not isinstance(one, types.GenericAlias)
        ):
            return one
    return None


def faults(body: dict[str, Any], cls: Any, where: str) -> list[str]:
    """Needed fields that are missing or null, and fields that the package does not know."""
    declared = {name: one for name, one in cls.__annotations__.items() if name != "OBJECT_NAME"}
    found = [f"{where}.{name} is unknown" for name in body.keys() - declared.keys()]
    for name, annotation in declared.items():
        value = body.get(name)
        if value is None and not is_optional(annotation):
            found.append(f"{where}.{name} is missing")
        elif isinstance(value, dict) and "object" not in value and (inner := nested_class(annotation)):
            found += faults(value, inner, f"{where}.{name}") if inner.__annotations__ else []
        found += walk(value, f"{where}.{name}")
    return found


def walk(value: Any, where: str) -> list[str]:
    """The faults of every whole object in a value."""
    if isinstance(value, list):
        return [fault for one in value for fault in walk(one, where)]
    if not isinstance(value, dict):
        return []
    match value.get("object"):
        case "list":
            return walk(value["data"], where)
        case str() as kind:
            return faults(value, CLASSES[kind], where)
    return [fault for name, one in value.items() for fault in walk(one, f"{where}.{name}")]


def everything(shop: Shop) -> list[Any]:
    v1, hundred = shop.v1, typing.cast("Any", {"limit": 100})
    door = v1.billing_portal.sessions.create({"customer": v1.customers.list().data[0].id})
    lists = [
        v1.customers, v1.products, v1.prices, v1.coupons, v1.promotion_codes, v1.checkout.sessions,
        v1.invoices, v1.invoice_payments, v1.payment_intents, v1.payment_methods, v1.webhook_endpoints,
        v1.billing_portal.configurations, v1.events,
    ]  # fmt: skip
    rows = [row.to_dict() for service in lists for row in service.list(hundred).data]  # type: ignore[attr-defined]
    subscriptions = v1.subscriptions.list(typing.cast("Any", {"status": "all"})).data
    return [*rows, *(one.to_dict() for one in subscriptions), door.to_dict()]


def test_all_objects_have_the_declared_fields(shop: Shop) -> None:
    for card in ("4242424242424242", "4000000000009987", "boleto", "boleto-unpaid"):
        shop.subscribed(card, allow_promotion_codes=True, tax_id_collection={"enabled": True})
    shop.subscribed(subscription_data={"trial_period_days": 14})
    shop.wait(40)
    shop.v1.subscriptions.cancel(shop.v1.subscriptions.list().data[0].id)
    rows = everything(shop)
    assert {row["object"] for row in rows} >= CLASSES.keys() - {
        "item", "line_item", "plan", "subscription_item", "tax_id",
    }  # fmt: skip
    assert [fault for row in rows for fault in walk(row, row["object"])] == []


def test_what_expand_shows_is_whole_too(shop: Shop) -> None:
    bought = shop.subscribed(tax_id_collection={"enabled": True})
    session = shop.v1.checkout.sessions.list(
        {"expand": ["data.line_items", "data.customer.tax_ids", "data.subscription.latest_invoice.payments"]}
    ).data[0]
    body = session.to_dict()
    assert walk(body, "session") == []
    assert body["line_items"]["data"][0]["price"]["lookup_key"] == "essencial"
    assert body["subscription"]["latest_invoice"]["payments"]["data"][0]["status"] == "paid"
    assert body["subscription"]["id"] == bought.id


def test_the_period_stands_on_items_and_the_subscription_in_parent(shop: Shop) -> None:
    bought = shop.subscribed()
    body, invoice = bought.to_dict(), shop.latest(bought).to_dict()
    item, line = body["items"]["data"][0], invoice["lines"]["data"][0]
    assert all(name in item and name not in body for name in PERIOD)
    assert "subscription" not in invoice
    assert "payment_intent" not in invoice
    assert invoice["parent"]["type"] == "subscription_details"
    assert invoice["parent"]["subscription_details"]["subscription"] == bought.id
    assert line["parent"]["subscription_item_details"]["subscription_item"] == item["id"]


def test_every_event_names_the_version(shop: Shop) -> None:
    shop.subscribed()
    assert {event["api_version"] for event in shop.told()} == {API_VERSION} == {stripe.api_version}


def test_five_levels_cannot_be_expanded(shop: Shop) -> None:
    bought = shop.subscribed()
    deep: Any = {"expand": ["latest_invoice.payments.data.payment.payment_intent"]}
    with pytest.raises(stripe.InvalidRequestError, match="more than 4 levels"):
        shop.v1.subscriptions.retrieve(bought.id, deep)
