"""Registros: records of a kind in one state."""

from __future__ import annotations

from datetime import datetime

import msgspec

from dashboard.views.parts import Action, Chip, Fact, Nav, Tone
from dashboard.views.remedies import Bar


class StateTab(msgspec.Struct, frozen=True):
    """One state with its count."""

    label: str
    count: str
    url: str
    tone: Tone
    current: bool


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One record."""

    url: str
    icon: str
    label: str
    key: str
    chip: Chip
    detail: str
    bitrix_id: str
    at: datetime | None
    #: The list of everything with the same reason; "" when that is the list, or there is none.
    reason_url: str = ""
    #: What can be done about it.
    action: Action | None = None


class Records(msgspec.Struct, frozen=True, kw_only=True):
    """The whole screen."""

    title: str
    lead: str
    icon: str
    kinds: tuple[Nav, ...]
    tabs: tuple[StateTab, ...]
    rows: tuple[Line, ...]
    older: str
    search: str = ""
    #: What else the address asks for, for the search's form.
    asked: tuple[Fact, ...] = ()
    #: Reasons within the state, with their counts.
    reasons: tuple[StateTab, ...] = ()
    bar: Bar | None = None
    #: What has just been done.
    said: str = ""
    #: Without filters and search.
    all_url: str = "/registros"
