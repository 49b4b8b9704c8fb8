"""What came and what was made of it: `/events`, with replay."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.params import Body, FromPath, FromQuery

from connector.account.licence import right_of
from connector.account.records import vendor_field
from connector.domain.events import Kind, Outcome, Reason
from connector.domain.products import Change
from connector.domain.vendor import Call, VendorError
from connector.store import connections, history
from connector.store.connections import Portal
from connector.store.history import EventDetail as Found
from connector.store.history import EventRow, Filter, SyncRow
from connector.sync import replay
from server.api.access import Calling
from server.api.paging import After, Limit, Page, moment, optional_moment, page, place
from server.api.parameters import VendorId
from server.api.schemas import (
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
from server.problems import Conflict, NotFound, Unavailable, bad_field

#: Why nothing runs by hand.
REFUSALS = {
    Reason.LICENCE: "the licence does not allow syncs now",
    Reason.QUOTA: "this month's limit of the plan is reached",
}
HowToReplay = Annotated[dict[str, Any], Body(description='{"dry_run": true | false}')]


@get("/events")
async def list_events(
    parts: Used,
    caller: Calling,
    kind: FromQuery[Kind | None] = None,
    record: VendorId = None,
    outcome: FromQuery[Outcome | None] = None,
    after: After = None,
    limit: Limit = 50,
) -> Page[EventShown]:
    """The newest first."""
    wanted = Filter(kind=kind, bling_id=record, outcome=outcome)
    before = place(after, UUID)
    async with parts.database.tenant(caller.tenant_id) as conn:
        rows = await history.events(conn, caller.tenant_id, wanted, before, limit + 1)
    return page(rows, limit, _shown, lambda row: row.id)


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


@post("/events/{event_id:uuid}/replay", status_code=202)
async def replay_event(
    parts: Used, caller: Calling, event_id: FromPath[UUID], data: HowToReplay
) -> Response[PlanShown | Replayed]:
    """Run its record again: on paper, or for real as a new event."""
    dry = _is_dry(data)
    async with parts.database.tenant(caller.tenant_id) as conn:
        event = await history.event(conn, caller.tenant_id, event_id)
        right = await right_of(caller.tenant_id, parts.clock.business_now())
    if event is None:
        raise NotFound("there is no such event")
    if dry:
        return Response(await _dry_run(parts, caller, event), status_code=200)
    refusal = Reason.LICENCE if right is None else right.refusal
    if refusal is not None:
        raise Conflict(refusal, REFUSALS[refusal])
    new = await replay.replay(parts.engine, caller.tenant_id, event.record, event_id)
    return Response(Replayed(event_id=str(new)), status_code=202)


async def _dry_run(parts: Parts, caller: Caller, event: Found) -> PlanShown:
    try:
        preview = await replay.dry_run(parts.engine, caller.tenant_id, event.record)
    except VendorError as error:
        raise Unavailable(error.text) from error
    return PlanShown(plan=[msgspec.to_builtins(write) for write in preview.writes])


def _is_dry(data: dict[str, Any]) -> bool:
    unknown = data.keys() - {"dry_run"}
    if unknown:
        raise bad_field(min(unknown), "unknown", f"there is no field {min(unknown)}")
    dry = data.get("dry_run", False)
    if not isinstance(dry, bool):
        raise bad_field("dry_run", "boolean", "dry_run is true or false")
    return dry


def _columns(event: EventRow) -> dict[str, Any]:
    record = event.record
    return {
        "id": str(event.id),
        "source": event.source,
        "kind": record.kind,
        "action": event.action,
        "record": RecordShown(
            bling_id=str(record.bling_id),
            bitrix_id=None if event.bitrix_id is None else str(event.bitrix_id),
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
    )


def _call(call: Call) -> CallShown:
    return CallShown(
        provider=call.provider, method=call.method, status=call.status, ms=call.ms, at=moment(call.at)
    )
