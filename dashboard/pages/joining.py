"""Criar conta, and the link that confirms it."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
import structlog
from litestar import Request, Response, get, post
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath
from litestar.response import Redirect
from litestar.types import ControllerRouterHandler

from connector.account import joining
from connector.account.joining import SignupForm
from connector.account.people import Viewer
from connector.account.post import ring
from dashboard.pages.sign_in import browser_of
from dashboard.reader import reader
from dashboard.rendering import page
from dashboard.telling import public as told
from dashboard.views.public import Picture
from server.crowding import seconds_to_wait
from server.parts import Used
from server.sessions import session_cookie

PATH = "/criar-conta"

log = structlog.get_logger()

Visit = Request[Any, Any, Any]


class Typed(msgspec.Struct, frozen=True):
    """What the form sends."""

    email: str = ""
    password: str = ""
    company: str = ""
    terms: str = ""


Form = Annotated[Typed, Body(media_type=RequestEncodingType.URL_ENCODED)]


@get(PATH)
async def show_sign_up(request: Visit) -> Response[Any]:
    """The form; who is signed in already needs none."""
    if isinstance(request.scope.get("user"), Viewer):
        return Redirect("/", status_code=303)
    return page("sign_up.html", {"view": told.sign_up(), "picture": Picture(path=PATH)})


@post(PATH)
async def sign_up(data: Form, request: Visit, parts: Used) -> Response[Any]:
    """Have a link sent, or say beside each field what is wrong with it."""
    form = SignupForm(
        email=data.email,
        password=data.password,
        company=data.company,
        terms=bool(data.terms),
        language=reader().language,
    )
    if found := form.wrong():
        view = told.sign_up(data.email, data.company, found)
        return page("sign_up.html", {"view": view, "picture": Picture(path=PATH)}, status=422)
    if wait := await seconds_to_wait(request):
        return crowded(PATH, wait)
    await joining.ask(parts.database, parts.vault, form, parts.clock.now())
    await ring(parts.redis)
    return Redirect(f"{PATH}/conferir", status_code=303)


def crowded(path: str, wait: int) -> Response[str]:
    """Too many forms came from this address."""
    view = {"view": told.crowded(path), "picture": Picture(path=path)}
    return page("told.html", view, status=429, headers={"Retry-After": str(wait)})


@get(f"{PATH}/conferir")
async def look_into_mail() -> Response[str]:
    """The same for every address."""
    return page("told.html", {"view": told.look_into_mail(), "picture": Picture(path=f"{PATH}/conferir")})


@get("/confirmar/{token:str}")
async def show_confirmation(token: FromPath[str], request: Visit, parts: Used) -> Response[str]:
    """A button: programs that look into mails follow links, but press nothing."""
    state = await joining.link_state(parts.database, token, parts.clock.now())
    picture = Picture(path=request.url.path)
    if not state.open:
        return page("told.html", {"view": told.bad_confirmation(state), "picture": picture}, status=410)
    return page("confirm.html", {"picture": picture})


@post("/confirmar/{token:str}")
async def confirm(token: FromPath[str], request: Visit, parts: Used) -> Response[Any]:
    """Person, company and session begin; or the page that says why not."""
    now = parts.clock.now()
    browser = browser_of(request)
    opened = await joining.confirm(parts.database, token, browser, now, parts.clock.business_now())
    if opened is None:
        log.warning("confirmation_refused")
        state = await joining.link_state(parts.database, token, now)
        view = {"view": told.bad_confirmation(state), "picture": Picture(path=request.url.path)}
        return page("told.html", view, status=410)
    answer = Redirect("/", status_code=303)
    answer.set_cookie(session_cookie(parts.settings, opened.token))
    return answer


handlers: list[ControllerRouterHandler] = [
    show_sign_up,
    sign_up,
    look_into_mail,
    show_confirmation,
    confirm,
]
