"""The fields of a portal's products, variations, deals, contacts and companies, read in few requests.

Sources: documents of `catalog.product.getFieldsByFilter`, `catalog.productPropertyEnum.list`,
`crm.item.fields`. Two requests, and one for each further page of a list.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any

from connector.bitrix24.client import Bitrix24
from connector.bitrix24.crm import COMPANY, CONTACT, DEAL
from connector.bitrix24.field_titles import CRM_TITLES, PRODUCT_TITLES
from connector.bitrix24.packer import Command, Packer
from connector.bitrix24.paged import Row, done, rows
from connector.bitrix24.setup import LINK_NAME, iblocks
from connector.domain.fields import Field, FieldType, Option, PortalFields

#: Sections and values of lists that are read; a portal with more shows the first of them.
MOST_OPTIONS = 1000
SECTION_FIELD = "iblockSectionId"

#: Set by Bitrix24 or by Ponte, or of no use in a rule, whatever the portal says of them.
_OWN = frozenset(
    {
        *("id", "iblockId", "createdBy", "modifiedBy", "dateCreate", "timestampX", "type", "parentId"),
        *("available", "bundle", "priceType", "negativeAmountTrace", "quantityReserved", "quantityTrace"),
        *("canBuyZero", "subscribe", "barcodeMulti", "recurSchemeLength", "recurSchemeType"),
        *("trialPriceId", "withoutOrder"),
    }
)
#: Types by Bitrix24's field, where its own type says less.
_BY_NAME = {
    "active": FieldType.YES_NO,
    "detailPicture": FieldType.PICTURE,
    "detailText": FieldType.HTML,
    "detailTextType": FieldType.CHOICE,
    SECTION_FIELD: FieldType.CHOICE,
    "measure": FieldType.CHOICE,
    "previewPicture": FieldType.PICTURE,
    "previewText": FieldType.HTML,
    "previewTextType": FieldType.CHOICE,
    "purchasingPrice": FieldType.MONEY,
    "vatIncluded": FieldType.YES_NO,
}
_BY_TYPE = {
    "boolean": FieldType.YES_NO,
    "char": FieldType.YES_NO,
    "crm_status": FieldType.CHOICE,
    "crm_category": FieldType.CHOICE,
    "crm_currency": FieldType.TEXT,
    "date": FieldType.DATE,
    "datetime": FieldType.MOMENT,
    "double": FieldType.NUMBER,
    "enumeration": FieldType.CHOICE,
    "integer": FieldType.NUMBER,
    "money": FieldType.MONEY,
    "string": FieldType.TEXT,
    "text": FieldType.TEXT,
    "url": FieldType.LINK,
    "user": FieldType.CHOICE,
}
#: Properties by their type and the user type that refines it.
_PROPERTIES = {
    ("S", ""): FieldType.TEXT,
    ("S", "HTML"): FieldType.OTHER,
    ("S", "Date"): FieldType.DATE,
    ("S", "DateTime"): FieldType.MOMENT,
    ("S", "Money"): FieldType.OTHER,
    ("N", ""): FieldType.NUMBER,
    ("L", ""): FieldType.CHOICE,
}
_FORMATS = (Option("text", "Texto"), Option("html", "HTML"))
_TEXT_TYPES = ("detailTextType", "previewTextType")

Options = Mapping[str, tuple[Option, ...]]


async def read_fields(client: Bitrix24) -> PortalFields:
    """All that rules can name in a portal; raises what a call raises."""
    packer = Packer(client)
    (catalogs, measures, values), (deal, contact, company) = await asyncio.gather(
        asyncio.gather(
            rows(packer, _CATALOGS, "catalogs"),
            rows(packer, _MEASURES, "measures"),
            rows(packer, _VALUES, "productPropertyEnums", MOST_OPTIONS),
        ),
        asyncio.gather(*(_items(packer, entity) for entity in (DEAL, CONTACT, COMPANY))),
    )
    products, offers = iblocks(catalogs)
    lists = {**_values(values), "measure": _measures(measures), **dict.fromkeys(_TEXT_TYPES, _FORMATS)}
    product, offer, sections = await asyncio.gather(
        _elements(packer, "catalog.product", "product", products),
        _elements(packer, "catalog.product.offer", "offer", offers),
        rows(packer, _sections_of(products), "sections", MOST_OPTIONS),
    )
    of_product = {**lists, SECTION_FIELD: _sections(sections)}
    return PortalFields(
        product=tuple(_element_field(*one, of_product) for one in product.items()),
        offer=tuple(_element_field(*one, lists) for one in offer.items()),
        deal=_item_fields(deal),
        contact=_item_fields(contact),
        company=_item_fields(company),
    )


# Products and variations

_CATALOGS = Command("catalog.catalog.list", {"order": {"id": "ASC"}})
_MEASURES = Command("catalog.measure.list", {"order": {"id": "ASC"}})
_VALUES = Command("catalog.productPropertyEnum.list", {"order": {"id": "ASC"}})


def _sections_of(iblock_id: int) -> Command:
    select = ["id", "iblockId", "iblockSectionId", "name"]
    return Command(
        "catalog.section.list", {"select": select, "filter": {"iblockId": iblock_id}, "order": {"id": "ASC"}}
    )


async def _elements(packer: Packer, family: str, name: str, iblock_id: int | None) -> dict[str, Row]:
    """Descriptions by field; a portal without variations has none of theirs."""
    if iblock_id is None:
        return {}
    asked = Command(f"{family}.getFieldsByFilter", {"filter": {"iblockId": iblock_id}})
    return _described((await done(packer, asked)).result, name)


def _element_field(name: str, row: Row, options: Options) -> Field:
    """A property is known by its portal's name, a field of Bitrix24's by ours."""
    own = name.startswith("property")
    kind = _property_type(row) if own else _BY_NAME.get(name, _type(row))
    titles = row.get("name") if own else PRODUCT_TITLES.get(name) or row.get("name")
    return Field(
        name=name,
        title=str(titles or name),
        type=kind,
        multiple=_is(row, "isMultiple"),
        required=_is(row, "isRequired"),
        read_only=name in _OWN or _is(row, "isReadOnly") or (own and titles == LINK_NAME),
        options=options.get(name, ()) if kind is FieldType.CHOICE else (),
    )


def _property_type(row: Row) -> FieldType:
    return _PROPERTIES.get(
        (str(row.get("propertyType") or ""), str(row.get("userType") or "")), FieldType.OTHER
    )


def _values(found: Iterable[Row]) -> dict[str, tuple[Option, ...]]:
    """Values of list properties, by the property's field."""
    options: dict[str, tuple[Option, ...]] = {}
    for row in found:
        name = f"property{row['propertyId']}"
        options[name] = (*options.get(name, ()), Option(str(row["id"]), str(row.get("value") or "")))
    return options


def _measures(found: Iterable[Row]) -> tuple[Option, ...]:
    return tuple(
        Option(str(row["id"]), str(row.get("measureTitle") or row.get("symbol") or row["id"]))
        for row in found
    )


def _sections(found: list[Row]) -> tuple[Option, ...]:
    """Sections with those above them: `Casa › Copos`."""
    by_id = {int(row["id"]): row for row in found}

    def path(number: int, seen: tuple[int, ...] = ()) -> list[str]:
        row = by_id.get(number)
        if row is None or number in seen:
            return []
        return [*path(int(row.get("iblockSectionId") or 0), (*seen, number)), str(row.get("name") or number)]

    options = (Option(str(number), " › ".join(path(number))) for number in by_id)
    return tuple(sorted(options, key=lambda option: option.name.casefold()))


# Deals, contacts, companies


async def _items(packer: Packer, entity: int) -> dict[str, Row]:
    asked = Command("crm.item.fields", {"entityTypeId": entity})
    return _described((await done(packer, asked)).result, "fields")


def _item_fields(described: dict[str, Row]) -> tuple[Field, ...]:
    return tuple(
        Field(
            name=name,
            title=_item_title(name, row),
            type=_type(row),
            multiple=_is(row, "isMultiple"),
            required=_is(row, "isRequired"),
            read_only=_is(row, "isReadOnly"),
            options=_listed(row.get("items")),
        )
        for name, row in described.items()
    )


def _item_title(name: str, row: Row) -> str:
    told = str(row.get("title") or "")
    return told if told and told not in (name, row.get("upperName")) else CRM_TITLES.get(name, told or name)


def _listed(items: Any) -> tuple[Option, ...]:
    """The values of a custom field with a list, as `crm.item.fields` tells them."""
    found = items if isinstance(items, list) else []
    return tuple(Option(str(one["ID"]), str(one.get("VALUE") or "")) for one in found if "ID" in one)


# Both


def _described(result: Any, name: str) -> dict[str, Row]:
    """Descriptions by field's name; an empty map comes as a list."""
    found = result.get(name) if isinstance(result, dict) else None
    return (
        {one: row for one, row in found.items() if isinstance(row, dict)} if isinstance(found, dict) else {}
    )


def _type(row: Row) -> FieldType:
    return _BY_TYPE.get(str(row.get("type") or ""), FieldType.OTHER)


def _is(row: Row, name: str) -> bool:
    return row.get(name) in (True, "Y", "1", 1)
