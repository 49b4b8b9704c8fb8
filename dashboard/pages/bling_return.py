"""The way back from Bling's consent page: `/oauth/bling/callback`, for whoever comes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import structlog
from litestar import Request, Response, get
from litestar.datastructures import Cookie
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.types import ControllerRouterHandler

from connector.account import consent
from connector.account.consent import Failed, Failure, Return
from connector.account.consent_window import LASTS_S, ConsentWindows
from connector.account.people import Viewer
from dashboard.pages.connections import CONNECTED, FAILED, INSTEAD, PATH
from dashboard.reader import _
from dashboard.rendering import page
from dashboard.views.portal import Refusal
from dashboard.views.sign_in import ProblemPage
from server.parts import Parts, Used
from server.problems import Forbidden, Unavailable

Visit = Request[Any, Any, Any]

#: The cookie of a window that was opened from a frame.
WORD = "ponte-bling"
#: Longer ones are no codes or states of anybody's.
LONGEST = 2_000

log = structlog.get_logger("security")


@get("/oauth/bling/janela/{ticket:str}")
async def open_window(ticket: FromPath[str], parts: Used, request: Visit) -> Response[Any]:
    """From the frame's page into a window of its own, and on to Bling; only from a page of ours, and once.

    Otherwise somebody could hand out their own ticket and have a stranger connect a Bling account to them.
    """
    ours = request.headers.get("sec-fetch-site") == "same-origin"
    opened = await ConsentWindows(parts.connecting, parts.redis).open(ticket) if ours else None
    if opened is None:
        log.warning("bling_window_refused", ours=ours)
        return _told(
            _("Esta janela não vale mais"), _("Volte à Ponte no Bitrix24 e comece de novo."), status=400
        )
    answer: Response[Any] = Redirect(opened.url, status_code=302)
    answer.set_cookie(_word(opened.word, LASTS_S))
    return answer


@get("/oauth/bling/callback")
async def callback(parts: Used, request: Visit) -> Response[Any]:
    """From Bling, with a code or a refusal; whatever happened is told on Conexões, in plain words."""
    viewer, query = request.scope.get("user"), request.query_params
    word, windows = request.cookies.get(WORD, ""), ConsentWindows(parts.connecting, parts.redis)
    if (known := await windows.viewer(word, query.get("state", ""))) is not None:
        return await _back_in_window(parts, windows, *known, word, query)
    if not isinstance(viewer, Viewer):
        log.warning("bling_callback_without_session")
        return _stranger()
    path = await _finished(parts, viewer, str(request.scope["auth"]), query)
    return Redirect(path, status_code=303)


async def _finished(parts: Parts, viewer: Viewer, whose: str, query: Mapping[str, str]) -> str:
    """Where it is told, without the code in the address; `whose` = the session or word of the state."""
    given = {name: query.get(name, "") for name in ("state", "code", "error")}
    if any(len(value) > LONGEST for value in given.values()):
        given = {}
    try:
        done = await consent.finish(parts.connecting, viewer, whose, Return(**given))
    except Failed as error:
        if error.failure is Failure.AWAY:
            raise Unavailable(retry_after=30) from error
        return f"{PATH}?{urlencode({FAILED: error.failure})}"
    return f"{PATH}?{urlencode({INSTEAD if done.instead else CONNECTED: str(done.account.id)})}"


async def _back_in_window(
    parts: Parts,
    windows: ConsentWindows,
    viewer: Viewer,
    ticket: str,
    word: str,
    query: Mapping[str, str],
) -> Response[Any]:
    """The window has done its part: the frame tells what became of it."""
    if not viewer.may_change:
        raise Forbidden("your role may only read")
    await windows.ended(viewer, ticket, await _finished(parts, viewer, word, query))
    answer = _told(
        _("Pode fechar esta janela"), _("A Ponte continua no Bitrix24 e mostra como ficou a conexão.")
    )
    answer.set_cookie(_word("", 0))
    return answer


def _told(title: str, text: str, status: int = 200) -> Response[Any]:
    return page("portal_refused.html", {"view": Refusal(title=title, text=text)}, status=status)


def _word(value: str, max_age: int) -> Cookie:
    return Cookie(
        key=WORD,
        value=value,
        path="/oauth/bling",
        httponly=True,
        secure=True,
        samesite="lax",
        max_age=max_age,
    )


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


handlers: list[ControllerRouterHandler] = [open_window, callback]
