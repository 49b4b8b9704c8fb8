"""Products, prices, coupons and promotion codes."""

from __future__ import annotations

from typing import Any

from sandbox.stripe import shapes
from sandbox.stripe.errors import invalid
from sandbox.stripe.ids import new_id
from sandbox.stripe.params import Params, merged
from sandbox.stripe.reading import Call, page, same
from sandbox.stripe.shelves import Body


def create_product(call: Call) -> Body:
    """`POST /v1/products`."""
    product_id = call.params.text("id") or new_id("prod", 14)
    body = shapes.product(product_id, call.params.needed("name"), call.state.now)
    fields = _product_fields(call.params, body)
    call.params.done()
    if call.state.shelf("product").find(product_id):
        raise invalid(f"Product already exists: {product_id}", "id", "resource_already_exists")
    return call.state.add(body | fields, "product.created")


def update_product(call: Call) -> Body:
    """`POST /v1/products/{id}`."""
    body = call.state.shelf("product").get(call.ids[0])
    fields = _product_fields(call.params, body)
    if name := call.params.text("name"):
        fields["name"] = name
    call.params.done()
    call.state.change(body, "product.updated", **fields)
    return body


def list_products(call: Call) -> Body:
    """`GET /v1/products`."""
    rows = same(call, call.state.shelf("product"), "active")
    ids = call.params.texts("ids")
    return page(call, [row for row in rows if not ids or row["id"] in ids])


def create_price(call: Call) -> Body:
    """`POST /v1/prices`; only per unit, in whole cents."""
    params = call.params
    product = call.state.shelf("product").get(params.needed("product"), "product")
    currency, amount = params.needed("currency").lower(), params.number("unit_amount")
    if amount is None or amount < 0:
        raise invalid("Missing required param: unit_amount.", "unit_amount", "parameter_missing")
    body = shapes.price(new_id("price"), product["id"], currency, amount, call.state.now)
    if "recurring" in params:
        turn = params.group("recurring")
        interval = turn.choice("interval", ("day", "week", "month", "year")) or "month"
        recurring = shapes.recurring(interval, turn.number("interval_count") or 1)
        body |= {"type": "recurring", "recurring": recurring}
    fields = _price_fields(call, body)
    params.done()
    return call.state.add(body | fields, "price.created")


def update_price(call: Call) -> Body:
    """`POST /v1/prices/{id}`; the amount of a price never changes."""
    body = call.state.shelf("price").get(call.ids[0])
    fields = _price_fields(call, body)
    call.params.done()
    call.state.change(body, "price.updated", **fields)
    return body


def list_prices(call: Call) -> Body:
    """`GET /v1/prices`; `lookup_keys` at most ten."""
    keys = call.params.texts("lookup_keys")
    if len(keys) > 10:
        raise invalid("You can only look up 10 prices at once.", "lookup_keys")
    turn = call.params.group("recurring").text("interval")
    rows = same(call, call.state.shelf("price"), "active", "currency", "product", "type")
    rows = [row for row in rows if not keys or row["lookup_key"] in keys]
    return page(
        call, [row for row in rows if turn is None or (row["recurring"] or {}).get("interval") == turn]
    )


def list_promotion_codes(call: Call) -> Body:
    """`GET /v1/promotion_codes`."""
    return page(call, same(call, call.state.shelf("promotion_code"), "active", "code", "customer"))


def list_coupons(call: Call) -> Body:
    """`GET /v1/coupons`."""
    return page(call, call.state.shelf("coupon"))


def _product_fields(params: Params, body: Body) -> dict[str, Any]:
    fields: dict[str, Any] = {
        name: params.text(name) for name in ("description", "statement_descriptor", "unit_label", "url")
        if name in params
    }  # fmt: skip
    if (active := params.flag("active")) is not None:
        fields["active"] = active
    if "metadata" in params:
        fields["metadata"] = merged(body["metadata"], params.metadata())
    if (price := params.text("default_price")) is not None:
        fields["default_price"] = price
    return fields


def _price_fields(call: Call, body: Body) -> dict[str, Any]:
    params = call.params
    fields: dict[str, Any] = {}
    if (active := params.flag("active")) is not None:
        fields["active"] = active
    if "nickname" in params:
        fields["nickname"] = params.text("nickname")
    if (behaviour := params.choice("tax_behavior", ("exclusive", "inclusive", "unspecified"))) is not None:
        fields["tax_behavior"] = behaviour
    if "metadata" in params:
        fields["metadata"] = merged(body["metadata"], params.metadata())
    transfer = params.flag("transfer_lookup_key")
    if (key := params.text("lookup_key")) is not None:
        _take_lookup_key(call, body, key, bool(transfer))
        fields["lookup_key"] = key
    return fields


def _take_lookup_key(call: Call, body: Body, key: str, transfer: bool) -> None:
    owner = next((one for one in call.state.shelf("price") if one["lookup_key"] == key), None)
    if owner is None or owner is body:
        return
    if not transfer:
        raise invalid(f"A price (`{owner['id']}`) already uses that lookup key.", "lookup_key")
    call.state.change(owner, "price.updated", lookup_key=None)
