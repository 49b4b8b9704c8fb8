"""Incidents that the guard rail stopped, and the odd changes it let pass. Inside an open scope."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

import msgspec

from connector.domain.events import Kind, RecordKey
from connector.domain.guard_rail import WINDOW, Cause, Decision, Side, Suspicion
from connector.store.columns import columns, recordset
from connector.store.scope import Connection
from connector.store.sql import named

_SQL = named("holds")
_SUSPICIONS = msgspec.json.Decoder(tuple[Suspicion, ...])
_LAST_ID = UUID(int=(1 << 128) - 1)
#: Decided incidents are kept so long: as long as the longest history of any plan.
KEPT = timedelta(days=400)


class HoldState(StrEnum):
    """Where an incident stands; `over` = mended before anybody decided."""

    OPEN = "open"
    APPROVED = "approved"
    DISCARDED = "discarded"
    OVER = "over"


class ItemState(StrEnum):
    """A record of an incident waits, or went through before the limit was reached."""

    HELD = "held"
    WRITTEN = "written"


class Stopped(msgspec.Struct, frozen=True, kw_only=True):
    """A record with what is odd about its planned change; `run` is empty for a live one."""

    record: RecordKey
    run: str
    bitrix_id: int | None
    label: str
    sku: str | None
    suspicions: tuple[Suspicion, ...]


class Hold(msgspec.Struct, frozen=True, kw_only=True):
    """One incident."""

    id: UUID
    cause: Cause
    side: Side
    run: str
    state: HoldState
    opened_at: datetime
    #: How many records wait, or waited.
    records: int
    decided_at: datetime | None
    decided_by: str | None


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """A record of an incident."""

    record: RecordKey
    bitrix_id: int | None
    label: str
    sku: str | None
    state: ItemState
    suspicions: tuple[Suspicion, ...]
    at: datetime
    #: What its link says was written last.
    written: dict[str, str]


class Decided(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody decided about a record."""

    hold_id: UUID
    decision: Decision
    decided_at: datetime
    #: Of a discarded change: until when nothing else is known to have been written.
    at: datetime


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """What passed of late, and what people are being asked about, by run."""

    passed: dict[str, dict[Cause, set[RecordKey]]]
    open: dict[str, dict[Cause, UUID]]


async def look(conn: Connection, tenant_id: UUID, side: Side, runs: Collection[str], now: datetime) -> Known:
    """What there is to decide by; nobody decides about an open incident before this transaction ends."""
    wanted = list(runs)
    known = Known(passed={run: {} for run in wanted}, open={run: {} for run in wanted})
    for row in await conn.fetch(_SQL["open"], tenant_id, side, wanted):
        known.open[row["run"]][Cause(row["cause"])] = row["id"]
    for row in await conn.fetch(_SQL["passed"], tenant_id, side, wanted, now - WINDOW):
        known.passed[row["run"]].setdefault(Cause(row["cause"]), set()).add(_key(row))
    return known


async def decided(
    conn: Connection, tenant_id: UUID, side: Side, records: Collection[RecordKey]
) -> dict[RecordKey, Decided]:
    """What was decided last about these records, of those that somebody decided about."""
    rows = await conn.fetch(_SQL["decided"], tenant_id, *_keys(records), side)
    found = {_key(row): _decided(row) for row in rows}
    return {record: found[record] for record in records if record in found}


async def note_passes(
    conn: Connection, tenant_id: UUID, side: Side, passes: Sequence[Stopped], now: datetime
) -> None:
    """Remember odd changes that are let pass; what is too old to count is forgotten."""
    await conn.execute(_SQL["forget_passes"], tenant_id, now - WINDOW)
    await conn.execute(_SQL["note_passes"], tenant_id, side, recordset(passes), now)


async def begin(
    conn: Connection, tenant_id: UUID, hold_id: UUID, cause: Cause, side: Side, run: str, now: datetime
) -> None:
    """An incident, with what went through before it was one."""
    await conn.execute(_SQL["prune"], tenant_id, now - KEPT)
    await conn.execute(_SQL["begin"], tenant_id, hold_id, cause, side, run, now)
    await conn.execute(_SQL["written_before"], tenant_id, hold_id, cause, side, run, now - WINDOW)


async def join(
    conn: Connection, tenant_id: UUID, hold_id: UUID, items: Sequence[Stopped], now: datetime
) -> None:
    """Records wait in an incident; one that waits in it already waits with its newest change."""
    await conn.execute(_SQL["join"], tenant_id, hold_id, recordset(items), now)


async def leave(
    conn: Connection, tenant_id: UUID, side: Side, records: Collection[RecordKey], now: datetime
) -> list[tuple[Cause, HoldState]]:
    """Records that were mended need nobody any more; answers the incidents that they were of.

    Their own old events become due, and find out that they are old.
    """
    keys = columns(list(records), "kind", "account_id", "bling_id")
    await conn.fetch(_SQL["lock_open"], tenant_id)
    rows = await conn.fetch(_SQL["leave"], tenant_id, *keys, side, now)
    await conn.execute(_SQL["let_go"], tenant_id, *keys, now)
    return [(Cause(row["cause"]), HoldState(row["state"])) for row in rows]


async def keep_refusing(
    conn: Connection, tenant_id: UUID, hold_id: UUID, record: RecordKey, now: datetime
) -> None:
    """What was discarded is left out of a write of now."""
    await conn.execute(
        _SQL["keep_refusing"], tenant_id, hold_id, record.kind, record.account_id, record.bling_id, now
    )


async def lock_open(conn: Connection, tenant_id: UUID) -> None:
    """Nobody decides about an open incident before this transaction ends."""
    await conn.fetch(_SQL["lock_open"], tenant_id)


async def unhold(conn: Connection, tenant_id: UUID, events: Sequence[UUID], now: datetime) -> None:
    """Make due what was just held for an incident that somebody decided about meanwhile."""
    await conn.execute(_SQL["unhold"], tenant_id, list(events), now)


async def is_open(conn: Connection, tenant_id: UUID, cause: Cause) -> bool:
    """Whether people are being asked about this cause."""
    return bool(await conn.fetchval(_SQL["is_open"], tenant_id, cause))


async def holds(
    conn: Connection, tenant_id: UUID, state: HoldState | None, after: UUID | None, limit: int
) -> list[Hold]:
    """The newest first; `after` = the id that the page before ended with."""
    rows = await conn.fetch(_SQL["list"], tenant_id, after or _LAST_ID, state, limit)
    return list(map(_hold, rows))


async def hold(conn: Connection, tenant_id: UUID, hold_id: UUID) -> Hold | None:
    """One incident; None when the tenant has none of that id."""
    row = await conn.fetchrow(_SQL["one"], tenant_id, hold_id)
    return _hold(row) if row else None


async def items(conn: Connection, tenant_id: UUID, hold_id: UUID, state: ItemState, limit: int) -> list[Item]:
    """Records of an incident, the first so many in the order of their ids."""
    return list(map(_item, await conn.fetch(_SQL["items"], tenant_id, hold_id, state, limit)))


async def decide(
    conn: Connection,
    tenant_id: UUID,
    hold_id: UUID,
    state: HoldState,
    *,
    now: datetime,
    by: str,
    person_id: UUID | None,
) -> Hold | None:
    """Decide about an open incident; None when it is not open."""
    row = await conn.fetchrow(_SQL["decide"], tenant_id, hold_id, state, now, by, person_id)
    if row is None:
        return None
    await conn.execute(_SQL["date_items"], tenant_id, hold_id, now)
    return _hold(row)


async def release(conn: Connection, tenant_id: UUID, hold_id: UUID, now: datetime) -> int:
    """Make the events of an incident due; answers how many."""
    tag = await conn.execute(_SQL["release"], tenant_id, hold_id, now)
    return int(tag.rpartition(" ")[2])


async def without_event(conn: Connection, tenant_id: UUID, hold_id: UUID) -> list[RecordKey]:
    """Records of an incident that have no event of their own which will be worked on."""
    return [_key(row) for row in await conn.fetch(_SQL["without_event"], tenant_id, hold_id)]


def _keys(records: Iterable[RecordKey]) -> list[list[object]]:
    """The parts of the keys; an id may be one account's product and another's, so more than these match."""
    return [list(set(column)) for column in columns(list(records), "kind", "account_id", "bling_id")]


def _key(row: Any) -> RecordKey:
    return RecordKey(Kind(row["kind"]), row["account_id"], row["bling_id"])


def _decided(row: Any) -> Decided:
    approved = row["state"] == HoldState.APPROVED
    decision = Decision(approved=approved, suspicions=_SUSPICIONS.decode(row["suspicions"]))
    return Decided(hold_id=row["hold_id"], decision=decision, decided_at=row["decided_at"], at=row["at"])


def _hold(row: Any) -> Hold:
    words = {"cause": Cause(row["cause"]), "side": Side(row["side"]), "state": HoldState(row["state"])}
    return Hold(**{**dict(row), **words})


def _item(row: Any) -> Item:
    return Item(
        record=_key(row),
        bitrix_id=row["bitrix_id"],
        label=row["label"],
        sku=row["sku"],
        state=ItemState(row["state"]),
        suspicions=_SUSPICIONS.decode(row["suspicions"]),
        at=row["at"],
        written=msgspec.json.decode(row["now_written"], type=dict[str, str]) if row["now_written"] else {},
    )
