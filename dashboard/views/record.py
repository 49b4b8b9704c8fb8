"""Registro: one record on both sides, and where each value came from."""

from __future__ import annotations

from datetime import datetime

import msgspec

from dashboard.views.event import Earlier
from dashboard.views.parts import Action, Chip, Notice


class Origin(msgspec.Struct, frozen=True, kw_only=True):
    """The write that left a value as it is."""

    url: str
    happening: str
    rule: str
    version: str
    at: datetime


class FieldLine(msgspec.Struct, frozen=True, kw_only=True):
    """A field on both sides."""

    bitrix24: str
    bitrix24_name: str
    bling: str
    bling_name: str
    bling_value: str
    bitrix24_value: str
    in_step: bool
    #: A person edited Bitrix24's side, and the rule keeps that.
    kept: bool
    #: None where history does not reach back to it.
    origin: Origin | None


class SideLine(msgspec.Struct, frozen=True, kw_only=True):
    """A field as both sides have it now."""

    name: str
    bling: str
    bitrix24: str
    chip: Chip


class Sides(msgspec.Struct, frozen=True, kw_only=True):
    """Both sides at this moment; without `at` nothing was asked yet, or nobody ever answered."""

    #: Where they are compared.
    url: str
    at: datetime | None = None
    lines: tuple[SideLine, ...] = ()
    chip: Chip | None = None
    #: What is said about it: why they differ, or whose answer is missing.
    said: str = ""


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """The whole screen."""

    title: str
    kind: str
    kind_url: str
    chip: Chip
    facts: tuple[str, ...]
    notice: Notice | None
    links: tuple[Action, ...]
    #: Running it again; None where nobody may, or the notice has that button.
    again: Action | None
    fields: tuple[FieldLine, ...]
    #: Nothing of it was ever written in Bitrix24.
    unwritten: bool
    differing: str
    events: tuple[Earlier, ...]
    events_url: str
