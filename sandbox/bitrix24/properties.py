"""`catalog.productProperty.*` and `catalog.section.*`: each belongs to one iblock."""

from __future__ import annotations

from typing import Any

from sandbox.bitrix24.catalogue import Catalogue
from sandbox.bitrix24.errors import RestError, refused
from sandbox.bitrix24.query import Listed, listing
from sandbox.bitrix24.registry import Call, method
from sandbox.bitrix24.values import empty, intval, iso, optional_int, optional_text, text, yes_no

PROPERTY_TYPES = ("S", "N", "L", "F", "E", "G")
SECTION_DENIED = 200040300040


@method("catalog.productProperty.add", "catalog", admin=True, denied="0")
def property_add(call: Call) -> Any:
    """A new property of one iblock."""
    sent = call.fields()
    missing = [name for name in ("iblockId", "name", "propertyType") if empty(sent.get(name))]
    if missing:
        raise RestError("0", f"Required fields: {', '.join(missing)}")
    return {"productProperty": add_property(call.portal.catalogue, sent, call.now)}


@method("catalog.productProperty.update", "catalog", admin=True, denied="0")
def property_update(call: Call) -> Any:
    """Change a property's description."""
    described = _property(call)
    _describe(described, call.fields(), call.now)
    return {"productProperty": described}


@method("catalog.productProperty.get", "catalog")
def property_get(call: Call) -> Any:
    """One property."""
    return {"productProperty": _property(call)}


@method("catalog.productProperty.list", "catalog")
def property_list(call: Call) -> Any:
    """Properties by filter, mostly `iblockId`."""
    found = listing(list(call.portal.catalogue.properties.values()), call.params, call.start)
    return Listed({"productProperties": found.result}, found.total, found.next)


@method("catalog.productProperty.delete", "catalog", admin=True, denied="0")
def property_delete(call: Call) -> Any:
    """Take a property away, and with it all its values."""
    property_id = _property(call)["id"]
    catalogue = call.portal.catalogue
    for element in catalogue.elements.values():
        catalogue.set_values(element, property_id, [])
    del catalogue.properties[property_id]
    return True


@method("catalog.section.add", "catalog", admin=True, denied=SECTION_DENIED)
def section_add(call: Call) -> Any:
    """A new section."""
    sent = call.fields()
    missing = [name for name in ("iblockId", "name") if empty(sent.get(name))]
    if missing:
        raise refused(f"Required fields: {', '.join(missing)}")
    return {"section": add_section(call.portal.catalogue, sent)}


@method("catalog.section.update", "catalog", admin=True, denied=SECTION_DENIED)
def section_update(call: Call) -> Any:
    """Change a section."""
    section = _section(call)
    _fill_section(section, call.fields())
    return {"section": section}


@method("catalog.section.get", "catalog")
def section_get(call: Call) -> Any:
    """One section."""
    return {"section": _section(call)}


@method("catalog.section.list", "catalog")
def section_list(call: Call) -> Any:
    """Sections by filter."""
    found = listing(list(call.portal.catalogue.sections.values()), call.params, call.start)
    return Listed({"sections": found.result}, found.total, found.next)


def add_property(catalogue: Catalogue, sent: dict[str, Any], now: float) -> dict[str, Any]:
    """Make a property; its id is unique over both iblocks."""
    if text(sent.get("propertyType")) not in PROPERTY_TYPES:
        raise RestError("0", "Invalid property type specified")
    iblocks = catalogue.iblocks
    if intval(sent.get("iblockId")) not in (iblocks.products, iblocks.offers):
        raise RestError("0", "The specified iblock is not a product catalog")
    described: dict[str, Any] = {
        "active": "Y",
        "code": None,
        "colCount": 30,
        "defaultValue": None,
        "fileType": None,
        "filtrable": "N",
        "hint": None,
        "iblockId": intval(sent["iblockId"]),
        "id": next(catalogue.next_property),
        "isRequired": "N",
        "linkIblockId": None,
        "listType": "L",
        "multiple": "N",
        "multipleCnt": None,
        "name": "",
        "propertyType": text(sent["propertyType"]),
        "rowCount": 1,
        "searchable": "N",
        "sort": 500,
        "timestampX": "",
        "userType": None,
        "userTypeSettings": None,
        "withDescription": None,
        "xmlId": None,
    }
    _describe(described, sent, now)
    catalogue.properties[described["id"]] = described
    return described


def add_section(catalogue: Catalogue, sent: dict[str, Any]) -> dict[str, Any]:
    """Make a section."""
    section: dict[str, Any] = {
        "active": "Y",
        "code": None,
        "description": None,
        "descriptionType": "text",
        "iblockId": intval(sent["iblockId"]),
        "iblockSectionId": None,
        "id": next(catalogue.next_section),
        "name": "",
        "sort": 500,
        "xmlId": None,
    }
    _fill_section(section, sent)
    catalogue.sections[section["id"]] = section
    return section


_PROPERTY_FIELDS = {
    "active": yes_no,
    "code": optional_text,
    "colCount": optional_int,
    "defaultValue": optional_text,
    "fileType": optional_text,
    "filtrable": yes_no,
    "hint": optional_text,
    "isRequired": yes_no,
    "linkIblockId": optional_int,
    "listType": text,
    "multiple": yes_no,
    "multipleCnt": optional_int,
    "name": text,
    "rowCount": optional_int,
    "searchable": yes_no,
    "sort": optional_int,
    "userType": optional_text,
    "withDescription": optional_text,
    "xmlId": optional_text,
}
_SECTION_FIELDS = {
    "active": yes_no,
    "code": optional_text,
    "description": optional_text,
    "descriptionType": text,
    "iblockSectionId": optional_int,
    "name": text,
    "sort": optional_int,
    "xmlId": optional_text,
}


def _describe(described: dict[str, Any], sent: dict[str, Any], now: float) -> None:
    for name, value in sent.items():
        if name in _PROPERTY_FIELDS:
            described[name] = _PROPERTY_FIELDS[name](value)
        elif name == "userTypeSettings" and isinstance(value, dict):
            described[name] = value
    described["timestampX"] = iso(now)


def _fill_section(section: dict[str, Any], sent: dict[str, Any]) -> None:
    for name, value in sent.items():
        if name in _SECTION_FIELDS:
            section[name] = _SECTION_FIELDS[name](value)


def _property(call: Call) -> dict[str, Any]:
    described = call.portal.catalogue.properties.get(call.id())
    if described is None:
        raise RestError("0", "Property does not exist.")
    return described


def _section(call: Call) -> dict[str, Any]:
    section = call.portal.catalogue.sections.get(call.id())
    if section is None:
        raise refused("Section does not exist.")
    return section
