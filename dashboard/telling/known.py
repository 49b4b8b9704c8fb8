"""What is known when a screen is told: read by the pages, put into words here."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec

from connector.account.people import Viewer
from connector.account.toggles import Toggle
from connector.bitrix24.limits import PortalUsage
from connector.bling.limits import AccountUsage
from connector.domain.events import Kind, RecordState
from connector.domain.licence import Licence
from connector.store.connections import Account, Portal
from connector.store.history import EventRow, SyncRow
from connector.store.links import ReasonCount
from connector.store.rollups import HalfHour, HourCount


class Surroundings(msgspec.Struct, frozen=True, kw_only=True):
    """Where the tenant stands: for rail and banner of every screen."""

    viewer: Viewer
    accounts: tuple[Account, ...]
    portal: Portal | None
    licence: Licence | None
    #: Events that wait for a person, by reason.
    held: dict[str, int]
    paused: bool
    business_now: datetime


class Limits(msgspec.Struct, frozen=True):
    """How much of the vendors' limits is used; None while nobody can say."""

    bling: AccountUsage | None = None
    bitrix24: PortalUsage | None = None


class Day(msgspec.Struct, frozen=True, kw_only=True):
    """What the overview shows beside the surroundings."""

    toggles: dict[Toggle, bool]
    half_hours: list[HalfHour]
    #: Of yesterday and today.
    hours: list[HourCount]
    #: Syncs counted in this usage period.
    used: int
    #: Records by kind and state, and by the reason for it.
    states: dict[Kind, dict[RecordState, int]]
    reasons: list[ReasonCount]
    feed: list[EventRow]
    syncs: dict[UUID, SyncRow]
    last_sync_at: datetime | None
