"""A product of Bitrix24's on its way to Bling."""

from __future__ import annotations

from datetime import datetime

from connector.domain.events import Event, Reason, RecordKey, Source
from connector.domain.export import Export, Merge
from connector.domain.mapping import Target
from connector.domain.products import Present, Shape, parent_of
from connector.domain.winner import Trust
from connector.store.links import Choice, Link
from connector.sync.asking import asks_for_export
from connector.sync.context import Context
from connector.sync.portal.intake import is_unborn
from connector.sync.products.work import ProductWork
from connector.sync.work import Held, Work


class ExportWork(Work):
    """A product whose Bitrix24 side may have changed.

    What Bling's side changed meanwhile goes back with it.
    """

    plan: Export | None

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
        self.present: Present | None = None
        #: Bitrix24's type of product.
        self.kind = 0
        self.price_id: int | None = link.price_id if link is not None else None
        self.merge: Merge | None = None
        #: Bling's side as it looks through the mapping.
        self.there: Target = {}
        if is_unborn(key):
            self.bitrix_id = -key.bling_id
        #: It carries the Bling ID of the product that it was copied from.
        self.is_copy = False
        #: A create of ours that was in doubt has made it.
        self.is_ours = False
        #: What is written in Bitrix24 after Bling has answered.
        self.back: ProductWork | None = None
        #: Something changed in Bling that only the import can carry.
        self.asks_import = False
        #: A plain remark on a product that was written.
        self.remark: str | None = None
        self.exported_at: datetime | None = None
        #: Why a part of what was to be written was left out.
        self.left_out: Reason | None = None

    @property
    def unborn(self) -> bool:
        """Bling does not know the record."""
        return is_unborn(self.key)

    @property
    def mixed(self) -> bool:
        """Bling told of a change as well, or somebody asked for whatever there is."""
        return any(
            event.source is not Source.BITRIX24 and not asks_for_export(event.body) for event in self.events
        )

    @property
    def is_apart(self) -> bool:
        """A person wants a record of its own in Bling, whatever has the same SKU."""
        return self.link is not None and self.link.choice is Choice.NEW

    @property
    def doubted_since(self) -> datetime | None:
        """When a create was sent whose answer never came."""
        return self.link.creating_at if self.link is not None else None

    def becomes(self, key: RecordKey) -> None:
        """Bling's name of the record is known now."""
        self.born, self.key = self.bitrix_id, key

    def note(self, text: str) -> None:
        """Say something of a record that is written all the same."""
        self.remark = f"{self.remark}; {text}" if self.remark else text

    @property
    def creates(self) -> bool:
        return self.plan is not None and self.plan.bling_id is None

    @property
    def label(self) -> str:
        if self.present is not None:
            return self.present.values.get("name") or str(self.present.id)
        return (self.link.label if self.link else None) or str(self.bitrix_id)

    @property
    def sku(self) -> str | None:
        if self.present is not None:
            return self.present.values.get("xmlId") or None
        return self.link.sku if self.link else None

    def columns(self) -> dict[str, object]:
        found: dict[str, object] = {"price_id": self.price_id}
        if self.unborn:
            # Its link is a stand-in: another record may turn out to be the pair.
            found["bitrix_id"] = None
        if self.present is not None:
            found["shape"] = self.present.shape.value
        if self.source is not None and not self.unborn:
            found["parent_id"] = parent_of(self.source) or None
        if self.merge is not None and (told := self._bling_told()) is not None:
            found |= {"bling_date": told.date, "bling_date_bare": told.bare_date, "body_hash": None}
        if self.exported_at is not None:
            found["exported_at"] = self.exported_at
        if self.unborn and isinstance(self.ending, Held):
            found["creating_at"] = self.doubted_since
        return found

    def _bling_told(self) -> Event | None:
        """The newest of Bling's messages that this work has taken in."""
        told = [event for event in self.events if event.source is Source.BLING and event.date is not None]
        return max(told, key=lambda event: event.date or event.received_at, default=None)

    def lens_version(self, context: Context) -> int:
        return context.lens.version

    def shape(self) -> Shape:
        """As Bitrix24 has it, or had it last."""
        if self.present is not None:
            return self.present.shape
        return Shape(self.link.shape) if self.link is not None and self.link.shape else Shape.SIMPLE
