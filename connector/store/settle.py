"""The end of a turn: outcomes, history, links, counts and calls, all in the one open transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

import msgspec

from connector.domain.events import Kind, Outcome, Reason, RecordKey
from connector.domain.vendor import Call
from connector.store import calls, holds, lease, links, portal_intake, runs
from connector.store.columns import recordset
from connector.store.links import Link
from connector.store.runs import Settled
from connector.store.scope import Connection
from connector.store.sql import named

_SQL = named("settle")


class Settlement(msgspec.Struct, frozen=True, kw_only=True):
    """One event's final outcome."""

    event_id: UUID
    outcome: Outcome
    reason: Reason | None = None
    detail: str | None = None
    sync_id: UUID | None = None
    bitrix_id: int | None = None
    label: str | None = None
    sku: str | None = None
    #: The record's name, where the event came under another one (Bling had no id for it then).
    account_id: UUID | None = None
    bling_id: int | None = None


class Sync(msgspec.Struct, frozen=True, kw_only=True):
    """One record written, or refused by a vendor."""

    id: UUID
    record: RecordKey
    bitrix_id: int | None
    #: The newest event, which carries the outcome.
    event_id: UUID
    outcome: Outcome
    reason: Reason | None = None
    mapping_version: int
    started_at: datetime
    #: JSON: the writes that were planned.
    plan: str
    #: JSON: the changed fields, before and after.
    changes: str
    calls: Sequence[UUID] = ()


class Turn(msgspec.Struct, frozen=True, kw_only=True):
    """What a turn leaves behind."""

    settlements: Sequence[Settlement] = ()
    #: Events that wait for a person: id, reason, detail.
    held: Sequence[tuple[UUID, Reason, str | None]] = ()
    #: Since when they wait, in business time.
    held_at: datetime | None = None
    #: Events that are due again: id, when, whether this was an attempt.
    postponed: Sequence[tuple[UUID, datetime, bool]] = ()
    syncs: Sequence[Sync] = ()
    #: Whole rows, each record once.
    links: Sequence[Link] = ()
    calls: Sequence[Call] = ()
    #: The account (as text) of each Bling call, by the call's id.
    scopes: Mapping[UUID, str] = {}
    #: Usage period, and how many syncs count in it.
    usage: tuple[date, int] | None = None
    #: Records of Bitrix24 that have become records of Bling, by kind and Bitrix24's ids.
    born: Mapping[Kind, Sequence[int]] = {}
    #: Events of imports and the like that have their outcome.
    runs: Sequence[Settled] = ()


async def settle(conn: Connection, tenant_id: UUID, fence: int, turn: Turn, now: datetime) -> None:
    """Write the turn; raises `Fenced`, and then nothing of it may be committed."""
    await lease.check(conn, tenant_id, fence)
    await _settle_events(conn, tenant_id, turn.settlements, now)
    guarded = [event for event, reason, _ in turn.held if reason is Reason.GUARD_RAIL]
    if guarded:
        await holds.lock_open(conn, tenant_id)
    await _keep_waiting(conn, tenant_id, turn, now)
    if guarded:
        # Somebody may have decided between their planning and now.
        await holds.unhold(conn, tenant_id, guarded, now)
    if turn.syncs:
        await conn.execute(_SQL["syncs"], tenant_id, now, recordset(turn.syncs))
    for kind, bitrix_ids in turn.born.items():
        await portal_intake.born(conn, tenant_id, kind, bitrix_ids)
    await links.save(conn, tenant_id, turn.links)
    await calls.record(conn, tenant_id, turn.calls, turn.scopes)
    if turn.usage is not None and turn.usage[1]:
        await conn.execute(_SQL["usage"], tenant_id, *turn.usage)
    if turn.runs:
        await runs.settled(conn, tenant_id, turn.runs, now)


async def _settle_events(
    conn: Connection, tenant_id: UUID, settlements: Sequence[Settlement], now: datetime
) -> None:
    if not settlements:
        return
    minute = now.replace(second=0, microsecond=0)
    hour = minute.replace(minute=0)
    ids = [settlement.event_id for settlement in settlements]
    await conn.execute(_SQL["events"], tenant_id, now, ids, recordset(settlements), minute, hour)


async def _keep_waiting(conn: Connection, tenant_id: UUID, turn: Turn, now: datetime) -> None:
    """Held events lose their due time, postponed ones get another."""
    rows: list[tuple[object, ...]] = [
        (event, None, Outcome.HELD, reason, detail, 0) for event, reason, detail in turn.held
    ]
    rows += [(event, due_at, None, None, None, int(counts)) for event, due_at, counts in turn.postponed]
    if rows:
        columns = map(list, zip(*rows, strict=True))
        await conn.execute(_SQL["waiting"], tenant_id, *columns, turn.held_at, now)
