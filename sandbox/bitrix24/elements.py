"""`catalog.product.*` and its narrower kin `sku`, `offer`, `service`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from sandbox.bitrix24 import element_fields
from sandbox.bitrix24.catalogue import Catalogue, Element, Kind, property_number
from sandbox.bitrix24.errors import access_denied, refused
from sandbox.bitrix24.query import (
    AnyOf,
    Condition,
    Conditions,
    Listed,
    fields_of,
    holds,
    ordered,
    page,
    parse_filter,
)
from sandbox.bitrix24.registry import Call, method
from sandbox.bitrix24.values import as_list, empty, intval, iso, text

EVENT = "CATALOG.PRODUCT.ON."


class Family(msgspec.Struct, frozen=True):
    """A group of methods: its kinds (None: all), and the keys of its answers."""

    name: str
    kinds: frozenset[Kind] | None
    written: str
    got: str
    listed: str

    def holds(self, element: Element) -> bool:
        """Whether the family's `get`, `update`, `list` see the element."""
        return self.kinds is None or element.kind in self.kinds


PRODUCTS = Family("catalog.product", None, "element", "product", "products")
PARENTS = Family("catalog.product.sku", frozenset({Kind.PARENT, Kind.EMPTY_PARENT}), "sku", "sku", "units")
OFFERS = Family(
    "catalog.product.offer", frozenset({Kind.OFFER, Kind.LOOSE_OFFER}), "offer", "offer", "offers"
)
SERVICES = Family("catalog.product.service", frozenset({Kind.SERVICE}), "service", "service", "services")


def _register(family: Family) -> None:
    @method(f"{family.name}.add", "catalog", admin=True)
    def add(call: Call) -> Any:
        element = create(call, family, call.fields())
        return {family.written: element_fields.got(call.portal.catalogue, element)}

    @method(f"{family.name}.update", "catalog", admin=True)
    def update(call: Call) -> Any:
        element = _existing(call, family)
        change(call, element, call.fields())
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
        return _list(call, family)


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


# Lists


def _list(call: Call, family: Family) -> Listed:
    catalogue = call.portal.catalogue
    select = as_list(call.params.get("select"))
    conditions = parse_filter(call.params.get("filter"))
    _check_list(select, conditions)
    iblock_id = _wanted_iblock(conditions)
    names = element_fields.list_fields(catalogue, iblock_id, select)
    known = frozenset(names) | {"id", "name", "xmlId", "timestampX", "sort", "active", "type"}
    found = _find(catalogue, family, iblock_id, _known(conditions))
    rows, total, following = page(_sorted(found, call.params.get("order"), known), call.start)
    answers = [element_fields.listed(catalogue, element, names) for element in rows]
    return Listed({family.listed: answers}, total, following)


def _check_list(select: list[Any], conditions: Conditions) -> None:
    missing = [] if "*" in select else [name for name in ("id", "iblockId") if name not in select]
    if missing:
        raise refused(f"Required select fields: {', '.join(missing)}")
    if "iblockId" not in fields_of(conditions):
        raise refused("Required filter fields: iblockId")


def _wanted_iblock(conditions: Conditions) -> int:
    for condition in conditions:
        if isinstance(condition, Condition) and condition.field == "iblockId" and condition.is_equality:
            return intval(next(iter(condition.wanted), 0))
    raise refused("Required filter fields: iblockId")


_FIELDS = frozenset({*element_fields.WRITABLE, "id", "iblockId", "type", "xmlId", "parentId"})
_FIELDS |= {"available", "bundle", "timestampX"}


def _known(conditions: Conditions) -> Conditions:
    """The conditions without those on unknown fields, which are ignored."""
    return tuple(
        condition
        for condition in conditions
        if isinstance(condition, AnyOf) or condition.field in _FIELDS or property_number(condition.field)
    )


def _find(catalogue: Catalogue, family: Family, iblock_id: int, conditions: Conditions) -> list[Element]:
    """The fitting elements by rising id. Indexed equalities first, the rest is tried one by one."""
    ids: set[int] | None = None
    lower = 0
    rest: list[Condition | AnyOf] = []
    for condition in conditions:
        candidates = _indexed(catalogue, condition)
        if candidates is not None:
            ids = candidates if ids is None else ids & candidates
        elif (bound := _lower_bound(condition)) is not None:
            lower = max(lower, bound)
        elif isinstance(condition, AnyOf) or condition.field != "iblockId":
            rest.append(condition)
    chosen = catalogue.ids_after(iblock_id, lower) if ids is None else sorted(ids)
    found = [element for i in chosen if i >= lower and (element := catalogue.elements.get(i)) is not None]
    remaining = tuple(rest)
    return [
        element
        for element in found
        if element.iblock_id == iblock_id
        and family.holds(element)
        and (not remaining or holds(remaining, element, Element.read))
    ]


def _indexed(catalogue: Catalogue, condition: Condition | AnyOf) -> set[int] | None:
    if isinstance(condition, AnyOf) or not condition.is_equality:
        return None
    wanted = condition.wanted
    if any(empty(value) for value in wanted):
        return None
    match condition.field:
        case "id":
            return {intval(value) for value in wanted}
        case "xmlId":
            return catalogue.with_xml_id(wanted)
        case "parentId":
            return catalogue.with_parent(wanted)
        case field if property_number(field):
            return catalogue.with_value(property_number(field), wanted)
    return None


def _lower_bound(condition: Condition | AnyOf) -> int | None:
    if isinstance(condition, Condition) and condition.field == "id":
        match condition.operator:
            case ">":
                return intval(condition.value) + 1
            case ">=":
                return intval(condition.value)
    return None


def _sorted(found: list[Element], order: Any, known: frozenset[str]) -> list[Element]:
    """`found` comes by rising id, so that the usual order costs nothing."""
    if isinstance(order, dict) and list(order) == ["id"]:
        return found[::-1] if text(order["id"]).lower().startswith("desc") else found
    return ordered(found, order, Element.read, known) if order else found
