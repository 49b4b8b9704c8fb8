"""What the guard rail stopped: `/holds`, and from when on it stops things: `/settings/guard`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import get, post, put
from litestar.params import Body, FromPath, QueryParameter

from connector.account import holds as account
from connector.account.holds import AlreadyDecided, BadLimits, UnknownHold
from connector.domain.events import Kind
from connector.domain.guard_rail import Cause, Limits, Side
from connector.store import holds
from connector.store.holds import Hold, HoldState, Item, ItemState
from connector.store.scope import Connection
from server.api.access import Calling
from server.api.paging import After, Limit, Moment, Page, moment, optional_moment, page, place
from server.keys import Caller
from server.parts import Parts, Used
from server.problems import Conflict, NotFound, bad_field

#: Records of one incident that are listed; `records` counts all of them.
LISTED = 200

InState = Annotated[HoldState | None, QueryParameter(name="state")]
LimitsSent = Annotated[
    dict[str, Any], Body(description="Any of the limits; those left out take their defaults")
]


class HeldChange(msgspec.Struct, frozen=True, kw_only=True):
    """One field that would change, in Bitrix24's names whichever side would be written."""

    field: str
    before: str | None
    after: str


class HeldRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A record of an incident: it waits (`held`), or went through before there was one (`written`)."""

    kind: Kind
    #: None while Bling does not know the record.
    bling_id: str | None
    bitrix_id: str | None
    label: str
    sku: str | None
    state: ItemState
    changes: list[HeldChange]


class HoldShown(msgspec.Struct, frozen=True, kw_only=True):
    """One incident; `items` are its first records, `records` counts those that wait or waited."""

    id: str
    cause: Cause
    side: Side
    run: str | None
    state: HoldState
    opened_at: Moment
    decided_at: Moment | None
    decided_by: str | None
    records: int
    items: list[HeldRecord]


@get("/holds")
async def list_holds(
    parts: Used, caller: Calling, in_state: InState = None, after: After = None, limit: Limit = 50
) -> Page[HoldShown]:
    """The newest first, each with its first records."""
    tenant_id, before = caller.tenant_id, place(after, UUID)
    async with parts.database.tenant(tenant_id) as conn:
        found = await holds.holds(conn, tenant_id, in_state, before, limit + 1)
        shown = {one.id: await _shown(conn, tenant_id, one) for one in found[:limit]}
    return page(found, limit, lambda one: shown[one.id], lambda one: one.id)


@post("/holds/{hold_id:uuid}/approve", status_code=200)
async def approve_hold(parts: Used, caller: Calling, hold_id: FromPath[UUID]) -> HoldShown:
    """Let these changes pass, and no others; 409 when somebody decided before."""
    return await _decided(parts, caller, hold_id, account.approve)


@post("/holds/{hold_id:uuid}/discard", status_code=200)
async def discard_hold(parts: Used, caller: Calling, hold_id: FromPath[UUID]) -> HoldShown:
    """Never write these changes; 409 when somebody decided before."""
    return await _decided(parts, caller, hold_id, account.discard)


@get("/settings/guard")
async def get_guard(parts: Used, caller: Calling) -> Limits:
    """From when on changes wait for a person."""
    async with parts.database.tenant(caller.tenant_id):
        return await account.limits(caller.tenant_id)


@put("/settings/guard")
async def put_guard(parts: Used, caller: Calling, data: LimitsSent) -> Limits:
    """Set the limits."""
    try:
        wanted = account.checked(data)
    except BadLimits as error:
        raise bad_field(error.field or "body", "limit", str(error)) from error
    async with parts.database.tenant(caller.tenant_id):
        await account.limit(caller.tenant_id, wanted, caller.actor, parts.clock.now())
    return wanted


async def _decided(
    parts: Parts, caller: Caller, hold_id: UUID, how: Callable[..., Awaitable[Hold]]
) -> HoldShown:
    tenant_id, clock = caller.tenant_id, parts.clock
    try:
        hold = await how(
            parts.database,
            parts.engine.waker.wake,
            tenant_id,
            hold_id,
            caller.actor,
            clock.now(),
            clock.business_now(),
        )
    except UnknownHold as error:
        raise NotFound("there is no such hold") from error
    except AlreadyDecided as error:
        raise Conflict("decided", f"this hold is {error.hold.state}") from error
    async with parts.database.tenant(tenant_id) as conn:
        return await _shown(conn, tenant_id, hold)


async def _shown(conn: Connection, tenant_id: UUID, hold: Hold) -> HoldShown:
    states = (ItemState.HELD, ItemState.WRITTEN)
    found = [one for state in states for one in await holds.items(conn, tenant_id, hold.id, state, LISTED)]
    return HoldShown(
        id=str(hold.id),
        cause=hold.cause,
        side=hold.side,
        run=hold.run or None,
        state=hold.state,
        opened_at=moment(hold.opened_at),
        decided_at=optional_moment(hold.decided_at),
        decided_by=hold.decided_by,
        records=hold.records,
        items=list(map(_record, found)),
    )


def _record(item: Item) -> HeldRecord:
    return HeldRecord(
        kind=item.record.kind,
        bling_id=str(item.record.bling_id) if item.record.bling_id > 0 else None,
        bitrix_id=None if item.bitrix_id is None else str(item.bitrix_id),
        label=item.label,
        sku=item.sku,
        state=item.state,
        changes=[HeldChange(field=one.field, before=one.before, after=one.after) for one in item.suspicions],
    )
