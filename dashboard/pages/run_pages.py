"""What the pages of imports, rehearsals and exports share."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

import msgspec

from connector.account import deal_lists, field_lists
from connector.account.field_lists import FieldLists, Trouble
from connector.account.people import Viewer
from connector.domain.events import Kind, Outcome, Reason
from connector.domain.runs import Task
from connector.store import people, run_lists, run_numbers
from connector.store.runs import Run
from connector.store.scope import Connection
from dashboard.pages.surroundings import look_around
from dashboard.reader import _
from dashboard.telling import imports as telling
from dashboard.telling.known import Surroundings
from dashboard.telling.run_titles import Known, is_named, names_of
from dashboard.telling.runs import pane
from dashboard.views.imports import RunPane
from server.parts import Parts
from server.problems import Conflict, NotFound

#: Tasks that Importação shows as its own.
OURS = (Task.IMPORT, Task.REHEARSAL, Task.EXPORT)
#: How long a run that has ended still stands above the others, and how many such runs.
FRESH, MOST_FRESH = timedelta(minutes=10), 2
#: Seconds that a page waits for lists of the vendors; what is known is shown then.
PATIENCE_S = 4.0


def run_id_of(name: str) -> UUID:
    """The id in an address; raises `NotFound` for what is none."""
    try:
        return UUID(name)
    except ValueError:
        raise NotFound from None


async def known_of(around: Surroundings, parts: Parts, found: Iterable[Run] = ()) -> Known:
    """What these runs are told with."""
    tenant_id, names = around.viewer.tenant_id, {}
    async with parts.database.system() as conn:
        members = await people.members(conn, tenant_id)
    if any(is_named(run) for run in found):
        async with parts.database.tenant(tenant_id) as conn:
            names = names_of(await field_lists.kept(conn, tenant_id))
    return Known(
        now=parts.clock.now(),
        accounts={one.id: one.name or one.company_id for one in around.accounts},
        people={one.person_id: one.name or one.email for one in members},
        may_change=around.viewer.may_change,
        names=names,
    )


async def standing_runs(conn: Connection, tenant_id: UUID, over: Iterable[Run], parts: Parts) -> list[Run]:
    """What is under way, and of those that are `over` the ones that have just ended."""
    now = parts.clock.now()
    fresh = [run for run in over if run.ended_at is not None and now - run.ended_at < FRESH]
    return [*await run_lists.under_way(conn, tenant_id, OURS), *fresh[:MOST_FRESH]]


async def outcomes_of(conn: Connection, run: Run) -> dict[Outcome, int]:
    """A rehearsal's records have classes in place of outcomes, which its own counts tell."""
    return {} if run.task is Task.REHEARSAL else await run_numbers.outcomes(conn, run)


async def panes_of(
    around: Surroundings, parts: Parts, found: Iterable[tuple[Run, dict[Outcome, int]]]
) -> tuple[RunPane, ...]:
    """These runs as the screen shows them."""
    listed = list(found)
    known = await known_of(around, parts, [run for run, _outcomes in listed])
    return tuple(pane(run, known, outcomes) for run, outcomes in listed)


async def lists_of(viewer: Viewer, parts: Parts, kind: Kind, *, anew: bool) -> FieldLists:
    """What the form's lists are made of: as it is kept, or (`anew`) read again where it is old.

    A vendor that does not answer soon leaves what is kept, and its trouble is told.
    """
    tenant_id = viewer.tenant_id
    silent = anew
    if anew and kind is not Kind.CONTACT:
        try:
            return await asyncio.wait_for(_load(parts, tenant_id, kind), PATIENCE_S)
        except TimeoutError:
            silent = True
    async with parts.database.tenant(tenant_id) as conn:
        kept = await field_lists.kept(conn, tenant_id)
    return _silent(kept) if silent else kept


async def _load(parts: Parts, tenant_id: UUID, kind: Kind) -> FieldLists:
    now = parts.clock.now()
    if kind is Kind.ORDER:
        return FieldLists(deals=await deal_lists.load(parts.connecting, tenant_id, now))
    return await field_lists.load(parts.connecting, tenant_id, now)


def _silent(kept: FieldLists) -> FieldLists:
    accounts = tuple(msgspec.structs.replace(one, trouble=Trouble.AWAY) for one in kept.deals.accounts)
    return msgspec.structs.replace(
        kept,
        trouble=Trouble.AWAY,
        bling_trouble=Trouble.AWAY,
        deals=msgspec.structs.replace(kept.deals, accounts=accounts),
    )


async def refused(error: Conflict, viewer: Viewer, parts: Parts, task: Task, kind: Kind) -> str:
    """Why it was not begun, in the reader's words; of one that is under way, which it is."""
    if error.code != "under_way":
        return telling.refusal(Reason(error.code))
    async with parts.database.tenant(viewer.tenant_id) as conn:
        around = await look_around(conn, viewer, parts.clock.business_now())
        busy = await run_lists.under_way(conn, viewer.tenant_id, (task,))
    run = next((one for one in busy if one.kind is kind), None)
    if run is None:
        return _("Ela acabou de terminar. Tente de novo.")
    return telling.under_way(run, await known_of(around, parts, [run]))
