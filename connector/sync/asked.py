"""What a line tells the guard rail of a record, and whether one that waited is mended."""

from __future__ import annotations

from connector.domain.events import Event, Outcome, Reason, RecordKey, RecordState, Source
from connector.domain.guard_rail import Limits, Suspicion, goes_off, price_moves, run_of
from connector.domain.mapping import PRICE_FIELD, Target
from connector.store.holds import Stopped
from connector.store.inbox import HAND
from connector.sync.guarding import Asked
from connector.sync.work import Ended, Work

ACTIVE_FIELD, OFF = "active", "N"
#: Beginnings of the names of events that a person asked for, one record at a time.
BY_HAND = frozenset({HAND, "replay", "remedy"})


def suspicions(before: Target, after: Target, limits: Limits) -> tuple[Suspicion, ...]:
    """What is odd about values that would be written, as texts of Bitrix24's fields; for either side."""
    found = (
        price_moves(PRICE_FIELD, before.get(PRICE_FIELD), after.get(PRICE_FIELD), limits),
        goes_off(ACTIVE_FIELD, before.get(ACTIVE_FIELD), after.get(ACTIVE_FIELD), OFF, limits),
    )
    return tuple(one for one in found if one is not None)


def asked(work: Work, record: RecordKey, odd: tuple[Suspicion, ...]) -> Asked:
    """The question; `record` is what its waiting events are filed under."""
    events = work.events or [work.event]
    return Asked(
        what=Stopped(
            record=record,
            run=run_of(work.event),
            bitrix_id=work.bitrix_id,
            label=work.label,
            sku=work.sku,
            suspicions=odd,
        ),
        since=min(event.received_at for event in events),
        synced_at=work.link.synced_at if work.link is not None else None,
        by_hand=_is_by_hand(work.event),
    )


def is_mended(work: Work) -> bool:
    """The record waited for a person; its plan is an ordinary one now, or there is nothing to write."""
    link = work.link
    if link is None or link.state is not RecordState.NEEDS_YOU or link.reason is not Reason.GUARD_RAIL:
        return False
    ending = work.ending
    return work.open or (isinstance(ending, Ended) and ending.outcome is Outcome.UNCHANGED)


def _is_by_hand(event: Event) -> bool:
    """A single replay, or a single record's remedy, is somebody's wish to have this record as it is."""
    why = event.provider_event_id.partition(":")[0]
    return event.source is Source.REPLAY and not run_of(event) and why in BY_HAND
