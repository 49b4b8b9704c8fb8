"""The way back from Bling's consent page: `/oauth/bling/callback`, for whoever comes."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import structlog
from litestar import Request, Response, get
from litestar.response import Redirect
from litestar.types import ControllerRouterHandler

from connector.account import consent
from connector.account.consent import Failed, Failure, Return
from connector.account.people import Viewer
from dashboard.pages.connections import CONNECTED, FAILED, INSTEAD, PATH
from dashboard.reader import _
from dashboard.rendering import page
from dashboard.views.sign_in import ProblemPage
from server.parts import Parts
from server.problems import Unavailable

#: Longer ones are no codes or states of anybody's.
LONGEST = 2_000

log = structlog.get_logger("security")


@get("/oauth/bling/callback")
async def callback(parts: Parts, request: Request[Any, Any, Any]) -> Response[Any]:
    """From Bling, with a code or a refusal; whatever happened is told on Conexões, in plain words."""
    viewer, query = request.scope.get("user"), request.query_params
    if not isinstance(viewer, Viewer):
        log.warning("bling_callback_without_session")
        return _stranger()
    given = {name: query.get(name, "") for name in ("state", "code", "error")}
    if any(len(value) > LONGEST for value in given.values()):
        given = {}
    try:
        done = await consent.finish(parts.connecting, viewer, str(request.scope["auth"]), Return(**given))
    except Failed as error:
        if error.failure is Failure.AWAY:
            raise Unavailable(retry_after=30) from error
        return _back({FAILED: error.failure})
    return _back({INSTEAD if done.instead else CONNECTED: str(done.account.id)})


def _back(said: dict[str, str]) -> Redirect:
    """Without the code in the address."""
    return Redirect(f"{PATH}?{urlencode(said)}", status_code=303)


def _stranger() -> Response[str]:
    view = ProblemPage(
        title=_("A conexão não foi concluída"),
        text=_(
            "Sua sessão na Ponte terminou, ou a autorização começou em outro navegador. Nada foi alterado."
        ),
        url=f"/entrar?next={PATH}",
        way_on=_("Entrar e tentar de novo"),
    )
    return page("problem.html", {"view": view}, status=400)


handlers: list[ControllerRouterHandler] = [callback]
