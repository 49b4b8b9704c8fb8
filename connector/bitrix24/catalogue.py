"""Products, offers and prices of a portal: commands for them, and what their answers mean.

`catalog.price.modify` is never used: it deletes every price of the product that it is not told of. Prices are
written one by one (facts of Bitrix24, catalogue).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

import msgspec

from connector.bitrix24.batch import Command
from connector.domain.vendor import Transient

#: Rows of one page of a list; a list command should ask for no more records than that.
PAGE = 50

SIMPLE, PARENT, OFFER, LOOSE_OFFER, EMPTY_PARENT = 1, 3, 4, 5, 6
PARENTS = frozenset({PARENT, EMPTY_PARENT})
OFFERS = frozenset({OFFER, LOOSE_OFFER})

#: Fields that hold a picture; read as `{id, url, urlMachine}`.
PICTURES = frozenset({"detailPicture", "previewPicture"})

_SELECT = ("id", "iblockId", "name", "active", "type", "xmlId")

Fields = Mapping[str, Any]


class Catalogue(msgspec.Struct, frozen=True, kw_only=True):
    """The parts of a portal's catalogue that product sync needs; no offers' iblock = no variations there."""

    product_iblock_id: int
    offer_iblock_id: int | None
    base_price_type: int
    product_link_property: int
    offer_link_property: int | None


class Present(msgspec.Struct, frozen=True, kw_only=True):
    """A record of the catalogue as a list shows it."""

    id: int
    iblock_id: int
    type: int
    name: str
    #: As the vendor has it: the record's own id when nobody gave one, see `sku`.
    xml_id: str
    active: bool
    #: Text of the link property, "" when unset.
    link: str
    parent_id: int | None
    #: All selected fields, as the vendor spells and writes them.
    fields: dict[str, Any]

    @property
    def sku(self) -> str:
        """The `xmlId` that somebody gave it, "" when Bitrix24 filled in the record's own id."""
        return "" if self.xml_id == str(self.id) else self.xml_id


class Section(msgspec.Struct, frozen=True):
    """A section of the catalogue; `parent` 0 = at the top."""

    id: int
    name: str
    parent: int


class Price(msgspec.Struct, frozen=True, kw_only=True):
    """One price of a product, of one price type (`group`)."""

    id: int
    product_id: int
    group: int
    price: Decimal
    currency: str


def property_name(property_id: int) -> str:
    """The field name of a property."""
    return f"property{property_id}"


def find_by_link(
    iblock_id: int, property_id: int, bling_ids: Sequence[int], select: Iterable[str] = (), start: int = 0
) -> Command:
    """All records of an iblock that carry one of the Bling ids; at most 50 ids."""
    wanted = {property_name(property_id): [str(bling_id) for bling_id in bling_ids]}
    return _find(iblock_id, property_id, wanted, select, start)


def find_by_xml_id(
    iblock_id: int, property_id: int, codes: Sequence[str], select: Iterable[str] = (), start: int = 0
) -> Command:
    """All records of an iblock with one of the SKUs; codes may be shared: see `Done.next`."""
    return _find(iblock_id, property_id, {"xmlId": list(codes)}, select, start)


def find_by_field(
    iblock_id: int,
    property_id: int,
    field: str,
    values: Sequence[str],
    select: Iterable[str] = (),
    start: int = 0,
) -> Command:
    """All records of an iblock with one of these texts in a field such as `property107`."""
    return _find(iblock_id, property_id, {field: list(values)}, select, start)


def find_by_ids(iblock_id: int, property_id: int, ids: Sequence[int], select: Iterable[str] = ()) -> Command:
    """The records with these ids that still exist; at most 50."""
    return _find(iblock_id, property_id, {"id": list(ids)}, select, 0)


def found(result: Any, property_id: int) -> list[Present]:
    """Decode the answer to a `find_*` command; raises `Transient` for a form that we do not know."""
    return [_present(row, property_name(property_id)) for row in _rows(result, "products")]


def add_product(fields: Fields) -> Command:
    """Make a simple product; `fields` with `iblockId` and `name`."""
    return Command("catalog.product.add", {"fields": fields})


def add_sku(fields: Fields) -> Command:
    """Make a parent; it has no price, unit or stock."""
    return Command("catalog.product.sku.add", {"fields": fields})


def add_offer(fields: Fields) -> Command:
    """Make a variation; `fields` with the offers' `iblockId`, `name` and `parentId`."""
    return Command("catalog.product.offer.add", {"fields": fields})


def update_product(product_id: int, fields: Fields) -> Command:
    """Write the given fields of a simple product."""
    return Command("catalog.product.update", {"id": product_id, "fields": fields})


def update_sku(product_id: int, fields: Fields) -> Command:
    """Write the given fields of a parent."""
    return Command("catalog.product.sku.update", {"id": product_id, "fields": fields})


def update_offer(product_id: int, fields: Fields) -> Command:
    """Write the given fields of a variation."""
    return Command("catalog.product.offer.update", {"id": product_id, "fields": fields})


def deactivate(product_id: int) -> Command:
    """Hide any record of the catalogue from new deals."""
    return update_product(product_id, {"active": "N"})


def written_id(result: Any) -> int:
    """The id in the answer to a command that makes or changes a record, a price or a section."""
    for name in ("element", "sku", "offer", "price", "section"):
        if isinstance(result, dict) and isinstance(row := result.get(name), dict):
            return int(row["id"])
    raise Transient("the answer names no record", code="unreadable")


def file_id(value: Any) -> str:
    """The id of the file in a picture's field; "" when there is none."""
    found = value.get("id") if isinstance(value, dict) else None
    return str(found) if found else ""


def written_files(result: Any, names: Iterable[str]) -> dict[str, str]:
    """The ids of these fields' files in the answer to an `update_*` command, of those that have one."""
    for name in ("element", "sku", "offer"):
        if isinstance(result, dict) and isinstance(row := result.get(name), dict):
            return {one: file for one in names if (file := file_id(row.get(one)))}
    return {}


def find_sections(iblock_id: int, names: Sequence[str], start: int = 0) -> Command:
    """The sections of these names, wherever they stand; at most 50 names."""
    return Command(
        "catalog.section.list",
        {
            "select": ["id", "iblockId", "iblockSectionId", "name"],
            "filter": {"iblockId": iblock_id, "name": list(names)},
            "order": {"id": "ASC"},
            "start": start,
        },
    )


def sections(result: Any) -> list[Section]:
    """Decode the answer to `find_sections`."""
    return [
        Section(int(row["id"]), str(row.get("name") or ""), int(row.get("iblockSectionId") or 0))
        for row in _rows(result, "sections")
    ]


def add_section(iblock_id: int, name: str, parent: int) -> Command:
    """Make a section below `parent`, 0 = at the top."""
    fields: dict[str, Any] = {"iblockId": iblock_id, "name": name}
    if parent:
        fields["iblockSectionId"] = parent
    return Command("catalog.section.add", {"fields": fields})


def prices_of(product_ids: Sequence[int], group: int, start: int = 0) -> Command:
    """The prices of one type of many products; at most 50."""
    return Command(
        "catalog.price.list",
        {
            "select": ["id", "productId", "catalogGroupId", "price", "currency"],
            "filter": {"productId": list(product_ids), "catalogGroupId": group},
            "order": {"id": "ASC"},
            "start": start,
        },
    )


def prices(result: Any) -> list[Price]:
    """Decode the answer to `prices_of`."""
    return [
        Price(
            id=int(row["id"]),
            product_id=int(row["productId"]),
            group=int(row["catalogGroupId"]),
            price=Decimal(str(row["price"])),
            currency=str(row["currency"]),
        )
        for row in _rows(result, "prices")
    ]


def add_price(product_id: int, group: int, price: str | Decimal, currency: str = "BRL") -> Command:
    """Give a product its price of one type; refused if it has one of that type already."""
    fields = {"productId": product_id, "catalogGroupId": group, "price": str(price), "currency": currency}
    return Command("catalog.price.add", {"fields": fields})


def update_price(price_id: int, price: str | Decimal, currency: str = "BRL") -> Command:
    """Change one price; all others stay."""
    return Command(
        "catalog.price.update", {"id": price_id, "fields": {"price": str(price), "currency": currency}}
    )


def _find(
    iblock_id: int, property_id: int, wanted: dict[str, Any], select: Iterable[str], start: int
) -> Command:
    names = dict.fromkeys((*_SELECT, property_name(property_id), "parentId", *select))
    return Command(
        "catalog.product.list",
        {
            "select": list(names),
            "filter": {"iblockId": iblock_id, **wanted},
            "order": {"id": "ASC"},
            "start": start,
        },
    )


def _rows(result: Any, name: str) -> list[dict[str, Any]]:
    rows = result.get(name) if isinstance(result, dict) else result
    if isinstance(rows, dict):
        rows = list(rows.values())
    if not isinstance(rows, list):
        raise Transient(f"the answer has no {name}", code="unreadable")
    return rows


def _present(row: dict[str, Any], link_name: str) -> Present:
    parent = property_text(row.get("parentId"))
    return Present(
        id=int(row["id"]),
        iblock_id=int(row["iblockId"]),
        type=int(row.get("type") or SIMPLE),
        name=str(row.get("name") or ""),
        xml_id=str(row.get("xmlId") or ""),
        active=row.get("active") == "Y",
        link=property_text(row.get(link_name)),
        parent_id=int(parent) if parent else None,
        fields=row,
    )


def property_text(value: Any) -> str:
    """A property as text: read as `{value, valueId}`, a list of them when multiple, null when unset."""
    match value:
        case {"value": inner}:
            return property_text(inner)
        case [first, *_]:
            return property_text(first)
        case None | []:
            return ""
        case _:
            return str(value)
