"""Configuração › Conexões."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, get
from litestar.response import Redirect
from litestar.types import ControllerRouterHandler

from connector.account.people import Viewer
from dashboard.pages.surroundings import look_around, shell_of
from dashboard.rendering import page
from dashboard.telling.connections import connections
from server.parts import Parts

PATH = "/configuracao/conexoes"


@get("/configuracao", sync_to_thread=False)
def show_settings() -> Redirect:
    """Configuração begins with its first part."""
    return Redirect(PATH, status_code=303)


@get(PATH)
async def show_connections(viewer: Viewer, parts: Parts, request: Request[Any, Any, Any]) -> Response[str]:
    """Both sides, as they are."""
    async with parts.database.tenant(viewer.tenant_id) as conn:
        around = await look_around(conn, viewer, parts.clock.business_now())
    return page("connections.html", {"shell": shell_of(around, request), "view": connections(around)})


handlers: list[ControllerRouterHandler] = [show_settings, show_connections]
