"""An order or a sale on its way through a drain."""

from __future__ import annotations

from datetime import datetime

import msgspec

from connector.domain import orders, sales
from connector.domain.deals import CreateDeal, DealPlan, DealRow
from connector.domain.events import Event, Kind, RecordKey
from connector.domain.mapping import Target
from connector.domain.sales import Document
from connector.domain.winner import Trust
from connector.store.links import Link
from connector.sync.context import Context
from connector.sync.work import Work

#: The link's `shape` of an order, and of a sale that went into its order's deal.
ORDER_SHAPE = "order"
#: Of an order that was made of a deal, until Bling has told of it.
BORN_SHAPE = "won"
#: After a sale's document: the deal is the sale's own.
OWN = "+"


class DealWork(Work):
    """An order or a sale in work."""

    plan: DealPlan | None

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
        #: The record itself was read, not only the message about it.
        self.read = False
        #: Which invoice a sale is; an order has none.
        self.document = _document(events, link)
        #: The deal is the sale's own, not its order's.
        self.own = link is not None and (link.shape or "").endswith(OWN)
        #: What the deal is known to hold, when it was looked up.
        self.present: Target | None = None
        #: The sale whose own deal the order takes over.
        self.taken_over: Link | None = None
        #: The deal's rows that were written in this turn.
        self.rows: tuple[DealRow, ...] = ()
        #: Its outcome is in the store.
        self.settled = False
        #: A plain remark on a deal that was written.
        self.remark: str | None = None

    @property
    def is_sale(self) -> bool:
        """A sale, not an order."""
        return self.key.kind is Kind.SALE

    @property
    def creates(self) -> bool:
        return isinstance(self.plan, CreateDeal)

    @property
    def memory(self) -> Target:
        """What was written last."""
        if self.link is None or not self.link.written:
            return {}
        return msgspec.json.decode(self.link.written, type=dict[str, str])

    @property
    def label(self) -> str:
        if self.source is None or not (self.source.get("numero") or self.link is None):
            return (self.link.label if self.link else None) or f"{self.key.kind} {self.key.bling_id}"
        if self.is_sale:
            return sales.label(self.document or Document.NFE, self.source)
        return orders.label({"id": self.key.bling_id, **self.source})

    @property
    def sku(self) -> str | None:
        number = (self.source or {}).get("numero")
        return str(number) if number else (self.link.sku if self.link else None)

    def columns(self) -> dict[str, object]:
        found: dict[str, object] = {"shape": self._shape()}
        if self.read and self.source is not None:
            field = "numeroPedidoLoja" if self.is_sale else "numeroLoja"
            found["store_number"] = orders.store_number(self.source, field)
            if not self.is_sale:
                found["invoice_id"] = orders.invoice_of(self.source)
        return found

    def lens_version(self, context: Context) -> int:
        return context.deals.lens_of(self.key.kind).version

    def _shape(self) -> str | None:
        if not self.is_sale:
            return ORDER_SHAPE
        document = self.document
        return None if document is None else f"{document}{OWN if self.own else ''}"


class _Envelope(msgspec.Struct):
    event: str = ""


_ENVELOPES = msgspec.json.Decoder(_Envelope)


def _document(events: list[Event], link: Link | None) -> Document | None:
    """Which invoice the messages speak of; a replay has none, then the link knows."""
    for event in reversed(events):
        try:
            found = sales.document_of(_ENVELOPES.decode(event.body).event)
        except (msgspec.DecodeError, RecursionError):
            continue
        if found is not None:
            return found
    remembered = (link.shape or "").rstrip(OWN) if link is not None else ""
    return Document(remembered) if remembered in set(Document) else None
