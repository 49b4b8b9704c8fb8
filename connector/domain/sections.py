"""Bling's categories and the sections of a portal's catalogue, by their names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

#: Before the name of a section that would be made: plans on paper and previews show it.
NEW = "+"
#: Deeper trees are cut; Bling's screens make two levels.
DEEPEST = 10


class Category(msgspec.Struct, frozen=True):
    """A category of Bling's; `parent` 0 = none above it."""

    id: int
    name: str
    parent: int = 0


def category_of(row: Mapping[str, Any]) -> Category:
    """A row of `/categorias/produtos`."""
    above = row.get("categoriaPai")
    parent = above.get("id") if isinstance(above, Mapping) else 0
    return Category(int(row["id"]), str(row.get("descricao") or row["id"]).strip(), int(parent or 0))


def path(categories: Mapping[int, Category], number: int) -> tuple[Category, ...]:
    """A category with those above it, the topmost first; empty for one that is not there."""
    found: list[Category] = []
    while number in categories and categories[number] not in found and len(found) < DEEPEST:
        found.append(categories[number])
        number = found[-1].parent
    return tuple(reversed(found))


def title(categories: Mapping[int, Category], number: int) -> str:
    """`Casa › Copos`."""
    return " › ".join(one.name for one in path(categories, number))


def same_name(one: str, other: str) -> bool:
    """Whether people would call two sections the same."""
    return " ".join(one.split()).casefold() == " ".join(other.split()).casefold()


def by_names(categories: Mapping[int, Category], sections: Iterable[tuple[str, str]]) -> dict[str, str]:
    """For each category the section of its path, or the one that would be made; `sections` = id and path."""
    there = {" ".join(name.split()).casefold(): number for number, name in sections}
    found: dict[str, str] = {}
    for number in categories:
        name = title(categories, number)
        found[str(number)] = there.get(name.casefold(), NEW + name)
    return found
