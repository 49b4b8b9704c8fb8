"""The lists of `catalog.product.*`: demanded fields, indexed lookups, order and pages."""

from __future__ import annotations

from typing import Any

import msgspec

from sandbox.bitrix24 import element_fields
from sandbox.bitrix24.catalogue import Catalogue, Element, Kind, property_number
from sandbox.bitrix24.errors import refused
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
from sandbox.bitrix24.registry import Call
from sandbox.bitrix24.values import as_list, empty, intval, text


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


def list_elements(call: Call, family: Family) -> Listed:
    """One page of a family's elements in one iblock."""
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
