"""When a tenant's night and morning are: at an hour of its own day, spread so that not all come at once."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

#: For a tenant whose zone nobody knows.
BRAZIL = ZoneInfo("America/Sao_Paulo")


class Round(StrEnum):
    """What is done once a day for each tenant."""

    #: What failed is tried once more.
    RETRY = "retry"
    #: The digest of yesterday leaves.
    DIGEST = "digest"


#: The local hour that each begins at, and the minutes over which tenants are spread.
_BEGINS = {Round.RETRY: (1, 240), Round.DIGEST: (7, 45)}


def zone_of(name: str) -> ZoneInfo:
    """The tenant's time zone."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return BRAZIL


def next_time(which: Round, tenant_id: UUID, zone: ZoneInfo, now: datetime) -> datetime:
    """The tenant's next turn after `now` (business time): every day the same minute of its own day."""
    hour, spread = _BEGINS[which]
    minutes = tenant_id.int % spread
    local = now.astimezone(zone)
    turn = local.replace(hour=hour + minutes // 60, minute=minutes % 60, second=0, microsecond=0)
    while turn <= now:
        turn = (turn + timedelta(days=1)).replace(fold=0)
    return turn


def yesterday(zone: ZoneInfo, now: datetime) -> tuple[datetime, datetime]:
    """Begin and end of the tenant's day before this one."""
    today = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    return today - timedelta(days=1), today
