"""Working off one tenant's inbox.

A turn claims records while there are any, chunk by chunk; chunks run side by side and share batches, so
that the portal's limit is used to the full. A turn is bounded: then the tenant goes to the back of the queue.
"""

from __future__ import annotations

import asyncio
import time
from typing import NamedTuple
from uuid import UUID

import structlog

from connector import pace
from connector.bitrix24.packer import LeaseTooShort
from connector.domain.events import Event, RecordKey, coalesce
from connector.store import inbox, links
from connector.store.inbox import Flow, Road
from connector.store.lease import Fenced
from connector.store.links import Link
from connector.store.scope import WALKING, DatabaseAway
from connector.sync.ends import ForReal
from connector.sync.engine import Engine
from connector.sync.lease import Lease
from connector.sync.portal.intake import renamed
from connector.sync.turn import Turning

log = structlog.get_logger(__name__)

Groups = dict[RecordKey, list[Event]]


class Pace(NamedTuple):
    """How much of one road is under way."""

    #: Records of one chunk: large enough for full batches, small enough that a newcomer waits little.
    records: int
    #: Chunks under way at once.
    chunks: int


#: A deal is read at three a second, and so is a new customer: a chunk of them lasts a minute. Long work has
#: small chunks of its own: what changes now always finds a free one, and a pause is heard soon. Five chunks
#: of products that begin together fill one request with their look-ups (25 records a command).
PACES = {
    (Road.OTHERS, Flow.LIVE): Pace(250, 5),
    (Road.DEALS, Flow.LIVE): Pace(100, 2),
    (Road.OTHERS, Flow.BACKGROUND): Pace(100, 3),
    (Road.DEALS, Flow.BACKGROUND): Pace(30, 1),
}


class _Chunk(NamedTuple):
    """Records in work together."""

    road: Road
    flow: Flow
    groups: Groups
    links: dict[RecordKey, Link]


#: Seconds of claiming; what was claimed is finished.
TURN = 20.0
#: Seconds after which newly arrived events are looked for while chunks are under way.
LOOK_AGAIN = 0.25


async def drain(engine: Engine, tenant_id: UUID, holder: str) -> None:
    """Drain a tenant if nobody else does; raises nothing but cancellation."""
    structlog.contextvars.bind_contextvars(tenant=str(tenant_id))
    try:
        await engine.waker.begun(tenant_id)
        lease = await Lease.take(engine.database, tenant_id, holder)
        if lease is not None:
            async with lease:
                await _hold(engine, tenant_id, lease)
    except DatabaseAway:
        log.warning("drain_without_database")
    except (Fenced, LeaseTooShort):
        log.warning("drain_lost_its_lease")
    except Exception:
        log.exception("drain_failed")


async def _hold(engine: Engine, tenant_id: UUID, lease: Lease) -> None:
    """Turns until nothing is due, or until others should have theirs."""
    try:
        tired = await _turn(engine, tenant_id, lease)
    except asyncio.CancelledError:
        await asyncio.shield(lease.hand_on())
        raise
    if tired or not await lease.give_up(engine.clock()):
        await lease.hand_on()
        await engine.waker.queue(tenant_id)


async def _turn(engine: Engine, tenant_id: UUID, lease: Lease) -> bool:
    """One turn; True when the time was up before the inbox was empty."""
    begun = time.monotonic()
    turning = Turning(engine, tenant_id, ForReal(engine, tenant_id, lease))
    running: dict[asyncio.Task[None], _Chunk] = {}
    try:
        while True:
            tired = time.monotonic() - begun > TURN
            for road, flow in () if tired else PACES:
                held = [chunk for chunk in running.values() if chunk.road is road]
                for chunk in await _claim_chunks(engine, tenant_id, road, flow, held):
                    running[asyncio.create_task(_process(turning, chunk))] = chunk
            if not running:
                return tired
            done, _ = await asyncio.wait(running, timeout=LOOK_AGAIN, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                del running[task]
                task.result()
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        await turning.close()


async def _process(turning: Turning, chunk: _Chunk) -> None:
    """The vendors serve live chunks first."""
    pace.urgency.set(pace.Urgency.NOW if chunk.flow is Flow.LIVE else pace.Urgency.LATER)
    await turning.process(chunk.groups, chunk.links)


async def _claim_chunks(
    engine: Engine, tenant_id: UUID, road: Road, flow: Flow, held: list[_Chunk]
) -> list[_Chunk]:
    """As many chunks as there is room for. They begin together, so that look-ups fill whole requests."""
    fresh: list[_Chunk] = []
    room = PACES[road, flow].chunks - sum(chunk.flow is flow for chunk in held)
    while len(fresh) < room:
        claimed = await _claim(engine, tenant_id, road, flow, [*held, *fresh])
        if claimed is None:
            break
        fresh.append(claimed)
        if len(claimed.groups) < PACES[road, flow].records:
            break
    return fresh


async def _claim(
    engine: Engine, tenant_id: UUID, road: Road, flow: Flow, held: list[_Chunk]
) -> _Chunk | None:
    """Due events of records that no chunk holds, and the records' links; None if there are none."""
    taken: set[RecordKey] = set().union(*(chunk.groups for chunk in held))
    busy = [event.id for chunk in held for events in chunk.groups.values() for event in events]
    records = PACES[road, flow].records
    async with engine.database.tenant(tenant_id, manner=WALKING) as conn:
        events = await inbox.claim(
            conn, tenant_id, road, now=engine.clock(), records=records, busy=busy, flow=flow
        )
        events = await renamed(conn, tenant_id, events)
        groups = coalesce(event for event in events if event.record not in taken)
        return _Chunk(road, flow, groups, await links.load(conn, tenant_id, groups)) if groups else None
