"""Which of a record's waiting events wins, and whether its word can be trusted.

Delivery is unordered and Bling's `date` has one second's resolution, so the newest date wins, and every
doubt is settled by reading the record instead of by guessing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from enum import Enum

import msgspec

from connector.domain.events import Action, Event, Source

#: Dates with and without zone that are closer than this cannot be put in order.
FORMS_MEET = timedelta(hours=24)


class Trust(Enum):
    """How far the winning event's own payload goes."""

    PAYLOAD = "payload"
    READ = "read"
    STALE = "stale"
    GONE = "gone"


class Known(msgspec.Struct, frozen=True):
    """What the link remembers of the newest event that was written."""

    date: datetime | None = None
    bare_date: bool = False
    body_hash: bytes | None = None
    deleted: bool = False


class Verdict(msgspec.Struct, frozen=True):
    """The event that carries the outcome, and what may be done with it."""

    event: Event
    trust: Trust


NOTHING_KNOWN = Known()


def judge(events: Sequence[Event], known: Known, hash_of: Callable[[bytes], bytes] = bytes) -> Verdict:
    """Choose among all waiting events of one record.

    `hash_of` gives the hash of a body's payload, for equal payloads may travel in different messages; it is
    asked only where dates do not decide.
    """
    newest = max(events, key=_age)
    if newest.source is not Source.BLING or newest.date is None:
        return Verdict(newest, Trust.READ)
    if len(events) > 1 and _in_doubt(events, newest, hash_of):
        return Verdict(newest, Trust.READ)
    return Verdict(newest, _against(newest, known, hash_of))


def _age(event: Event) -> tuple[bool, float, datetime]:
    """Requests of our own (no date) count as newest: they ask for the present record anyway."""
    asks = event.source is not Source.BLING or event.date is None
    return (asks, 0.0 if event.date is None else event.date.timestamp(), event.received_at)


def _in_doubt(events: Sequence[Event], newest: Event, hash_of: Callable[[bytes], bytes]) -> bool:
    """Whether another event may be newer than the newest, by the clock or by the form of its date."""
    for other in events:
        if other is newest or other.date is None or newest.date is None:
            continue
        if other.bare_date != newest.bare_date and newest.date - other.date < FORMS_MEET:
            return True
        if other.date == newest.date and hash_of(other.body) != hash_of(newest.body):
            return True
        if other.action is Action.DELETED and newest.action is not Action.DELETED:
            return True
    return False


def _against(event: Event, known: Known, hash_of: Callable[[bytes], bytes]) -> Trust:
    """The newest event against what was written before."""
    if known.date is not None and event.date is not None:
        if event.bare_date != known.bare_date and abs(event.date - known.date) < FORMS_MEET:
            return Trust.READ
        if event.date < known.date:
            return Trust.STALE
        if event.date == known.date and hash_of(event.body) != known.body_hash:
            return Trust.READ
    if event.action is Action.DELETED:
        return Trust.GONE
    return Trust.READ if known.deleted else Trust.PAYLOAD
