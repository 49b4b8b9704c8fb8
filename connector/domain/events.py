"""Events, records and outcomes; coalescing; which event wins.

Words are those of docs/architecture.md. Everything here is pure.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import IntEnum, StrEnum
from uuid import UUID

import msgspec


class Kind(StrEnum):
    """What syncs."""

    PRODUCT = "product"
    ORDER = "order"
    SALE = "sale"
    CONTACT = "contact"
    STOCK = "stock"


class Action(StrEnum):
    """What a notice says has happened to the record."""

    CREATED = "created"
    UPDATED = "updated"
    DELETED = "deleted"


class Source(StrEnum):
    """Where a notice came from."""

    BLING = "bling"
    IMPORT = "import"
    RECONCILE = "reconcile"
    REPLAY = "replay"
    BITRIX24 = "bitrix24"


class Lane(IntEnum):
    """Order of service within a tenant, smallest first."""

    LIVE = 0
    REPLAY = 1
    IMPORT = 2
    RECONCILE = 3


class Outcome(StrEnum):
    """How an event ended; `held` is the one that is not final."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    SKIPPED = "skipped"
    FAILED = "failed"
    DEAD = "dead"
    HELD = "held"


class Reason(StrEnum):
    """Why an outcome is what it is; each has its remedy on the screens."""

    STALE = "stale"
    SUPERSEDED = "superseded"
    CREATE_OFF = "create_off"
    TOGGLE_OFF = "toggle_off"
    FILTERED = "filtered"
    BEFORE_START = "before_start"
    NOT_SUPPORTED = "not_supported"
    NOT_LINKED = "not_linked"
    QUOTA = "quota"
    LICENCE = "licence"
    PAUSED = "paused"
    RUN_PAUSED = "run_paused"
    NEEDS_RECONNECT = "needs_reconnect"
    INACTIVE = "inactive"
    SCOPE_MISSING = "scope_missing"
    NOT_CONNECTED = "not_connected"
    GUARD_RAIL = "guard_rail"
    STAGE_MISSING = "stage_missing"
    AMBIGUOUS = "ambiguous"
    LOOP = "loop"
    GONE_IN_BLING = "gone_in_bling"
    DELETED_IN_BITRIX24 = "deleted_in_bitrix24"
    NOT_A_SALE = "not_a_sale"
    PARENT_MISSING = "parent_missing"
    INVALID_VALUE = "invalid_value"
    REFUSED_BY_BLING = "refused_by_bling"
    REFUSED_BY_BITRIX24 = "refused_by_bitrix24"
    GAVE_UP = "gave_up"
    EXPIRED = "expired"


class RecordState(StrEnum):
    """The present state of a record, as the owner sees it."""

    IN_STEP = "in_step"
    WAITING = "waiting"
    EXCLUDED = "excluded"
    NEEDS_YOU = "needs_you"
    DELETED = "deleted"


class RecordKey(msgspec.Struct, frozen=True, order=True, cache_hash=True):
    """Names one thing that syncs, within a tenant."""

    kind: Kind
    account_id: UUID
    #: Negative while only Bitrix24 has the record: then it is Bitrix24's id.
    bling_id: int

    @property
    def in_bling(self) -> int | None:
        """Bling's id; None while Bling does not know the record."""
        return self.bling_id if self.bling_id > 0 else None

    @property
    def in_bitrix24(self) -> int | None:
        """Bitrix24's id of a record that Bling does not know."""
        return -self.bling_id if self.bling_id < 0 else None


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """A notice that a record may have changed, not settled yet."""

    id: UUID
    record: RecordKey
    source: Source
    action: Action
    lane: Lane
    provider_event_id: str
    #: What the sender says is the time of the change, one second's resolution; None when it says nothing.
    date: datetime | None
    #: The sender wrote the date without a zone (read as UTC).
    bare_date: bool
    received_at: datetime
    attempts: int
    #: The message as received, byte for byte.
    body: bytes
    #: The record as it was named when the event came, if that was another name: Bling had no id for it then.
    named: RecordKey | None = None

    @property
    def first_named(self) -> RecordKey:
        """The record as the inbox knows it."""
        return self.named or self.record


LANES = {
    Source.BLING: Lane.LIVE,
    Source.BITRIX24: Lane.LIVE,
    Source.REPLAY: Lane.REPLAY,
    Source.IMPORT: Lane.IMPORT,
    Source.RECONCILE: Lane.RECONCILE,
}

#: Sources that short-cut on an equal fingerprint; the others always compare with Bitrix24's present record.
TRUSTING = frozenset({Source.BLING, Source.IMPORT})


def coalesce(events: Iterable[Event]) -> dict[RecordKey, list[Event]]:
    """Group events by record, records in the order in which their most urgent event came."""
    groups: dict[RecordKey, list[Event]] = {}
    for event in sorted(events, key=_urgency):
        groups.setdefault(event.record, []).append(event)
    return groups


def _urgency(event: Event) -> tuple[int, datetime, UUID]:
    return (event.lane, event.received_at, event.id)
