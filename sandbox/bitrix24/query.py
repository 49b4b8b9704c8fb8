"""`filter`, `order`, `select`, `start`: how Bitrix24's lists choose, sort, cut and page.

The same for the catalogue's controllers and the CRM's universal lists: an operator stands before
the field's name, a list of values means *one of these*, `logic: OR` joins groups.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

import msgspec

from sandbox.bitrix24.references import is_numeric
from sandbox.bitrix24.values import as_list, as_map, decimal, empty, text

PAGE = 50
_OPERATOR = re.compile(r"(!=%|!%|=%|%=|!=|!@|>=|<=|><|>|<|=|@|!|%|\?)?(.*)\Z", re.DOTALL)
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT")

Record = TypeVar("Record")
Read = Callable[[Record, str], Any]
"""How a field of a record is read, by its vendor name."""


class Condition(msgspec.Struct, frozen=True):
    """One field's test; `operator` "" means *equal, or one of*."""

    field: str
    operator: str
    value: Any

    @property
    def wanted(self) -> list[Any]:
        """The values of an equality."""
        return as_list(self.value) if isinstance(self.value, dict | list) else [self.value]

    @property
    def is_equality(self) -> bool:
        """Whether an index of the field answers it."""
        return self.operator in ("", "=", "@")


class AnyOf(msgspec.Struct, frozen=True):
    """Groups of which one at least must hold (`logic: OR`)."""

    groups: tuple[tuple[Condition | AnyOf, ...], ...]


Conditions = tuple[Condition | AnyOf, ...]


class Listed(msgspec.Struct, frozen=True):
    """A list's answer: its `result`, and what stands beside it (None is left out)."""

    result: Any
    total: int | None = None
    next: int | None = None


def parse_filter(raw: Any) -> Conditions:
    """The conditions of a `filter`, all of which must hold."""
    found: list[Condition | AnyOf] = []
    for name, value in as_map(raw).items():
        if name.isdecimal() and isinstance(value, dict | list):
            found.extend(_group(as_map(value)))
        elif name != "logic":
            found.append(_condition(name, value))
    return tuple(found)


def holds(conditions: Conditions, record: Record, read: Read[Record]) -> bool:
    """Whether a record fits all conditions."""
    return all(
        any(holds(group, record, read) for group in condition.groups)
        if isinstance(condition, AnyOf)
        else _test(condition, read(record, condition.field))
        for condition in conditions
    )


def fields_of(conditions: Conditions) -> Iterable[str]:
    """The names of all fields that a filter mentions."""
    for condition in conditions:
        if isinstance(condition, AnyOf):
            for group in condition.groups:
                yield from fields_of(group)
        else:
            yield condition.field


def ordered(records: Sequence[Record], order: Any, read: Read[Record], known: frozenset[str]) -> list[Record]:
    """The records sorted by `order`; orders by unknown fields are ignored."""
    result = list(records)
    for name, direction in reversed(as_map(order).items()):
        if name in known:
            down = text(direction).lower().startswith("desc")
            result.sort(key=partial(_sort_value, read, name), reverse=down)
    return result


def page(records: Sequence[Record], start: int) -> tuple[Sequence[Record], int | None, int | None]:
    """Fifty records from `start` on, with `total` and `next`; both absent for `start=-1`."""
    if start < 0:
        return records[:PAGE], None, None
    following = start + PAGE
    return records[start:following], len(records), following if following < len(records) else None


def selected(record: dict[str, Any], select: Any) -> dict[str, Any]:
    """The chosen fields of a record; all of them without a `select` or with `*`."""
    names = as_list(select)
    if not names or "*" in names:
        return record
    return {name: record[name] for name in names if name in record}


def listing(records: Sequence[dict[str, Any]], params: dict[str, Any], start: int) -> Listed:
    """A small table filtered, sorted, paged and cut by `params`; `result` is the list of rows."""
    known = frozenset(key for record in records for key in record)
    conditions = tuple(
        condition
        for condition in parse_filter(params.get("filter"))
        if isinstance(condition, AnyOf) or condition.field in known
    )
    chosen = [record for record in records if holds(conditions, record, dict.get)]
    rows, total, following = page(ordered(chosen, params.get("order"), dict.get, known), start)
    return Listed([selected(row, params.get("select")) for row in rows], total, following)


def same(actual: Any, wanted: Any) -> bool:
    """Equality as the portal's database sees it: text and number alike, "" is null."""
    if isinstance(actual, list):
        return any(same(item, wanted) for item in actual) if actual else empty(wanted)
    if empty(actual) or empty(wanted):
        return empty(actual) and empty(wanted)
    if isinstance(actual, int | float):
        written = text(wanted)
        return is_numeric(written) and decimal(wanted) == decimal(actual)
    return text(actual) == text(wanted) or _order_key(actual) == _order_key(wanted)


def _condition(name: str, value: Any) -> Condition:
    matched = _OPERATOR.match(name)
    operator, field = (matched.group(1) or "", matched.group(2)) if matched else ("", name)
    return Condition(field, operator, value)


def _group(raw: dict[str, Any]) -> Conditions:
    parts = parse_filter(raw)
    if text(raw.get("logic")).upper() != "OR":
        return parts
    groups = [
        parse_filter(value) if name.isdecimal() else (_condition(name, value),)
        for name, value in raw.items()
        if name != "logic"
    ]
    return (AnyOf(tuple(groups)),)


def _test(condition: Condition, actual: Any) -> bool:
    match condition.operator:
        case "" | "=" | "@":
            return any(same(actual, wanted) for wanted in condition.wanted)
        case "!" | "!=" | "!@":
            return not any(same(actual, wanted) for wanted in condition.wanted)
        case "%" | "=%" | "%=" | "?":
            return _like(actual, condition.value)
        case "!%" | "!=%":
            return not _like(actual, condition.value)
        case "><":
            low, high = (*condition.wanted, None, None)[:2]
            return _compare(actual, low) >= 0 >= _compare(actual, high)
        case operator:
            return _is_ordered(operator, actual, condition.value)


def _is_ordered(operator: str, actual: Any, wanted: Any) -> bool:
    if empty(actual):
        return False
    difference = _compare(actual, wanted)
    match operator:
        case ">":
            return difference > 0
        case ">=":
            return difference >= 0
        case "<":
            return difference < 0
        case _:
            return difference <= 0


def _like(actual: Any, wanted: Any) -> bool:
    return text(wanted).strip("%").casefold() in text(actual).casefold()


def _sort_value(read: Read[Record], name: str, record: Record) -> tuple[bool, bool, Any]:
    return _sort_key(read(record, name))


def _compare(actual: Any, wanted: Any) -> int:
    left, right = _order_key(actual), _order_key(wanted)
    if isinstance(left, str) != isinstance(right, str):
        left, right = text(actual), text(wanted)
    return int(left > right) - int(left < right)


def _order_key(value: Any) -> Any:
    if isinstance(value, int | float):
        return decimal(value)
    written = text(value)
    if is_numeric(written):
        return decimal(written)
    if _MOMENT.match(written):
        try:
            return decimal(datetime.fromisoformat(written).timestamp())
        except ValueError:
            return written
    return written


def _sort_key(value: Any) -> tuple[bool, bool, Any]:
    if isinstance(value, list):
        value = value[0] if value else None
    if empty(value):
        return (False, False, 0)
    key = _order_key(value)
    return (True, isinstance(key, str), key)
