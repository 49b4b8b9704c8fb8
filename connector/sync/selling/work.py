"""A won deal on its way to an order of Bling. Its key is Bitrix24's id, negative, until Bling answers."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from connector.domain.events import Event, RecordKey
from connector.domain.winner import Trust
from connector.store.links import Link
from connector.sync.context import Context
from connector.sync.deals.work import BORN_SHAPE
from connector.sync.selling.reading import Sold
from connector.sync.work import Work


class SellOrder(msgspec.Struct, frozen=True, kw_only=True, tag="sell"):
    """Make this order in Bling, and before it its customer, when `contact` is given."""

    deal: int
    order: dict[str, Any]
    contact: dict[str, Any] | None = None


class WonWork(Work):
    """A deal in work."""

    plan: SellOrder | None

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
        self.bitrix_id = self.deal_id = -key.bling_id
        # What is remembered of the order is how it was made, not what its deal holds.
        self.in_agreement = False
        self.sold: Sold | None = None
        #: What the order's `numeroLoja` says of this deal.
        self.mark = ""
        #: The order as it was sent, once Bling has taken it.
        self.made: dict[str, Any] | None = None
        #: A plain remark on what was written.
        self.remark: str | None = None

    @property
    def creates(self) -> bool:
        return self.plan is not None

    @property
    def label(self) -> str:
        title = str(self.sold.fields.get("title") or "") if self.sold is not None else ""
        return title or (self.link.label if self.link else "") or f"Negócio {self.deal_id}"

    @property
    def sku(self) -> str | None:
        return None

    def columns(self) -> dict[str, object]:
        return {"shape": BORN_SHAPE, "store_number": f"0:{self.mark}" if self.mark else None}

    def lens_version(self, context: Context) -> int:
        return context.deals.order.version
