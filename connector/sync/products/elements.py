"""The planner's targets as elements of a portal's catalogue, and back.

The planner speaks of shapes and of a `link` field; a portal has two iblocks, a property number in each, and
methods by shape.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from connector.bitrix24 import catalogue as vendor
from connector.bitrix24.batch import Command
from connector.bitrix24.catalogue import Catalogue
from connector.domain.mapping import LINK_FIELD, Target
from connector.domain.pictures import FOREIGN
from connector.domain.products import MOMENTS, NUMBERS, Present, Shape
from connector.domain.values import InvalidValue, day_or_moment, money, number, plain

_ADD = {Shape.SIMPLE: vendor.add_product, Shape.SKU: vendor.add_sku, Shape.OFFER: vendor.add_offer}
_UPDATE = {
    Shape.SIMPLE: vendor.update_product,
    Shape.SKU: vendor.update_sku,
    Shape.OFFER: vendor.update_offer,
}


def iblock(catalogue: Catalogue, *, offers: bool) -> tuple[int, int] | None:
    """The iblock and its link property; None for the offers of a portal without variations."""
    if not offers:
        return catalogue.product_iblock_id, catalogue.product_link_property
    if catalogue.offer_iblock_id is None or catalogue.offer_link_property is None:
        return None
    return catalogue.offer_iblock_id, catalogue.offer_link_property


def has_room_for(catalogue: Catalogue, shape: Shape) -> bool:
    """Whether the portal's catalogue can hold records of this shape."""
    return shape is not Shape.OFFER or catalogue.offer_iblock_id is not None


def add(
    catalogue: Catalogue,
    shape: Shape,
    target: Target,
    parent: int | None,
    lists: frozenset[str] = frozenset(),
) -> Command:
    """Make a record of the target's fields, below `parent` for an offer; `lists` = fields held as JSON."""
    place = iblock(catalogue, offers=shape is Shape.OFFER)
    if place is None:
        raise ValueError("this catalogue has no offers")
    fields: dict[str, Any] = {"iblockId": place[0], **_spelled(target, place[1], lists)}
    if parent is not None:
        fields["parentId"] = parent
    return _ADD[shape](fields)


def update(
    catalogue: Catalogue, shape: Shape, bitrix_id: int, target: Target, lists: frozenset[str] = frozenset()
) -> Command:
    """Write the target's fields into a record."""
    place = iblock(catalogue, offers=shape is Shape.OFFER)
    return _UPDATE[shape](bitrix_id, _spelled(target, place[1] if place else 0, lists))


def update_files(shape: Shape, bitrix_id: int, files: Mapping[str, Any]) -> Command:
    """Write pictures into a record: `{"fileData": [name, base64]}` each, or `{"remove": "Y"}`."""
    return _UPDATE[shape](bitrix_id, files)


def retire(catalogue: Catalogue, shape: Shape, bitrix_id: int) -> Command:
    """Take the link from a record and hide it from new deals."""
    return update(catalogue, shape, bitrix_id, {"active": "N", LINK_FIELD: ""})


def find(catalogue: Catalogue, shape: Shape, bitrix_id: int) -> Command:
    """One record by its id."""
    place = iblock(catalogue, offers=shape is Shape.OFFER)
    if place is None:
        raise ValueError("this catalogue has no offers")
    return vendor.find_by_ids(place[0], place[1], [bitrix_id])


def is_found(result: object) -> bool:
    """Whether the answer to `find` shows the record."""
    return bool(vendor.found(result, 0))


def present(one: vendor.Present, free: Iterable[str] = ()) -> Present:
    """A record of a list as the planner knows it: canonical texts of the mapping's fields."""
    values: Target = {name: _text(name, one.fields.get(name)) for name in free}
    values |= {"name": one.name, "active": "Y" if one.active else "N", LINK_FIELD: one.link}
    if one.sku:
        values["xmlId"] = one.sku
    return Present(id=one.id, shape=_shape(one.type), values=values, link=one.link)


def amount(price: vendor.Price) -> str:
    """A price as canonical text."""
    return money(price.price)


def _spelled(target: Target, link_property: int, lists: frozenset[str]) -> Mapping[str, Any]:
    if LINK_FIELD not in target and not lists:
        return target
    return {
        vendor.property_name(link_property) if name == LINK_FIELD else name: (
            _values(value) if name in lists else value
        )
        for name, value in target.items()
    }


def _values(text: str) -> list[str] | str:
    """Several values; none are sent as an empty text, for a query has no empty list."""
    return msgspec.json.decode(text, type=list[str]) if text else ""


def _text(name: str, value: Any) -> str:
    """A field as the planner compares it."""
    if name in vendor.PICTURES:
        return FOREIGN + file if (file := vendor.file_id(value)) else ""
    if name.startswith("property"):
        if isinstance(value, list):
            texts = [vendor.property_text(one) for one in value]
            return msgspec.json.encode(texts).decode() if texts else ""
        return vendor.property_text(value)
    if value is None or value is False:
        return ""
    if name in MOMENTS:
        return day_or_moment(str(value))
    if name in NUMBERS:
        try:
            return plain(number(str(value)))
        except InvalidValue:
            return str(value)
    return str(value)


def _shape(kind: int) -> Shape:
    if kind in vendor.PARENTS:
        return Shape.SKU
    return Shape.OFFER if kind in vendor.OFFERS else Shape.SIMPLE
