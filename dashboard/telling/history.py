"""Events of the store as rows and feed items."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from connector.domain.events import Outcome
from connector.store.history import EventRow, SyncRow
from dashboard import formats
from dashboard.reader import _, reader
from dashboard.telling import changes, reasons, words
from dashboard.telling.deals import DEALS
from dashboard.views.events import Row
from dashboard.views.parts import FeedItem

#: What has a write of its own to tell of.
WRITTEN = frozenset({Outcome.CREATED, Outcome.UPDATED})

Syncs = Mapping[UUID, SyncRow]


def url(event_id: UUID) -> str:
    """Where the event is shown."""
    return f"/eventos/{event_id}"


def feed_item(event: EventRow, syncs: Syncs) -> FeedItem:
    """For the live list."""
    return FeedItem(
        url=url(event.id),
        icon=words.icon(event.record.kind),
        label=title(event),
        key=key(event),
        detail=detail(event, syncs),
        chip=words.outcome(event.outcome),
        at=event.received_at,
    )


def row(event: EventRow, syncs: Syncs) -> Row:
    """For the table."""
    return Row(
        id=str(event.id),
        url=url(event.id),
        at=event.received_at,
        icon=words.icon(event.record.kind),
        label=title(event),
        key=key(event),
        happening=words.happening(event.record.kind, event.action),
        source=words.source(event.source),
        chip=words.outcome(event.outcome),
        detail=brief_detail(event, syncs),
        took=took(event),
    )


def key(event: EventRow) -> str:
    """A product's SKU; an order's number is in its name already."""
    return (event.sku or "") if event.record.kind not in DEALS else ""


def title(event: EventRow) -> str:
    """The record's name; `Produto 123` while it has none."""
    number = str(abs(event.record.bling_id))
    return (
        event.label if event.label and event.label != number else f"{words.kind(event.record.kind)} {number}"
    )


def detail(event: EventRow, syncs: Syncs) -> str:
    """One line: what changed, or why nothing did."""
    if event.outcome in WRITTEN and event.reason is None:
        sync = syncs.get(event.sync_id) if event.sync_id else None
        return changes.in_brief(changes.of(sync), created=event.outcome is Outcome.CREATED)
    return _why(event)


def brief_detail(event: EventRow, syncs: Syncs) -> str:
    """The same, shorter: it stands beside the chip."""
    if event.outcome in WRITTEN and event.reason is None:
        return changes.count(changes.of(syncs.get(event.sync_id) if event.sync_id else None))
    return _why(event)


def took(event: EventRow) -> str:
    """From receipt to settling; a dash while it is not settled."""
    return formats.duration(elapsed_ms(event)) if event.settled_at else "–"


def elapsed_ms(event: EventRow) -> int:
    """From receipt until it was settled, or until now."""
    return max(0, ((event.settled_at or reader().now) - event.received_at) // timedelta(milliseconds=1))


def _why(event: EventRow) -> str:
    explained = reasons.told(event.reason, event.record.kind, event.outcome)
    if explained is not None:
        return explained.short
    if event.outcome is Outcome.UNCHANGED:
        return _("já estava igual")
    if event.outcome is None and event.attempts and event.due_at:
        return _("nova tentativa às %(time)s") % {"time": formats.clock(event.due_at)}
    return _("na fila") if event.outcome is None else ""
