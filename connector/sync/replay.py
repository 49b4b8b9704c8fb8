"""Running a record again: for real through the inbox, or dry, to see what would be written."""

from __future__ import annotations

from uuid import UUID

import msgspec

from connector.domain.deals import ROWS_FIELD, CreateDeal, UpdateDeal, rows_text
from connector.domain.events import Outcome, Reason, RecordKey, Source
from connector.domain.export import Export
from connector.domain.mapping import PRICE_FIELD
from connector.domain.products import Create, Update
from connector.store import inbox
from connector.sync.asking import WAY_BACK, asked_by_hand, question_of
from connector.sync.ends import OnPaper
from connector.sync.engine import Engine
from connector.sync.selling.work import SellOrder
from connector.sync.turn import Turning
from connector.sync.work import Ended, Held, Work

#: The shape of an order's or a sale's write, and its comment on the timeline.
DEAL, COMMENT = "deal", "@comment"
#: Of a product in Bling: its values are Bling's.
IN_BLING = "bling"
#: Of an order that a won deal makes in Bling: its values are Bling's.
SALES_ORDER = "sales_order"


_ENCODER = msgspec.json.Encoder(decimal_format="number")


class PlannedWrite(msgspec.Struct, frozen=True, kw_only=True):
    """One write that would be made; `values` in Bitrix24's names."""

    #: None for a record that Bling does not know yet.
    bling_id: int | None
    bitrix_id: int | None
    action: str
    #: What kind of record: a product's shape, or `deal`.
    shape: str
    values: dict[str, str]


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """What would happen to a record now."""

    writes: list[PlannedWrite]
    outcome: Outcome | None
    reason: Reason | None
    detail: str | None
    #: What the record's fields in Bitrix24 should be now, written or not.
    target: dict[str, str] = {}


async def replay(
    engine: Engine, tenant_id: UUID, record: RecordKey, of: UUID, source: Source = Source.BLING
) -> UUID:
    """Put a new event of the record's present state into the inbox; gives its id.

    `source` = that of the event that is run again: what Bitrix24 told goes to Bling once more.
    """
    body = {"replay_of": str(of)} | (WAY_BACK if source is Source.BITRIX24 else {})
    async with engine.database.system() as conn:
        (arrival,) = await asked_by_hand(conn, tenant_id, [record], "replay", engine.clock(), body)
        await inbox.insert(conn, [arrival])
    await engine.waker.wake([tenant_id])
    return arrival.id


async def dry_run(
    engine: Engine, tenant_id: UUID, record: RecordKey, source: Source = Source.BLING
) -> Preview:
    """The plan for the record's present state, by the very rooms of a drain, with nothing written."""
    paper = OnPaper()
    turning = Turning(engine, tenant_id, paper)
    try:
        body = msgspec.json.encode(WAY_BACK if source is Source.BITRIX24 else {})
        await turning.process({record: [question_of(record, Source.REPLAY, engine.clock(), body)]})
    finally:
        await turning.close()
    asked = next(work for work in paper.works if work.events)
    outcome, reason, detail = _ending(asked)
    works = sorted(paper.works, key=lambda work: work.key)
    writes = [planned_write(work.key.bling_id, work.plan) for work in works]
    return Preview(
        writes=[write for write in writes if write is not None],
        outcome=outcome,
        reason=reason,
        detail=detail,
        target=asked.target,
    )


def _ending(work: Work) -> tuple[Outcome | None, Reason | None, str | None]:
    match work.ending:
        case Ended(outcome=outcome, reason=reason, detail=detail):
            return outcome, reason, detail
        case Held(reason=reason, detail=detail):
            return Outcome.HELD, reason, detail
        case _:
            return None, None, "o fornecedor não respondeu agora; tente de novo"


def planned_write(bling_id: int, plan: object) -> PlannedWrite | None:
    """A plan as people and programs read it; None when it writes nothing."""
    in_bling = bling_id if bling_id > 0 else None
    match plan:
        case CreateDeal(fields=fields, rows=rows) | UpdateDeal(fields=fields, rows=rows) as deal:
            values = fields if not rows else {**fields, ROWS_FIELD: rows_text(rows)}
            comment = deal.comment if isinstance(deal, UpdateDeal) else ""
            return PlannedWrite(
                bling_id=in_bling,
                bitrix_id=deal.bitrix_id if isinstance(deal, UpdateDeal) else None,
                action="update" if isinstance(deal, UpdateDeal) else "create",
                shape=DEAL,
                values={**values, COMMENT: comment} if comment else values,
            )
        case SellOrder(order=order, deal=deal_id):
            return PlannedWrite(
                bling_id=in_bling,
                bitrix_id=deal_id,
                action="create",
                shape=SALES_ORDER,
                values={name: _as_text(value) for name, value in order.items()},
            )
        case Export(fields=fields) if fields:
            return PlannedWrite(
                bling_id=in_bling,
                bitrix_id=None,
                action="create" if plan.bling_id is None else "update",
                shape=IN_BLING,
                values={name: _as_text(value) for name, value in fields.items()},
            )
        case Create(fields=fields, price=price) | Update(fields=fields, price=price):
            return PlannedWrite(
                bling_id=in_bling,
                bitrix_id=plan.bitrix_id if isinstance(plan, Update) else None,
                action="update" if isinstance(plan, Update) else "create",
                shape=plan.shape,
                values=fields if price is None else {**fields, PRICE_FIELD: price},
            )
        case _:
            return None


def _as_text(value: object) -> str:
    return value if isinstance(value, str) else _ENCODER.encode(value).decode()
