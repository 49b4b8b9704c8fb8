"""Visão geral: is everything all right?"""

from __future__ import annotations

from datetime import datetime

import msgspec

from dashboard.views.chart import Chart
from dashboard.views.parts import Action, Chip, Fact, FeedItem, Meter, Tone


class Side(msgspec.Struct, frozen=True, kw_only=True):
    """One end of the bridge."""

    short: str
    name: str
    company: str
    chip: Chip
    facts: tuple[Fact, ...]
    meter: Meter | None = None


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """A number with its meaning."""

    name: str
    value: str
    meaning: str
    link: Action | None = None


class StateLine(msgspec.Struct, frozen=True, kw_only=True):
    """How many records are in one state; opens their list."""

    count: int
    text: str
    tone: Tone
    url: str


class StateGroup(msgspec.Struct, frozen=True, kw_only=True):
    """The states of one kind."""

    name: str
    lines: tuple[StateLine, ...]


class Cause(msgspec.Struct, frozen=True, kw_only=True):
    """What needs the person: the cause, how many wait for it, the remedy."""

    sentence: str
    count: str
    remedy: Action
    #: Further buttons: running all again, seeing which they are.
    others: tuple[Action, ...] = ()
    #: Nothing is wrong: it is an offer.
    calm: bool = False


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One of the three steps of the first run."""

    number: int
    title: str
    text: str
    done: bool
    next: bool
    action: Action | None = None


class Overview(msgspec.Struct, frozen=True, kw_only=True):
    """The whole screen."""

    sentence: str
    now: datetime
    steps: tuple[Step, ...]
    bling: Side
    bitrix24: Side
    #: Something passed within the last minute: the bridge pulses.
    passing: bool
    last_passed: datetime | None
    figures: tuple[Figure, ...]
    chart: Chart
    states: tuple[StateGroup, ...]
    causes: tuple[Cause, ...]
    feed: tuple[FeedItem, ...]
