"""Versions of a mapping: their list, and what differs between two."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One version."""

    number: int
    title: str
    author: str
    at: datetime | None
    note: str
    count: str
    current: bool
    chosen: bool


class Changed(msgspec.Struct, frozen=True, kw_only=True):
    """A rule or a word of the filter that is not the same in both; `parts` = before and after, named."""

    what: Literal["added", "changed", "removed"]
    label: str
    name: str
    parts: tuple[tuple[str, str, str], ...] = ()


class Compared(msgspec.Struct, frozen=True, kw_only=True):
    """What leads from a former version to the one in force."""

    number: int
    title: str
    changes: tuple[Changed, ...]
    #: Said where there are none, or of what is beside them.
    remark: str


class Versions(msgspec.Struct, frozen=True, kw_only=True):
    """The whole screen."""

    lines: tuple[Line, ...]
    older: str
    compared: Compared | None
    editable: bool
    #: Why a version could not be restored.
    refused: str = ""
