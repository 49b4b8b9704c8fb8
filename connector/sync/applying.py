"""A new version of a mapping for what is already synced: each record once more, through the inbox."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec

from connector.domain.events import LANES, Kind, RecordKey, Source
from connector.store import inbox, standing
from connector.store import links as link_rows
from connector.sync.asking import arrival_of
from connector.sync.engine import Engine

#: Records of one application; the next one takes up where this one ends.
MOST = 20_000
#: Records of one statement.
CHUNK = 500


class Applied(msgspec.Struct, frozen=True):
    """How many records another version wrote last; `queued` of them were put in the inbox."""

    version: int
    records: int
    queued: int
    #: There are more than one application takes.
    more: bool


async def apply(engine: Engine, tenant_id: UUID, kind: Kind, *, dry_run: bool) -> Applied:
    """Sync records that the version in force did not write, from their present state.

    Records that wait in the inbox anyway are counted and not queued once more. A record that turns out equal
    is written nowhere, and counts as written by this version from then on.
    """
    async with engine.database.tenant(tenant_id) as conn:
        version = (await standing.mapping(conn, tenant_id, kind)).version
    after: RecordKey | None = None
    found = queued = 0
    while found < MOST:
        async with engine.database.tenant(tenant_id) as conn:
            links = await link_rows.to_apply(conn, tenant_id, kind, version, after, CHUNK)
            keys = [link.record for link in links]
            waiting = await inbox.waiting_for(conn, tenant_id, keys)
        found += len(keys)
        if not dry_run:
            fresh = [key for key in keys if key not in waiting]
            queued += len(fresh)
            await _queue(engine, tenant_id, fresh, version, engine.clock())
        if len(keys) < CHUNK:
            break
        after = keys[-1]
    if queued:
        await engine.waker.wake([tenant_id])
    return Applied(version, found, queued, found >= MOST)


async def _queue(engine: Engine, tenant_id: UUID, keys: list[RecordKey], version: int, now: datetime) -> None:
    if not keys:
        return
    lane = LANES[Source.REPLAY]
    body = {"mapping_version": str(version)}
    why = f"mapping:{version}"
    arrivals = [arrival_of(tenant_id, key, Source.REPLAY, lane, why, now, body) for key in keys]
    async with engine.database.system() as conn:
        await inbox.insert(conn, arrivals)
