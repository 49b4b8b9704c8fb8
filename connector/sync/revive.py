"""Running events again that were given up, of many tenants at once (by an operator)."""

from __future__ import annotations

from collections.abc import Iterable

from connector.domain.events import LANES, Source
from connector.store import inbox
from connector.store.operator_queues import DeadKey
from connector.sync.asking import arrival_of
from connector.sync.engine import Engine


async def revive(engine: Engine, events: Iterable[DeadKey]) -> int:
    """Put a new event of each record's present state into its tenant's inbox; how many records."""
    now, lane = engine.clock(), LANES[Source.REPLAY]
    newest = {(one.tenant_id, one.record): one.id for one in sorted(events, key=lambda one: one.id)}
    arrivals = [
        arrival_of(tenant_id, record, Source.REPLAY, lane, "replay", now, {"replay_of": str(of)})
        for (tenant_id, record), of in newest.items()
    ]
    async with engine.database.system() as conn:
        await inbox.insert(conn, arrivals)
    await engine.waker.wake({arrival.tenant_id for arrival in arrivals})
    return len(arrivals)
