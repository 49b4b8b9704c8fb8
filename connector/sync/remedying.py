"""Running records again whose cause is mended: exactly those of a reason, each once, as they are now."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Sequence
from uuid import UUID

import asyncpg
import msgspec
import structlog

from connector.domain.events import LANES, Kind, Reason, RecordKey, Source
from connector.domain.remedies import NIGHTLY, Again, can_be_run, remedy_of
from connector.store import inbox, lease, links
from connector.store.links import Choice, Link
from connector.sync.asking import arrival_of, asked_by_hand
from connector.sync.context import load_context
from connector.sync.engine import Engine

#: Records of one statement, and of one request: the next one takes up where this one ends.
CHUNK, MOST = 500, 50_000
#: Records of a tenant that one night tries again.
MOST_A_NIGHT = 20_000
#: Seconds for which a drain is kept out while counts are told anew.
LEASE_S = 30.0

#: Why records run again: a person mended the cause, or another night has come.
REMEDY, NIGHT = "remedy", "night"

log = structlog.get_logger(__name__)


class Ran(msgspec.Struct, frozen=True):
    """How many events are worked on again; `more` = there are more records than one request takes."""

    queued: int
    more: bool = False


class NotNow(Exception):
    """A person's choice does not fit the record as it is; `code` says why."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


async def run_again(engine: Engine, tenant_id: UUID, reason: Reason, kind: Kind | None = None) -> Ran:
    """Release the events that are held for this reason, and replay the records that ended with it.

    Raises `NotNow` for a reason whose records are decided on one by one.
    """
    if remedy_of(reason).again is Again.ONE_BY_ONE:
        raise NotNow(reason, "these records wait for a decision of their own")
    async with engine.database.tenant(tenant_id) as conn:
        released = await inbox.release_kind(conn, tenant_id, reason, kind, engine.clock())
    kinds = [one for one in Kind if can_be_run(reason, one) and kind in (None, one)]
    ran = await _replay(engine, tenant_id, kinds, (reason,), REMEDY, MOST)
    if released or ran.queued:
        await engine.waker.wake([tenant_id])
    return Ran(released + ran.queued, ran.more)


async def retry_failed(engine: Engine, tenant_id: UUID) -> Ran:
    """Try once more what failed, unless nothing could be synced now; counts of reasons are told anew."""
    await _recount(engine, tenant_id)
    if (await load_context(engine, tenant_id)).everything_waits is not None:
        return Ran(0)
    ran = await _replay(engine, tenant_id, list(Kind), NIGHTLY, NIGHT, MOST_A_NIGHT)
    if ran.queued:
        await engine.waker.wake([tenant_id])
        log.info("failed_tried_again", tenant=str(tenant_id), records=ran.queued, more=ran.more)
    return ran


async def again(engine: Engine, tenant_id: UUID, link: Link) -> UUID:
    """Run one record again from its present state, whatever it ended with; gives the new event's id."""
    choice = Choice.AGAIN if link.gone_at is not None else None
    return await _ask(engine, tenant_id, link.record, choice)


async def adopt(engine: Engine, tenant_id: UUID, link: Link, bitrix_id: int | None) -> UUID:
    """Let an ambiguous record take this record of Bitrix24 over, or (None) make one of its own.

    Gives the id of the event that carries it out. Raises `NotNow`.
    """
    if link.reason is not Reason.AMBIGUOUS:
        raise NotNow("not_ambiguous", "this record does not wait for a choice")
    if bitrix_id is None:
        return await _ask(engine, tenant_id, link.record, Choice.NEW)
    async with engine.database.tenant(tenant_id) as conn:
        others = await links.by_bitrix(conn, tenant_id, link.record.kind, [bitrix_id])
    if any(other.record != link.record for other in others.values()):
        raise NotNow("taken", f"{bitrix_id} is another record's pair already")
    try:
        return await _ask(engine, tenant_id, link.record, Choice.ADOPT, bitrix_id)
    except asyncpg.UniqueViolationError as error:
        raise NotNow("taken", f"{bitrix_id} was chosen for another record") from error


async def _ask(
    engine: Engine, tenant_id: UUID, record: RecordKey, choice: Choice | None, choice_id: int | None = None
) -> UUID:
    """The choice, what waited for it, and a new event: all or nothing."""
    now = engine.clock()
    async with engine.database.system() as conn:
        (arrival,) = await asked_by_hand(conn, tenant_id, [record], REMEDY, now)
        if choice is not None:
            await links.choose(conn, tenant_id, record, choice, choice_id)
        await inbox.release_record(conn, tenant_id, record, now)
        await inbox.insert(conn, [arrival])
    await engine.waker.wake([tenant_id])
    return arrival.id


async def _replay(
    engine: Engine, tenant_id: UUID, kinds: Sequence[Kind], reasons: Collection[Reason], why: str, most: int
) -> Ran:
    """A new event for each record that stands for one of these reasons and waits for nothing yet."""
    queued = seen = 0
    for kind in kinds:
        for reason in reasons:
            async for found in _pages(engine, tenant_id, kind, reason):
                if seen >= most:
                    return Ran(queued, more=True)
                async with engine.database.tenant(tenant_id) as conn:
                    waiting = await inbox.waiting_for(conn, tenant_id, found)
                fresh = [key for key in found if key not in waiting]
                await _queue(engine, tenant_id, fresh, reason, why)
                queued, seen = queued + len(fresh), seen + len(found)
    return Ran(queued)


async def _pages(
    engine: Engine, tenant_id: UUID, kind: Kind, reason: Reason
) -> AsyncIterator[list[RecordKey]]:
    """The records of a reason, a chunk at a time."""
    after: RecordKey | None = None
    while True:
        async with engine.database.tenant(tenant_id) as conn:
            found = await links.of_reason(conn, tenant_id, kind, reason, after, CHUNK)
        if found:
            yield found
        if len(found) < CHUNK:
            return
        after = found[-1]


async def _queue(
    engine: Engine, tenant_id: UUID, records: Sequence[RecordKey], reason: Reason, why: str
) -> None:
    """Records that were deleted in Bitrix24 are made again because somebody asked for it."""
    if not records:
        return
    now, lane = engine.clock(), LANES[Source.REPLAY]
    body = {why: reason.value}
    async with engine.database.system() as conn:
        if why == REMEDY:
            arrivals = await asked_by_hand(conn, tenant_id, records, why, now, body)
        else:
            arrivals = [arrival_of(tenant_id, key, Source.REPLAY, lane, why, now, body) for key in records]
        if reason is Reason.DELETED_IN_BITRIX24:
            await links.choose_again(conn, tenant_id, records[0].kind, records)
        await inbox.insert(conn, arrivals)


async def _recount(engine: Engine, tenant_id: UUID) -> None:
    """Under the lease, so that nobody saves links meanwhile; a tenant at work is told anew another night."""
    async with engine.database.tenant(tenant_id) as conn:
        fence = await lease.take(conn, tenant_id, "recount", LEASE_S)
        if fence is not None:
            await links.recount(conn, tenant_id)
            await lease.hand_on(conn, tenant_id, fence)
