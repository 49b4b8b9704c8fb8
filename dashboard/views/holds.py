"""Retidos: what the guard rail stopped, and from when on it stops things."""

from __future__ import annotations

from datetime import datetime

import msgspec

from dashboard.views.parts import Chip


class HeldChange(msgspec.Struct, frozen=True, kw_only=True):
    """A field of a record, before and after."""

    url: str
    label: str
    key: str
    field: str
    before: str
    after: str
    #: Of one that was written before there was an incident: how it stands now.
    chip: Chip | None = None


class Incident(msgspec.Struct, frozen=True, kw_only=True):
    """Changes of one cause that wait together."""

    id: str
    title: str
    sentence: str
    facts: tuple[str, ...]
    opened_at: datetime
    rows: tuple[HeldChange, ...]
    more: str
    written: tuple[HeldChange, ...]
    release: str
    discard: str


class Decided(msgspec.Struct, frozen=True, kw_only=True):
    """An incident that is over."""

    title: str
    count: str
    chip: Chip
    who: str
    at: datetime


class Holds(msgspec.Struct, frozen=True, kw_only=True):
    """The whole screen."""

    sentence: str
    open: tuple[Incident, ...]
    decided: tuple[Decided, ...]
    may_decide: bool
    #: What was just decided, or why it could not be.
    said: str
    refused: str


class NumberField(msgspec.Struct, frozen=True, kw_only=True):
    """A number that can be changed."""

    name: str
    label: str
    value: str
    unit: str
    least: int
    most: int
    error: str = ""


class LimitRow(msgspec.Struct, frozen=True, kw_only=True):
    """From when on changes of one cause wait."""

    name: str
    label: str
    hint: str
    on: bool
    fields: tuple[NumberField, ...]


class Protection(msgspec.Struct, frozen=True, kw_only=True):
    """Configuração › Proteção."""

    rows: tuple[LimitRow, ...]
    editable: bool
    saved: str
    #: How many errors the form has.
    wrong: bool
