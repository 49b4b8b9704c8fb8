"""`catalog.price.*`: one record per element and price type, with the traps of the real ones.

Source: Bitrix's `Catalog\\Controller\\Price`. `add` refuses a second price of a type; `modify`
deletes every price of the element that is not listed by id, over all price types.
"""

from __future__ import annotations

from typing import Any

from sandbox.bitrix24.catalogue import Catalogue
from sandbox.bitrix24.errors import RestError, missing_parameter, refused
from sandbox.bitrix24.query import AnyOf, Condition, Listed, holds, ordered, page, parse_filter, selected
from sandbox.bitrix24.registry import Call, method
from sandbox.bitrix24.values import as_list, as_map, empty, intval, iso, number, optional_int, text

PRICE_EDIT_DENIED = 200040300020
ELEMENT_PRICE_DENIED = 200040300030
_SINGLE = (
    "Validate price error. Catalog product is allowed has only single price without ranges in price group."
)
_FIELDS = frozenset(
    {"catalogGroupId", "currency", "extraId", "id", "price", "productId", "quantityFrom", "quantityTo"}
) | {"priceScale", "timestampX"}
_HIDDEN = "priceScale"
"""Shown by lists that ask for it and by `modify`, not by `add`, `get`, `update`."""


@method("catalog.price.add", "catalog", admin=True, denied=PRICE_EDIT_DENIED)
def price_add(call: Call) -> Any:
    """One new price."""
    sent = call.fields()
    _require(sent, ("catalogGroupId", "currency", "price", "productId"))
    catalogue = call.portal.catalogue
    group_id = _known_group(call, sent)
    product_id = intval(sent["productId"])
    if any(price["catalogGroupId"] == group_id for price in catalogue.prices_of(product_id)):
        raise refused(_SINGLE)
    return {"price": _shown(add_price(call, product_id, sent))}


@method("catalog.price.update", "catalog", admin=True, denied=PRICE_EDIT_DENIED)
def price_update(call: Call) -> Any:
    """New values of one price record."""
    price = call.portal.catalogue.prices.get(call.id())
    if price is None:
        raise refused("Price is not exists")
    sent = call.fields()
    _require(sent, ("price", "currency"))
    group_id = _known_group(call, price | sent)
    others = call.portal.catalogue.prices_of(price["productId"])
    if any(other["catalogGroupId"] == group_id and other is not price for other in others):
        raise refused(_SINGLE)
    change_price(call, price, sent)
    return {"price": _shown(price)}


@method("catalog.price.modify", "catalog", admin=True, denied=PRICE_EDIT_DENIED)
def price_modify(call: Call) -> Any:
    """All prices of an element at once; those not listed by id are deleted first."""
    product = as_map(call.fields().get("product"))
    sent = [as_map(item) for item in as_list(product.get("prices"))]
    if "prices" not in product:
        raise refused("Product prices are empty")
    for item in sent:
        _require(item, ("price", "currency"))
        _known_group(call, item)
    if len({intval(item["catalogGroupId"]) for item in sent}) < len(sent):
        raise refused(_SINGLE)
    product_id = intval(product.get("id"))
    _check_element(call.portal.catalogue, product_id)
    return {"prices": [dict(price) for price in _replace(call, product_id, sent)]}


@method("catalog.price.get", "catalog")
def price_get(call: Call) -> Any:
    """One price."""
    price = call.portal.catalogue.prices.get(call.id())
    if price is None:
        raise refused("Price is not exists")
    return {"price": _shown(price)}


@method("catalog.price.delete", "catalog", admin=True, denied=PRICE_EDIT_DENIED)
def price_delete(call: Call) -> Any:
    """Take one price away."""
    if call.id() not in call.portal.catalogue.prices:
        raise refused("Price is not exists")
    call.portal.catalogue.remove_price(call.id())
    _raise(call, "DELETE", call.id())
    return True


@method("catalog.price.list", "catalog")
def price_list(call: Call) -> Any:
    """Prices by filter; those of many products are found by their ids."""
    conditions = parse_filter(call.params.get("filter"))
    known = tuple(c for c in conditions if isinstance(c, AnyOf) or c.field in _FIELDS)
    candidates = _candidates(call.portal.catalogue, known)
    found = [price for price in candidates if holds(known, price, dict.get)]
    sorted_ = ordered(found, call.params.get("order"), dict.get, _FIELDS)
    rows, total, following = page(sorted_, call.start)
    select = call.params.get("select")
    answers = [selected(row, select) if select else _shown(row) for row in rows]
    return Listed({"prices": answers}, total, following)


def change_price(call: Call, price: dict[str, Any], sent: dict[str, Any]) -> None:
    """Write a price record that exists."""
    _write(call, price, sent)
    _raise(call, "UPDATE", price["id"])


def add_price(call: Call, product_id: int, sent: dict[str, Any]) -> dict[str, Any]:
    """Put a new price record on an element that may have one."""
    catalogue = call.portal.catalogue
    _check_element(catalogue, product_id)
    if catalogue.elements[product_id].kind.is_parent:
        raise refused("Validate price error. A product with variations has no price of its own.")
    price: dict[str, Any] = {"id": next(catalogue.next_price), "productId": product_id}
    price["catalogGroupId"] = intval(sent["catalogGroupId"])
    _write(call, price, sent)
    price = dict(sorted(price.items()))
    catalogue.add_price(price)
    _raise(call, "ADD", price["id"])
    return price


def _raise(call: Call, action: str, price_id: int) -> None:
    """Only the price's own id is told; the element's `timestampX` stays as it was."""
    call.portal.events.happened(f"CATALOG.PRICE.ON.{action}", {"FIELDS": {"ID": price_id}}, call.author)


def _check_element(catalogue: Catalogue, product_id: int) -> None:
    if product_id not in catalogue.elements:
        raise RestError(ELEMENT_PRICE_DENIED, "Access Denied")


def _write(call: Call, price: dict[str, Any], sent: dict[str, Any]) -> None:
    value = number(sent["price"])
    price |= {"currency": text(sent["currency"]), "price": value, "priceScale": value}
    for name in ("extraId", "quantityFrom", "quantityTo"):
        price[name] = optional_int(sent.get(name))
    price["timestampX"] = iso(call.now)


def _replace(call: Call, product_id: int, sent: list[dict[str, Any]]) -> list[dict[str, Any]]:
    catalogue = call.portal.catalogue
    kept = {intval(item["id"]) for item in sent if not empty(item.get("id"))}
    for price in catalogue.prices_of(product_id):
        if price["id"] not in kept:
            catalogue.remove_price(price["id"])
            _raise(call, "DELETE", price["id"])
    for item in sent:
        existing = catalogue.prices.get(intval(item.get("id")))
        if existing is None or existing["productId"] != product_id:
            add_price(call, product_id, item)
        else:
            _write(call, existing, item)
            existing["catalogGroupId"] = intval(item["catalogGroupId"])
            _raise(call, "UPDATE", existing["id"])
    return catalogue.prices_of(product_id)


def _candidates(catalogue: Catalogue, conditions: tuple[Condition | AnyOf, ...]) -> list[dict[str, Any]]:
    for condition in conditions:
        if isinstance(condition, Condition) and condition.is_equality:
            if condition.field == "productId":
                ids = sorted({intval(value) for value in condition.wanted})
                return [price for i in ids for price in catalogue.prices_of(i)]
            if condition.field == "id":
                wanted = sorted({intval(value) for value in condition.wanted})
                return [catalogue.prices[i] for i in wanted if i in catalogue.prices]
    return list(catalogue.prices.values())


def _known_group(call: Call, sent: dict[str, Any]) -> int:
    if "catalogGroupId" not in sent:
        raise missing_parameter("catalogGroupId")
    group_id = intval(sent["catalogGroupId"])
    if all(found["id"] != group_id for found in call.portal.price_types):
        raise refused("Validate price error. Catalog price group is wrong")
    return group_id


def _require(sent: dict[str, Any], names: tuple[str, ...]) -> None:
    missing = [name for name in names if empty(sent.get(name))]
    if missing:
        raise refused(f"Required fields: {', '.join(missing)}")


def _shown(price: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in price.items() if name != _HIDDEN}
