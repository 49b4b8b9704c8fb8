"""`catalog.product.getFieldsByFilter` and its kin, and the values of list properties."""

from __future__ import annotations

from typing import Any

from sandbox.bitrix24 import element_fields
from sandbox.bitrix24.catalogue import Catalogue
from sandbox.bitrix24.errors import RestError
from sandbox.bitrix24.query import Listed, listing
from sandbox.bitrix24.registry import Call, method
from sandbox.bitrix24.values import as_map, empty, intval, optional_int, text, yes_no

_READ_ONLY = ("available", "bundle", "id", "negativeAmountTrace", "type")
_TYPES = {
    **dict.fromkeys(("createdBy", "iblockId", "iblockSectionId", "id", "measure", "modifiedBy"), "integer"),
    **dict.fromkeys(("sort", "type", "vatId", "trialPriceId", "recurSchemeLength"), "integer"),
    **dict.fromkeys(("height", "length", "width", "weight", "quantity", "quantityReserved"), "double"),
    **dict.fromkeys(("dateActiveFrom", "dateActiveTo", "dateCreate", "timestampX"), "datetime"),
    **dict.fromkeys(element_fields.PICTURES, "file"),
    **dict.fromkeys(("active", "available", "bundle", "canBuyZero", "quantityTrace", "subscribe"), "char"),
    **dict.fromkeys(("barcodeMulti", "negativeAmountTrace", "vatIncluded", "withoutOrder"), "char"),
}
"""Types that are not plain strings."""


def _fields_of(name: str, shown: str) -> None:
    @method(f"{name}.getFieldsByFilter", "catalog")
    def fields(call: Call) -> Any:
        """Every field of the iblock's elements, properties included."""
        iblock_id = as_map(call.params.get("filter")).get("iblockId")
        if empty(iblock_id):
            raise RestError("0", "iblockId is not specified")
        return {shown: _described(call.portal.catalogue, intval(iblock_id), shown == "offer")}


for _name, _shown in (("catalog.product", "product"), ("catalog.product.sku", "sku")):
    _fields_of(_name, _shown)
_fields_of("catalog.product.offer", "offer")


def _described(catalogue: Catalogue, iblock_id: int, is_offer: bool) -> dict[str, Any]:
    names = {*element_fields.WRITABLE, *element_fields.PICTURES, *_READ_ONLY, "iblockId", "timestampX"}
    plain = {name: _plain(name) for name in (*names, "xmlId")}
    own = {f"property{found['id']}": _property(found) for found in catalogue.properties_of(iblock_id)}
    parent = {"parentId": _dynamic("Elemento do catálogo", "E", "SKU")} if is_offer else {}
    return dict(sorted((plain | own | parent).items()))


def _plain(name: str) -> dict[str, Any]:
    return {
        "isImmutable": name == "iblockId",
        "isReadOnly": name in _READ_ONLY,
        "isRequired": name in ("iblockId", "name"),
        "name": name,
        "type": _TYPES.get(name, "string"),
    }


def _property(described: dict[str, Any]) -> dict[str, Any]:
    return _dynamic(
        described["name"],
        described["propertyType"],
        described["userType"],
        multiple=described["multiple"] == "Y",
        required=described["isRequired"] == "Y",
    )


def _dynamic(
    name: str, kind: str, user_type: str | None, *, multiple: bool = False, required: bool = False
) -> dict[str, Any]:
    return {
        "isDynamic": True,
        "isImmutable": False,
        "isMultiple": multiple,
        "isReadOnly": False,
        "isRequired": required,
        "name": name,
        "propertyType": kind,
        "type": "productproperty",
        "userType": user_type,
    }


@method("catalog.productPropertyEnum.add", "catalog", admin=True, denied="0")
def value_add(call: Call) -> Any:
    """A value of a list property."""
    sent = call.fields()
    missing = [name for name in ("propertyId", "value", "xmlId") if empty(sent.get(name))]
    if missing:
        raise RestError("0", f"Required fields: {', '.join(missing)}")
    catalogue = call.portal.catalogue
    described = catalogue.properties.get(intval(sent["propertyId"]))
    if described is None or described["propertyType"] != "L":
        raise RestError("0", "Only list properties are supported")
    row = {
        "def": yes_no(sent.get("def")),
        "id": next(catalogue.next_property),
        "propertyId": described["id"],
        "sort": optional_int(sent.get("sort")) or 500,
        "value": text(sent["value"]),
        "xmlId": text(sent["xmlId"]),
    }
    catalogue.list_values.append(row)
    return {"productPropertyEnum": row}


@method("catalog.productPropertyEnum.list", "catalog")
def value_list(call: Call) -> Any:
    """Values of list properties, of all of them without a filter."""
    found = listing(call.portal.catalogue.list_values, call.params, call.start)
    return Listed({"productPropertyEnums": found.result}, found.total, found.next)
