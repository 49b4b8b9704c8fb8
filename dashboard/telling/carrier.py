"""The event that stood for another one of its record, and how both are told apart."""

from __future__ import annotations

from collections.abc import Iterable

from connector.domain.events import Outcome, Reason
from connector.store.history import EventRow
from dashboard import formats
from dashboard.reader import _

#: Ends of an event that make older ones stale.
_COUNTED = frozenset({Outcome.CREATED, Outcome.UPDATED, Outcome.UNCHANGED})


def carrier(event: EventRow, around: Iterable[EventRow]) -> EventRow | None:
    """Of the record's other events the one that carried this one's outcome, or was newer than it."""
    if event.reason is Reason.SUPERSEDED:
        together = (
            one
            for one in around
            if one.settled_at == event.settled_at and one.reason is not Reason.SUPERSEDED
        )
        return max(together, key=lambda one: one.id, default=None)
    if event.event_date is None or event.settled_at is None:
        return None
    newer = [
        one
        for one in around
        if one.outcome in _COUNTED
        and one.event_date is not None
        and one.event_date > event.event_date
        and one.settled_at is not None
        and one.settled_at <= event.settled_at
    ]
    return max(newer, key=lambda one: (one.event_date, one.id), default=None)


def dates(event: EventRow, newer: EventRow) -> str:
    """`Esta mudança é das 14:05:11; a que já valia é das 14:05:12.`"""
    if event.event_date is None or newer.event_date is None:
        return ""
    return _("Esta mudança é de %(ours)s; a que já valia é de %(theirs)s.") % {
        "ours": formats.date_clock(event.event_date),
        "theirs": formats.date_clock(newer.event_date),
    }
