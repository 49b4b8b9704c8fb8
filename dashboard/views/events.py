"""Eventos: every change that came, and what was made of it."""

from __future__ import annotations

from datetime import datetime

import msgspec

from dashboard.views.parts import Action, Chip, Choice, Fact, Tone


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
    sources: tuple[Choice, ...]
    #: Days as a date field writes them.
    first: str
    last: str
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
    #: Records that a search may have meant, above their events.
    matches: tuple[Match, ...]
    rows: tuple[Row, ...]
    #: What has just been asked for.
    said: str
    #: To run again what the filter shows.
    replay: Action | None
    #: Up to where was looked, when there may be more than the rows.
    searched: str
    newer_url: str
    #: Gives the same rows again; empty when none of them can change any more.
    same_url: str
    older: str
    newer: str
    newest_url: str
    first_page: bool


class Newer(msgspec.Struct, frozen=True, kw_only=True):
    """How many came since the reader looked."""

    text: str
    url: str


class Replaying(msgspec.Struct, frozen=True, kw_only=True):
    """Before a whole filter is run again: what it is, and how many records it means."""

    filters: tuple[Fact, ...]
    #: Names and values that the form carries.
    fields: tuple[Fact, ...]
    records: str
    #: What is left out, and what to do about it.
    limit: str
    button: str
    back: str
    #: Nothing to run again.
    nothing: bool
    #: Why the form has to be sent once more.
    again: str
