"""Long work from the command line: begin it for a tenant, and follow it."""

from __future__ import annotations

import argparse
import asyncio
import sys
from datetime import datetime
from uuid import UUID

import msgspec
from redis.exceptions import RedisError

from connector.account.clock import now
from connector.account.licence import right_of
from connector.account.people import PONTE
from connector.domain.events import Kind
from connector.domain.runs import RunState, Task
from connector.settings import Settings
from connector.store import audit, runs, tenants
from connector.store.ids import new_id
from connector.store.runs import Run
from connector.store.scope import Database, DatabaseAway
from connector.sync.runs.deeds import WALK_JOB
from server.app import make_redis

#: Seconds between two looks of `--follow`.
LOOK_S = 2.0


class Refused(Exception):
    """Says why nothing was begun."""


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """How far it is: a line of the output."""

    id: str
    task: Task
    kind: Kind
    state: RunState
    #: Null until everything was listed.
    total: int | None
    done: int
    failed: int
    detail: str | None


def run(settings: Settings, options: argparse.Namespace, task: Task, kind: Kind, wish: msgspec.Struct) -> int:
    """Begin it, and stay with `--follow`. Prints JSON, a line a look; 1 when it was not begun or failed."""
    try:
        ended = asyncio.run(_run(settings, options, task, kind, wish))
    except Refused as error:
        return say(1, str(error))
    except DatabaseAway as error:
        return say(1, f"the database does not answer: {error}; look at DATABASE_URL")
    return 1 if ended.state is RunState.FAILED else 0


async def _run(
    settings: Settings, options: argparse.Namespace, task: Task, kind: Kind, wish: msgspec.Struct
) -> Run:
    database = await Database.open(settings.database_url, 2)
    try:
        begun = await _begin(database, options.tenant, task, kind, wish)
        await _ring(settings, begun)
        _print(begun)
        return await _follow(database, begun) if options.follow else begun
    finally:
        await database.close()


async def _begin(database: Database, tenant_id: UUID, task: Task, kind: Kind, wish: msgspec.Struct) -> Run:
    at = now()
    async with database.tenant(tenant_id) as conn:
        if await tenants.load(tenant_id) is None:
            raise Refused(f"there is no tenant {tenant_id}")
        await _refuse_without_right(tenant_id, at)
        begun = await runs.start(conn, tenant_id, new_id(at), task, kind, wish, None, at)
        if begun is None:
            other = await runs.under_way(conn, tenant_id, task, kind)
            which = f" {other.id}, {other.state}" if other else ""
            raise Refused(f"another {task} of {kind} is under way:{which}")
        detail = {"kind": str(kind), "run": str(begun.id)}
        await audit.add(
            tenant_id, at=at, person_id=None, actor=PONTE.name, action=f"{task}.started", detail=detail
        )
    return begun


async def _refuse_without_right(tenant_id: UUID, at: datetime) -> None:
    right = await right_of(tenant_id, at)
    if right is None or right.refusal is not None:
        why = "has no licence" if right is None else f"may not sync now: {right.refusal}"
        raise Refused(f"tenant {tenant_id} {why}")


async def _ring(settings: Settings, begun: Run) -> None:
    """Let a worker begin at once."""
    redis = make_redis(settings.redis_url)
    try:
        await redis.enqueue_job(WALK_JOB, str(begun.tenant_id), str(begun.id))
    except (RedisError, OSError) as error:
        say(0, f"Redis does not answer: {error}; what was begun goes on within a minute all the same")
    finally:
        await redis.aclose()


async def _follow(database: Database, begun: Run) -> Run:
    """Look until it is over or paused; a line whenever something changed."""
    before = begun
    while before.state is RunState.RUNNING:
        await asyncio.sleep(LOOK_S)
        async with database.tenant(begun.tenant_id) as conn:
            found = await runs.get(conn, begun.tenant_id, begun.id)
        if found is None:
            raise Refused(f"run {begun.id} is gone: the tenant was erased")
        if _line(found) != _line(before):
            _print(found)
        before = found
    return before


def _line(found: Run) -> Line:
    return Line(
        id=str(found.id),
        task=found.task,
        kind=found.kind,
        state=found.state,
        total=found.total,
        done=found.done,
        failed=found.failed,
        detail=found.detail,
    )


def _print(found: Run) -> None:
    sys.stdout.write(msgspec.json.encode(_line(found)).decode() + "\n")
    sys.stdout.flush()


def say(code: int, text: str) -> int:
    """Tell people, and give the exit code back."""
    sys.stderr.write(f"ponte: {text}\n")
    return code
