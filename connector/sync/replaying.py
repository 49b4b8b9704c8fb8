"""Running again what a filter shows: a new event for each record, through the inbox, however many they are.

A bulk replay has an id (a UUIDv7 of the moment it was offered). It takes what was there before that moment,
and names each of its events after itself and the record: asked for twice, or taken up again after a crash, it
puts no record into the inbox a second time.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from uuid import UUID

import msgspec

from connector.domain.events import LANES, Outcome, RecordKey, Source
from connector.store import event_lists, event_search, ids, inbox
from connector.store.event_lists import Filter
from connector.store.inbox import Arrival
from connector.store.scope import Database
from connector.sync.asking import named_arrival
from connector.sync.wake import Waker

#: Records of one bulk replay, and events that are looked through for them: the newest ones.
MOST, MOST_EVENTS = 20_000, 100_000
#: Events of one look, and records of one transaction.
CHUNK = 500


class Replayed(msgspec.Struct, frozen=True):
    """How many records the filter's newest events are of; `queued` of them are in the inbox now."""

    records: int
    queued: int
    #: There are more than one bulk replay takes.
    more: bool


class _Batch(msgspec.Struct, frozen=True):
    records: list[RecordKey]
    #: Whether this is all there is.
    last: bool


async def survey(database: Database, tenant_id: UUID, wanted: Filter, replay: UUID) -> Replayed:
    """What the bulk replay of that id would take; nothing is queued."""
    found, more = 0, False
    async for batch in _batches(database, tenant_id, wanted, replay):
        found, more = found + len(batch.records), not batch.last
    return Replayed(found, 0, more)


async def replay_all(
    database: Database, waker: Waker, tenant_id: UUID, wanted: Filter, replay: UUID, now: datetime
) -> Replayed:
    """Queue the records of the filter's newest events, those that do not wait anyway.

    Each transaction takes `CHUNK` records. Raises `DatabaseAway` and Redis' errors; what was queued until
    then stays queued, and the same call goes on where it ended.
    """
    found = queued = 0
    more = False
    async for batch in _batches(database, tenant_id, wanted, replay):
        found, more = found + len(batch.records), not batch.last
        fresh = await _fresh(database, tenant_id, batch.records, replay)
        if not fresh:
            continue
        async with database.system() as conn:
            await inbox.insert(conn, [_arrival(tenant_id, one, replay, now) for one in fresh])
        queued += len(fresh)
        await waker.wake([tenant_id])
    return Replayed(found, queued, more)


async def _batches(
    database: Database, tenant_id: UUID, wanted: Filter, replay: UUID
) -> AsyncIterator[_Batch]:
    """The records of settled events, each once, newest event first."""
    seen: set[RecordKey] = set()
    wanted = msgspec.structs.replace(wanted, until=_before(wanted, replay))
    cursor: UUID | None = None
    for _ in range(MOST_EVENTS // CHUNK):
        async with database.tenant(tenant_id) as conn:
            page = await event_lists.page(conn, tenant_id, wanted, cursor, CHUNK)
        settled = (row.record for row in page.rows if row.outcome not in (None, Outcome.HELD))
        fresh = [one for one in dict.fromkeys(settled) if one not in seen][: MOST - len(seen)]
        seen.update(fresh)
        cursor = page.beyond
        yield _Batch(fresh, cursor is None)
        if cursor is None or len(seen) >= MOST:
            return


async def _fresh(
    database: Database, tenant_id: UUID, records: list[RecordKey], replay: UUID
) -> list[RecordKey]:
    """Those that nothing waits of, and that this replay has not had yet."""
    names = {one: _name(replay, one) for one in records}
    async with database.tenant(tenant_id) as conn:
        waiting = await inbox.waiting_for(conn, tenant_id, records)
        # Ids of one millisecond are in no order: the replay's own events may be smaller than its id.
        since = ids.bound_at(ids.time_of(replay))
        had = await event_search.settled_deliveries(conn, tenant_id, names.values(), since)
    return [one for one in records if one not in waiting and names[one] not in had]


def _before(wanted: Filter, replay: UUID) -> datetime:
    at = ids.time_of(replay)
    return at if wanted.until is None else min(at, wanted.until)


def _arrival(tenant_id: UUID, record: RecordKey, replay: UUID, now: datetime) -> Arrival:
    lane, body = LANES[Source.REPLAY], {"replay": str(replay)}
    return named_arrival(tenant_id, record, Source.REPLAY, lane, _name(replay, record), now, body)


def _name(replay: UUID, record: RecordKey) -> str:
    return f"replay:{replay}:{record.kind}:{record.account_id}:{record.bling_id}"
