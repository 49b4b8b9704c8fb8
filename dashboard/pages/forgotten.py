"""Esqueci a senha, and the link to a new one."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
import structlog
from litestar import Request, Response, get, post
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath
from litestar.response import Redirect
from litestar.types import ControllerRouterHandler

from connector.account import forgotten
from connector.account.post import ring
from connector.account.typed import password_wrong
from dashboard.pages.joining import crowded
from dashboard.pages.sign_in import CHANGED
from dashboard.rendering import page
from dashboard.telling import public as told
from dashboard.views.public import Picture
from server.crowding import seconds_to_wait
from server.parts import Used

PATH = "/esqueci-a-senha"

log = structlog.get_logger()

Visit = Request[Any, Any, Any]


class Asked(msgspec.Struct, frozen=True):
    """What the first form sends."""

    email: str = ""


class Chosen(msgspec.Struct, frozen=True):
    """What the second form sends."""

    password: str = ""


AskedForm = Annotated[Asked, Body(media_type=RequestEncodingType.URL_ENCODED)]
ChosenForm = Annotated[Chosen, Body(media_type=RequestEncodingType.URL_ENCODED)]


@get(PATH)
async def show_forgotten() -> Response[str]:
    """The form."""
    return page("forgotten.html", {"view": told.forgotten(), "picture": Picture(path=PATH)})


@post(PATH)
async def ask(data: AskedForm, request: Visit, parts: Used) -> Response[Any]:
    """The same answer for every address."""
    if wait := await seconds_to_wait(request):
        return crowded(PATH, wait)
    await forgotten.ask(parts.database, parts.vault, data.email, parts.clock.now())
    await ring(parts.redis)
    return Redirect(f"{PATH}/conferir", status_code=303)


@get(f"{PATH}/conferir")
async def link_sent() -> Response[str]:
    """The same for every address."""
    return page("told.html", {"view": told.link_sent(), "picture": Picture(path=f"{PATH}/conferir")})


@get("/nova-senha/{token:str}")
async def show_new_password(token: FromPath[str], request: Visit, parts: Used) -> Response[str]:
    """The password alone: the link says whose it is."""
    state = await forgotten.link_state(parts.database, token, parts.clock.now())
    picture = Picture(path=request.url.path)
    if not state.open:
        return page("told.html", {"view": told.bad_reset(state), "picture": picture}, status=410)
    return page("new_password.html", {"view": told.new_password(), "picture": picture})


@post("/nova-senha/{token:str}")
async def choose(token: FromPath[str], data: ChosenForm, request: Visit, parts: Used) -> Response[Any]:
    """Replace the password; all sessions end, so signing in comes next."""
    picture = Picture(path=request.url.path)
    if found := password_wrong(data.password):
        return page("new_password.html", {"view": told.new_password(found), "picture": picture}, status=422)
    if await forgotten.choose(parts.database, token, data.password, parts.clock.now()):
        return Redirect(f"/entrar?{CHANGED}", status_code=303)
    log.warning("reset_refused")
    state = await forgotten.link_state(parts.database, token, parts.clock.now())
    return page("told.html", {"view": told.bad_reset(state), "picture": picture}, status=410)


handlers: list[ControllerRouterHandler] = [show_forgotten, ask, link_sent, show_new_password, choose]
