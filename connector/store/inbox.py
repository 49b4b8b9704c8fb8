"""Events not settled yet: written by the doors, claimed by drains, never updated in between."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from enum import Enum, StrEnum
from functools import cache
from typing import Any
from uuid import UUID

import msgspec

from connector.domain.events import Action, Event, Kind, Lane, Reason, RecordKey, Source
from connector.store import ids
from connector.store.columns import columns
from connector.store.scope import Connection
from connector.store.sql import named

_SQL = named("inbox")

#: Rows of one INSERT at most (14 values each; Postgres takes 32,767).
LARGEST_INSERT = 512
#: Rows that one claim gives at most.
LARGEST_CLAIM = 5_000
#: Urgent rows that are looked at for each record wanted.
_WINDOW = 4

#: Members by value: a look-up costs a tenth of the enum's own call, and this is done for every row.
_KINDS = {one.value: one for one in Kind}
_SOURCES = {one.value: one for one in Source}
_ACTIONS = {one.value: one for one in Action}
_LANES = {one.value: one for one in Lane}
#: How wrong the sender's clock or zone may be.
_DOUBT = timedelta(days=1)
#: How long a delivery is remembered: longer than Bling repeats one.
DUPLICATES = timedelta(days=7)

_COLUMNS = (
    "tenant_id, id, kind, account_id, bling_id, source, action, lane, provider_event_id, event_date,"
    " bare_date, received_at, due_at, body"
)
_WIDTH = _COLUMNS.count(",") + 1


class Road(StrEnum):
    """Deals wait for reads of three a second, so they queue apart from everything else."""

    DEALS = "deals"
    OTHERS = "others"


class Flow(Enum):
    """Lanes that are claimed together: whoever changes something now never queues behind long work."""

    LIVE = (Lane.LIVE, Lane.LIVE)
    BACKGROUND = (Lane.REPLAY, Lane.RECONCILE)


#: Beginning of the names of events that one person asked for, one record at a time.
HAND = "hand"
#: So many of them pass what long work has queued.
HANDS = 10

#: Kinds that become deals.
DEALS = frozenset({Kind.ORDER, Kind.SALE})


class Arrival(msgspec.Struct, frozen=True, kw_only=True):
    """An event as it comes in."""

    tenant_id: UUID
    id: UUID
    record: RecordKey
    source: Source
    action: Action
    lane: Lane
    provider_event_id: str
    event_date: datetime | None
    bare_date: bool
    received_at: datetime
    due_at: datetime
    body: bytes


async def insert(conn: Connection, arrivals: Sequence[Arrival]) -> None:
    """Store events of any tenants (system scope); one whose provider's id is known already vanishes."""
    for start in range(0, len(arrivals), LARGEST_INSERT):
        await _insert(conn, arrivals[start : start + LARGEST_INSERT])


async def _insert(conn: Connection, arrivals: Sequence[Arrival]) -> None:
    """One statement; a size is filled up with its last row, which vanishes as its own duplicate."""
    size = 1 << (len(arrivals) - 1).bit_length()
    values = [value for arrival in arrivals for value in _values(arrival)]
    values += _values(arrivals[-1]) * (size - len(arrivals))
    await conn.execute(_insert_sql(size), *values)


def _values(arrival: Arrival) -> tuple[object, ...]:
    record = arrival.record
    return (
        arrival.tenant_id,
        arrival.id,
        record.kind,
        record.account_id,
        record.bling_id,
        arrival.source,
        arrival.action,
        arrival.lane,
        arrival.provider_event_id,
        arrival.event_date,
        arrival.bare_date,
        arrival.received_at,
        arrival.due_at,
        arrival.body,
    )


@cache
def _insert_sql(size: int) -> str:
    """Powers of two alone, so that each connection prepares ten statements, not five hundred."""
    rows = (
        "(" + ",".join(f"${row * _WIDTH + column}" for column in range(1, _WIDTH + 1)) + ")"
        for row in range(size)
    )
    return f"INSERT INTO inbox ({_COLUMNS}) VALUES {','.join(rows)} ON CONFLICT DO NOTHING"  # noqa: S608


async def claim(
    conn: Connection,
    tenant_id: UUID,
    road: Road,
    *,
    now: datetime,
    records: int,
    busy: Collection[UUID] = (),
    flow: Flow | None = None,
) -> list[Event]:
    """All due events of the most urgent records, none of `busy`; updates nothing, the lease suffices.

    `flow`: records that have an event in one of its lanes; None = any. The live one takes what a person asked
    for by hand as well, once nothing that Bling told is left.

    A delivery that history already knows is deleted in the same step and left out.
    """
    taken = list(busy)
    first, last = (Lane.LIVE, Lane.RECONCILE) if flow is None else flow.value
    bounds = (records * _WINDOW, records, int(first), int(last))
    urgent = await conn.fetch(_SQL[f"urgent_{road}"], tenant_id, now, taken, *bounds)
    if flow is Flow.LIVE and len(urgent) < records:
        room = records - len(urgent)
        urgent += await conn.fetch(_SQL["by_hand"], tenant_id, now, taken, road is Road.DEALS, room)
    if not urgent:
        return []
    kinds, accounts, bling_ids = ({row[column] for row in urgent} for column in range(3))
    rows = await conn.fetch(
        _SQL["events_of"], tenant_id, now, taken, list(kinds), list(accounts), list(bling_ids), LARGEST_CLAIM
    )
    events = list(map(_event, rows))
    known = await _known(conn, tenant_id, events, now)
    return [event for event in events if event.id not in known]


async def _known(conn: Connection, tenant_id: UUID, events: list[Event], now: datetime) -> set[UUID]:
    """Ids of deliveries that were settled before; they leave the inbox."""
    ours = {event.provider_event_id: event for event in events if event.source is Source.BLING}
    if not ours:
        return set()
    since, until = ids.bound_at(_since(ours.values(), now)), ids.bound((now + timedelta(days=1)).date())
    settled = await conn.fetch(_SQL["known"], tenant_id, list(ours), since, until)
    known = {ours[row["provider_event_id"]].id for row in settled} - {row["id"] for row in settled}
    if known:
        await conn.execute(_SQL["forget"], tenant_id, list(known))
    return known


def _since(events: Iterable[Event], now: datetime) -> datetime:
    """No delivery came before its event happened: mostly that leaves two days' partitions to look into."""
    oldest = now - DUPLICATES
    return max(oldest, min(event.date - _DOUBT if event.date else oldest for event in events))


def _event(row: Any) -> Event:
    return Event(
        id=row["id"],
        record=RecordKey(_KINDS[row["kind"]], row["account_id"], row["bling_id"]),
        source=_SOURCES[row["source"]],
        action=_ACTIONS[row["action"]],
        lane=_LANES[row["lane"]],
        provider_event_id=row["provider_event_id"],
        date=row["event_date"],
        bare_date=row["bare_date"],
        received_at=row["received_at"],
        attempts=row["attempts"],
        body=row["body"],
    )


async def due_tenants(conn: Connection, now: datetime, limit: int) -> list[UUID]:
    """Tenants with due events whom nobody drains, longest waiting first (system scope; no locks)."""
    return [row["tenant_id"] for row in await conn.fetch(_SQL["due_tenants"], now, limit)]


async def has_due(conn: Connection, tenant_id: UUID, now: datetime) -> bool:
    """Whether a drain would find work."""
    return bool(await conn.fetchval(_SQL["has_due"], tenant_id, now))


async def next_due(conn: Connection, tenant_id: UUID) -> datetime | None:
    """When the next event is or was due; None when nothing waits for a time."""
    due: datetime | None = await conn.fetchval(_SQL["next_due"], tenant_id)
    return due


async def depth(conn: Connection, tenant_id: UUID) -> tuple[int, datetime | None]:
    """How many events have no outcome (the held ones are not counted), and when the oldest was received."""
    row = await conn.fetchrow(_SQL["depth"], tenant_id)
    return row["n"], row["oldest"]


async def waiting_for(conn: Connection, tenant_id: UUID, records: Iterable[RecordKey]) -> set[RecordKey]:
    """Which of these records have an event that will still be worked on."""
    wanted = set(records)
    if not wanted:
        return set()
    keys = (set(column) for column in columns(list(wanted), "kind", "account_id", "bling_id"))
    rows = await conn.fetch(_SQL["waiting_for"], tenant_id, *map(list, keys))
    return wanted & {RecordKey(_KINDS[row["kind"]], row["account_id"], row["bling_id"]) for row in rows}


async def room_by_hand(conn: Connection, tenant_id: UUID) -> int:
    """How many more events that a person asks for one by one may pass what long work has queued."""
    return max(0, HANDS - int(await conn.fetchval(_SQL["by_hand_waiting"], tenant_id)))


async def release(conn: Connection, tenant_id: UUID, reasons: Iterable[str], now: datetime) -> int:
    """Make the events that are held for these reasons due; answers how many."""
    tag = await conn.execute(_SQL["release"], tenant_id, list(reasons), now)
    return int(tag.rpartition(" ")[2])


async def release_kind(
    conn: Connection, tenant_id: UUID, reason: Reason, kind: Kind | None, now: datetime
) -> int:
    """Make the events of one kind, or of all, due that are held for this reason; answers how many."""
    tag = await conn.execute(_SQL["release_kind"], tenant_id, reason, now, kind)
    return int(tag.rpartition(" ")[2])


async def release_record(conn: Connection, tenant_id: UUID, record: RecordKey, now: datetime) -> int:
    """Make one record's held events due, except those that the guard rail holds; answers how many."""
    key = (record.kind, record.account_id, record.bling_id)
    tag = await conn.execute(_SQL["release_record"], tenant_id, now, *key)
    return int(tag.rpartition(" ")[2])


async def held(conn: Connection, tenant_id: UUID) -> dict[str, int]:
    """How many events wait for each reason."""
    return {row["reason"]: row["n"] for row in await conn.fetch(_SQL["held"], tenant_id)}


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """What waits for a reason."""

    n: int
    #: Business time.
    since: datetime | None


async def held_since(conn: Connection, tenant_id: UUID, reasons: Iterable[str]) -> dict[str, Held]:
    """How many events wait for each of these reasons, and since when."""
    rows = await conn.fetch(_SQL["held_since"], tenant_id, list(reasons))
    return {row["reason"]: Held(n=row["n"], since=row["since"]) for row in rows}


async def held_by_kind(conn: Connection, tenant_id: UUID, reasons: Iterable[str]) -> dict[Kind, int]:
    """How many events of each kind wait for these reasons."""
    rows = await conn.fetch(_SQL["held_by_kind"], tenant_id, list(reasons))
    return {_KINDS[row["kind"]]: row["n"] for row in rows}


async def waiting_tenants(conn: Connection, reasons: Iterable[str]) -> list[UUID]:
    """Tenants with events that are held for these reasons (system scope; no locks)."""
    return [row["tenant_id"] for row in await conn.fetch(_SQL["waiting_tenants"], list(reasons))]


async def held_too_long(
    conn: Connection, tenant_id: UUID, reasons: Iterable[str], before: datetime, limit: int
) -> dict[UUID, RecordKey]:
    """Events that have been held for these reasons since then or longer, with their records."""
    rows = await conn.fetch(_SQL["held_too_long"], tenant_id, list(reasons), before, limit)
    return {row["id"]: RecordKey(_KINDS[row["kind"]], row["account_id"], row["bling_id"]) for row in rows}
