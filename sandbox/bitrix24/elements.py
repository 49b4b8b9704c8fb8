"""`catalog.product.*` and its narrower kin `sku`, `offer`, `service`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sandbox.bitrix24 import element_fields
from sandbox.bitrix24.catalogue import Catalogue, Element, Kind
from sandbox.bitrix24.element_lists import Family, list_elements
from sandbox.bitrix24.errors import access_denied, refused
from sandbox.bitrix24.registry import Call, method
from sandbox.bitrix24.values import as_list, empty, intval, iso, text

EVENT = "CATALOG.PRODUCT.ON."


PRODUCTS = Family("catalog.product", None, "element", "product", "products")
PARENTS = Family("catalog.product.sku", frozenset({Kind.PARENT, Kind.EMPTY_PARENT}), "sku", "sku", "units")
OFFERS = Family(
    "catalog.product.offer", frozenset({Kind.OFFER, Kind.LOOSE_OFFER}), "offer", "offer", "offers"
)
SERVICES = Family("catalog.product.service", frozenset({Kind.SERVICE}), "service", "service", "services")


def _register(family: Family) -> None:
    @method(f"{family.name}.add", "catalog", admin=True)
    def add(call: Call) -> Any:
        element = create(call, family, call.portal.inventory.writable(call.fields()))
        return {family.written: element_fields.got(call.portal.catalogue, element)}

    @method(f"{family.name}.update", "catalog", admin=True)
    def update(call: Call) -> Any:
        element = _existing(call, family)
        change(call, element, call.portal.inventory.writable(call.fields()))
        return {family.written: element_fields.got(call.portal.catalogue, element)}

    @method(f"{family.name}.get", "catalog")
    def get(call: Call) -> Any:
        return {family.got: element_fields.got(call.portal.catalogue, _existing(call, family))}

    @method(f"{family.name}.delete", "catalog", admin=True)
    def delete(call: Call) -> Any:
        remove(call, _existing(call, family))
        return True

    @method(f"{family.name}.list", "catalog")
    def list_(call: Call) -> Any:
        return list_elements(call, family)


for _family in (PRODUCTS, PARENTS, OFFERS, SERVICES):
    _register(_family)


def create(call: Call, family: Family, sent: dict[str, Any]) -> Element:
    """Add an element; its kind follows from the method and, for offers, from the parent."""
    catalogue = call.portal.catalogue
    _require(sent, ("iblockId", "name"))
    iblock_id = intval(sent["iblockId"])
    parent = _parent(catalogue, sent) if iblock_id == catalogue.iblocks.offers else None
    kind = _kind(catalogue, family, iblock_id, parent)
    _check_code(call, iblock_id, sent, None)
    _check_required(catalogue, iblock_id, sent, None)
    element_id = next(catalogue.next_element)
    fields = element_fields.defaults(kind, call.token.user_id, iso(call.now))
    fields["xmlId"] = str(element_id)
    element = Element(element_id, iblock_id, kind, fields)
    catalogue.add(element)
    element_fields.apply(catalogue, element, sent)
    if parent is not None:
        _hang(catalogue, element, parent)
    _raise(call, "ADD", element)
    return element


def change(call: Call, element: Element, sent: dict[str, Any]) -> None:
    """Update an element; what was not sent stays."""
    catalogue = call.portal.catalogue
    if "name" in sent and empty(sent["name"]):
        raise refused("Required fields: name")
    _check_code(call, element.iblock_id, sent, element)
    _check_required(catalogue, element.iblock_id, sent, element)
    parent = _parent(catalogue, sent) if element.iblock_id == catalogue.iblocks.offers else None
    element_fields.apply(catalogue, element, sent)
    if parent is not None:
        _hang(catalogue, element, parent)
    element.fields["timestampX"] = iso(call.now)
    element.fields["modifiedBy"] = call.token.user_id
    _raise(call, "UPDATE", element)


def remove(call: Call, element: Element) -> None:
    """Delete an element, a parent with all its offers."""
    catalogue = call.portal.catalogue
    for offer_id in sorted(catalogue.offers_of(element.id)):
        remove(call, catalogue.elements[offer_id])
    parent_id = int(element.parent.value) if element.parent else None
    catalogue.remove(element)
    if parent_id in catalogue.elements and not catalogue.offers_of(parent_id):
        catalogue.elements[parent_id].kind = Kind.EMPTY_PARENT
    _raise(call, "DELETE", element)


def _raise(call: Call, name: str, element: Element) -> None:
    data = {"FIELDS": {"ID": element.id, "TYPE": int(element.kind)}}
    call.portal.events.happened(EVENT + name, data, call.author)


def _existing(call: Call, family: Family) -> Element:
    element = call.portal.catalogue.elements.get(call.id())
    if element is None or not family.holds(element):
        raise refused("product does not exist.")
    return element


def _require(sent: dict[str, Any], names: Iterable[str]) -> None:
    missing = [name for name in names if empty(sent.get(name))]
    if missing:
        raise refused(f"Required fields: {', '.join(missing)}")


def _kind(catalogue: Catalogue, family: Family, iblock_id: int, parent: Element | None) -> Kind:
    if iblock_id not in (catalogue.iblocks.products, catalogue.iblocks.offers):
        raise access_denied()
    if iblock_id == catalogue.iblocks.offers:
        if family in (PARENTS, SERVICES):
            raise refused("Iblock is not a catalog of products")
        return Kind.LOOSE_OFFER if parent is None else Kind.OFFER
    if family is OFFERS:
        raise refused("Iblock is not a catalog of offers")
    return {PRODUCTS.name: Kind.SIMPLE, PARENTS.name: Kind.EMPTY_PARENT}.get(family.name, Kind.SERVICE)


def _parent(catalogue: Catalogue, sent: dict[str, Any]) -> Element | None:
    raw = sent.get("parentId")
    wanted = raw.get("value") if isinstance(raw, dict) else raw
    if empty(wanted):
        return None
    found = catalogue.elements.get(intval(wanted))
    if found is None or not found.kind.is_parent:
        raise refused(f"Parent product {text(wanted)} does not exist or cannot have offers")
    return found


def _hang(catalogue: Catalogue, offer: Element, parent: Element) -> None:
    former = int(offer.parent.value) if offer.parent else None
    if former == parent.id:
        return
    catalogue.set_parent(offer, parent.id)
    offer.kind = Kind.OFFER
    parent.kind = Kind.PARENT
    if former in catalogue.elements and not catalogue.offers_of(former):
        catalogue.elements[former].kind = Kind.EMPTY_PARENT


def _check_code(call: Call, iblock_id: int, sent: dict[str, Any], own: Element | None) -> None:
    """Refuse a symbolic code that another product has, where the portal keeps codes unique."""
    code = sent.get("code")
    if empty(code) or not call.portal.unique_codes or iblock_id != call.portal.catalogue.iblocks.products:
        return
    if call.portal.catalogue.with_code(iblock_id, text(code)) - ({own.id} if own else set()):
        raise refused("Element with this symbolic code already exists.")


def _check_required(catalogue: Catalogue, iblock_id: int, sent: dict[str, Any], own: Element | None) -> None:
    for described in catalogue.properties_of(iblock_id):
        name = f"property{described['id']}"
        if described["isRequired"] != "Y" or (own is not None and name not in sent):
            continue
        raw = sent.get(name)
        values = [raw.get("value")] if isinstance(raw, dict) and "value" in raw else as_list(raw)
        if all(empty(item.get("value") if isinstance(item, dict) else item) for item in values):
            raise refused(f'Required property "{described["name"]}" is not filled in.')
