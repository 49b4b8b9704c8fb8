"""Long work as people and programs ask for it: begin, turn, try again; noted in the audit log."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

import msgspec

from connector.account.licence import right_of
from connector.account.people import Actor
from connector.domain.events import Kind, Reason
from connector.domain.runs import Deed, Task
from connector.store import audit, runs
from connector.store.runs import Run
from connector.sync.runs import deeds, repairing, retrying
from connector.sync.runs.deeds import DoesNotFit, UnderWay
from connector.sync.runs.repairing import NotOver
from server.parts import Parts
from server.problems import Conflict, NotFound

REFUSALS = {
    Reason.LICENCE: "the licence does not allow syncs now",
    Reason.QUOTA: "this month's limit of the plan is reached",
}


async def begin(
    parts: Parts, tenant_id: UUID, actor: Actor, task: Task, kind: Kind, wish: msgspec.Struct
) -> Run:
    """Start it; `Conflict` without a licence, or when one of its sort is under way (the detail names it)."""
    await _licensed(parts, tenant_id)
    try:
        run = await deeds.start(parts.engine, tenant_id, task, kind, wish, actor.person_id)
    except UnderWay as error:
        raise Conflict("under_way", f"{task} {error.run.id} of {kind} is {error.run.state}") from error
    await _note(parts, tenant_id, actor, f"{task}.started", {"kind": str(kind), "run": str(run.id)})
    return run


async def find(parts: Parts, tenant_id: UUID, run_id: UUID, tasks: Collection[Task]) -> Run:
    """The run; `NotFound` when the tenant has none of these tasks with that id."""
    async with parts.database.tenant(tenant_id) as conn:
        run = await runs.get(conn, tenant_id, run_id)
    if run is None or run.task not in tasks:
        raise NotFound("there is no such run")
    return run


async def turn(
    parts: Parts, tenant_id: UUID, actor: Actor, run_id: UUID, tasks: Collection[Task], deed: Deed
) -> Run:
    """Pause, resume or cancel; `Conflict` when that does not fit, and for a resumption without a licence."""
    run = await find(parts, tenant_id, run_id, tasks)
    if deed is Deed.RESUME:
        await _licensed(parts, tenant_id)
    try:
        turned = await deeds.turn(parts.engine, tenant_id, run_id, deed)
    except DoesNotFit as error:
        raise Conflict("does_not_fit", f"it is {error.run.state}: it cannot {deed}") from error
    if turned is None:
        raise NotFound("there is no such run")
    detail = {"kind": str(run.kind), "run": str(run_id)}
    await _note(parts, tenant_id, actor, f"{run.task}.{_DONE[deed]}", detail)
    return turned


async def retry(
    parts: Parts,
    tenant_id: UUID,
    actor: Actor,
    run_id: UUID,
    only: Collection[int] = (),
    tasks: Collection[Task] = (Task.IMPORT,),
) -> tuple[Run, int]:
    """Run an import's or an export's failures again, all or these Bling ids'; the run, and how many."""
    run = await find(parts, tenant_id, run_id, tasks)
    await _licensed(parts, tenant_id)
    queued = await retrying.retry(parts.engine, run, only)
    if queued:
        detail = {"kind": str(run.kind), "run": str(run_id), "records": queued}
        await _note(parts, tenant_id, actor, f"{run.task}.retried", detail)
    return run, queued


async def repair(
    parts: Parts, tenant_id: UUID, actor: Actor, run_id: UUID, only: Collection[int] | None = None
) -> int:
    """Repair what a reconciliation found, all or what it found of these Bling ids; how many records."""
    run = await find(parts, tenant_id, run_id, {Task.RECONCILIATION})
    await _licensed(parts, tenant_id)
    try:
        queued = await repairing.repair(parts.engine, tenant_id, run_id, only)
    except NotOver as error:
        raise Conflict("under_way", f"reconciliation {run_id} is still comparing") from error
    if queued:
        detail = {"kind": str(run.kind), "run": str(run_id), "records": queued}
        await _note(parts, tenant_id, actor, "reconciliation.repaired", detail)
    return queued or 0


_DONE = {Deed.PAUSE: "paused", Deed.RESUME: "resumed", Deed.CANCEL: "cancelled"}


async def _licensed(parts: Parts, tenant_id: UUID) -> None:
    async with parts.database.tenant(tenant_id):
        right = await right_of(tenant_id, parts.clock.business_now())
    refusal = Reason.LICENCE if right is None else right.refusal
    if refusal is not None:
        raise Conflict(refusal, REFUSALS.get(refusal, ""))


async def _note(parts: Parts, tenant_id: UUID, actor: Actor, action: str, detail: dict[str, Any]) -> None:
    async with parts.database.tenant(tenant_id):
        await audit.add(
            tenant_id,
            at=parts.clock.now(),
            person_id=actor.person_id,
            actor=actor.name,
            action=action,
            detail=detail,
        )
