"""A product on its way through a drain."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from connector.domain.events import Event, Outcome, Reason, RecordKey
from connector.domain.products import Create, Plan, Present, Shape, parent_of
from connector.domain.winner import Trust
from connector.store.links import Choice, Link
from connector.sync.context import Context
from connector.sync.work import Ended, Work


class ProductWork(Work):
    """A product in work; `events` is empty for a variation that was read along with its parent."""

    plan: Plan | None

    def __init__(
        self,
        key: RecordKey,
        event: Event,
        events: list[Event],
        trust: Trust,
        started_at: datetime,
        link: Link | None = None,
    ) -> None:
        super().__init__(key, event, events, trust, started_at, link)
        self.plan = None
        #: A person picked Bitrix24's record, and nothing was written there yet.
        self.is_chosen = self.bitrix_id is None and link is not None and link.choice is Choice.ADOPT
        if self.is_chosen and link is not None:
            self.bitrix_id = link.choice_id
        self.shape = Shape.SIMPLE
        #: Bling's message may be from before our last write there.
        self.is_old_news = False
        #: A parent's children have been read in this turn.
        self.family_read = False
        self.present: Present | None = None
        self.price_id = link.price_id if link is not None and link.gone_at is None else None
        #: A plain remark on a product that was written.
        self.remark: str | None = None
        #: Why a part of the plan was left out of an update.
        self.left_out: Reason | None = None
        #: Further records of Bitrix24 that carry this record's link.
        self.doubles: list[int] = []

    @property
    def creates(self) -> bool:
        return isinstance(self.plan, Create)

    @property
    def label(self) -> str:
        name = (self.source or {}).get("nome")
        if isinstance(name, str) and name:
            return name
        return (self.link.label if self.link else None) or str(self.key.bling_id)

    @property
    def sku(self) -> str | None:
        sku = (self.source or {}).get("codigo")
        return sku if isinstance(sku, str) and sku else (self.link.sku if self.link else None)

    def columns(self) -> dict[str, object]:
        found: dict[str, object] = {"price_id": self.price_id}
        if self.written is not None:
            found["shape"] = self.shape.value
        if self.source is not None:
            found["parent_id"] = parent_of(self.source) or None
        return found

    def lens_version(self, context: Context) -> int:
        return context.lens.version

    def ended_in(self, *outcomes: Outcome) -> bool:
        """Whether it settles with one of these."""
        return isinstance(self.ending, Ended) and self.ending.outcome in outcomes

    def note(self, text: str) -> None:
        """Say something more of a record, also of one whose ending is known."""
        self.remark = f"{self.remark}; {text}" if self.remark else text
        if isinstance(self.ending, Ended):
            self.ending = replace(self.ending, detail=self.remark)

    def reopen(self) -> None:
        """A part of what was to be written was not: how this ends is open again."""
        self.ending = None
