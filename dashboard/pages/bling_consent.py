"""The way to Bling's consent page: `/oauth/bling/start`."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from litestar import Request, Response, get
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.types import ControllerRouterHandler

from connector.account import consent
from connector.account.consent import Failed
from connector.account.consent_window import ConsentWindows
from connector.account.people import Viewer
from dashboard.pages.connections import FAILED, PATH, account_asked
from dashboard.pages.surroundings import look_around, shell_of
from dashboard.rendering import page
from dashboard.telling.notices import START
from dashboard.views.connections import Window
from server.frame import is_framed
from server.parts import Parts, Used
from server.problems import Forbidden, NotFound
from server.sessions import Viewing

#: What the window opens first; it stands outside the session.
WINDOW = "/oauth/bling/janela"


@get(START)
async def start(viewer: Viewing, parts: Used, request: Request[Any, Any, Any]) -> Response[Any]:
    """To Bling; `conta` = the account to be reconnected, `aplicativo` = a ticket of the tenant's own app."""
    if not viewer.may_change:
        raise Forbidden("your role may only read")
    query = request.query_params
    account_id, ticket = account_asked(query.get("conta", "")), query.get("aplicativo", "")
    session, windows = str(request.auth), ConsentWindows(parts.connecting, parts.redis)
    try:
        if is_framed(request) and await windows.is_needed():
            opened = await windows.begin(viewer, session, account_id=account_id, ticket=ticket)
            return await _in_a_window(viewer, parts, request, opened)
        url = await consent.begin(parts.connecting, viewer, session, account_id=account_id, ticket=ticket)
    except Failed as error:
        return Redirect(f"{PATH}?{urlencode({FAILED: error.failure})}", status_code=303)
    return Redirect(url, status_code=302)


@get("/oauth/bling/espera/{ticket:str}")
async def wait_for_window(ticket: FromPath[str], viewer: Viewing, parts: Used) -> Response[Any]:
    """Where the frame goes on once the window is done; nothing yet while it is open."""
    path = await ConsentWindows(parts.connecting, parts.redis).end(viewer, ticket)
    if path is None:
        raise NotFound
    if not path:
        return Response(None, status_code=204, headers={"Cache-Control": "no-store"})
    return Response({"path": path}, headers={"Cache-Control": "no-store"})


async def _in_a_window(
    viewer: Viewer, parts: Parts, request: Request[Any, Any, Any], ticket: str
) -> Response[str]:
    """The page that stays in the frame: it opens the window, and waits for it."""
    async with parts.database.tenant(viewer.tenant_id) as conn:
        around = await look_around(conn, viewer, parts.clock.business_now())
    view = Window(open_url=f"{WINDOW}/{ticket}", wait_url=f"/oauth/bling/espera/{ticket}", done_url=PATH)
    return page("bling_window.html", {"shell": shell_of(around, request, PATH), "view": view})


handlers: list[ControllerRouterHandler] = [start, wait_for_window]
