"""Eventos."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Response, get
from litestar.types import ControllerRouterHandler

from connector.account import replaying
from connector.account.people import Viewer
from connector.domain.events import Outcome
from connector.store import event_lists, history
from connector.store.event_lists import PATIENCE, Count, Filter, Way
from connector.store.scope import Connection
from dashboard.pages.surroundings import look_around, shell_of
from dashboard.rendering import page, part
from dashboard.telling.asked import Asked, asked_of
from dashboard.telling.events import Found, events, newer
from server.parts import Used
from server.sessions import Viewing

PAGE = 50
#: Beyond that many new events the exact number is nobody's business.
MOST_NEW = 100
#: Events that are counted for the button that runs them again.
MOST_COUNTED = 1_000
#: Records that a search offers to choose from.
CHOICES = 8


@get("/eventos")
async def show_events(viewer: Viewing, parts: Used, request: Request[Any, Any, Any]) -> Response[str]:
    """Every change that came, newest first."""
    asked = asked_of(request.query_params)
    async with parts.database.tenant(viewer.tenant_id) as conn:
        around = await look_around(conn, viewer, parts.clock.business_now())
        found = await _find(conn, viewer, asked)
    return page("events.html", {"shell": shell_of(around, request), "view": events(asked, found)})


@get("/eventos/novos")
async def count_newer(viewer: Viewing, parts: Used, request: Request[Any, Any, Any]) -> Response[str]:
    """How many came since the reader's newest, by the same filters."""
    asked = asked_of(request.query_params)
    tenant_id = viewer.tenant_id
    async with parts.database.tenant(tenant_id) as conn:
        wanted = await replaying.filter_of(conn, tenant_id, asked.wish())
        count = 0 if wanted is None else await _newer(conn, tenant_id, wanted, asked.since)
    return part("newer.html", {"view": newer(asked, count, MOST_NEW)})


async def _newer(conn: Connection, tenant_id: UUID, wanted: Filter, since: UUID | None) -> int:
    """Upwards from what was seen: an old page asks for no more than its hundred nearest."""
    way = Way.OLDER if since is None else Way.NEWER
    return len(
        (await event_lists.page(conn, tenant_id, wanted, since, MOST_NEW + 1, way, days=PATIENCE)).rows
    )


async def _find(conn: Connection, viewer: Viewer, asked: Asked) -> Found:
    """The page of events, and what a search may have meant."""
    tenant_id = viewer.tenant_id
    aim = await replaying.aim_of(conn, tenant_id, asked.wish())
    choices = aim.meant.links if len(aim.meant.links) > 1 else ()
    if aim.wanted is None:
        return Found()
    found = await _page(conn, tenant_id, aim.wanted, asked)
    rows = found.rows
    syncs = await history.syncs(conn, tenant_id, [row.sync_id for row in rows if row.sync_id])
    return msgspec.structs.replace(
        found,
        syncs={sync.id: sync for sync in syncs},
        choices=tuple(choices[:CHOICES]),
        count=await _count(conn, viewer, aim.wanted, asked, found) if rows else None,
    )


async def _page(conn: Connection, tenant_id: UUID, wanted: Filter, asked: Asked) -> Found:
    if asked.past is not None:
        back = await event_lists.page(conn, tenant_id, wanted, asked.past, PAGE, Way.NEWER, days=PATIENCE)
        if back.beyond is not None:
            return Found(rows=tuple(back.rows), older=asked.past, newer=back.beyond)
    # The way back has come to the newest: that is the first page, whole.
    before = None if asked.past is not None else asked.before
    found = await event_lists.page(conn, tenant_id, wanted, before, PAGE, days=PATIENCE)
    short = found.beyond is not None and len(found.rows) < PAGE
    top = found.rows[0].id if found.rows else before
    return Found(
        rows=tuple(found.rows),
        older=found.beyond,
        newer=top if before is not None else None,
        searched=found.beyond if short else None,
    )


async def _count(
    conn: Connection, viewer: Viewer, wanted: Filter, asked: Asked, found: Found
) -> Count | None:
    """How many a bulk replay would look at; none where none is offered."""
    if not viewer.may_change or not asked.is_filtered or asked.outcome is Outcome.HELD:
        return None
    if found.older is None and found.newer is None:  # all of them are on this page
        return Count(sum(row.settled_at is not None for row in found.rows), False)
    return await event_lists.count(conn, viewer.tenant_id, wanted, MOST_COUNTED, days=PATIENCE)


handlers: list[ControllerRouterHandler] = [show_events, count_newer]
