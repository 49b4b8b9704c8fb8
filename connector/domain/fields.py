"""Fields that rules can name, on both sides."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

import msgspec


class FieldType(StrEnum):
    """What a field holds."""

    TEXT = "text"
    HTML = "html"
    NUMBER = "number"
    MONEY = "money"
    YES_NO = "yes_no"
    DATE = "date"
    MOMENT = "moment"
    CHOICE = "choice"
    LINK = "link"
    #: A picture, or Bling's list of a product's pictures.
    PICTURE = "picture"
    #: What no rule can carry.
    OTHER = "other"


class Option(msgspec.Struct, frozen=True):
    """A value of a field with a fixed list of them."""

    id: str
    name: str


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """A field of one side; `name` as the vendor spells it, Bling's with dots for what lies deeper."""

    name: str
    #: What people call it, in Portuguese.
    title: str
    type: FieldType
    multiple: bool = False
    required: bool = False
    read_only: bool = False
    options: tuple[Option, ...] = ()


class PortalFields(msgspec.Struct, frozen=True, kw_only=True):
    """A portal's fields; an offer's properties are others than a product's."""

    product: tuple[Field, ...] = ()
    offer: tuple[Field, ...] = ()
    deal: tuple[Field, ...] = ()
    contact: tuple[Field, ...] = ()
    company: tuple[Field, ...] = ()


def named(fields: Iterable[Field]) -> dict[str, Field]:
    """Fields by their names."""
    return {field.name: field for field in fields}
