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
    kinds: tuple[Choice, ...]
    sources: tuple[Choice, ...]
    active: bool


class Events(msgspec.Struct, frozen=True, kw_only=True):
    """The whole screen."""

    filters: Filters
    tabs: tuple[Tab, ...]
    rows: tuple[Row, ...]
    newer_url: str
    older: str
    newest: str
    clear_url: str
    first_page: bool


class Newer(msgspec.Struct, frozen=True, kw_only=True):
    """How many came since the reader looked."""

    text: str
    url: str
