"""Pairs and records: `/links`, `/records`."""

from __future__ import annotations

from typing import Annotated, Any

from litestar import get
from litestar.params import FromPath, FromQuery, QueryParameter

from connector.account.records import FieldPair, Record, record_of, remedy
from connector.domain.events import Kind, Reason, RecordKey, RecordState
from connector.domain.remedies import SYNCED, can_be_run
from connector.store import history, links, record_lists
from connector.store.links import Link
from connector.store.record_lists import Wanted
from connector.sync.runs.sides import Sides, look
from server.api.access import Calling
from server.api.paging import After, Limit, Page, moment, optional_moment, page, place
from server.api.parameters import VendorId, whole_number
from server.api.schemas import FieldShown, LinkShown, ReasonCount, RecordDetail, RecordRow, SidesShown
from server.parts import Used
from server.problems import NotFound

InState = Annotated[RecordState | None, QueryParameter(name="state")]
Fresh = Annotated[
    bool, QueryParameter(description="true: read both sides now, within three seconds, into `sides`")
]
Search = Annotated[
    str | None,
    QueryParameter(description="The beginning of a SKU, number or name, or either side's id", max_length=200),
]


@get("/links")
async def list_links(
    parts: Used,
    caller: Calling,
    kind: FromQuery[Kind | None] = None,
    bling_id: VendorId = None,
    bitrix_id: VendorId = None,
    after: After = None,
    limit: Limit = 50,
) -> Page[LinkShown]:
    """The remembered pairs; with an id the few that have it."""
    tenant_id = caller.tenant_id
    start = place(after, RecordKey)
    async with parts.database.tenant(tenant_id) as conn:
        if bling_id is not None:
            found = await history.links_of_bling(conn, tenant_id, kind, bling_id)
        elif bitrix_id is not None:
            found = await history.links_of_bitrix(conn, tenant_id, kind, bitrix_id)
        else:
            found = await history.links(conn, tenant_id, kind, start, limit + 1)
    chosen = [link for link in found if bitrix_id in (None, link.bitrix_id)]
    return page(chosen, limit, _link, lambda link: link.record)


@get("/records")
async def list_records(
    parts: Used,
    caller: Calling,
    kind: FromQuery[Kind | None] = None,
    in_state: InState = None,
    reason: FromQuery[Reason | None] = None,
    q: Search = None,
    after: After = None,
    limit: Limit = 50,
) -> Page[RecordRow]:
    """Records with their present state and the reason for it."""
    start = place(after, RecordKey)
    wanted = Wanted(kind=kind, state=in_state, reason=reason, q=q)
    async with parts.database.tenant(caller.tenant_id) as conn:
        rows = await record_lists.records(conn, caller.tenant_id, wanted, start, limit + 1)
    return page(rows, limit, lambda link: RecordRow(**_columns(link)), lambda link: link.record)


@get("/records/summary")
async def get_summary(parts: Used, caller: Calling) -> dict[Kind, dict[RecordState, int]]:
    """How many records of each kind are in which state."""
    async with parts.database.tenant(caller.tenant_id) as conn:
        counts = await history.summary(conn, caller.tenant_id)
    return {kind: {state: counts.get(kind, {}).get(state, 0) for state in RecordState} for kind in Kind}


@get("/records/reasons")
async def get_reasons(parts: Used, caller: Calling) -> list[ReasonCount]:
    """How many records of each kind stand as they stand for which reason, and what can be done about it."""
    async with parts.database.tenant(caller.tenant_id) as conn:
        counts = await links.reasons(conn, caller.tenant_id)
    return [
        ReasonCount(
            kind=one.kind,
            state=one.state,
            reason=one.reason,
            remedy=remedy(one.reason),
            runnable=can_be_run(one.reason, one.kind),
            n=one.n,
        )
        for one in counts
    ]


@get("/records/{kind:str}/{bling_id:str}")
async def get_record(
    parts: Used, caller: Calling, kind: FromPath[Kind], bling_id: FromPath[str], fresh: Fresh = False
) -> RecordDetail:
    """Both sides field by field, and where each value came from."""
    number = whole_number("bling_id", bling_id)
    record = await record_of(parts.database, caller.tenant_id, kind, number)
    if record is None:
        raise NotFound("there is no such record")
    fields = [_field(pair, record) for pair in record.fields]
    can_look = fresh and kind in SYNCED and record.link.record.in_bling is not None
    sides = await look(parts.engine, caller.tenant_id, record.link.record) if can_look else None
    return RecordDetail(**_columns(record.link), fields=fields, sides=_sides(sides))


def _sides(sides: Sides | None) -> SidesShown | None:
    if sides is None:
        return None
    return SidesShown(
        at=moment(sides.at),
        stale=sides.stale,
        what=sides.what,
        why=sides.why,
        reason=sides.reason,
        fields=list(sides.fields),
    )


def _link(link: Link) -> LinkShown:
    return LinkShown(
        kind=link.record.kind,
        bling_id=_text(link.record.in_bling),
        bitrix_id=_text(link.bitrix_id or link.record.in_bitrix24),
        state=link.state,
        reason=link.reason,
        synced_at=optional_moment(link.synced_at),
    )


def _columns(link: Link) -> dict[str, Any]:
    return {
        "kind": link.record.kind,
        "bling_id": _text(link.record.in_bling),
        "bitrix_id": _text(link.bitrix_id or link.record.in_bitrix24),
        "label": link.label,
        "sku": link.sku,
        "state": link.state,
        "reason": link.reason,
        "remedy": remedy(link.reason),
        "synced_at": optional_moment(link.synced_at),
    }


def _field(pair: FieldPair, record: Record) -> FieldShown:
    return FieldShown(
        rule=pair.rule,
        bling=pair.bling,
        bitrix24=pair.bitrix24,
        bling_value=pair.bling_value,
        bitrix24_value=pair.bitrix24_value,
        in_step=pair.in_step,
        kept=pair.kept,
        version=record.link.mapping_version,
        event_id=None if record.sync is None else str(record.sync.event_id),
    )


def _text(number: int | None) -> str | None:
    return None if number is None else str(number)
