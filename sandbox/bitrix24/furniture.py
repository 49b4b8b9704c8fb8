"""What every portal has before anybody works in it: units, price types, sections."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.bitrix24 import properties
from sandbox.bitrix24.values import iso

if TYPE_CHECKING:
    from sandbox.bitrix24.portal import Portal

_SINCE = 1_767_225_600.0
"""1 January 2026: all furniture was set up then."""

BASE_PRICE_TYPE = 1
WHOLESALE_PRICE_TYPE = 2


def price_types() -> list[dict[str, Any]]:
    """The base price and one more."""
    common = {"createdBy": 1, "dateCreate": iso(_SINCE), "modifiedBy": 1, "timestampX": iso(_SINCE)}
    rows = [
        {"base": "Y", "id": BASE_PRICE_TYPE, "name": "BASE", "sort": 100, "xmlId": "BASE"},
        {"base": "N", "id": WHOLESALE_PRICE_TYPE, "name": "Atacado", "sort": 200, "xmlId": "ATACADO"},
    ]
    return [dict(sorted((common | row).items())) for row in rows]


def measures() -> list[dict[str, Any]]:
    """The usual units; rows of deals take their `code`, products their `id`."""
    rows = [
        (1, 6, "m", "m", "MTR", "Metro"),
        (2, 112, "l", "l", "LTR", "Litro"),
        (3, 163, "g", "g", "GRM", "Grama"),
        (4, 166, "kg", "kg", "KGM", "Quilograma"),
        (5, 796, "un", "pc. 1", "PCE. NMB", "Unidade"),
    ]
    return [
        {
            "code": code,
            "id": row_id,
            "isDefault": "Y" if code == 796 else "N",
            "measureTitle": title,
            "symbol": symbol,
            "symbolIntl": international,
            "symbolLetterIntl": letters,
        }
        for row_id, code, symbol, international, letters, title in rows
    ]


def stores() -> list[dict[str, Any]]:
    """One store."""
    return [
        {"active": "Y", "address": "Rua do Depósito, 1", "code": "", "id": 1, "isDefault": "Y", "sort": 100}
        | {"title": "Depósito geral", "xmlId": ""}
    ]


def furnish(portal: Portal) -> None:
    """Properties and sections that a new portal comes with."""
    catalogue = portal.catalogue
    iblocks = catalogue.iblocks
    photo = {"name": "Mais fotos", "code": "MORE_PHOTO", "propertyType": "F", "multiple": "Y"}
    brand = {"name": "Marca", "code": "BRAND", "propertyType": "S"}
    for iblock_id in (iblocks.products, iblocks.offers):
        for sent in (photo, brand):
            properties.add_property(catalogue, sent | {"iblockId": iblock_id}, _SINCE)
    link = {"name": "Elemento do catálogo", "code": "CML2_LINK", "propertyType": "E"}
    described = properties.add_property(catalogue, link | {"iblockId": iblocks.offers}, _SINCE)
    del catalogue.properties[described["id"]]
    catalogue.properties[iblocks.sku_property] = described | {
        "id": iblocks.sku_property,
        "linkIblockId": iblocks.products,
    }
    for name in ("Canecas", "Papelaria"):
        properties.add_section(catalogue, {"iblockId": iblocks.products, "name": name})
