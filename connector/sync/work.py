"""One record's way through a drain: what is known of it so far, and how it ended."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from connector.domain.events import Event, Outcome, Reason, RecordKey
from connector.domain.mapping import Target
from connector.domain.products import Change, Plan, Present, Shape
from connector.domain.winner import Trust
from connector.store.links import Link


@dataclass(frozen=True, slots=True)
class Ended:
    """The events settle with this outcome."""

    outcome: Outcome
    reason: Reason | None = None
    detail: str | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """The events wait for a person, without a due time."""

    reason: Reason
    detail: str | None = None


@dataclass(frozen=True, slots=True)
class Postponed:
    """The events are due again at `until`; `counts` = this was an attempt."""

    until: datetime
    counts: bool


Ending = Ended | Held | Postponed


@dataclass(slots=True)
class Work:
    """A record in work; `events` is empty for a variation that was read along with its parent."""

    key: RecordKey
    event: Event
    events: list[Event]
    trust: Trust
    started_at: datetime
    link: Link | None = None
    source: dict[str, object] | None = None
    body_hash: bytes | None = None
    shape: Shape = Shape.SIMPLE
    #: A parent's children have been read in this turn.
    family_read: bool = False
    target: Target = field(default_factory=dict)
    #: Fingerprint of the target, once it was needed.
    print: bytes | None = None
    before: Target = field(default_factory=dict)
    present: Present | None = None
    plan: Plan | None = None
    changes: list[Change] = field(default_factory=list)
    #: Target values that Bitrix24 is known to hold after this turn.
    written: Target | None = None
    bitrix_id: int | None = None
    price_id: int | None = None
    #: Further records of Bitrix24 that carry this record's link.
    doubles: list[int] = field(default_factory=list)
    calls: list[UUID] = field(default_factory=list)
    ending: Ending | None = None
    #: A create was sent and nobody knows whether it was carried out.
    create_in_doubt: bool = False
    #: Bitrix24 says that the linked record does not exist any more.
    gone_in_bitrix24: bool = False
    #: Bling says that the record does not exist any more (or is in its bin).
    gone_in_bling: bool = False

    def end(self, outcome: Outcome, reason: Reason | None = None, detail: str | None = None) -> None:
        """Settle; a second ending is ignored (the first failure is the one to tell)."""
        if self.ending is None:
            self.ending = Ended(outcome, reason, detail)

    def hold(self, reason: Reason, detail: str | None = None) -> None:
        """Wait for a person."""
        if self.ending is None:
            self.ending = Held(reason, detail)

    def postpone(self, until: datetime, *, counts: bool) -> None:
        """Try again later."""
        if self.ending is None:
            self.ending = Postponed(until, counts)

    @property
    def open(self) -> bool:
        """Whether it is still undecided how this ends."""
        return self.ending is None
