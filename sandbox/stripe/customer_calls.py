"""Customers, their tax ids and payment methods."""

from __future__ import annotations

from typing import Any

from sandbox.stripe import collection, methods, shapes
from sandbox.stripe.cards import card_of
from sandbox.stripe.checkout import tax_id_kind
from sandbox.stripe.errors import invalid
from sandbox.stripe.params import Params, merged
from sandbox.stripe.reading import Call, alive, page, same
from sandbox.stripe.shelves import Body

_TEXTS = ("name", "email", "description", "phone", "business_name", "individual_name")


def create_customer(call: Call) -> Body:
    """`POST /v1/customers`."""
    body = shapes.customer(call.state.now)
    tax_ids = [(one.needed("type"), one.needed("value")) for one in call.params.groups("tax_id_data")]
    method_name = call.params.text("payment_method")
    fields = _fields(call, body)
    call.params.done()
    for kind, value in tax_ids:
        _check_tax_id(kind, value)
    body |= fields
    call.state.add(body, "customer.created")
    for kind, value in tax_ids:
        call.state.add(shapes.tax_id(body["id"], kind, value, call.state.now), "customer.tax_id.created")
    if method_name:
        methods.attach(call.state, methods.named(call.state, method_name, "payment_method"), body)
    return body


def update_customer(call: Call) -> Body:
    """`POST /v1/customers/{id}`."""
    body = alive(call.state, call.ids[0])
    fields = _fields(call, body)
    call.params.done()
    call.state.change(body, "customer.updated", **fields)
    return body


def get_customer(call: Call) -> Body:
    """`GET /v1/customers/{id}`; a deleted one answers that it is."""
    call.params.done()
    return call.state.shelf("customer").get(call.ids[0])


def list_customers(call: Call) -> Body:
    """`GET /v1/customers`."""
    rows = [one for one in call.state.shelf("customer") if not one.get("deleted")]
    return page(call, same(call, rows, "email"))


def delete_customer(call: Call) -> Body:
    """`DELETE /v1/customers/{id}`: its subscriptions end at once."""
    call.params.done()
    body = alive(call.state, call.ids[0])
    for subscription in call.state.shelf("subscription"):
        if subscription["customer"] == body["id"] and subscription["ended_at"] is None:
            collection.end(call.state, subscription, "cancellation_requested")
    call.state.events.tell("customer.deleted", body)
    gone = {"id": body["id"], "object": "customer", "deleted": True}
    body.clear()
    body |= gone
    return body


def create_tax_id(call: Call) -> Body:
    """`POST /v1/customers/{id}/tax_ids`."""
    customer = alive(call.state, call.ids[0])
    kind, value = call.params.needed("type"), call.params.needed("value")
    call.params.done()
    _check_tax_id(kind, value)
    made = shapes.tax_id(customer["id"], kind, value, call.state.now)
    return call.state.add(made, "customer.tax_id.created")


def list_tax_ids(call: Call) -> Body:
    """`GET /v1/customers/{id}/tax_ids`."""
    customer = alive(call.state, call.ids[0])
    return page(call, [one for one in call.state.shelf("tax_id") if one["customer"] == customer["id"]])


def delete_tax_id(call: Call) -> Body:
    """`DELETE /v1/customers/{id}/tax_ids/{id}`."""
    call.params.done()
    body = call.state.shelf("tax_id").get(call.ids[1])
    call.state.shelf("tax_id").drop(body["id"])
    call.state.events.tell("customer.tax_id.deleted", body)
    return {"id": body["id"], "object": "tax_id", "deleted": True}


def list_methods_of(call: Call) -> Body:
    """`GET /v1/customers/{id}/payment_methods`."""
    customer = alive(call.state, call.ids[0])
    return page(call, same(call, methods.of_customer(call.state, customer), "type"))


def list_methods(call: Call) -> Body:
    """`GET /v1/payment_methods`."""
    return page(call, same(call, call.state.shelf("payment_method"), "customer", "type"))


def create_method(call: Call) -> Body:
    """`POST /v1/payment_methods` with a test card's number or token."""
    call.params.choice("type", ("card",))
    card = call.params.group("card")
    token, number = card.text("token"), card.text("number")
    expires = (card.number("exp_month") or 12, card.number("exp_year") or 2034)
    card.text("cvc")
    call.params.done()
    if token is not None:
        return methods.named(call.state, token, "card[token]")
    test = card_of(number or "")
    if test is None:
        raise invalid("Your card number is incorrect.", "number", "incorrect_number")
    return methods.make(call.state, test, expires)


def attach_method(call: Call) -> Body:
    """`POST /v1/payment_methods/{id}/attach`."""
    customer = alive(call.state, call.params.needed("customer"), "customer")
    call.params.done()
    return methods.attach(call.state, methods.named(call.state, call.ids[0]), customer)


def detach_method(call: Call) -> Body:
    """`POST /v1/payment_methods/{id}/detach`."""
    call.params.done()
    method = call.state.shelf("payment_method").get(call.ids[0])
    owner = call.state.shelf("customer").find(method["customer"])
    call.state.change(method, "payment_method.detached", customer=None)
    if owner is not None and owner["invoice_settings"]["default_payment_method"] == method["id"]:
        owner["invoice_settings"] = owner["invoice_settings"] | {"default_payment_method": None}
    return method


def _fields(call: Call, body: Body) -> dict[str, Any]:
    params = call.params
    fields: dict[str, Any] = {name: params.text(name) for name in _TEXTS if name in params}
    if "address" in params:
        fields["address"] = _address(params.group("address"))
    if "preferred_locales" in params:
        fields["preferred_locales"] = params.texts("preferred_locales")
    if "balance" in params:
        fields["balance"] = params.number("balance") or 0
    if "metadata" in params:
        fields["metadata"] = merged(body["metadata"], params.metadata())
    method = params.group("invoice_settings").text("default_payment_method")
    if method is not None:
        found = call.state.shelf("payment_method").get(method, "invoice_settings[default_payment_method]")
        if found["customer"] != body["id"]:
            raise invalid(
                f"The customer does not have a payment method with the ID {method}. The payment method must "
                "be attached to the customer.",
                "invoice_settings[default_payment_method]",
            )
        fields["invoice_settings"] = body["invoice_settings"] | {"default_payment_method": method}
    return fields


def _address(params: Params) -> Body:
    return {name: params.text(name) for name in shapes.NO_ADDRESS}


def _check_tax_id(kind: str, value: str) -> None:
    if kind in ("br_cpf", "br_cnpj") and tax_id_kind(value) != kind:
        raise invalid(f"Invalid value for {kind}.", "value", "tax_id_invalid")
