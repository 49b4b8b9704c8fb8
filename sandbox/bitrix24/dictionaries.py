"""The catalogue's smaller tables: catalogues, units, price types, taxes, stores, images."""

from __future__ import annotations

from typing import Any

from sandbox.bitrix24 import element_fields
from sandbox.bitrix24.catalogue import Catalogue, Element, PropertyValue
from sandbox.bitrix24.errors import access_denied, refused
from sandbox.bitrix24.query import Listed, listing
from sandbox.bitrix24.registry import Call, method
from sandbox.bitrix24.values import as_list, intval, iso, text

IMAGE_DENIED = 200040300020


def _table(call: Call, key: str, rows: list[dict[str, Any]]) -> Listed:
    found = listing(rows, call.params, call.start)
    return Listed({key: found.result}, found.total, found.next)


@method("catalog.catalog.list", "catalog", admin=True)
def catalog_list(call: Call) -> Any:
    """The two catalogues."""
    return _table(call, "catalogs", call.portal.catalogs())


@method("catalog.catalog.get", "catalog", admin=True)
def catalog_get(call: Call) -> Any:
    """One catalogue."""
    for row in call.portal.catalogs():
        if row["id"] == call.id():
            return {"catalog": row}
    raise access_denied()


@method("catalog.measure.list", "catalog", admin=True)
def measure_list(call: Call) -> Any:
    """Units."""
    return _table(call, "measures", call.portal.measures)


@method("catalog.priceType.list", "catalog", admin=True)
def price_type_list(call: Call) -> Any:
    """Price types."""
    return _table(call, "priceTypes", call.portal.price_types)


@method("catalog.store.list", "catalog")
def store_list(call: Call) -> Any:
    """Stores."""
    return _table(call, "stores", call.portal.stores)


@method("catalog.storeproduct.list", "catalog")
def store_product_list(call: Call) -> Any:
    """Stock by store."""
    return _table(call, "storeProducts", call.portal.catalogue.stock)


@method("catalog.productImage.list", "catalog")
def image_list(call: Call) -> Any:
    """The pictures of an element."""
    product_id = intval(call.params.get("productId"))
    images = call.portal.catalogue.images.values()
    return _table(call, "productImages", [image for image in images if image["productId"] == product_id])


@method("catalog.productImage.add", "catalog", admin=True, denied=IMAGE_DENIED)
def image_add(call: Call) -> Any:
    """A picture of an element, sent as `fileContent: [name, base64]`."""
    fields = call.fields()
    catalogue = call.portal.catalogue
    element = catalogue.elements.get(intval(fields.get("productId")))
    content = as_list(call.params.get("fileContent"))
    if element is None or len(content) < 2:
        raise refused("Product was not found" if element is None else "Could not save image.")
    kind, name = text(fields.get("type") or "MORE_PHOTO"), text(content[0])
    image = _image(call, element.id, kind, name)
    catalogue.images[image["id"]] = image
    if kind in _PICTURE_FIELDS:
        field = _PICTURE_FIELDS[kind]
        element.fields[field] = element_fields.picture(catalogue, element.id, field, {"fileData": content})
    else:
        _add_photo(catalogue, element, image["id"])
    return {"productImage": image}


_PICTURE_FIELDS = {"DETAIL_PICTURE": "detailPicture", "PREVIEW_PICTURE": "previewPicture"}


def _image(call: Call, product_id: int, kind: str, name: str) -> dict[str, Any]:
    image_id = next(call.portal.catalogue.next_file)
    return {
        "createTime": iso(call.now),
        "detailUrl": f"/upload/iblock/{image_id}/{name}",
        "downloadUrl": f"{call.portal.rest_url}download.json?token=catalog%7C{image_id}",
        "id": image_id,
        "name": name,
        "productId": product_id,
        "type": kind,
    }


def _add_photo(catalogue: Catalogue, element: Element, image_id: int) -> None:
    for described in catalogue.properties_of(element.iblock_id):
        if described["code"] == "MORE_PHOTO":
            added = PropertyValue(str(image_id), catalogue.value_id())
            held = element.properties.get(described["id"], [])
            catalogue.set_values(element, described["id"], [*held, added])
