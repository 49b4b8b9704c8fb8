"""Product rows: `crm.item.productrow.set` and `.list`, and the older `crm.deal.productrows.set`.

Vendor facts: a price keeps 8 decimals and already contains discount and tax; quantity keeps 4;
a discount of 100 % needs its sum as well; rows take simple products and offers, not parents.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sandbox.bitrix24 import crm_fields, crm_items
from sandbox.bitrix24.catalogue import Element
from sandbox.bitrix24.crm import Entity
from sandbox.bitrix24.errors import RestError
from sandbox.bitrix24.query import Listed, listing
from sandbox.bitrix24.registry import Call, method
from sandbox.bitrix24.values import as_list, as_map, decimal, empty, intval, iso, number, text, yes_no

PERCENT, ABSOLUTE = 2, 1
_LETTERS = {entity.letter: entity for entity in Entity}
_HUNDRED = Decimal(100)


@method("crm.item.productrow.set", "crm")
def rows_set(call: Call) -> Any:
    """Replace all rows of a record."""
    letter = text(call.params.get("ownerType")).upper()
    rows = [as_map(row) for row in as_list(call.params.get("productRows"))]
    return {"productRows": _replace(call, letter, intval(call.params.get("ownerId")), rows)}


@method("crm.deal.productrows.set", "crm")
def older_rows_set(call: Call) -> Any:
    """The older name, with upper-case fields."""
    sent = call.insensitive()
    rows = [crm_fields.from_older(as_map(row)) for row in as_list(sent.get("ROWS"))]
    _replace(call, Entity.DEAL.letter, intval(sent.get("ID")), rows)
    return True


@method("crm.item.productrow.list", "crm")
def rows_list(call: Call) -> Any:
    """Rows by filter; `=ownerType` and `=ownerId` are demanded."""
    wanted = as_map(call.params.get("filter"))
    if "=ownerType" not in wanted or "=ownerId" not in wanted:
        raise RestError("ACCESS_DENIED", "Access denied")
    owner = (text(wanted["=ownerType"]).upper(), intval(wanted["=ownerId"]))
    found = listing(call.portal.crm.rows.get(owner, []), call.params, call.start)
    return Listed({"productRows": found.result}, found.total, found.next)


def _replace(call: Call, letter: str, owner_id: int, sent: list[dict[str, Any]]) -> list[dict[str, Any]]:
    crm = call.portal.crm
    entity = _LETTERS.get(letter)
    item = crm.items[entity].get(owner_id) if entity else None
    if item is None or entity is None:
        raise RestError("OWNER_NOT_FOUND", "Owner was not found")
    held = crm.rows.get((letter, owner_id), [])
    if not held and not sent:
        return []
    rows = [_row(call, letter, owner_id, row, place) for place, row in enumerate(sent, 1)]
    _keep_ids(call, rows, sent, held)
    crm.rows[(letter, owner_id)] = rows
    if entity is Entity.DEAL and item["isManualOpportunity"] == "N":
        item["opportunity"] = crm_fields.total(rows)
    item |= {"updatedTime": iso(call.now), "updatedBy": call.token.user_id}
    crm_items.happened(call, entity, "UPDATE", owner_id)
    return rows


def _keep_ids(
    call: Call, rows: list[dict[str, Any]], sent: list[dict[str, Any]], held: list[dict[str, Any]]
) -> None:
    """A row that names one of the record's present rows takes its place; all others are new."""
    free = {row["id"] for row in held}
    for row, raw in zip(rows, sent, strict=True):
        named = intval(raw.get("id"))
        row["id"] = named if named in free else next(call.portal.crm.next_row)
        free.discard(named)


def _row(call: Call, letter: str, owner_id: int, sent: dict[str, Any], place: int) -> dict[str, Any]:
    product = call.portal.catalogue.elements.get(intval(sent.get("productId")))
    if product is not None and product.kind.is_parent:
        raise RestError("ERROR_CORE", "A product with variations cannot be added to the product rows<br>")
    price = _rounded(decimal(sent.get("price")), 8)
    tax = None if empty(sent.get("taxRate")) else decimal(sent["taxRate"])
    exclusive = price if not tax else _rounded(price / (1 + tax / _HUNDRED), 2)
    kind, rate, discount = _discount(sent, exclusive)
    unit = _unit(call, sent, product)
    return {
        "id": 0,
        "ownerId": owner_id,
        "ownerType": letter,
        "productId": intval(sent.get("productId")),
        "productName": text(sent.get("productName") or (product.fields["name"] if product else "")),
        "price": number(price),
        "priceAccount": number(price),
        "priceExclusive": number(exclusive),
        "priceNetto": number(exclusive + discount),
        "priceBrutto": number(_rounded((exclusive + discount) * (1 + (tax or 0) / _HUNDRED), 6)),
        "quantity": number(_rounded(decimal(sent.get("quantity", 1)), 4)),
        "discountTypeId": kind,
        "discountRate": number(rate),
        "discountSum": number(discount),
        "taxRate": None if tax is None else number(tax),
        "taxIncluded": yes_no(sent.get("taxIncluded")),
        "customized": "Y",
        "measureCode": unit["code"],
        "measureName": unit["symbol"],
        "sort": intval(sent.get("sort", place * 10)),
        "xmlId": text(sent.get("xmlId")),
        "type": int(product.kind) if product else 1,
        "storeId": None,
    }


def _discount(sent: dict[str, Any], exclusive: Decimal) -> tuple[int, Decimal, Decimal]:
    """Type, rate and sum; what was left out follows from what was sent."""
    kind = intval(sent.get("discountTypeId"))
    if kind == ABSOLUTE:
        if empty(sent.get("discountSum")):
            raise _missing("Discount Sum (DISCOUNT_SUM) is required if Monetary Discount Type")
        money = decimal(sent["discountSum"])
        full = exclusive + money
        return kind, _rounded(money / full * _HUNDRED, 2) if full else Decimal(0), money
    if kind != PERCENT:
        return PERCENT, Decimal(0), Decimal(0)
    if empty(sent.get("discountRate")):
        raise _missing("Discount Rate (DISCOUNT_RATE) is required if Percentage Discount Type")
    rate = decimal(sent["discountRate"])
    if rate != _HUNDRED:
        return kind, rate, _rounded(exclusive / (1 - rate / _HUNDRED), 6) - exclusive
    if empty(sent.get("discountSum")):
        raise RestError(
            "ERROR_CORE",
            "Discount Sum (DISCOUNT_SUM) is required if Percentage Discount Type "
            "(DISCOUNT_TYPE_ID) is defined and Discount Rate (DISCOUNT_RATE) is 100%<br>",
        )
    return kind, rate, decimal(sent["discountSum"])


def _missing(sentence: str) -> RestError:
    return RestError("ERROR_CORE", f"{sentence} (DISCOUNT_TYPE_ID) is defined<br>")


def _unit(call: Call, sent: dict[str, Any], product: Element | None) -> dict[str, Any]:
    measures = call.portal.measures
    by_code = intval(sent.get("measureCode"))
    by_id = product.fields["measure"] if product and not by_code else None
    for measure in measures:
        if measure["code"] == by_code or measure["id"] == by_id:
            return measure
    return next(measure for measure in measures if measure["isDefault"] == "Y")


def _rounded(value: Decimal, places: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
