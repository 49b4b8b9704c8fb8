"""Which fields an element has, how each is read from what was sent, and what `get` and `list` show."""

from __future__ import annotations

import binascii
from base64 import b64decode
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from sandbox.bitrix24.catalogue import (
    Catalogue,
    Element,
    File,
    Kind,
    answer_properties,
    list_price,
    property_answer,
    property_number,
)
from sandbox.bitrix24.errors import refused
from sandbox.bitrix24.values import (
    as_list,
    as_map,
    decimal,
    empty,
    optional_int,
    optional_number,
    optional_text,
    portal_date,
    text,
    yes_no,
)

PIECE_MEASURE_ID = 5
"""The portal's default unit (code 796), taken by an element that names none."""


def _money(value: Any) -> str | None:
    return None if empty(value) else f"{decimal(value).quantize(Decimal('0.000001')):f}"


def _text_type(value: Any) -> str:
    return "html" if text(value).lower() == "html" else "text"


WRITABLE: dict[str, Callable[[Any], Any]] = {
    "active": yes_no,
    "barcodeMulti": yes_no,
    "canBuyZero": yes_no,
    "code": optional_text,
    "createdBy": optional_int,
    "dateActiveFrom": portal_date,
    "dateActiveTo": portal_date,
    "dateCreate": portal_date,
    "detailText": optional_text,
    "detailTextType": _text_type,
    "height": optional_number,
    "iblockSectionId": optional_int,
    "length": optional_number,
    "measure": optional_int,
    "modifiedBy": optional_int,
    "name": text,
    "previewText": optional_text,
    "previewTextType": _text_type,
    "purchasingCurrency": optional_text,
    "purchasingPrice": _money,
    "quantity": optional_number,
    "quantityReserved": optional_number,
    "quantityTrace": yes_no,
    "recurSchemeLength": optional_int,
    "recurSchemeType": optional_text,
    "sort": optional_int,
    "subscribe": yes_no,
    "trialPriceId": optional_int,
    "vatId": optional_int,
    "vatIncluded": yes_no,
    "weight": optional_number,
    "width": optional_number,
    "withoutOrder": yes_no,
}
"""How a sent value becomes a stored one; other names are ignored, `xmlId` and pictures go apart."""

PICTURES = ("detailPicture", "previewPicture")
_LIST_ONLY = ("barcodeMulti", "recurSchemeLength", "recurSchemeType", "trialPriceId", "withoutOrder")
_NOT_OF_PARENTS = ("quantityReserved", "quantityTrace", *_LIST_ONLY)
_ONLY_ON_OFFERS = ("measure", "quantity", "weight", "width", "height", "length")
"""A parent's unit, stock and size live on its offers."""


def defaults(kind: Kind, user_id: int, now_iso: str) -> dict[str, Any]:
    """A new element before anything was sent for it."""
    fields: dict[str, Any] = dict.fromkeys(WRITABLE)
    fields |= dict.fromkeys(PICTURES)
    fields |= {
        "active": "Y",
        "available": "Y",
        "barcodeMulti": "N",
        "bundle": "N",
        "canBuyZero": "Y",
        "createdBy": user_id,
        "dateCreate": now_iso,
        "detailTextType": "text",
        "measure": None if kind.is_parent else PIECE_MEASURE_ID,
        "modifiedBy": user_id,
        "previewTextType": "text",
        "quantity": None if kind.is_parent else 0,
        "quantityReserved": 0,
        "quantityTrace": "N",
        "sort": 500,
        "subscribe": "Y",
        "timestampX": now_iso,
        "vatIncluded": "N",
        "withoutOrder": "N",
    }
    return fields


def apply(catalogue: Catalogue, element: Element, sent: dict[str, Any]) -> None:
    """Write what was sent into an element that is in the catalogue already."""
    for name, value in sent.items():
        if element.kind.is_parent and name in _ONLY_ON_OFFERS:
            continue
        read = WRITABLE.get(name)
        if name == "code":
            catalogue.set_code(element, optional_text(value))
        elif read is not None:
            element.fields[name] = read(value)
        elif name in PICTURES:
            element.fields[name] = picture(catalogue, element.id, name, value, element.fields[name])
        elif property_number(name) in catalogue.properties:
            _write_own_property(catalogue, element, property_number(name), value)
    if "xmlId" in sent:
        catalogue.set_xml_id(element, sent["xmlId"])


def _write_own_property(catalogue: Catalogue, element: Element, property_id: int, value: Any) -> None:
    # A property of the other iblock is no property of this element: the portal passes over it.
    if catalogue.properties[property_id]["iblockId"] == element.iblock_id:
        catalogue.write_property(element, property_id, value)


def picture(catalogue: Catalogue, element_id: int, name: str, sent: Any, held: Any = None) -> Any:
    """A picture sent as `{"fileData": [name, base64]}` or taken away by `{"remove": "Y"}`, as it is shown."""
    order = as_map(sent)
    content = as_list(order.get("fileData"))
    if len(content) < 2:
        return None if order.get("remove") == "Y" else held
    try:
        raw = b64decode(text(content[1]), validate=True)
    except (binascii.Error, ValueError):
        raise refused("Invalid image file") from None
    file_id = next(catalogue.next_file)
    catalogue.files[file_id] = File(text(content[0]), raw)
    url = (
        f"/rest/catalog.product.download?fields%5BfieldName%5D={name}"
        f"&fields%5BfileId%5D={file_id}&fields%5BproductId%5D={element_id}"
    )
    return {"id": str(file_id), "url": url, "urlMachine": url}


def got(catalogue: Catalogue, element: Element) -> dict[str, Any]:
    """The record as `get`, `add` and `update` answer it."""
    hidden = _NOT_OF_PARENTS if element.kind.is_parent else _LIST_ONLY
    answer = {name: value for name, value in element.fields.items() if name not in hidden}
    answer |= answer_properties(catalogue, element)
    answer |= {"id": element.id, "iblockId": element.iblock_id, "type": int(element.kind)}
    if element.kind in (Kind.OFFER, Kind.LOOSE_OFFER):
        answer["parentId"] = element.parent.answer() if element.parent else None
    return dict(sorted(answer.items()))


def listed(catalogue: Catalogue, element: Element, names: list[str]) -> dict[str, Any]:
    """The chosen fields as a list shows them."""
    answer: dict[str, Any] = {}
    for name in names:
        if name == "parentId":
            answer[name] = element.parent.answer() if element.parent else None
        elif name == "purchasingPrice":
            answer[name] = list_price(element.fields[name])
        elif name in element.fields or name in ("id", "iblockId", "type"):
            answer[name] = element.read(name)
        elif property_number(name):
            described = catalogue.properties.get(property_number(name))
            if described and described["iblockId"] == element.iblock_id:
                answer[name] = property_answer(described, element.properties.get(described["id"]))
    return answer


def list_fields(catalogue: Catalogue, iblock_id: int, select: Any) -> list[str]:
    """The names that a `select` asks for, `*` and `property*` written out, in the answer's order."""
    names: set[str] = set()
    for name in as_list(select):
        match name:
            case "*":
                names |= {"id", "iblockId", "type", "xmlId", "available", "bundle", "timestampX"}
                names |= {*WRITABLE, *PICTURES, "parentId"}
            case "property*" | "property_*":
                names |= {f"property{found['id']}" for found in catalogue.properties_of(iblock_id)}
            case _:
                names.add(text(name))
    return sorted(names)
