"""Whether a rule's transform fits the fields on both its sides."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from connector.account.mapping_flaws import Flaw
from connector.account.mapping_transforms import Found
from connector.domain.fields import Field, FieldType
from connector.domain.transforms import (
    Choice,
    Constant,
    Date,
    FirstImage,
    HtmlText,
    Identity,
    ListOf,
    Money,
    Number,
    Section,
    Template,
    Text,
    Transform,
    Unit,
    YesNo,
)
from connector.domain.values import InvalidValue, number

_TEXTS = frozenset({FieldType.TEXT, FieldType.HTML, FieldType.LINK})
_NUMBERS = frozenset({FieldType.NUMBER, FieldType.MONEY})
_DATES = frozenset({FieldType.DATE, FieldType.MOMENT})
_SPOKEN = _TEXTS | _NUMBERS | _DATES | {FieldType.CHOICE}

#: Types of Bling's field that a transform takes, and of Bitrix24's that it gives.
_TAKES: dict[type[Transform], frozenset[FieldType]] = {
    Identity: _SPOKEN,
    Text: _SPOKEN,
    Number: _NUMBERS | {FieldType.TEXT},
    Unit: _NUMBERS | {FieldType.TEXT},
    Money: _NUMBERS | {FieldType.TEXT},
    YesNo: _SPOKEN | {FieldType.YES_NO},
    Choice: _SPOKEN,
    Date: _DATES | {FieldType.TEXT},
    ListOf: _SPOKEN,
    Section: frozenset({FieldType.CHOICE}),
    FirstImage: frozenset({FieldType.PICTURE, FieldType.LINK}),
    HtmlText: _TEXTS,
}
_GIVES: dict[type[Transform], frozenset[FieldType]] = {
    Identity: _TEXTS | _NUMBERS | _DATES,
    Text: _TEXTS,
    Number: _NUMBERS | _TEXTS,
    Unit: _NUMBERS | _TEXTS,
    Money: _NUMBERS | _TEXTS,
    YesNo: _TEXTS | {FieldType.YES_NO},
    Choice: _SPOKEN | {FieldType.YES_NO},
    Date: _DATES | _TEXTS,
    ListOf: _TEXTS,
    Section: frozenset({FieldType.CHOICE}),
    FirstImage: frozenset({FieldType.PICTURE}),
    HtmlText: _TEXTS,
    Template: _TEXTS,
    Constant: _SPOKEN | {FieldType.YES_NO},
}

#: The only two fields that a section leads between.
SECTION_PAIR = ("categoria.id", "iblockSectionId")


def fits(transform: Transform, source: Field | None, target: Field) -> Iterator[Found]:
    """What does not fit; `source` is None for a template or a constant, which read no single field."""
    kind = transform.__struct_config__.tag
    if source is not None and source.type not in _TAKES.get(type(transform), frozenset()):
        yield "transform.type", Flaw.MISFIT, f"{kind} cannot take {source.name}: it holds a {source.type}"
    if target.type not in _GIVES[type(transform)]:
        yield "transform.type", Flaw.MISFIT, f"{kind} cannot give {target.name}: it holds a {target.type}"
        return
    if target.multiple is not isinstance(transform, ListOf):
        several = "several values: use a list" if target.multiple else "one value: a list does not fit"
        yield "transform.type", Flaw.MISFIT, f"{target.name} holds {several}"
        return
    if isinstance(transform, Section) and (source is None or (source.name, target.name) != SECTION_PAIR):
        yield "transform.type", Flaw.MISFIT, "section leads from {} to {}".format(*SECTION_PAIR)
    yield from _straight(transform, source, target)
    yield from _values(transform, source, target)


def _straight(transform: Transform, source: Field | None, target: Field) -> Iterator[Found]:
    """The same text on both sides asks for the same kind of text."""
    if not isinstance(transform, Identity) or source is None:
        return
    for group in (_NUMBERS, _DATES):
        if target.type in group and source.type not in group:
            yield (
                "transform.type",
                Flaw.MISFIT,
                f"{source.name} holds a {source.type}, {target.name} a {target.type}: identity does not fit",
            )


def _values(transform: Transform, source: Field | None, target: Field) -> Iterator[Found]:
    match transform:
        case Choice(table=table):
            yield from _keys(table, source)
            yield from _given(((f"transform.table.{key}", value) for key, value in table.items()), target)
        case Constant(value=value):
            yield from _given((("transform.value", value),), target)
        case YesNo(true=true, false=false):
            yield from _keys({true: "true", false: "false"}, source, "transform.{value}")
        case _:
            return


def _keys(
    table: Mapping[str, str], source: Field | None, field: str = "transform.table.{key}"
) -> Iterator[Found]:
    known = {one.id for one in source.options} if source is not None else set()
    for key, value in table.items() if known else ():
        if key not in known:
            yield field.format(key=key, value=value), Flaw.NOT_THERE, f"Bling's field has no value {key}"


def _given(values: Iterable[tuple[str, str]], target: Field) -> Iterator[Found]:
    """Whether the field can hold these."""
    known = {one.id for one in target.options}
    for field, value in values:
        if known and value not in known:
            yield field, Flaw.NOT_THERE, f"{target.name} has no value {value}"
        elif not known and not _may_be(value, target.type):
            yield field, Flaw.VALUE, f"{value} is no {target.type}"


def _may_be(value: str, kind: FieldType) -> bool:
    if kind is FieldType.YES_NO:
        return value in ("Y", "N")
    if kind in _NUMBERS:
        return _number(value) is not None
    return True


def _number(value: str) -> Decimal | None:
    try:
        return number(value)
    except InvalidValue:
        return None
