"""What people do with runs: start, pause, resume, cancel."""

from __future__ import annotations

from uuid import UUID

import msgspec
import structlog
from redis.exceptions import RedisError

from connector.domain.events import Kind
from connector.domain.runs import Deed, Task
from connector.store import runs
from connector.store.ids import new_id
from connector.store.runs import Run
from connector.sync.engine import Engine

#: The worker's function that walks a run.
WALK_JOB = "walk"

log = structlog.get_logger(__name__)


class UnderWay(Exception):
    """One of this task and kind runs already or is paused: `run`."""

    def __init__(self, run: Run) -> None:
        super().__init__(f"{run.task} of {run.kind} is under way: {run.id}")
        self.run = run


class DoesNotFit(Exception):
    """The run's state does not allow the deed."""

    def __init__(self, run: Run, deed: Deed) -> None:
        super().__init__(f"{deed} does not fit a run that is {run.state}")
        self.run, self.deed = run, deed


async def start(
    engine: Engine, tenant_id: UUID, task: Task, kind: Kind, wish: msgspec.Struct, by: UUID | None = None
) -> Run:
    """Begin long work on a tenant's records; raises `UnderWay`."""
    now = engine.clock()
    async with engine.database.tenant(tenant_id) as conn:
        run = await runs.start(conn, tenant_id, new_id(now), task, kind, wish, by, now)
        if run is None:
            if (other := await runs.under_way(conn, tenant_id, task, kind)) is not None:
                raise UnderWay(other)
            raise RuntimeError("a run was neither started nor under way")
    await _ring(engine, run)
    return run


async def turn(engine: Engine, tenant_id: UUID, run_id: UUID, deed: Deed) -> Run | None:
    """Pause, resume or cancel; None for an unknown run. Raises `DoesNotFit`.

    What is being written at this moment is finished and keeps its history: at most one batch.
    """
    async with engine.database.tenant(tenant_id) as conn:
        run = await runs.get(conn, tenant_id, run_id)
        if run is None:
            return None
        turned = await runs.turn(conn, run, deed, engine.clock())
    if turned is None:
        raise DoesNotFit(run, deed)
    if deed is Deed.RESUME:
        await _ring(engine, turned)
        await engine.waker.wake([tenant_id])
    return turned


async def _ring(engine: Engine, run: Run) -> None:
    """Let a worker begin at once; the round of workers is the net."""
    try:
        await engine.redis.enqueue_job(WALK_JOB, str(run.tenant_id), str(run.id))
    except (RedisError, OSError):
        log.warning("run_without_redis", run=str(run.id))
