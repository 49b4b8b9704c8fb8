"""Entrar com Bitrix24, and connecting a portal from outside it."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, get
from litestar.datastructures import Cookie
from litestar.response import Redirect
from litestar.types import ControllerRouterHandler

from connector.account.openings import Opening, Openings
from connector.account.people import Viewer
from connector.account.portal_login import LONGEST, PATIENCE_S, PortalLogin
from connector.account.portal_people import PortalDoor
from connector.account.signin import Browser
from connector.domain.vendor import Rejected
from dashboard.pages import connections
from dashboard.pages.portal import refusing
from dashboard.reader import _
from dashboard.rendering import page
from dashboard.views.portal import PortalAddress
from server.callers import caller_address
from server.parts import Parts, Used
from server.sessions import OUR_OWN, session_cookie, session_token

PATH = "/oauth/bitrix24"
WORD = "ponte-start"

Visit = Request[Any, Any, Any]
Answer = Response[Any]


@get(f"{PATH}/start")
async def start(request: Visit, parts: Used) -> Answer:
    """To the portal's own page; without an address, or from another site, the question which portal it is."""
    typed = str(request.query_params.get("portal", ""))[: LONGEST + 1]
    if not typed or request.headers.get("sec-fetch-site", "none") not in OUR_OWN:
        return _question(PortalAddress(portal=typed))
    try:
        begun = await PortalLogin(parts.settings, parts.redis).begin(typed, _person(request))
    except Rejected:
        error = _("Escreva o endereço do seu Bitrix24, como empresa.bitrix24.com.br.")
        return _question(PortalAddress(portal=typed, error=error), 422)
    answer: Answer = Redirect(begun.url, status_code=302)
    answer.set_cookie(_word(begun.word, PATIENCE_S))
    return answer


@get(f"{PATH}/callback")
@refusing
async def come_back(request: Visit, parts: Used) -> Answer:
    """From the portal's page: sign its user in, or connect the portal to the tenant that is looked at."""
    asked, viewer = request.query_params, request.scope.get("user")
    word = request.cookies.get(WORD, "")
    await PortalLogin(parts.settings, parts.redis).finish(asked.get("state", ""), word, _person(request))
    openings = Openings(parts.connecting, parts.redis)
    address = caller_address(request, parts.settings)
    opening = await openings.exchanged(asked.get("code", ""), asked.get("server_domain"), address)
    if isinstance(viewer, Viewer):
        return await _connected(viewer, opening, parts)
    return await _signed_in(request, opening, parts)


async def _connected(viewer: Viewer, opening: Opening, parts: Parts) -> Answer:
    await PortalDoor(parts.connecting).bring(viewer, opening)
    return _done(f"{connections.PATH}?{connections.PORTAL}=conectado")


async def _signed_in(request: Visit, opening: Opening, parts: Parts) -> Answer:
    door = PortalDoor(parts.connecting)
    tenant_id = await door.tenant_of(opening)
    if tenant_id is None:
        raise Rejected("nobody has this portal", code="portal_unknown")
    await door.renew(tenant_id, opening, always=False)
    browser = Browser(agent=request.headers.get("user-agent", ""), old_token=session_token(request))
    token = await door.enter(tenant_id, opening, parts.clock.now(), browser)
    answer = _done("/")
    answer.set_cookie(session_cookie(parts.settings, token))
    return answer


def _done(path: str) -> Answer:
    answer: Answer = Redirect(path, status_code=303)
    answer.set_cookie(_word("", 0))
    return answer


def _question(view: PortalAddress, status: int = 200) -> Answer:
    return page("portal_address.html", {"view": view}, status=status, leads_away=True)


def _person(request: Visit) -> Any:
    viewer = request.scope.get("user")
    return viewer.person_id if isinstance(viewer, Viewer) else None


def _word(value: str, max_age: int) -> Cookie:
    return Cookie(
        key=WORD, value=value, path=PATH, httponly=True, secure=True, samesite="lax", max_age=max_age
    )


handlers: list[ControllerRouterHandler] = [start, come_back]
