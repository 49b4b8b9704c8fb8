"""Evento: its way, and running it again."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.types import ControllerRouterHandler

from connector.account import field_lists
from connector.account.licence import right_of
from connector.account.people import Viewer
from connector.domain.events import Reason
from connector.domain.vendor import VendorError
from connector.store import event_lists, history
from connector.store.scope import Connection
from connector.sync.replay import dry_run, replay
from connector.sync.then import differences, then_of
from dashboard.pages.deal_names import names_in
from dashboard.pages.surroundings import look_around, shell_of
from dashboard.reader import _
from dashboard.rendering import page, part
from dashboard.telling.carrier import carrier
from dashboard.telling.deals import DEALS, Names
from dashboard.telling.event import Story, event, refusal, simulation
from dashboard.telling.field_words import words_of
from dashboard.telling.records import SHOWN
from dashboard.views.event import Simulation
from server.parts import Parts, Used
from server.problems import Conflict, NotFound
from server.sessions import Viewing

Visit = Request[Any, Any, Any]

EARLIER = 6
#: Events of the same record that are looked at for the one that stood for another, and days around it.
NEAR, NEAR_DAYS = 100, 10
PATH = "/eventos/{name:str}"


@get(PATH)
async def show_event(
    name: FromPath[str], viewer: Viewing, parts: Used, request: Request[Any, Any, Any]
) -> Response[str]:
    """One event."""
    return await _page(name, viewer, parts, request, None)


@post(f"{PATH}/simular", status_code=200)
async def simulate(name: FromPath[str], viewer: Viewing, parts: Used, request: Visit) -> Response[str]:
    """What would be written now; nothing is."""
    found = await _event(name, viewer, parts)
    record = found.record
    try:
        preview = await dry_run(parts.engine, viewer.tenant_id, record, found.source)
    except VendorError as error:
        said = refusal(error.text)
    else:
        async with parts.database.tenant(viewer.tenant_id) as conn:
            sync = await history.sync(conn, viewer.tenant_id, found.sync_id) if found.sync_id else None
        then = then_of(sync)
        said = simulation(preview, record.kind, then, differences(then, preview, record.bling_id))
    if request.headers.get("hx-request"):
        return part("simulation_answer.html", {"dry_run": said})
    return await _page(name, viewer, parts, request, said)


@post(f"{PATH}/reprocessar", status_code=303)
async def run_again(name: FromPath[str], viewer: Viewing, parts: Used) -> Redirect:
    """A new event of the record's present state; leads to it."""
    found = await _event(name, viewer, parts)
    async with parts.database.tenant(viewer.tenant_id):
        right = await right_of(viewer.tenant_id, parts.clock.business_now())
    if right is None or right.refusal is Reason.LICENCE:
        raise Conflict(Reason.LICENCE, _("A licença não está ativa. Ative-a para reprocessar."))
    if right.refusal is Reason.QUOTA:
        raise Conflict(Reason.QUOTA, _("O limite do plano para este mês foi atingido."))
    new = await replay(parts.engine, viewer.tenant_id, found.record, found.id, found.source)
    return Redirect(f"/eventos/{new}", status_code=303)


async def _page(
    name: str, viewer: Viewer, parts: Parts, request: Visit, dry: Simulation | None
) -> Response[str]:
    found = await _event(name, viewer, parts)
    async with parts.database.tenant(viewer.tenant_id) as conn:
        around = await look_around(conn, viewer, parts.clock.business_now())
        story = await _story(conn, viewer.tenant_id, found)
        names = await names_in(conn, viewer.tenant_id, story.sync) if found.record.kind in DEALS else Names()
        lists = await field_lists.kept(conn, viewer.tenant_id)
        link = await history.record(conn, viewer.tenant_id, found.record.kind, found.record.bling_id)
    story = msgspec.structs.replace(
        story,
        names=names,
        words=words_of(lists, found.record.kind),
        bling=parts.settings.bling_authorize_url,
        known=link is not None and found.record.kind in SHOWN,
        shape=link.shape if link is not None else None,
    )
    view = event(story, around)
    return page("event.html", {"shell": shell_of(around, request), "view": view, "dry_run": dry})


async def _event(name: str, viewer: Viewer, parts: Parts) -> history.EventDetail:
    """The event of that id; raises `NotFound`, also for another tenant's."""
    try:
        event_id = UUID(name)
    except ValueError:
        raise NotFound from None
    async with parts.database.tenant(viewer.tenant_id) as conn:
        found = await history.event(conn, viewer.tenant_id, event_id)
    if found is None:
        raise NotFound
    return found


async def _story(conn: Connection, tenant_id: UUID, found: history.EventDetail) -> Story:
    sync = await history.sync(conn, tenant_id, found.sync_id) if found.sync_id else None
    same = history.Filter(kind=found.record.kind, bling_id=found.record.bling_id)
    near = await event_lists.page(conn, tenant_id, same, None, EARLIER + 1, days=event_lists.PATIENCE)
    others = [other for other in near.rows if other.id != found.id][:EARLIER]
    syncs = await history.syncs(conn, tenant_id, [other.sync_id for other in others if other.sync_id])
    return Story(
        event=found,
        newer=await _newer(conn, tenant_id, found, same),
        sync=sync,
        calls=tuple(await history.calls(conn, tenant_id, sync.calls)) if sync else (),
        others=tuple(others),
        syncs={one.id: one for one in syncs},
    )


async def _newer(
    conn: Connection, tenant_id: UUID, found: history.EventDetail, same: history.Filter
) -> history.EventRow | None:
    """The event that stood for this one: it was settled together with it, or was newer and came first."""
    if found.reason not in (Reason.SUPERSEDED, Reason.STALE):
        return None
    around: list[history.EventRow] = []
    for way in event_lists.Way:
        near = await event_lists.page(conn, tenant_id, same, found.id, NEAR, way, days=NEAR_DAYS)
        around += near.rows
    return carrier(found, around)


handlers: list[ControllerRouterHandler] = [show_event, simulate, run_again]
