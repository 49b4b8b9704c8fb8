"""Eventos."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import Request, Response, get
from litestar.types import ControllerRouterHandler

from connector.account.people import Viewer
from connector.store import history
from connector.store.links import Link
from connector.store.scope import Connection
from dashboard.pages.surroundings import look_around, shell_of
from dashboard.rendering import page, part
from dashboard.telling.asked import Asked, asked_of
from dashboard.telling.events import Found, events, newer
from server.parts import Parts

PAGE = 50
#: Beyond that many new events the exact number is nobody's business.
MOST_NEW = 100
#: Records that a search offers to choose from.
CHOICES = 8


@get("/eventos")
async def show_events(viewer: Viewer, parts: Parts, request: Request[Any, Any, Any]) -> Response[str]:
    """Every change that came, newest first."""
    asked = asked_of(request.query_params)
    async with parts.database.tenant(viewer.tenant_id) as conn:
        around = await look_around(conn, viewer, parts.clock.business_now())
        found = await _find(conn, viewer.tenant_id, asked)
    return page("events.html", {"shell": shell_of(around, request), "view": events(asked, found, PAGE)})


@get("/eventos/novos")
async def count_newer(viewer: Viewer, parts: Parts, request: Request[Any, Any, Any]) -> Response[str]:
    """How many came since the reader's newest, by the same filters."""
    asked = asked_of(request.query_params)
    async with parts.database.tenant(viewer.tenant_id) as conn:
        rows = await _rows(conn, viewer.tenant_id, asked, None, MOST_NEW + 1)
    count = sum(asked.since is None or row.id > asked.since for row in rows)
    return part("newer.html", {"view": newer(asked, count, MOST_NEW)})


async def _find(conn: Connection, tenant_id: UUID, asked: Asked) -> Found:
    """The page of events; several records for a search that does not name one."""
    q = asked.search
    choices = await history.records(conn, tenant_id, None, None, q, None, CHOICES) if q else []
    exact = [link for link in choices if _is_meant(link, asked)]
    if len(choices) > 1 and len(exact) != 1:
        return Found(choices=tuple(choices))
    link = exact[0] if exact else choices[0] if choices else None
    if q and link is None and asked.number is None:
        return Found()
    bling_id = link.record.bling_id if link else asked.number
    rows = await _rows(conn, tenant_id, asked, bling_id, PAGE + 1)
    syncs = await history.syncs(conn, tenant_id, [row.sync_id for row in rows if row.sync_id])
    return Found(rows=tuple(rows), syncs={sync.id: sync for sync in syncs})


def _is_meant(link: Link, asked: Asked) -> bool:
    return (link.sku or "").lower() == asked.search.lower() or link.record.bling_id == asked.number


async def _rows(
    conn: Connection, tenant_id: UUID, asked: Asked, bling_id: int | None, limit: int
) -> list[history.EventRow]:
    wanted = history.Filter(kind=asked.kind, bling_id=bling_id, outcome=asked.outcome, reason=asked.reason)
    return await history.events(conn, tenant_id, wanted, asked.before, limit)


handlers: list[ControllerRouterHandler] = [show_events, count_newer]
