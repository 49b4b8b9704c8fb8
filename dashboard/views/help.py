"""Ajuda and the status page."""

from __future__ import annotations

from datetime import datetime

import msgspec
from markupsafe import Markup

from dashboard.views.parts import Action, Chip


class TopicCard(msgspec.Struct, frozen=True, kw_only=True):
    """A way into a topic."""

    title: str
    lead: str
    url: str
    icon: str
    current: bool = False


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """One finding of a check, with its remedy."""

    sentence: str
    chip: Chip
    icon: str
    detail: str = ""
    remedy: Action | None = None


class SelfCheck(msgspec.Struct, frozen=True, kw_only=True):
    """What "Verificar agora" found; the sentence says it all."""

    sentence: str
    chip: Chip
    findings: tuple[Found, ...]
    at: datetime
    #: When the vendors were asked; None if they were not.
    asked_at: datetime | None


class ReasonRow(msgspec.Struct, frozen=True, kw_only=True):
    """A reason that people meet, and what to do."""

    code: str
    name: str
    sentence: str
    #: Empty when there is nothing to do.
    remedy: str
    #: What the same reason means for orders and sales, where that differs.
    of_deals: str = ""


class ReasonGroup(msgspec.Struct, frozen=True, kw_only=True):
    """Reasons of one outcome's kind."""

    title: str
    rows: tuple[ReasonRow, ...]


class PlanRow(msgspec.Struct, frozen=True, kw_only=True):
    """A plan's price and limits."""

    name: str
    price: str
    accounts: str
    synced: str
    log: str
    people: str


class HelpIndex(msgspec.Struct, frozen=True, kw_only=True):
    """All topics."""

    topics: tuple[TopicCard, ...]


class HelpTopic(msgspec.Struct, frozen=True, kw_only=True):
    """One topic."""

    title: str
    lead: str
    body: Markup
    topics: tuple[TopicCard, ...]
    #: Where the check is asked for; empty for who is not signed in.
    check_url: str = ""
    check: SelfCheck | None = None
    reasons: tuple[ReasonGroup, ...] = ()
    plans: tuple[PlanRow, ...] = ()


class StatusPart(msgspec.Struct, frozen=True, kw_only=True):
    """A part of Ponte, or a vendor as seen from here."""

    name: str
    sentence: str
    chip: Chip


class StatusPage(msgspec.Struct, frozen=True, kw_only=True):
    """Is Ponte working?"""

    sentence: str
    chip: Chip
    parts: tuple[StatusPart, ...]
    at: datetime
