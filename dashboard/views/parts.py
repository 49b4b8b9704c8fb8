"""Small things that several screens show."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

Tone = Literal["", "ok", "wait", "need", "run"]


class Chip(msgspec.Struct, frozen=True):
    """An outcome or state: green done, amber waits, red needs the person, blue under way, grey the rest."""

    label: str
    tone: Tone = ""


class Fact(msgspec.Struct, frozen=True):
    """A name and its value."""

    name: str
    value: str


class Meter(msgspec.Struct, frozen=True):
    """How much of a limit is used; `share` 0–1."""

    label: str
    text: str
    share: float
    tone: Tone = ""


class Action(msgspec.Struct, frozen=True, kw_only=True):
    """A button that posts, or a link."""

    label: str
    url: str
    icon: str = ""
    posts: bool = False
    #: The link leads to a vendor's site, in a tab of its own.
    outside: bool = False


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """The banner: a fact, what is next, at most one action."""

    tone: Literal["need", "wait", "info", "ok"]
    fact: str
    next_step: str = ""
    action: Action | None = None


class FeedItem(msgspec.Struct, frozen=True, kw_only=True):
    """One event in a list that moves: what, to what, how it ended, when."""

    url: str
    icon: str
    label: str
    key: str
    detail: str
    chip: Chip
    at: datetime


class Choice(msgspec.Struct, frozen=True):
    """One entry of a select."""

    value: str
    label: str
    chosen: bool = False


class Nav(msgspec.Struct, frozen=True, kw_only=True):
    """A link of the rail."""

    label: str
    url: str
    icon: str = ""
    current: bool = False
    inside: tuple[Nav, ...] = ()


class Shell(msgspec.Struct, frozen=True, kw_only=True):
    """What stands around every screen of a tenant."""

    links: tuple[Nav, ...]
    tenant: str
    portal: str
    person: str
    path: str
    #: The person belongs to other companies too.
    several: bool = False
    #: An operator looks.
    visiting: bool = False
    notices: tuple[Notice, ...] = ()
