"""A product's stock on its way through a drain; its key has the product's Bling id."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import msgspec

from connector.domain.events import Event, RecordKey
from connector.domain.mapping import Target
from connector.domain.products import Shape, Update
from connector.domain.winner import Trust
from connector.store.links import Link
from connector.sync.context import Context
from connector.sync.work import Work

#: Bitrix24's field.
QUANTITY = "quantity"


class StockWork(Work):
    """A balance in work."""

    plan: Update | None

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
        #: The link of the product that the balance is of.
        self.product: Link | None = None
        #: Bling's physical total.
        self.balance: Decimal | None = None

    @property
    def shape(self) -> Shape:
        """What the product is in Bitrix24."""
        return Shape((self.product.shape if self.product else None) or Shape.SIMPLE)

    @property
    def memory(self) -> Target:
        """What was written last."""
        if self.link is None or not self.link.written:
            return {}
        return msgspec.json.decode(self.link.written, type=dict[str, str])

    @property
    def creates(self) -> bool:
        return False

    @property
    def label(self) -> str:
        known = self.product or self.link
        return known.label if known is not None and known.label else f"produto {self.key.bling_id}"

    @property
    def sku(self) -> str | None:
        known = self.product or self.link
        return known.sku if known is not None else None

    def columns(self) -> dict[str, object]:
        return {"shape": self.shape}

    def lens_version(self, context: Context) -> int:
        return context.lens.version
