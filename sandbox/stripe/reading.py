"""What all reading calls share: lists by pages, filters, and `expand`."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from sandbox.stripe import collection
from sandbox.stripe.errors import invalid
from sandbox.stripe.params import Params
from sandbox.stripe.shapes import page_of
from sandbox.stripe.shelves import Body
from sandbox.stripe.state import StripeState

LONGEST_PAGE = 100
DEEPEST = 4
_COMPARISONS: dict[str, Callable[[int, int], bool]] = {
    "gt": lambda value, bound: value > bound,
    "gte": lambda value, bound: value >= bound,
    "lt": lambda value, bound: value < bound,
    "lte": lambda value, bound: value <= bound,
}
_REFERENCES = {
    "customer": "customer",
    "coupon": "coupon",
    "default_payment_method": "payment_method",
    "default_price": "price",
    "invoice": "invoice",
    "latest_invoice": "invoice",
    "payment_intent": "payment_intent",
    "payment_method": "payment_method",
    "price": "price",
    "product": "product",
    "subscription": "subscription",
}
"""Fields that hold an id, with the kind of object behind it."""


class Call(msgspec.Struct, frozen=True):
    """One API request: its parameters (query or body) and the ids of its path."""

    state: StripeState
    params: Params
    ids: tuple[str, ...]
    path: str


def page(call: Call, rows: Iterable[Body]) -> Body:
    """The page of `rows` (oldest first) that the parameters ask for, newest first."""
    limit = call.params.number("limit")
    if limit is None:
        limit = 10
    if not 1 <= limit <= LONGEST_PAGE:
        raise invalid(f"Invalid limit: must be between 1 and {LONGEST_PAGE}", "limit")
    after, before = call.params.text("starting_after"), call.params.text("ending_before")
    bounds = call.params.tree("created")
    wanted = [row for row in rows if _created_fits(row, bounds)][::-1]
    call.params.done()
    if before is not None:
        wanted = wanted[: _place(wanted, before, "ending_before")]
        return page_of(call.path, wanted[-limit:], has_more=len(wanted) > limit)
    start = 0 if after is None else _place(wanted, after, "starting_after") + 1
    return page_of(call.path, wanted[start : start + limit], has_more=len(wanted) > start + limit)


def same(call: Call, rows: Iterable[Body], *names: str) -> list[Body]:
    """The rows whose fields equal the parameters of these names, as far as they were sent."""
    wanted = {name: value for name in names if (value := call.params.text(name)) is not None}
    return [row for row in rows if all(_shown(row[name]) == value for name, value in wanted.items())]


def alive(state: StripeState, customer_id: str, param: str = "id") -> Body:
    """A customer that was not deleted; StripeError that names `param`."""
    body = state.shelf("customer").get(customer_id, param)
    if body.get("deleted"):
        raise invalid(f"No such customer: '{customer_id}'; it was deleted", param, "resource_missing")
    return body


def expanded(state: StripeState, body: Body, paths: list[str]) -> Body:
    """A copy with the objects that `expand` asks for in place of their ids."""
    body = copy.deepcopy(body)
    for path in paths:
        steps = path.split(".")
        if len(steps) - (steps[0] == "data") > DEEPEST:
            raise invalid(f"You cannot expand more than {DEEPEST} levels of a property. Property: {path}")
        _expand(state, body, steps, path)
    return body


def _expand(state: StripeState, body: Any, steps: list[str], path: str) -> None:
    if not steps:
        return
    if isinstance(body, list):
        for one in body:
            _expand(state, one, steps, path)
        return
    name, rest = steps[0], steps[1:]
    if not isinstance(body, dict):
        raise _not_expandable(path)
    included = _INCLUDED.get((str(body.get("object")), name))
    if included is not None:
        body[name] = copy.deepcopy(included(state, body))
    elif name not in body or (not rest and name not in _REFERENCES):
        raise _not_expandable(path)
    elif isinstance(body[name], str) and name in _REFERENCES:
        body[name] = copy.deepcopy(state.shelf(_REFERENCES[name]).get(body[name], name))
    if body[name] is not None:
        _expand(state, body[name], rest, path)


def _not_expandable(path: str) -> Exception:
    return invalid(f"This property cannot be expanded ({path}).", "expand")


def _payments(state: StripeState, invoice: Body) -> Body:
    payment = collection.payment_of(state, invoice)
    return page_of(f"/v1/invoice_payments?invoice={invoice['id']}", [payment] if payment else [])


def _subscriptions(state: StripeState, customer: Body) -> Body:
    rows = [one for one in state.shelf("subscription") if one["customer"] == customer["id"]]
    alive = [one for one in rows if one["status"] not in ("canceled", "incomplete_expired")]
    return page_of(f"/v1/customers/{customer['id']}/subscriptions", alive[::-1])


def _tax_ids(state: StripeState, customer: Body) -> Body:
    rows = [one for one in state.shelf("tax_id") if one["customer"] == customer["id"]]
    return page_of(f"/v1/customers/{customer['id']}/tax_ids", rows[::-1])


def line_items(state: StripeState, session: Body) -> Body:
    """What a Checkout session sells."""
    rows = state.baskets[session["id"]]
    return page_of(f"/v1/checkout/sessions/{session['id']}/line_items", rows)


_INCLUDED: dict[tuple[str, str], Callable[[StripeState, Body], Body]] = {
    ("invoice", "payments"): _payments,
    ("customer", "subscriptions"): _subscriptions,
    ("customer", "tax_ids"): _tax_ids,
    ("checkout.session", "line_items"): line_items,
}
"""Fields that are there only when asked for."""


def _place(rows: list[Body], object_id: str, param: str) -> int:
    for place, row in enumerate(rows):
        if row["id"] == object_id:
            return place
    raise invalid(f"No such object: '{object_id}'", param, "resource_missing")


def _created_fits(row: Body, bounds: Any) -> bool:
    if bounds is None:
        return True
    if isinstance(bounds, str):
        bounds = {"gte": bounds, "lte": bounds}
    try:
        return all(_COMPARISONS[name](row["created"], int(bound)) for name, bound in bounds.items())
    except (KeyError, ValueError, TypeError):
        raise invalid("Invalid created: a time or gt, gte, lt, lte with times", "created") from None


def _shown(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
