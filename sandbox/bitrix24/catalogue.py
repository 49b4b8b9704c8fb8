"""A portal's product catalogue: two iblocks, elements with properties, prices beside them.

Vendor facts: an element without `xmlId` gets its own id; property values are strings with a
`valueId` of their own; a parent (type 6, with its first offer 3) has neither price nor unit.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable
from enum import IntEnum
from itertools import count
from typing import Any

import msgspec

from sandbox.bitrix24.values import as_list, empty, number, optional_int, text


class Kind(IntEnum):
    """`type` of an element."""

    SIMPLE = 1
    PARENT = 3
    OFFER = 4
    LOOSE_OFFER = 5
    EMPTY_PARENT = 6
    SERVICE = 7

    @property
    def is_parent(self) -> bool:
        """Whether offers hang on it."""
        return self in (Kind.PARENT, Kind.EMPTY_PARENT)


class PropertyValue(msgspec.Struct, frozen=True, gc=False):
    """One stored value of a property."""

    value: str
    value_id: str

    def answer(self) -> dict[str, str]:
        """As every method reads it."""
        return {"value": self.value, "valueId": self.value_id}


class File(msgspec.Struct, frozen=True, gc=False):
    """A picture's file."""

    name: str
    content: bytes


class Iblocks(msgspec.Struct, frozen=True):
    """Ids of the products' iblock, of the offers' one, and of the offers' link to their parent."""

    products: int
    offers: int
    sku_property: int


def property_number(name: str) -> int:
    """The id in a field's name like `property996`, 0 if it is no such name."""
    digits = name.removeprefix("property")
    return int(digits) if name.startswith("property") and digits.isdecimal() else 0


class Element:
    """A product, parent, offer or service. `fields` holds what `get` answers, properties apart."""

    __slots__ = ("fields", "iblock_id", "id", "kind", "parent", "properties")

    def __init__(self, element_id: int, iblock_id: int, kind: Kind, fields: dict[str, Any]) -> None:
        self.id = element_id
        self.iblock_id = iblock_id
        self.kind = kind
        self.fields = fields
        self.properties: dict[int, list[PropertyValue]] = {}
        self.parent: PropertyValue | None = None

    def read(self, name: str) -> Any:
        """A field as filters compare it: properties by their values alone."""
        if name.startswith("property"):
            return [held.value for held in self.properties.get(property_number(name), [])]
        match name:
            case "id":
                return self.id
            case "iblockId":
                return self.iblock_id
            case "type":
                return int(self.kind)
            case "parentId":
                return self.parent.value if self.parent else None
            case _:
                return self.fields.get(name)


class Catalogue:
    """All elements, properties, prices and sections of one portal, with the lookups of its lists."""

    def __init__(self, iblocks: Iblocks, first_id: int) -> None:
        self.iblocks = iblocks
        self.elements: dict[int, Element] = {}
        self.properties: dict[int, dict[str, Any]] = {}
        self.list_values: list[dict[str, Any]] = []
        self.prices: dict[int, dict[str, Any]] = {}
        self.sections: dict[int, dict[str, Any]] = {}
        self.images: dict[int, dict[str, Any]] = {}
        #: What was sent as a picture's content, by the file's id.
        self.files: dict[int, File] = {}
        self.stock: list[dict[str, Any]] = []
        self.next_element = count(first_id)
        self.next_property = count(first_id // 10 + iblocks.sku_property + 1)
        self.next_price = count(first_id // 4)
        self.next_section = count(first_id // 20)
        self.next_file = count(first_id * 5)
        self._next_value = count(first_id * 7)
        self._prices_of: dict[int, list[int]] = {}
        self._ids: dict[int, list[int]] = {iblocks.products: [], iblocks.offers: []}
        self._by_xml_id: dict[str, set[int]] = {}
        self._by_code: dict[tuple[int, str], set[int]] = {}
        self._by_value: dict[tuple[int, str], set[int]] = {}
        self._by_parent: dict[int, set[int]] = {}

    # Elements

    def add(self, element: Element) -> None:
        """Put a finished element in."""
        self.elements[element.id] = element
        insort(self._ids[element.iblock_id], element.id)
        self._by_xml_id.setdefault(element.fields["xmlId"], set()).add(element.id)

    def remove(self, element: Element) -> None:
        """Take an element out, with its values and prices."""
        del self.elements[element.id]
        ids = self._ids[element.iblock_id]
        del ids[bisect_left(ids, element.id)]
        self._by_xml_id[element.fields["xmlId"]].discard(element.id)
        self.set_code(element, None)
        for property_id in list(element.properties):
            self.set_values(element, property_id, [])
        self.set_parent(element, None)
        for price in self.prices_of(element.id):
            self.remove_price(price["id"])

    def set_xml_id(self, element: Element, xml_id: Any) -> None:
        """Change `xmlId`; nothing means the element's own id."""
        self._by_xml_id[element.fields["xmlId"]].discard(element.id)
        element.fields["xmlId"] = str(element.id) if empty(xml_id) else text(xml_id)
        self._by_xml_id.setdefault(element.fields["xmlId"], set()).add(element.id)

    def set_code(self, element: Element, code: str | None) -> None:
        """Change the symbolic `code`."""
        if element.fields["code"] is not None:
            self._by_code[(element.iblock_id, element.fields["code"])].discard(element.id)
        element.fields["code"] = code
        if code is not None:
            self._by_code.setdefault((element.iblock_id, code), set()).add(element.id)

    def with_code(self, iblock_id: int, code: str) -> set[int]:
        """Elements of an iblock by their symbolic `code`."""
        return self._by_code.get((iblock_id, code), set())

    def set_parent(self, element: Element, parent_id: int | None) -> None:
        """Hang an offer on a parent (or on none)."""
        if element.parent:
            self._by_parent[int(element.parent.value)].discard(element.id)
        element.parent = None
        if parent_id is not None:
            element.parent = PropertyValue(str(parent_id), self.value_id())
            self._by_parent.setdefault(parent_id, set()).add(element.id)

    def offers_of(self, parent_id: int) -> set[int]:
        """Ids of a parent's offers."""
        return self._by_parent.get(parent_id, set())

    def ids_after(self, iblock_id: int, lower: int) -> list[int]:
        """Ids of an iblock's elements from `lower` on, rising."""
        ids = self._ids.get(iblock_id, [])
        return ids[bisect_left(ids, lower) :]

    def with_xml_id(self, wanted: Iterable[Any]) -> set[int]:
        """Elements by `xmlId`."""
        return set().union(*(self._by_xml_id.get(text(value), ()) for value in wanted))

    def with_value(self, property_id: int, wanted: Iterable[Any]) -> set[int]:
        """Elements by the value of a property."""
        return set().union(*(self._by_value.get((property_id, text(value)), ()) for value in wanted))

    def with_parent(self, wanted: Iterable[Any]) -> set[int]:
        """Offers by their parent."""
        return set().union(*(self._by_parent.get(optional_int(value) or 0, ()) for value in wanted))

    # Property values

    def value_id(self) -> str:
        """A fresh id of a stored value."""
        return str(next(self._next_value))

    def write_property(self, element: Element, property_id: int, raw: Any) -> None:
        """Replace a property's values by what was sent: plain, `{"value"}`, or a list of either."""
        multiple = self.properties[property_id]["multiple"] == "Y"
        sent = raw if isinstance(raw, list) else [raw]
        if isinstance(raw, dict) and "value" not in raw:
            sent = as_list(raw)
        values = [held for item in sent if (held := self._value(item)) is not None]
        self.set_values(element, property_id, values if multiple else values[-1:])

    def set_values(self, element: Element, property_id: int, values: list[PropertyValue]) -> None:
        """Store the values and keep the lookup by value in step."""
        for held in element.properties.pop(property_id, ()):
            self._by_value[(property_id, held.value)].discard(element.id)
        if values:
            element.properties[property_id] = values
        for held in values:
            self._by_value.setdefault((property_id, held.value), set()).add(element.id)

    def _value(self, raw: Any) -> PropertyValue | None:
        kept_id = None
        if isinstance(raw, dict):
            kept_id, raw = raw.get("valueId"), raw.get("value")
        if isinstance(raw, dict):
            raw = raw.get("TEXT", raw.get("text"))
        if empty(raw):
            return None
        return PropertyValue(text(raw), self.value_id() if empty(kept_id) else text(kept_id))

    def properties_of(self, iblock_id: int) -> list[dict[str, Any]]:
        """The iblock's properties, without the offers' link to their parent."""
        return [
            found
            for found in self.properties.values()
            if found["iblockId"] == iblock_id and found["id"] != self.iblocks.sku_property
        ]

    # Prices

    def prices_of(self, element_id: int) -> list[dict[str, Any]]:
        """An element's prices in the order of their ids."""
        return [self.prices[price_id] for price_id in self._prices_of.get(element_id, ())]

    def add_price(self, price: dict[str, Any]) -> None:
        """Put a finished price in."""
        self.prices[price["id"]] = price
        self._prices_of.setdefault(price["productId"], []).append(price["id"])

    def remove_price(self, price_id: int) -> None:
        """Take a price out."""
        price = self.prices.pop(price_id)
        self._prices_of[price["productId"]].remove(price_id)


def answer_properties(catalogue: Catalogue, element: Element) -> dict[str, Any]:
    """All properties of the element's iblock as `get` shows them; unset is null."""
    return {
        f"property{found['id']}": property_answer(found, element.properties.get(found["id"]))
        for found in catalogue.properties_of(element.iblock_id)
    }


def property_answer(described: dict[str, Any], values: list[PropertyValue] | None) -> Any:
    """One property: null, `{"value","valueId"}`, or a list of these where it is multiple."""
    if not values:
        return None
    answers = [held.answer() for held in values]
    return answers if described["multiple"] == "Y" else answers[0]


def list_price(stored: str | None) -> int | float | None:
    """`purchasingPrice` as lists show it: a number where `get` has a text of six decimals."""
    return None if stored is None else number(stored)
