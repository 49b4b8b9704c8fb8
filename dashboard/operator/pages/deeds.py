"""Auditoria: what operators did."""

from __future__ import annotations

from litestar import Response, get
from litestar.types import ControllerRouterHandler

from connector.store import operators as store
from dashboard.operator.pages.screen import PAGE, Visit, id_in, screen
from dashboard.operator.telling.deeds import deeds
from server.operators import Watching
from server.parts import Used


@get("/auditoria")
async def show_deeds(watcher: Watching, parts: Used, request: Visit) -> Response[str]:
    """All of it, or what is about one tenant."""
    about = id_in(request, "cliente")
    async with parts.database.system() as conn:
        rows = await store.notes(conn, about, id_in(request, "depois"), PAGE + 1)
    return screen("deeds.html", deeds(rows, PAGE, about), watcher, request)


handlers: list[ControllerRouterHandler] = [show_deeds]
