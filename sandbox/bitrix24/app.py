"""Bitrix24's doors: the portals' REST and pages, the authorisation server, the iframe's script.

| path | is |
|---|---|
| `/{member_id}/rest/{method}[.json]` | a portal's REST |
| `/{member_id}/` | its page with Ponte in an iframe; `installed` is `BX24.installFinish()` |
| `/{member_id}/oauth/authorize/` | its consent page |
| `/{member_id}/crm/deal/details/{id}/` | leads to the page that shows the deal |
| `/{member_id}/acts/{act}` | POST: what happens to a portal without us, see `ACTS` |
| `/oauth/token/`, `/oauth/rest/app.info` | the authorisation server |
| `/api/v1/` | the script with `BX24` |
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from litestar import asgi
from litestar.handlers import ASGIRouteHandler
from litestar.types import Receive, Scope, Send

from sandbox.bitrix24 import pages
from sandbox.bitrix24.errors import RestError
from sandbox.bitrix24.faults import ordered_fault
from sandbox.bitrix24.oauth import form_params
from sandbox.bitrix24.portal import Portal
from sandbox.bitrix24.rest import json_answer
from sandbox.bitrix24.state import Bitrix24State
from sandbox.core.http import Answer, Request, asgi_app
from sandbox.core.world import World

MOUNT = "/bitrix24"
#: Where a portal shows a deal; here it is one of the sandbox's pages.
DEAL_CARD = "crm/deal/details/"

Act = Callable[[Bitrix24State, Portal], None]


def _dismiss(state: Bitrix24State, portal: Portal) -> None:
    portal.users[1].admin = False


def _set_closed(closed: bool) -> Act:
    def act(state: Bitrix24State, portal: Portal) -> None:
        portal.closed = closed

    return act


ACTS: dict[str, Act] = {
    "close": _set_closed(True),
    "open": _set_closed(False),
    "dismiss-administrator": _dismiss,
    "update-app": lambda state, portal: state.update_app(portal),
    "uninstall": lambda state, portal: state.uninstall(portal, clean=False),
    "uninstall-clean": lambda state, portal: state.uninstall(portal, clean=True),
}
"""Things that the owner of a portal or Bitrix24 does, for tests and for trying by hand."""


def routes(world: World) -> list[ASGIRouteHandler]:
    """Everything under `/bitrix24`, as one mounted application."""
    serve = asgi_app(Doors(world).answer)

    @asgi(MOUNT, is_mount=True, copy_scope=True)
    async def bitrix24(scope: Scope, receive: Receive, send: Send) -> None:
        await serve(scope, receive, send)

    return [bitrix24]


class Doors:
    """Answers every request under `/bitrix24`."""

    def __init__(self, world: World) -> None:
        self._world = world

    @property
    def _state(self) -> Bitrix24State:
        return self._world.bitrix24

    async def answer(self, request: Request) -> Answer:
        """One request: a REST call, an OAuth call, a page."""
        first, _, rest = request.path.strip("/").partition("/")
        portal = self._state.by_member_id.get(first)
        if portal is not None:
            return await self._at_portal(request, portal, rest)
        match (first, rest):
            case ("oauth", "token" | "rest/app.info" | "rest/app.info.json"):
                return await self._oauth(request, rest)
            case ("api", "v1"):
                return Answer(200, pages.BX24_SCRIPT, "text/javascript")
        return pages.message("Página não encontrada", "Não há nada neste endereço.", 404)

    async def _at_portal(self, request: Request, portal: Portal, rest: str) -> Answer:
        if rest == "rest" or rest.startswith("rest/"):
            name = rest[5:].strip("/").removesuffix(".json")
            return await self._state.rest.answer(request, portal, name)
        match rest:
            case "":
                return pages.portal_page(self._state, portal, request)
            case "installed" if request.http_method == "POST":
                self._state.finish_install(portal)
                return Answer(204)
            case "oauth/authorize":
                return pages.consent(self._state, portal, request)
            case _ if rest.startswith(DEAL_CARD):
                deal = rest.removeprefix(DEAL_CARD).strip("/")
                place = f"/pages/bitrix24/{portal.member_id}/deals/{deal}"
                return Answer(302, headers=(("location", place),))
            case _ if rest.removeprefix("acts/") in ACTS and request.http_method == "POST":
                ACTS[rest.removeprefix("acts/")](self._state, portal)
                return Answer(204)
        return pages.message("Página não encontrada", "Este portal não tem esta página.", 404)

    async def _oauth(self, request: Request, rest: str) -> Answer:
        params = form_params(request.query_string, request.body)
        owner = self._state.oauth.owner(params)
        door = self._state.oauth.token if rest == "token" else self._state.oauth.app_info
        answer = await self._with_fault(owner, lambda: door(params))
        self._world.calls.record(
            provider="bitrix24",
            http_method=request.http_method,
            method="oauth",
            path=MOUNT + request.path,
            status=answer.status,
            tenant=owner,
            outsider=False,
        )
        return answer

    async def _with_fault(self, owner: str | None, carry: Callable[[], dict[str, Any]]) -> Answer:
        fault = self._world.faults.take("bitrix24", self._world.tenants.names(member_id=owner), "oauth")
        if fault is None:
            return _attempt(carry)
        if fault.delay_ms:
            await asyncio.sleep(fault.delay_ms / 1000)
        answer = ordered_fault(fault) or _attempt(carry)
        return Answer(answer.status, answer.body, answer.content_type, lost=True) if fault.drop else answer


def _attempt(carry: Callable[[], dict[str, Any]]) -> Answer:
    try:
        return json_answer(carry())
    except RestError as refusal:
        return json_answer(refusal.body(), refusal.status)
