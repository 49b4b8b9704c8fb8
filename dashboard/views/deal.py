"""Ponte's tab in a deal's card."""

from __future__ import annotations

from datetime import datetime

import msgspec

from dashboard.views.parts import Chip, FeedItem


class Origin(msgspec.Struct, frozen=True, kw_only=True):
    """A record of Bling's that the deal came from, and its last events."""

    icon: str
    kind: str
    label: str
    #: The record's id in Bling.
    number: str
    account: str
    chip: Chip
    synced_at: datetime | None
    events: tuple[FeedItem, ...]
    all_url: str


class Deal(msgspec.Struct, frozen=True, kw_only=True):
    """The whole tab; no origins when the deal did not come through Ponte."""

    number: str
    origins: tuple[Origin, ...]
