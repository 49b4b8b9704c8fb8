"""What came and what was made of it: `/events`, with replay of one and of many."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import Body, FromPath, FromQuery, QueryParameter

from connector.account import replaying
from connector.account.licence import right_of
from connector.account.records import vendor_field
from connector.domain.events import Kind, Outcome, Reason, Source
from connector.domain.products import Change
from connector.domain.vendor import Call, VendorError
from connector.store import connections, event_lists, history
from connector.store.connections import Portal
from connector.store.event_lists import EventRow, Filter
from connector.store.history import EventDetail as Found
from connector.store.history import SyncRow
from connector.store.ids import new_id
from connector.sync import replay
from connector.sync import replaying as bulk
from connector.sync.then import differences, then_of
from server.api.access import Calling
from server.api.paging import After, Limit, Page, cursor, moment, optional_moment, place
from server.api.parameters import VendorId
from server.api.schemas import (
    BulkCounted,
    BulkReplayed,
    CallShown,
    ChangeShown,
    EventDetail,
    EventShown,
    PlanShown,
    RecordShown,
    Replayed,
)
from server.keys import Caller
from server.parts import Parts, Used
from server.problems import Conflict, FieldError, Invalid, NotFound, Unavailable, bad_field

#: Why nothing runs by hand.
REFUSALS = {
    Reason.LICENCE: "the licence does not allow syncs now",
    Reason.QUOTA: "this month's limit of the plan is reached",
}
#: The filters of the list, in a body.
WhatToReplay = Annotated[
    dict[str, Any],
    Body(
        description='{"kind"?, "outcome"?, "reason"?, "source"?, "record"?, "since"?, "until"?, "q"?,'
        ' "dry_run": true | false}; one filter at least'
    ),
]
Time = Annotated[str | None, QueryParameter(description="RFC 3339, or a day (UTC)", max_length=40)]
Search = Annotated[
    str | None,
    QueryParameter(
        description="The beginning of a SKU, an order's number or words of a name; either side's id;"
        " a delivery's or an event's id",
        max_length=replaying.LONGEST_SEARCH,
    ),
]
HowToReplay = Annotated[dict[str, Any], Body(description='{"dry_run": true | false}')]


@get("/events")
async def list_events(
    parts: Used,
    caller: Calling,
    kind: FromQuery[Kind | None] = None,
    record: VendorId = None,
    outcome: FromQuery[Outcome | None] = None,
    reason: FromQuery[str | None] = None,
    source: FromQuery[Source | None] = None,
    since: Time = None,
    until: Time = None,
    q: Search = None,
    after: After = None,
    limit: Limit = 50,
) -> Page[EventShown]:
    """The newest first. A page may be shorter than asked for and still have a `next`."""
    asked = {"kind": kind, "record": record, "outcome": outcome, "reason": reason, "source": source}
    with _named():
        wish = replaying.read({**asked, "since": since, "until": until, "q": q})
    before = place(after, UUID)
    async with parts.database.tenant(caller.tenant_id) as conn:
        wanted = await replaying.filter_of(conn, caller.tenant_id, wish)
        if wanted is None:
            return Page([], None)
        found = await event_lists.page(conn, caller.tenant_id, wanted, before, limit)
    return Page(list(map(_shown, found.rows)), cursor(found.beyond) if found.beyond else None)


@get("/events/{event_id:uuid}")
async def get_event(parts: Used, caller: Calling, event_id: FromPath[UUID]) -> EventDetail:
    """One event and what stands behind it."""
    tenant_id = caller.tenant_id
    async with parts.database.tenant(tenant_id) as conn:
        event = await history.event(conn, tenant_id, event_id)
        if event is None:
            raise NotFound("there is no such event")
        sync = await history.sync(conn, tenant_id, event.sync_id) if event.sync_id else None
        calls = await history.calls(conn, tenant_id, sync.calls) if sync else []
        portal = await connections.portal(conn, tenant_id)
    return _detail(event, sync, calls, portal)


@post(
    "/events/{event_id:uuid}/replay",
    status_code=202,
    responses={200: ResponseSpec(PlanShown, description="A dry run")},
)
async def replay_event(
    parts: Used, caller: Calling, event_id: FromPath[UUID], data: HowToReplay
) -> Response[PlanShown | Replayed]:
    """Run its record again: on paper, or for real as a new event."""
    dry = _is_dry(data)
    async with parts.database.tenant(caller.tenant_id) as conn:
        event = await history.event(conn, caller.tenant_id, event_id)
    if event is None:
        raise NotFound("there is no such event")
    if dry:
        return Response(await _dry_run(parts, caller, event), status_code=200)
    await _refuse_without_right(parts, caller)
    new = await replay.replay(parts.engine, caller.tenant_id, event.record, event_id, event.source)
    return Response(Replayed(event_id=str(new)), status_code=202)


@post("/events/replay", status_code=202, responses={200: ResponseSpec(BulkCounted, description="A dry run")})
async def replay_events(
    parts: Used, caller: Calling, data: WhatToReplay
) -> Response[BulkCounted | BulkReplayed]:
    """Run again what a filter shows: a new event for each of the records, the newest first."""
    dry = _is_dry({"dry_run": data.get("dry_run", False)})
    with _named():
        wish = replaying.checked({name: value for name, value in data.items() if name != "dry_run"})
    tenant_id, now = caller.tenant_id, parts.clock.now()
    async with parts.database.tenant(tenant_id) as conn:
        wanted = await replaying.filter_of(conn, tenant_id, wish)
    nothing = Filter(events=())
    if dry:
        counted = await bulk.survey(parts.database, tenant_id, wanted or nothing, new_id(now))
        return Response(BulkCounted(records=counted.records, more=counted.more), status_code=200)
    await _refuse_without_right(parts, caller)
    done = await bulk.replay_all(
        parts.database, parts.engine.waker, tenant_id, wanted or nothing, new_id(now), now
    )
    await replaying.note(parts.database, tenant_id, caller.actor, wish, done.records, now)
    answer = BulkReplayed(queued=done.queued, records=done.records, more=done.more)
    return Response(answer, status_code=202)


@contextmanager
def _named() -> Iterator[None]:
    """422 that names what was wrong with a filter."""
    try:
        yield
    except replaying.BadWish as error:
        bad = (FieldError(field=name, code=code, message=text) for name, (code, text) in error.bad.items())
        raise Invalid(*bad) from error


async def _refuse_without_right(parts: Parts, caller: Caller) -> None:
    async with parts.database.tenant(caller.tenant_id):
        right = await right_of(caller.tenant_id, parts.clock.business_now())
    refusal = Reason.LICENCE if right is None else right.refusal
    if refusal is not None:
        raise Conflict(refusal, REFUSALS[refusal])


async def _dry_run(parts: Parts, caller: Caller, event: Found) -> PlanShown:
    try:
        preview = await replay.dry_run(parts.engine, caller.tenant_id, event.record, event.source)
    except VendorError as error:
        raise Unavailable(error.text) from error
    async with parts.database.tenant(caller.tenant_id) as conn:
        sync = await history.sync(conn, caller.tenant_id, event.sync_id) if event.sync_id else None
    then = then_of(sync)
    return PlanShown(
        plan=[msgspec.to_builtins(write) for write in preview.writes],
        then=[msgspec.to_builtins(write) for write in then],
        difference=[msgspec.to_builtins(one) for one in differences(then, preview, event.record.bling_id)],
    )


def _is_dry(data: dict[str, Any]) -> bool:
    unknown = data.keys() - {"dry_run"}
    if unknown:
        raise bad_field(min(unknown), "unknown", f"there is no field {min(unknown)}")
    dry = data.get("dry_run", False)
    if not isinstance(dry, bool):
        raise bad_field("dry_run", "boolean", "dry_run is true or false")
    return dry


def _text(number: int | None) -> str | None:
    return None if number is None else str(number)


def _columns(event: EventRow) -> dict[str, Any]:
    record = event.record
    return {
        "id": str(event.id),
        "source": event.source,
        "kind": record.kind,
        "action": event.action,
        "record": RecordShown(
            bling_id=_text(record.in_bling),
            bitrix_id=_text(event.bitrix_id or record.in_bitrix24),
            label=event.label,
        ),
        "provider_event_id": event.provider_event_id,
        "received_at": moment(event.received_at),
        "settled_at": optional_moment(event.settled_at),
        "outcome": event.outcome,
        "reason": event.reason,
        "sync_id": None if event.sync_id is None else str(event.sync_id),
    }


def _shown(event: EventRow) -> EventShown:
    return EventShown(**_columns(event))


def _detail(event: Found, sync: SyncRow | None, calls: list[Call], portal: Portal | None) -> EventDetail:
    changes = msgspec.json.decode(sync.changes, type=list[Change]) if sync else []
    return EventDetail(
        **_columns(event),
        payload=_payload(event.body),
        plan=msgspec.json.decode(sync.plan) if sync else None,
        changes=[_change(change, portal) for change in changes],
        calls=[_call(call) for call in calls],
    )


def _payload(body: bytes) -> Any:
    """As received; a message that is no JSON (which no event is) would be shown as text."""
    try:
        return msgspec.Raw(body) if msgspec.json.decode(body) is not None else None
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return body.decode("utf-8", "replace")


def _change(change: Change, portal: Portal | None) -> ChangeShown:
    return ChangeShown(
        field=vendor_field(change.field, portal),
        before=change.before,
        after=change.after,
        rule=change.rule or None,
        version=change.version,
        way=change.way,
    )


def _call(call: Call) -> CallShown:
    return CallShown(
        provider=call.provider, method=call.method, status=call.status, ms=call.ms, at=moment(call.at)
    )
