"""One record's way through a drain: what is known of it so far, and how it ended."""

from __future__ import annotations

import abc
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from connector.domain.events import Event, Outcome, Reason, RecordKey
from connector.domain.mapping import Target
from connector.domain.products import Change
from connector.domain.winner import Trust
from connector.store.links import Link

if TYPE_CHECKING:
    from connector.sync.context import Context


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


@dataclass(frozen=True, slots=True)
class Left:
    """Nobody wants this now: their run was paused or cancelled meanwhile. The events are not touched."""


Ending = Ended | Held | Postponed | Left


class Work(abc.ABC):
    """A record in work; `events` is empty for one that was read along with another's."""

    key: RecordKey
    event: Event
    events: list[Event]
    trust: Trust
    started_at: datetime
    link: Link | None
    #: What Bling says of the record: the message's own fields, or the record as it was read.
    source: dict[str, object] | None
    body_hash: bytes | None
    target: Target
    #: Fingerprint of the target, once it was needed.
    print: bytes | None
    before: Target
    changes: list[Change]
    #: Target values that Bitrix24 is known to hold after this turn.
    written: Target | None
    #: Fields in which an edit by hand was kept, and what they hold; None = nobody looked.
    kept: Target | None
    bitrix_id: int | None
    calls: list[UUID]
    ending: Ending | None
    #: A create was sent and nobody knows whether it was carried out.
    create_in_doubt: bool
    #: Bitrix24 says that the linked record does not exist any more.
    gone_in_bitrix24: bool
    #: Bling says that the record does not exist any more (or is in its bin).
    gone_in_bling: bool
    #: What will be written, once that is decided.
    plan: object | None
    #: Further links that this record's way has changed.
    also: list[Link]
    #: Bitrix24's id of a record that has become this one: its stand-in among the links goes.
    born: int | None
    #: Nothing was learned that the link does not say already.
    keeps_link: bool
    #: What is written is all that the mapping wants there.
    in_agreement: bool

    def __init__(
        self,
        key: RecordKey,
        event: Event,
        events: list[Event],
        trust: Trust,
        started_at: datetime,
        link: Link | None = None,
    ) -> None:
        self.key, self.event, self.events = key, event, events
        self.trust, self.started_at, self.link = trust, started_at, link
        self.source = self.body_hash = self.print = self.written = self.ending = None
        self.kept = None
        self.target, self.before = {}, {}
        self.changes, self.calls, self.also = [], [], []
        self.born, self.keeps_link, self.in_agreement = None, False, True
        self.create_in_doubt = self.gone_in_bitrix24 = self.gone_in_bling = False
        self.bitrix_id = link.bitrix_id if link is not None and link.gone_at is None else None

    @property
    @abc.abstractmethod
    def creates(self) -> bool:
        """Whether the plan makes a record."""

    @property
    @abc.abstractmethod
    def label(self) -> str:
        """What people call the record."""

    @property
    @abc.abstractmethod
    def sku(self) -> str | None:
        """What people search it by."""

    @abc.abstractmethod
    def columns(self) -> dict[str, object]:
        """What its link remembers that only this kind of record has."""

    @abc.abstractmethod
    def lens_version(self, context: Context) -> int:
        """The version of the mapping that was looked through."""

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

    def leave(self) -> None:
        """Do nothing more about it."""
        if self.ending is None:
            self.ending = Left()

    def called(self, call_id: UUID | None) -> None:
        """Remember a call that was made for this record."""
        if call_id is not None and call_id not in self.calls:
            self.calls.append(call_id)

    @property
    def open(self) -> bool:
        """Whether it is still undecided how this ends."""
        return self.ending is None
