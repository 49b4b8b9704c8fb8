"""The mapping editor's form: a mapping as rows, rows as a mapping, whoever filled them in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from itertools import count
from typing import Any

import msgspec

from connector.domain.mapping import MappingVersion, Rule
from connector.domain.transforms import Choice, Transform

#: Longer texts are cut before they are looked at.
LONGEST = 1001
MOST_ROWS = 200
MOST_LINES = 1000
NEW_ID = "regra"
#: Parts of a product's filter, and whether their values are numbers.
PARTS = {"categoria": True, "tipo": False, "situacao": False, "conta": False}
#: Transforms that read no single field.
UNREAD = frozenset({"template", "constant"})
#: Options that are no texts in JSON.
_NUMBERS, _FLAGS = frozenset({"scale"}), frozenset({"trim", "negative"})
YES = "sim"


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A rule as its fields were filled in; `options` are those of any transform, as texts."""

    #: What the row is called while it is in the form; empty for one that was not shown yet.
    key: str = ""
    id: str = ""
    bling: str = ""
    bitrix24: str = ""
    transform: str = "identity"
    policy: str = "bling"
    empty: str = "ignore"
    direction: str = "both"
    options: dict[str, str] = {}
    table: tuple[tuple[str, str], ...] = ()
    #: Just added: its second line stands open.
    fresh: bool = False


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What the form holds."""

    rows: tuple[Row, ...] = ()
    filter: dict[str, list[int | str]] = {}
    note: str = ""


def saved(mapping: MappingVersion) -> Wish:
    """The form as a mapping fills it."""
    return Wish(
        rows=tuple(row_of(rule) for rule in mapping.rules if not rule.locked), filter=_parts(mapping.filter)
    )


def row_of(rule: Rule) -> Row:
    """A rule's row."""
    built = msgspec.to_builtins(rule.transform)
    table = rule.transform.table if isinstance(rule.transform, Choice) else {}
    transform = str(built.pop("type"))
    said = {name: _shown(value) for name, value in built.items() if name != "table"}
    return Row(
        id=rule.id,
        bling=rule.bling,
        bitrix24=rule.bitrix24,
        transform=transform,
        policy=rule.policy,
        empty=rule.empty,
        direction=rule.direction,
        options=fresh(transform) | said,
        table=tuple(table.items()),
    )


def imported(content: Mapping[str, Any], present: Wish) -> Wish:
    """The form as a file's mapping fills it; raises `msgspec.ValidationError` for what is none."""
    found = msgspec.convert(content, _File)
    rows = tuple(row_of(rule) for rule in found.rules if not rule.locked)
    parts = present.filter if found.filter is None else _parts(found.filter)
    return Wish(rows=rows[:MOST_ROWS], filter=parts, note=found.note[:LONGEST])


class _File(msgspec.Struct, frozen=True):
    rules: list[Rule]
    filter: dict[str, Any] | None = None
    note: str = ""


def sent(form: Iterable[tuple[str, object]]) -> Wish:
    """The form as somebody sent it, field by field; what nobody can mean is left out."""
    items = [(name, value.replace("\0", "")[:LONGEST]) for name, value in form if isinstance(value, str)]
    by_row: dict[int, list[tuple[str, str]]] = {}
    for name, value in items:
        row, dot, field = name.removeprefix("r.").partition(".")
        if dot and name.startswith("r.") and row.isascii() and row.isdecimal() and len(row) <= 3:
            by_row.setdefault(int(row), []).append((field, value))
    return Wish(
        rows=tuple(_row(by_row[number]) for number in sorted(by_row)[:MOST_ROWS]),
        filter={
            part: found
            for part in PARTS
            if (found := _values(part, (value for name, value in items if name == f"f.{part}")))
        },
        note=next((value.strip() for name, value in items if name == "nota"), ""),
    )


def keyed(rows: Iterable[Row]) -> tuple[Row, ...]:
    """Each row with a key of its own: the one that it has, else its rule's id, else the next number."""
    mine = tuple(rows)
    taken = {row.key for row in mine}
    free = (name for name in map(str, count()) if name not in taken)
    return tuple(
        row if row.key else msgspec.structs.replace(row, key=f"={row.id}" if row.id else next(free))
        for row in mine
    )


def body(mapping: MappingVersion, wish: Wish) -> dict[str, Any]:
    """What `mappings.save` takes: the fixed rules as they are, then the form's."""
    fixed = [msgspec.to_builtins(rule) for rule in mapping.rules if rule.locked]
    taken = {str(rule["id"]) for rule in fixed} | {row.id for row in wish.rows if row.id}
    rules = [_rule(row, taken) for row in wish.rows]
    return {"rules": fixed + rules, "filter": wish.filter, "note": wish.note}


def transform_of(row: Row) -> Transform | None:
    """The row's transform; None while its options do not make one."""
    try:
        found: Transform = msgspec.convert(_transform(row), Transform)
    except msgspec.ValidationError:
        return None
    return found


def _rule(row: Row, taken: set[str]) -> dict[str, Any]:
    return {
        "id": row.id or _new_id(row, taken),
        "bling": "" if row.transform in UNREAD else row.bling,
        "bitrix24": row.bitrix24,
        "transform": _transform(row),
        "policy": row.policy,
        "empty": row.empty,
        "direction": "import" if row.transform in UNREAD and row.direction == "both" else row.direction,
    }


def _new_id(row: Row, taken: set[str]) -> str:
    """Named after what it reads, so that a change's rule tells something."""
    base = (row.bling if row.transform not in UNREAD else row.bitrix24)[:48] or NEW_ID
    numbers = range(2, MOST_ROWS + 10)
    found = next(name for name in (base, *(f"{base}-{n}" for n in numbers)) if name not in taken)
    taken.add(found)
    return found


def _transform(row: Row) -> dict[str, Any]:
    if row.transform == "choice":
        return {"type": "choice", "table": {key: value for key, value in row.table if value}}
    names = OPTIONS.get(row.transform, ())
    return {"type": row.transform, **{name: _value(name, row.options.get(name, "")) for name in names}}


#: Options of each transform that the form offers.
OPTIONS: dict[str, tuple[str, ...]] = {
    "text": ("trim", "case"),
    "number": ("scale",),
    "unit": ("from", "to"),
    "yes_no": ("true", "false"),
    "date": ("zone",),
    "list": ("separator",),
    "template": ("text",),
    "constant": ("value",),
}
#: What stands in them before anybody chose.
DEFAULTS = {
    **{"trim": YES, "case": "keep", "scale": "1", "from": "kg", "to": "g"},
    **{"true": "S", "false": "N", "zone": "America/Sao_Paulo", "separator": ";"},
}


def _value(name: str, text: str) -> object:
    found = text or (DEFAULTS.get(name, "") if name not in _FLAGS else text)
    if name in _FLAGS:
        return found == YES
    return _number(found) if name in _NUMBERS else found


def _number(text: str) -> object:
    """As people here write numbers; what is none stays a text, for the check to say so."""
    try:
        found = Decimal(text.strip().replace(",", "."))
    except InvalidOperation:
        return text
    if not found.is_finite():
        return text
    return int(found) if found == found.to_integral_value() and abs(found) < 10**9 else float(found)


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return YES if value else ""
    return str(value).replace(".", ",") if isinstance(value, float) else str(value)


def _row(fields: list[tuple[str, str]]) -> Row:
    first = dict(reversed(fields))
    keys = [value.strip() for name, value in fields if name == "k"][:MOST_LINES]
    values = [value.strip() for name, value in fields if name == "v"][:MOST_LINES]
    transform = first.get("transform", "identity")
    options = {name[2:]: value for name, value in first.items() if name.startswith("o.")}
    return Row(
        key=first.get("key", "")[:80],
        id=first.get("id", "")[:64],
        bling=first.get("bling", ""),
        bitrix24=first.get("bitrix24", ""),
        transform=transform,
        policy=first.get("policy", "bling"),
        empty=first.get("empty", "ignore"),
        direction=first.get("direction", "both"),
        options=options if first.get("of") == transform else fresh(transform),
        table=tuple((key, value) for key, value in zip(keys, values, strict=False) if key or value),
        fresh="novo" in first,
    )


def fresh(transform: str) -> dict[str, str]:
    """The options of a transform that was just chosen."""
    return {name: DEFAULTS.get(name, "") for name in OPTIONS.get(transform, ())}


def _parts(chosen: Mapping[str, Any]) -> dict[str, list[int | str]]:
    found = {part: _values(part, map(str, chosen.get(part) or ())) for part in PARTS}
    return {part: values for part, values in found.items() if values}


def _values(part: str, texts: Iterable[str]) -> list[int | str]:
    distinct = sorted(set(texts))
    if not PARTS[part]:
        return [one for one in distinct if one]
    return [int(one) for one in distinct if one.isascii() and one.isdecimal() and len(one) < 19 and int(one)]
