"""Eventos: every change that came, and what was made of it."""

from __future__ import annotations

from datetime import datetime

import msgspec

from dashboard.views.parts import Chip, Choice, Tone


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One event."""

    id: str
    url: str
    at: datetime
    icon: str
    label: str
    key: str
    happening: str
    source: str
    chip: Chip
    detail: str
    took: str


class Tab(msgspec.Struct, frozen=True, kw_only=True):
    """One outcome to look at."""

    label: str
    url: str
    tone: Tone
    current: bool


class Filters(msgspec.Struct, frozen=True, kw_only=True):
    """What the address asks for."""

    search: str
    outcome: str
    reason: str
    reason_text: str
    without_reason_url: str
    kinds: tuple[Choice, ...]
    active: bool


class Match(msgspec.Struct, frozen=True, kw_only=True):
    """A record that a search may have meant."""

    label: str
    key: str
    icon: str
    url: str


class Events(msgspec.Struct, frozen=True, kw_only=True):
    """The whole screen."""

    filters: Filters
    tabs: tuple[Tab, ...]
    #: Records to choose from, instead of rows.
    matches: tuple[Match, ...]
    rows: tuple[Row, ...]
    newer_url: str
    #: Gives the same rows again; empty when none of them can change any more.
    same_url: str
    older: str
    newest_url: str
    first_page: bool


class Newer(msgspec.Struct, frozen=True, kw_only=True):
    """How many came since the reader looked."""

    text: str
    url: str
