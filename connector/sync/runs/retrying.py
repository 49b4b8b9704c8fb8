"""What failed in an import or an export, once more: events of the same run, so that its counts follow."""

from __future__ import annotations

from collections.abc import Collection

import msgspec

from connector.domain.events import Lane, RecordKey, Source
from connector.domain.runs import Task
from connector.store import inbox, runs
from connector.store.runs import Run
from connector.sync.asking import named_arrival
from connector.sync.engine import Engine
from connector.sync.runs.importing import Wish, body_of

#: Failures of one statement.
CHUNK = 500


async def retry(engine: Engine, run: Run, only: Collection[int] = ()) -> int:
    """Put new events of the records that failed into the inbox; `only` = these Bling ids. How many."""
    queued = after = 0
    while True:
        async with engine.database.tenant(run.tenant_id) as conn:
            items = await runs.failures(conn, run, after, CHUNK)
        if not items:
            break
        after = items[-1].n
        records = [
            RecordKey(run.kind, item.account_id, item.bling_id)
            for item in items
            if not only or item.bling_id in only
        ]
        await _queue(engine, run, records)
        queued += len(records)
    if queued:
        await engine.waker.wake([run.tenant_id])
    return queued


async def _queue(engine: Engine, run: Run, records: list[RecordKey]) -> None:
    now, (source, body) = engine.clock(), _as_before(run)
    arrivals = [
        named_arrival(run.tenant_id, one, source, Lane.IMPORT, runs.event_name(run.id, one), now, body)
        for one in records
    ]
    async with engine.database.system() as conn:
        await inbox.insert(conn, arrivals)


def _as_before(run: Run) -> tuple[Source, dict[str, str]]:
    """The source and body of the run's events."""
    if run.task is Task.EXPORT:
        return Source.BITRIX24, {}
    return Source.IMPORT, body_of(msgspec.json.decode(run.wish, type=Wish))
