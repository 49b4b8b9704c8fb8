"""What the guard rail stopped, as people decide about it; and from when on it stops things."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from connector.account.people import Actor
from connector.domain.events import LANES, Action, RecordKey, Source
from connector.domain.guard_rail import PREFERENCE, Limits, alert, limits_of
from connector.store import alerts, audit, holds, inbox, toggles
from connector.store.holds import Hold, HoldState
from connector.store.ids import new_id
from connector.store.inbox import Arrival
from connector.store.scope import Connection, Database

Wake = Callable[[Sequence[UUID]], Awaitable[None]]


class UnknownHold(LookupError):
    """The tenant has no incident of that id."""


class AlreadyDecided(Exception):
    """Somebody decided about it before, or there is nothing left to decide; `hold` = as it is."""

    def __init__(self, hold: Hold) -> None:
        super().__init__(hold.state)
        self.hold = hold


class BadLimits(ValueError):
    """Limits that cannot be; `field` is where, the text what."""

    def __init__(self, field: str, text: str) -> None:
        super().__init__(text)
        self.field = field


async def approve(
    database: Database,
    wake: Wake,
    tenant_id: UUID,
    hold_id: UUID,
    by: Actor,
    now: datetime,
    business_now: datetime,
) -> Hold:
    """Let these changes pass: their events are due again, and the rail knows these very changes.

    Raises `UnknownHold`, `AlreadyDecided`.
    """
    return await _decide(
        database, wake, tenant_id, hold_id, HoldState.APPROVED, by=by, now=now, business_now=business_now
    )


async def discard(
    database: Database,
    wake: Wake,
    tenant_id: UUID,
    hold_id: UUID,
    by: Actor,
    now: datetime,
    business_now: datetime,
) -> Hold:
    """Never write these changes: their events are due again and end `skipped: guard_rail`.

    As long as Bling keeps the discarded value it stays out of further writes of the record, too. Raises as
    `approve`.
    """
    return await _decide(
        database, wake, tenant_id, hold_id, HoldState.DISCARDED, by=by, now=now, business_now=business_now
    )


async def _decide(
    database: Database,
    wake: Wake,
    tenant_id: UUID,
    hold_id: UUID,
    state: HoldState,
    *,
    by: Actor,
    now: datetime,
    business_now: datetime,
) -> Hold:
    async with database.tenant(tenant_id) as conn:
        found = await holds.decide(
            conn, tenant_id, hold_id, state, now=now, by=by.name, person_id=by.person_id
        )
        if found is None:
            raise await _refusal(conn, tenant_id, hold_id)
        await holds.release(conn, tenant_id, hold_id, now)
        alone = await holds.without_event(conn, tenant_id, hold_id)
        await inbox.insert(conn, [_arrival(tenant_id, hold_id, record, now) for record in alone])
        if not await holds.is_open(conn, tenant_id, found.cause):
            await alerts.resolve(conn, tenant_id, alert(found.cause), business_now)
        detail = {"cause": found.cause.value, "records": found.records, "hold": str(hold_id)}
        await audit.add(
            tenant_id,
            at=now,
            person_id=by.person_id,
            actor=by.name,
            action="hold.approved" if state is HoldState.APPROVED else "hold.discarded",
            detail=detail,
        )
    await wake([tenant_id])
    return found


async def _refusal(conn: Connection, tenant_id: UUID, hold_id: UUID) -> Exception:
    known = await holds.hold(conn, tenant_id, hold_id)
    return UnknownHold(str(hold_id)) if known is None else AlreadyDecided(known)


def _arrival(tenant_id: UUID, hold_id: UUID, record: RecordKey, now: datetime) -> Arrival:
    """A record that was read along with another's event gets one of its own."""
    return Arrival(
        tenant_id=tenant_id,
        id=new_id(now),
        record=record,
        source=Source.REPLAY,
        action=Action.UPDATED,
        lane=LANES[Source.REPLAY],
        provider_event_id=f"hold:{hold_id}:{record.account_id}:{record.bling_id}",
        event_date=None,
        bare_date=False,
        received_at=now,
        due_at=now,
        body=b"{}",
    )


async def limits(tenant_id: UUID) -> Limits:
    """From when on changes wait (inside the tenant's scope)."""
    return limits_of((await toggles.preferences(tenant_id)).get(PREFERENCE))


def checked(sent: Any) -> Limits:
    """The limits, if they can be; raises `BadLimits`."""
    try:
        return msgspec.convert(sent, Limits)
    except msgspec.ValidationError as error:
        text, _, place = str(error).partition(" - at `$.")
        raise BadLimits(place.rstrip("`"), text) from error


async def limit(tenant_id: UUID, wanted: Limits, by: Actor, now: datetime) -> None:
    """Set them from now on (inside the tenant's scope)."""
    before = await limits(tenant_id)
    if wanted == before:
        return
    await toggles.prefer(tenant_id, PREFERENCE, msgspec.to_builtins(wanted))
    await audit.add(
        tenant_id,
        at=now,
        person_id=by.person_id,
        actor=by.name,
        action="guard.changed",
        detail={"before": msgspec.to_builtins(before), "after": msgspec.to_builtins(wanted)},
    )
