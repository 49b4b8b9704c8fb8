"""Registros: records of a kind in one state."""

from __future__ import annotations

from datetime import datetime

import msgspec

from dashboard.views.parts import Chip, Nav, Tone


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


class Records(msgspec.Struct, frozen=True, kw_only=True):
    """The whole screen."""

    title: str
    lead: str
    icon: str
    kinds: tuple[Nav, ...]
    tabs: tuple[StateTab, ...]
    rows: tuple[Line, ...]
    older: str
