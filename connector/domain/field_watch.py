"""What appeared, was renamed or went away since a mapping was saved, on either side.

A badge in the editor, never a reason for a sync to fail.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum

import msgspec

from connector.domain.fields import Field
from connector.domain.mapping import Rule, paths_of
from connector.domain.transforms import Choice, Constant

#: Fields with more values (people, sections) are not watched value by value.
MOST_OPTIONS = 200


class Side(StrEnum):
    """Whose field."""

    BLING = "bling"
    BITRIX24 = "bitrix24"


class What(StrEnum):
    """What happened to it."""

    APPEARED = "appeared"
    RENAMED = "renamed"
    REMOVED = "removed"


class SeenField(msgspec.Struct, frozen=True, omit_defaults=True):
    """A field's title, and its values by id."""

    title: str
    options: dict[str, str] = {}


class Seen(msgspec.Struct, frozen=True):
    """Fields by name, of both sides; None for a side that was not known."""

    bling: dict[str, SeenField] | None = None
    bitrix24: dict[str, SeenField] | None = None


class FieldChange(msgspec.Struct, frozen=True, kw_only=True):
    """One change; with `option` it is a value of the field, such as a stage."""

    side: Side
    what: What
    field: str
    title: str
    #: The former title.
    before: str = ""
    option: str = ""
    #: Ids of the rules that name it.
    rules: tuple[str, ...] = ()


def seen_of(fields: Iterable[Field]) -> dict[str, SeenField]:
    """What is remembered of a side."""
    return {
        field.name: SeenField(
            field.title,
            {one.id: one.name for one in field.options} if len(field.options) <= MOST_OPTIONS else {},
        )
        for field in fields
    }


def changes(then: Seen, now: Seen, rules: Iterable[Rule]) -> tuple[FieldChange, ...]:
    """Everything that is different; a side that was not known then or now says nothing."""
    mine = tuple(rules)
    return (
        *_side(Side.BLING, then.bling, now.bling, mine),
        *_side(Side.BITRIX24, then.bitrix24, now.bitrix24, mine),
    )


def _side(
    side: Side,
    then: Mapping[str, SeenField] | None,
    now: Mapping[str, SeenField] | None,
    rules: tuple[Rule, ...],
) -> Iterator[FieldChange]:
    if then is None or now is None:
        return
    before = {name: field.title for name, field in then.items()}
    after = {name: field.title for name, field in now.items()}
    for name, what in _different(before, after):
        users = tuple(rule.id for rule in rules if _names_field(rule, side, name))
        yield _change(side, what, name, before.get(name), after.get(name), users)
    for name in then.keys() & now.keys():
        yield from _values(side, name, then[name], now[name], rules)


def _values(
    side: Side, name: str, then: SeenField, now: SeenField, rules: tuple[Rule, ...]
) -> Iterator[FieldChange]:
    if not then.options and not now.options:
        return
    for option, what in _different(then.options, now.options):
        users = tuple(
            rule.id
            for rule in rules
            if _names_field(rule, side, name) and option in _values_named(rule, side)
        )
        before, after = then.options.get(option), now.options.get(option)
        yield msgspec.structs.replace(_change(side, what, name, before, after, users), option=option)


def _different(then: Mapping[str, str], now: Mapping[str, str]) -> Iterator[tuple[str, What]]:
    for name in (*then, *(one for one in now if one not in then)):
        if name not in now:
            yield name, What.REMOVED
        elif name not in then:
            yield name, What.APPEARED
        elif then[name] != now[name]:
            yield name, What.RENAMED


def _change(
    side: Side, what: What, name: str, before: str | None, after: str | None, users: tuple[str, ...]
) -> FieldChange:
    return FieldChange(
        side=side,
        what=what,
        field=name,
        title=after or before or name,
        before=(before or "") if what is What.RENAMED else "",
        rules=users,
    )


def _names_field(rule: Rule, side: Side, name: str) -> bool:
    return name in paths_of(rule) if side is Side.BLING else rule.bitrix24 == name


def _values_named(rule: Rule, side: Side) -> frozenset[str]:
    match rule.transform:
        case Choice(table=table):
            return frozenset(table if side is Side.BLING else table.values())
        case Constant(value=value) if side is Side.BITRIX24:
            return frozenset((value,))
        case _:
            return frozenset()
