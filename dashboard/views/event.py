"""Evento: the way of one change."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from dashboard.views.parts import Action, Chip, Fact, Notice


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One step of the way, with the time since the one before."""

    title: str
    text: str
    since: str
    state: Literal["done", "ok", "wait", "need", "off"]


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """A field: before and after as people write it."""

    field: str
    name: str
    before: str
    after: str
    rule: str
    version: str
    locked: bool
    #: Both sides had changed it, and who won.
    note: str = ""


class RowLine(msgspec.Struct, frozen=True, kw_only=True):
    """A row of a deal; `was_…` where it was something else before."""

    name: str
    #: It stands for a product of the catalogue, or for what is no product.
    linked: bool
    state: Literal["", "new", "gone"]
    quantity: str
    price: str
    discount: str
    total: str
    was_quantity: str
    was_price: str
    was_discount: str
    was_total: str


class Rows(msgspec.Struct, frozen=True, kw_only=True):
    """A deal's rows and what they add up to."""

    lines: tuple[RowLine, ...]
    total: str
    was_total: str
    check: str
    #: None: there is nothing to compare the sum with.
    agrees: bool | None
    #: Beside what the rows were before.
    compared: bool


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """A request to a vendor."""

    short: str
    method: str
    commands: str
    status: str
    failed: bool
    took: str
    error: str


class Payload(msgspec.Struct, frozen=True, kw_only=True):
    """The message as it came."""

    text: str
    size: str


class Earlier(msgspec.Struct, frozen=True, kw_only=True):
    """Another event of the same record."""

    url: str
    at: datetime
    happening: str
    source: str
    chip: Chip
    detail: str


class Write(msgspec.Struct, frozen=True, kw_only=True):
    """What a simulation would write."""

    method: str
    values: tuple[Fact, ...]


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """A field that an event wrote, and that is to have another value now."""

    field: str
    then: str
    now: str


class Simulation(msgspec.Struct, frozen=True, kw_only=True):
    """A dry run."""

    sentence: str
    writes: tuple[Write, ...]
    #: What has changed since the event wrote; empty for one that wrote nothing.
    compared: str = ""
    differences: tuple[Difference, ...] = ()


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """The whole screen."""

    id: str
    url: str
    title: str
    happening: str
    chip: Chip
    facts: tuple[str, ...]
    notice: Notice | None
    steps: tuple[Step, ...]
    total: str
    under_way: bool
    changes: tuple[Change, ...]
    #: Which side was written: `no Bitrix24`.
    where: str
    no_change: str
    #: The deal's rows; None for what has none, and for a write that left them.
    rows: Rows | None
    #: To the record in Bling and in Bitrix24.
    links: tuple[Action, ...]
    calls: tuple[Call, ...]
    payload: Payload | None
    earlier: tuple[Earlier, ...]
    earlier_url: str
    #: The record on both sides; empty for one that has no page.
    record_url: str
    replayable: bool
