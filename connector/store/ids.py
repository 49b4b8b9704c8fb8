"""Ids are UUIDv7: they sort by the time they were made, and name the day's partition that their row is in."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from uuid import UUID

from uuid_utils.compat import uuid7

_RANDOM_BITS = 80


def new_id(at: datetime | None = None) -> UUID:
    """A new id of now, or of `at`; ids of one process and millisecond of now still ascend."""
    if at is None:
        return uuid7()
    return UUID(int=(_milliseconds(at) << _RANDOM_BITS) | (uuid7().int & ((1 << _RANDOM_BITS) - 1)))


def bound(day: date) -> UUID:
    """The smallest id that the day (UTC) can have: where its partition begins."""
    return bound_at(datetime.combine(day, time(), UTC))


def bound_at(at: datetime) -> UUID:
    """The smallest id that this millisecond can have."""
    return UUID(int=_milliseconds(at) << _RANDOM_BITS)


def time_of(id_: UUID) -> datetime:
    """When the id was made, to the millisecond."""
    return datetime.fromtimestamp((id_.int >> _RANDOM_BITS) / 1000, UTC)


def _milliseconds(at: datetime) -> int:
    return round(at.timestamp() * 1000)
