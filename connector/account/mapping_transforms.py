"""The transform of a rule as somebody sent it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from connector.account.mapping_flaws import Flaw
from connector.account.typed import is_text
from connector.domain.transforms import (
    Choice,
    Constant,
    Date,
    ListOf,
    Number,
    Section,
    Template,
    Transform,
    Unit,
    YesNo,
)
from connector.domain.units import UNITS, factor

LONGEST_TEXT = 1000
MOST_CHOICES = 1000

#: The field, what is wrong, and in words.
Found = tuple[str, Flaw, str]

_PLACEHOLDERS = re.compile(r"\{[A-Za-z][A-Za-z0-9_.]*\}")
_TRANSFORMS = {str(one.__struct_config__.tag): one for one in get_args(Transform)}


def transform_errors(sent: Any) -> Iterator[Found]:
    if sent is None:
        yield "transform", Flaw.MISSING, "the rule's transform is missing"
        return
    if not isinstance(sent, dict):
        yield "transform", Flaw.TYPE, "a transform is an object with a type"
        return
    tag = sent.get("type")
    known = _TRANSFORMS.get(tag) if isinstance(tag, str) else None
    if known is None:
        yield "transform.type", Flaw.UNKNOWN, f"a transform's type is {', '.join(sorted(_TRANSFORMS))}"
        return
    for name in sent:
        # Which category has which section is ours to know.
        if name not in ("type", *known.__struct_encode_fields__) or (known is Section and name == "table"):
            yield f"transform.{name}", Flaw.UNKNOWN, f"the transform {tag} has no {name}"
    if isinstance(table := sent.get("table"), dict) and (wrong := _no_texts(table)):
        for key in wrong:
            yield f"transform.table.{key}", Flaw.TYPE, "a table leads from a text to a text"
        return
    try:
        yield from _meaning_errors(msgspec.convert(sent, Transform))
    except msgspec.ValidationError as error:
        text, _, path = str(error).partition(" - at `$")
        yield f"transform{path.rstrip('`')}", Flaw.TYPE, text


def _no_texts(table: dict[Any, Any]) -> list[Any]:
    return [key for key, value in table.items() if not isinstance(value, str)]


def _meaning_errors(transform: Transform) -> Iterator[Found]:
    match transform:
        case Choice(table=table):
            yield from _table_errors(table)
        case Template(text=pattern):
            yield from _pattern_errors(pattern)
        case Constant(value=value) if not _is_short(value):
            yield "transform.value", Flaw.VALUE, f"value is a text of 1 to {LONGEST_TEXT} characters"
        case YesNo(true=true, false=false) if not (_is_short(true) and _is_short(false)) or true == false:
            yield "transform.true", Flaw.VALUE, "true and false are two different words of Bling's"
        case Number(scale=scale) if not 1e-6 <= abs(scale) <= 1e6:
            yield "transform.scale", Flaw.VALUE, "scale is a number between 0.000001 and 1000000"
        case Unit(source=source, target=target) if factor(source, target) is None:
            yield (
                "transform.from",
                Flaw.VALUE,
                f"from and to are two of {', '.join(sorted(UNITS))} of one kind",
            )
        case ListOf(separator=separator) if not separator.strip() or len(separator) > 5:
            yield "transform.separator", Flaw.VALUE, "separator is a sign such as ; or ,"
        case Date(zone=zone) if not _is_zone(zone):
            yield "transform.zone", Flaw.VALUE, "zone is a name such as America/Sao_Paulo"
        case _:
            return


def _table_errors(table: dict[str, str]) -> Iterator[Found]:
    if len(table) > MOST_CHOICES:
        yield "transform.table", Flaw.TOO_MUCH, f"a table has at most {MOST_CHOICES} lines"
    for key, value in table.items():
        if not (_is_short(key) and _is_short(value)):
            yield f"transform.table.{key}", Flaw.VALUE, "a table leads from a text to a text, neither empty"


def _pattern_errors(pattern: str) -> Iterator[Found]:
    if not _is_short(pattern):
        yield "transform.text", Flaw.VALUE, f"text is a text of 1 to {LONGEST_TEXT} characters"
    elif "{" in (rest := _PLACEHOLDERS.sub("", pattern)) or "}" in rest:
        yield "transform.text", Flaw.VALUE, "fields stand in braces, such as {numero} or {contato.nome}"


def _is_short(value: str) -> bool:
    return bool(value.strip()) and len(value) <= LONGEST_TEXT and is_text(value)


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True
