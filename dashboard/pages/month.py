"""Últimos 30 dias: a page of its own, whose charts Visão geral fetches once it stands."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from litestar import Request, Response, get
from litestar.types import ControllerRouterHandler

from connector.store import rollups
from dashboard.formats import local
from dashboard.pages.surroundings import look_around, shell_of
from dashboard.reader import reader
from dashboard.rendering import page
from dashboard.telling.month import month
from dashboard.views.month import DAYS
from server.parts import Used
from server.sessions import Viewing


@get("/ultimos-30-dias")
async def show_month(viewer: Viewing, parts: Used, request: Request[Any, Any, Any]) -> Response[str]:
    """What was written and failed each day, and how long it took."""
    now = local(reader().now)
    first = now.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=DAYS - 1)
    async with parts.database.tenant(viewer.tenant_id) as conn:
        around = await look_around(conn, viewer, parts.clock.business_now())
        counts = await rollups.days(conn, viewer.tenant_id, first, str(reader().zone))
    view = month(counts, now.date())
    return page("month.html", {"shell": shell_of(around, request), "view": view})


handlers: list[ControllerRouterHandler] = [show_month]
