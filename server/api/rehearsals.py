"""What an import would do, with nothing written: `/rehearsals`."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import get, post
from litestar.params import Body, FromPath

from connector.domain.events import Kind
from connector.domain.runs import Deed, RunState, Task
from connector.store import runs
from connector.store.runs import Finding, Run
from connector.sync.runs import rehearsing
from connector.sync.runs.rehearsing import EXAMPLES, Class, Shown
from server import long_work
from server.api import run_wishes
from server.api.access import Calling
from server.api.paging import After, Limit, Moment, Page, moment, optional_moment, page, place
from server.keys import Caller
from server.parts import Parts, Used

Wanted = Annotated[
    dict[str, Any], Body(description='{"kind": "product" | "order" | "contact", "since"?, "filter"?}')
]


class RehearsalBegun(msgspec.Struct, frozen=True, kw_only=True):
    """`POST /rehearsals`."""

    id: str


class Example(msgspec.Struct, frozen=True, kw_only=True):
    """A record of a class, or `differing`; `fields` = what would be written."""

    what: str
    bling_id: str | None
    bitrix_id: str | None
    label: str
    detail: str | None
    fields: list[Shown]


class RehearsalShown(msgspec.Struct, frozen=True, kw_only=True):
    """The classes add up to `done`; `differing` of the linked and adopted would be changed."""

    id: str
    kind: Kind
    state: RunState
    total: int | None
    done: int
    linked: int
    adopted: int
    ambiguous: int
    new: int
    differing: int
    excluded: int
    failed: int
    #: Told apart by lists and links alone.
    guessed: int
    #: Why records are excluded or would fail, by code.
    reasons: dict[str, int]
    examples: list[Example]
    detail: str | None
    started_at: Moment
    ended_at: Moment | None


@post("/rehearsals", status_code=202)
async def post_rehearsal(parts: Used, caller: Calling, data: Wanted) -> RehearsalBegun:
    """Begin one. 409 without a licence, or while one of that kind is under way."""
    asked = run_wishes.checked(data, parts.clock.now())
    wish = rehearsing.Wish(asked=asked.asked)
    run = await long_work.begin(parts, caller.tenant_id, caller.actor, Task.REHEARSAL, asked.kind, wish)
    return RehearsalBegun(id=str(run.id))


@get("/rehearsals")
async def list_rehearsals(
    parts: Used, caller: Calling, after: After = None, limit: Limit = 50
) -> Page[RehearsalShown]:
    """The newest first, without examples."""
    before = place(after, UUID)
    async with parts.database.tenant(caller.tenant_id) as conn:
        found = await runs.history(conn, caller.tenant_id, Task.REHEARSAL, before, limit + 1)
    return page(found, limit, lambda run: shown(run, []), lambda run: run.id)


@get("/rehearsals/{run_id:uuid}")
async def get_rehearsal(parts: Used, caller: Calling, run_id: FromPath[UUID]) -> RehearsalShown:
    """What it has found so far."""
    return await whole(parts, await long_work.find(parts, caller.tenant_id, run_id, (Task.REHEARSAL,)))


@post("/rehearsals/{run_id:uuid}/cancel", status_code=200)
async def cancel_rehearsal(parts: Used, caller: Calling, run_id: FromPath[UUID]) -> RehearsalShown:
    """End it."""
    return await _turned(parts, caller, run_id, Deed.CANCEL)


@post("/rehearsals/{run_id:uuid}/pause", status_code=200)
async def pause_rehearsal(parts: Used, caller: Calling, run_id: FromPath[UUID]) -> RehearsalShown:
    """Stop after the page."""
    return await _turned(parts, caller, run_id, Deed.PAUSE)


@post("/rehearsals/{run_id:uuid}/resume", status_code=200)
async def resume_rehearsal(parts: Used, caller: Calling, run_id: FromPath[UUID]) -> RehearsalShown:
    """Go on."""
    return await _turned(parts, caller, run_id, Deed.RESUME)


async def whole(parts: Parts, run: Run) -> RehearsalShown:
    """A rehearsal with its examples."""
    most = EXAMPLES * (len(Class) + 1)
    async with parts.database.tenant(run.tenant_id) as conn:
        return shown(run, await runs.findings(conn, run, 0, most))


def shown(run: Run, examples: list[Finding]) -> RehearsalShown:
    """A rehearsal as the API tells it."""
    counts = rehearsing.counts_of(run.counts)
    return RehearsalShown(
        id=str(run.id),
        kind=run.kind,
        state=run.state,
        total=run.total,
        done=run.done,
        linked=counts.linked,
        adopted=counts.adopted,
        ambiguous=counts.ambiguous,
        new=counts.new,
        differing=counts.differing,
        excluded=counts.excluded,
        failed=counts.failed,
        guessed=counts.guessed,
        reasons=counts.reasons,
        examples=list(map(_example, examples)),
        detail=run.detail,
        started_at=moment(run.started_at),
        ended_at=optional_moment(run.ended_at),
    )


async def _turned(parts: Parts, caller: Caller, run_id: UUID, deed: Deed) -> RehearsalShown:
    run = await long_work.turn(parts, caller.tenant_id, caller.actor, run_id, (Task.REHEARSAL,), deed)
    return await whole(parts, run)


def _example(one: Finding) -> Example:
    return Example(
        what=one.what,
        bling_id=None if one.bling_id is None else str(one.bling_id),
        bitrix_id=None if one.bitrix_id is None else str(one.bitrix_id),
        label=one.label,
        detail=one.detail,
        fields=msgspec.json.decode(one.fields, type=list[Shown]),
    )
