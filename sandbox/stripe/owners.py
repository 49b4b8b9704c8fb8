"""Whose call it is: Ponte's id of the tenant, as Ponte has written it into Stripe's objects."""

from __future__ import annotations

from typing import Any

from sandbox.stripe.params import Tree
from sandbox.stripe.state import StripeState

_NAMED_IN = ("customer", "subscription", "invoice")


def owner_of(state: StripeState, tree: Tree, part: str) -> str | None:
    """The tenant of a request, from its parameters or from an object that it names; None if unknown."""
    sent = _sent(tree)
    if sent is not None:
        return sent
    ids = [value for name in _NAMED_IN if isinstance(value := tree.get(name), str)]
    for object_id in [*part.split("/"), *ids]:
        for shelf in state.shelves.values():
            if (body := shelf.find(object_id)) is not None and (owner := _owner(state, body)):
                return owner
    return None


def _sent(tree: Tree) -> str | None:
    subscription_data = tree.get("subscription_data")
    inner = subscription_data.get("metadata") if isinstance(subscription_data, dict) else None
    for place in (tree.get("metadata"), inner):
        if isinstance(place, dict) and isinstance(found := place.get("tenant_id"), str):
            return found
    reference = tree.get("client_reference_id")
    return reference if isinstance(reference, str) else None


def _owner(state: StripeState, body: dict[str, Any]) -> str | None:
    own = (body.get("metadata") or {}).get("tenant_id") or body.get("client_reference_id")
    if own:
        return str(own)
    details = (body.get("parent") or {}).get("subscription_details") or {}
    if found := (details.get("metadata") or {}).get("tenant_id"):
        return str(found)
    customer = body if body["object"] == "customer" else state.shelf("customer").find(body.get("customer"))
    return None if customer is None else owner_of_customer(state, customer["id"])


def owner_of_customer(state: StripeState, customer_id: str) -> str | None:
    """The tenant that a customer's own metadata, subscriptions or sessions name."""
    customer = state.shelf("customer").get(customer_id)
    if found := (customer.get("metadata") or {}).get("tenant_id"):
        return str(found)
    for subscription in state.shelf("subscription"):
        if subscription["customer"] == customer_id and "tenant_id" in subscription["metadata"]:
            return str(subscription["metadata"]["tenant_id"])
    for session in state.shelf("checkout.session"):
        if session["customer"] == customer_id and session["client_reference_id"]:
            return str(session["client_reference_id"])
    return None
