"""Bringing over what is in Bling already: `/imports`."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import get, post
from litestar.params import Body, FromPath

from connector.domain.events import Kind, Outcome, Reason
from connector.domain.runs import Deed, RunState, Task
from connector.store import runs
from connector.store.runs import Item, Run
from connector.sync.runs import importing, pulse, rehearsing
from server import long_work
from server.api import rehearsals, run_wishes
from server.api.access import Calling
from server.api.paging import After, Limit, Moment, Page, moment, optional_moment, page, place
from server.api.rehearsals import RehearsalShown
from server.keys import Caller
from server.parts import Parts, Used
from server.problems import bad_field

Wanted = Annotated[
    dict[str, Any],
    Body(
        description='{"kind": "product" | "order" | "contact", "since"?: a day or time of change in Bling, '
        '"filter"?: as the mapping\'s, with "account"?, "automations"?: false, "dry_run"?: false}'
    ),
]
Again = Annotated[dict[str, Any] | None, Body(description='{"records"?: ["123"]}: all failures without')]
FLAGS = frozenset({"automations", "dry_run"})
_BOTH = (Task.IMPORT, Task.REHEARSAL)


class Begun(msgspec.Struct, frozen=True, kw_only=True):
    """`POST /imports`."""

    id: str


class ImportShown(msgspec.Struct, frozen=True, kw_only=True):
    """How far an import is; `total` is null until everything was listed."""

    id: str
    kind: Kind
    state: RunState
    total: int | None
    #: Settled, `failed` of these failed.
    done: int
    failed: int
    listed: int
    queued: int
    #: Wait for a person: a choice, the guard rail.
    held: int
    #: Why nothing happens now, or why it failed.
    detail: str | None
    since: Moment | None
    per_second: float | None
    seconds_left: int | None
    started_at: Moment
    ended_at: Moment | None


class FailureShown(msgspec.Struct, frozen=True, kw_only=True):
    """A record that failed."""

    bling_id: str
    label: str
    outcome: Outcome | None
    reason: Reason | None
    detail: str | None
    event_id: str | None


class Queued(msgspec.Struct, frozen=True, kw_only=True):
    """How many records run again."""

    queued: int


@post("/imports", status_code=202)
async def post_import(parts: Used, caller: Calling, data: Wanted) -> Begun:
    """Begin one; with `dry_run` a rehearsal. 409 without a licence, or while one of its kind runs."""
    asked = run_wishes.checked(data, parts.clock.now(), FLAGS)
    if asked.dry_run:
        wish: msgspec.Struct = rehearsing.Wish(asked=asked.asked, automations=asked.automations)
    else:
        wish = importing.Wish(asked=asked.asked, automations=asked.automations)
    task = Task.REHEARSAL if asked.dry_run else Task.IMPORT
    run = await long_work.begin(parts, caller.tenant_id, caller.actor, task, asked.kind, wish)
    return Begun(id=str(run.id))


@get("/imports")
async def list_imports(
    parts: Used, caller: Calling, after: After = None, limit: Limit = 50
) -> Page[ImportShown]:
    """The newest first."""
    before = place(after, UUID)
    async with parts.database.tenant(caller.tenant_id) as conn:
        found = await runs.history(conn, caller.tenant_id, Task.IMPORT, before, limit + 1)
    return page(found, limit, lambda run: shown(run, parts), lambda run: run.id)


@get("/imports/{run_id:uuid}")
async def get_import(parts: Used, caller: Calling, run_id: FromPath[UUID]) -> ImportShown | RehearsalShown:
    """How far it is; of a dry run what it would do."""
    run = await long_work.find(parts, caller.tenant_id, run_id, _BOTH)
    if run.task is Task.REHEARSAL:
        return await rehearsals.whole(parts, run)
    return shown(run, parts)


@post("/imports/{run_id:uuid}/pause", status_code=200)
async def pause_import(parts: Used, caller: Calling, run_id: FromPath[UUID]) -> ImportShown:
    """Stop within one batch."""
    return await _turned(parts, caller, run_id, Deed.PAUSE)


@post("/imports/{run_id:uuid}/resume", status_code=200)
async def resume_import(parts: Used, caller: Calling, run_id: FromPath[UUID]) -> ImportShown:
    """Go on where it stopped."""
    return await _turned(parts, caller, run_id, Deed.RESUME)


@post("/imports/{run_id:uuid}/cancel", status_code=200)
async def cancel_import(parts: Used, caller: Calling, run_id: FromPath[UUID]) -> ImportShown:
    """End it; what came over stays."""
    return await _turned(parts, caller, run_id, Deed.CANCEL)


@get("/imports/{run_id:uuid}/failures")
async def list_failures(
    parts: Used, caller: Calling, run_id: FromPath[UUID], after: After = None, limit: Limit = 50
) -> Page[FailureShown]:
    """Records that failed, in the order of the lists."""
    return await failures(parts, caller, run_id, _BOTH, after, limit)


@post("/imports/{run_id:uuid}/retry", status_code=200)
async def retry_import(parts: Used, caller: Calling, run_id: FromPath[UUID], data: Again = None) -> Queued:
    """Run failures again, all or those named."""
    _, queued = await long_work.retry(parts, caller.tenant_id, caller.actor, run_id, _records(data or {}))
    return Queued(queued=queued)


async def failures(
    parts: Parts, caller: Caller, run_id: UUID, tasks: Collection[Task], after: str | None, limit: int
) -> Page[FailureShown]:
    """A page of what failed in a run of these tasks."""
    run = await long_work.find(parts, caller.tenant_id, run_id, tasks)
    async with parts.database.tenant(caller.tenant_id) as conn:
        found = await runs.failures(conn, run, place(after, int) or 0, limit + 1)
    return page(found, limit, _failure, lambda item: item.n)


def shown(run: Run, parts: Parts) -> ImportShown:
    """An import as the API tells it."""
    return progress(run, parts, msgspec.json.decode(run.wish, type=importing.Wish).asked.since)


def progress(run: Run, parts: Parts, since: datetime | None) -> ImportShown:
    """How far a run is that feeds the inbox, an import or an export."""
    tally, now = importing.tally_of(run.counts), parts.clock.now()
    running = run.state is RunState.RUNNING
    left = pulse.left(tally.beats, now, run.done, run.total) if running else None
    speed = pulse.per_second(tally.beats, now, run.done) if running else None
    return ImportShown(
        id=str(run.id),
        kind=run.kind,
        state=run.state,
        total=run.total,
        done=run.done,
        failed=run.failed,
        listed=run.listed,
        queued=run.queued,
        held=tally.held,
        detail=run.detail,
        since=optional_moment(since),
        per_second=None if speed is None else round(speed, 2),
        seconds_left=None if left is None else round(left.total_seconds()),
        started_at=moment(run.started_at),
        ended_at=optional_moment(run.ended_at),
    )


async def _turned(parts: Parts, caller: Caller, run_id: UUID, deed: Deed) -> ImportShown:
    run = await long_work.turn(parts, caller.tenant_id, caller.actor, run_id, (Task.IMPORT,), deed)
    return shown(run, parts)


def _failure(item: Item) -> FailureShown:
    return FailureShown(
        bling_id=str(item.bling_id),
        label=item.label,
        outcome=item.outcome,
        reason=item.reason,
        detail=item.detail,
        event_id=None if item.event_id is None else str(item.event_id),
    )


def _records(data: dict[str, Any]) -> set[int]:
    """Bling ids that were named; 422 for anything else."""
    if unknown := data.keys() - {"records"}:
        raise bad_field(min(unknown), "unknown", f"there is no field {min(unknown)}")
    sent = data.get("records")
    if sent is None:
        return set()
    if not isinstance(sent, list) or not all(str(one).isdecimal() for one in sent) or not sent:
        raise bad_field("records", "ids", "records is a list of Bling ids")
    return {int(one) for one in sent}
