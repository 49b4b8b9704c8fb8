"""Walking a run: one worker at a time takes it, step by step, until it is over or waits.

Nothing here knows what a run is for. A crash loses the step that was under way; whoever comes next goes on
from the last commit, for a run is its holder's for half a minute only.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

import msgspec
import structlog

from connector import pace
from connector.domain.runs import RunState
from connector.domain.runs import Task as Name
from connector.domain.vendor import Disconnected, Throttled, VendorError
from connector.store import runs
from connector.store.runs import Run
from connector.store.scope import DatabaseAway
from connector.sync.context import load_context
from connector.sync.engine import Engine
from connector.sync.runs.stride import Stride, Task

log = structlog.get_logger(__name__)

#: Seconds of walking before others have their turn.
TURN = 20.0
#: Longer pauses than this are not slept through: the run is let go until then.
NAP = 1.0
#: Seconds until a run looks again whether what it waits for has come: licence, reconnection.
LOOK_AGAIN = 30.0
#: Steps that may go wrong one after the other, and the longest wait between two of them.
STUMBLES, LONGEST = 20, timedelta(minutes=15)
#: Seconds between two signs of life: a step may wait for its turn at a vendor longer than a hold lasts.
HEARTBEAT = runs.HELD / 6


async def walk(
    engine: Engine, tasks: Mapping[Name, Task], tenant_id: UUID, run_id: UUID, holder: str
) -> float | None:
    """Walk a run if nobody else does; gives the seconds until it wants to go on, None when it is over.

    A cancelled one is cleared away, once nobody has any of it in hand.

    Raises nothing but cancellation.
    """
    structlog.contextvars.bind_contextvars(tenant=str(tenant_id), run=str(run_id))
    pace.urgency.set(pace.Urgency.LATER)
    try:
        async with engine.database.system() as conn:
            run = await runs.take(conn, tenant_id, run_id, holder)
            if run is None:
                await runs.withdraw(conn, tenant_id, run_id)
                return None
        return await _walk(engine, tasks[run.task], run)
    except DatabaseAway:
        log.warning("run_without_database")
    except runs.Lost:
        log.info("run_turned")
    return None


async def _walk(engine: Engine, task: Task, run: Run) -> float | None:
    stride = Stride(engine, run, await load_context(engine, run.tenant_id))
    beating = asyncio.create_task(_beat(engine, run))
    try:
        return await _steps(stride, task)
    except runs.Lost:
        await stride.keep_calls()
        raise
    finally:
        beating.cancel()


async def _beat(engine: Engine, run: Run) -> None:
    """Say that this walker lives, until the run is not its own any more."""
    is_held = True
    while is_held:
        await asyncio.sleep(HEARTBEAT)
        try:
            async with engine.database.system() as conn:
                is_held = await runs.keep(conn, run)
        except DatabaseAway:
            log.warning("run_heartbeat_missed", run=str(run.id))


async def _steps(stride: Stride, task: Task) -> float | None:
    engine, run = stride.engine, stride.run
    begun = time.monotonic()
    read_at = begun
    while stride.run.state is RunState.RUNNING:
        if time.monotonic() - read_at > 1.0:
            stride.context, read_at = await load_context(engine, run.tenant_id), time.monotonic()
        wait = await _step(stride, task)
        if stride.run.state is RunState.RUNNING and (wait > NAP or time.monotonic() - begun > TURN):
            await _let_go(stride, wait)
            return wait
        if wait:
            await asyncio.sleep(wait)
    return None


async def _step(stride: Stride, task: Task) -> float:
    """One step; seconds until the next."""
    if reason := stride.context.everything_waits:
        await _wait(stride, LOOK_AGAIN, str(reason))
        return LOOK_AGAIN
    stride.pause = 0.0
    try:
        await task.step(stride)
    except Throttled as error:
        seconds = max((error.until - stride.engine.clock()).total_seconds(), NAP)
        await _wait(stride, seconds, error.text)
        return seconds
    except Disconnected as error:
        await _wait(stride, LOOK_AGAIN, error.text)
        return LOOK_AGAIN
    except VendorError as error:
        return await _stumbled(stride, error.text)
    except (runs.Lost, DatabaseAway):
        raise
    except Exception:
        log.exception("run_stumbled")
        return await _stumbled(stride, "erro interno do Ponte")
    return stride.pause


async def _stumbled(stride: Stride, why: str) -> float:
    """Try the same step again, later and later; a run that never gets on ends as failed."""
    stumbles = stride.run.stumbles + 1
    if stumbles >= STUMBLES:
        await stride.end(RunState.FAILED, why)
        return 0.0
    seconds = min(2.0**stumbles, LONGEST.total_seconds())
    await _wait(stride, seconds, why, stumbles)
    return seconds


async def _wait(stride: Stride, seconds: float, why: str, stumbles: int | None = None) -> None:
    """Say on the run why nothing happens."""
    engine = stride.engine
    now = engine.clock()
    async with engine.database.system() as conn:
        stride.run = await runs.advance(
            conn,
            msgspec.structs.replace(
                stride.run,
                detail=why,
                due_at=now + timedelta(seconds=seconds),
                stumbles=stride.run.stumbles if stumbles is None else stumbles,
            ),
            now,
        )
    await stride.keep_calls()


async def _let_go(stride: Stride, wait: float) -> None:
    engine = stride.engine
    now = engine.clock()
    later = msgspec.structs.replace(stride.run, due_at=now + timedelta(seconds=wait))
    async with engine.database.system() as conn:
        stride.run = await runs.advance(conn, later, now)
        await runs.let_go(conn, stride.run)
