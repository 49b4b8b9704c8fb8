"""Bitrix24 opens the app in a frame: install page, whose a new portal is to be, the way in."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from functools import wraps
from typing import Annotated, Any
from urllib.parse import parse_qsl, urlsplit

import msgspec
from litestar import Request, Response, get, post
from litestar.enums import RequestEncodingType
from litestar.params import Body
from litestar.response import Redirect
from litestar.types import ControllerRouterHandler

from connector.account.deal_tab import deal_of
from connector.account.openings import CHOICE_S, Opening, Openings
from connector.account.portal_people import PortalDoor
from connector.account.signin import SESSION_DAYS, Braked, Browser, check_password
from connector.domain.vendor import Disconnected, Rejected, Throttled, VendorError
from connector.store.people import Person
from dashboard.pages import deal
from dashboard.pages.visitors import greet
from dashboard.reader import _, reader, reading
from dashboard.rendering import page
from dashboard.telling.portal import refusal
from dashboard.views.portal import Choice, Install, PortalSignIn
from server.callers import caller_address
from server.frame import OPENING, frame_cookie, frame_cookie_name
from server.parts import Parts, Used
from server.sessions import csrf_token, refuse_other_sites

#: A form of Bitrix24's has a dozen short fields.
LARGEST, MOST_FIELDS = 16 * 1024, 64
LONGEST = 1000

Visit = Request[Any, Any, Any]
Answer = Response[Any]
Handler = Callable[..., Coroutine[Any, Any, Answer]]


class SignInForm(msgspec.Struct, frozen=True):
    """What the form sends."""

    email: str = ""
    password: str = ""


Form = Annotated[SignInForm, Body(media_type=RequestEncodingType.URL_ENCODED)]


def refusing(handler: Handler) -> Handler:
    """Whatever Bitrix24 or we refuse becomes a page in plain words."""

    @wraps(handler)
    async def answer(*args: Any, **kwargs: Any) -> Answer:
        try:
            return await handler(*args, **kwargs)
        except VendorError as error:
            return refused(error)

    return answer


def refused(error: VendorError) -> Answer:
    """The page for it; whose frame it may be is known from the reader."""
    headers: dict[str, str] = {}
    match error:
        case Throttled():
            wait = max(1, int((error.until - datetime.now(UTC)).total_seconds()) + 1)
            status, headers = 429, {"Retry-After": str(wait)}
        case Rejected() | Disconnected():
            status = 403
        case _:
            status, headers = 503, {"Retry-After": "5"}
    return page("portal_refused.html", {"view": refusal(error, status)}, status=status, headers=headers)


@post("/bitrix24/app", status_code=200, request_max_body_size=LARGEST)
@refusing
async def open_app(request: Visit, parts: Used) -> Answer:
    """The app was opened: sign the portal's user in, or ask whose the portal is to be."""
    form = await _form(request)
    opening = await _proved(request, parts, form)
    door = PortalDoor(parts.connecting)
    tenant_id = await door.tenant_of(opening)
    if tenant_id is None:
        return await _choice(opening, parts)
    await door.renew(tenant_id, opening, always=False)
    token = await door.enter(tenant_id, opening, parts.clock.now(), _browser(request))
    deal_id = deal_of(form)
    return entered(parts, token, f"{deal.PATH}/{deal_id}" if deal_id else "/")


@post("/bitrix24/install", status_code=200, request_max_body_size=LARGEST)
@refusing
async def install(request: Visit, parts: Used) -> Answer:
    """Shown once: the page tells Bitrix24 that the installation is finished; then the app is opened."""
    opening = await _proved(request, parts, await _form(request))
    door = PortalDoor(parts.connecting)
    if (tenant_id := await door.tenant_of(opening)) is not None:
        await door.renew(tenant_id, opening, always=True)
    return page("portal_install.html", {"view": Install(parts.settings.bitrix24_script_url)})


@post("/bitrix24/continuar", status_code=303)
@refusing
async def found_tenant(request: Visit, parts: Used) -> Answer:
    """A new tenant with this portal, signed in as its administrator."""
    opening = await _taken(request, parts)
    clock, door = parts.clock, PortalDoor(parts.connecting)
    if (tenant_id := await door.tenant_of(opening)) is not None:
        return entered(parts, await door.enter(tenant_id, opening, clock.now(), _browser(request)))
    token = await door.found(opening, clock.now(), clock.business_now(), _browser(request))
    return entered(parts, token)


@get("/bitrix24/entrar")
@refusing
async def show_sign_in(request: Visit, parts: Used) -> Answer:
    """Já tenho conta."""
    await _kept(request, parts)
    return page("portal_sign_in.html", {"view": PortalSignIn()})


@post("/bitrix24/entrar", status_code=303)
@refusing
async def sign_in(data: Form, request: Visit, parts: Used) -> Answer:
    """The portal belongs to the tenant of the person who gives the right password."""
    await _kept(request, parts)
    now = parts.clock.now()
    given = data.password if len(data.password) <= LONGEST and len(data.email) <= LONGEST else ""
    found = await check_password(parts.database, data.email, given, now)
    if isinstance(found, Person):
        opening = await _taken(request, parts)
        return entered(
            parts, await PortalDoor(parts.connecting).adopt(found, opening, now, _browser(request))
        )
    view = PortalSignIn(email=data.email[:LONGEST], error=_error(found))
    if isinstance(found, Braked):
        headers = {"Retry-After": str(found.retry_after)}
        return page("portal_sign_in.html", {"view": view}, status=429, headers=headers)
    return page("portal_sign_in.html", {"view": view}, status=422)


async def welcome_portal(request: Visit) -> None:
    """`before_request` of what Bitrix24 itself opens: its POST is proved by what it brings."""
    greet(request)


async def welcome_chooser(request: Visit) -> None:
    """`before_request` of what comes after: only from the page that the opening showed."""
    settings = request.app.state.parts.settings
    token = request.cookies.get(frame_cookie_name(settings, OPENING), "")
    request.scope["auth"] = token
    await refuse_other_sites(request)
    greet(request)


def entered(parts: Parts, token: str, path: str = "/") -> Answer:
    """Into the app, inside the frame."""
    answer: Answer = Redirect(path, status_code=303)
    answer.set_cookie(frame_cookie(parts.settings, token, SESSION_DAYS * 86_400))
    answer.set_cookie(frame_cookie(parts.settings, "", 0, OPENING))
    return answer


async def _proved(request: Visit, parts: Parts, form: dict[str, str]) -> Opening:
    openings = Openings(parts.connecting, parts.redis)
    opening = await openings.prove(form, caller_address(request, parts.settings))
    _framed(opening)
    return opening


async def _form(request: Visit) -> dict[str, str]:
    """Query and form as one; raises `Rejected` for what is no form."""
    try:
        body = (await request.body()).decode()
        sent = parse_qsl(body, keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError as error:
        raise Rejected("not a form", code="form") from error
    return {name: str(value) for name, value in request.query_params.items()} | dict(sent)


async def _choice(opening: Opening, parts: Parts) -> Answer:
    if not opening.user.admin:
        raise Rejected("Só um administrador do portal pode conectar a Ponte.", code="not_admin")
    token = await Openings(parts.connecting, parts.redis).keep(opening)
    _framed(opening, token)
    answer = page(
        "portal_choice.html",
        {"view": Choice(portal=urlsplit(opening.origin).netloc, person=opening.user.name)},
    )
    answer.set_cookie(frame_cookie(parts.settings, token, CHOICE_S, OPENING))
    return answer


async def _kept(request: Visit, parts: Parts) -> Opening:
    return _still(await Openings(parts.connecting, parts.redis).kept(str(request.scope["auth"])), request)


async def _taken(request: Visit, parts: Parts) -> Opening:
    return _still(await Openings(parts.connecting, parts.redis).take(str(request.scope["auth"])), request)


def _still(opening: Opening | None, request: Visit) -> Opening:
    if opening is None:
        raise Rejected("the opening was used, or is too old", code="opening_gone")
    _framed(opening, str(request.scope["auth"]))
    return opening


def _framed(opening: Opening, token: str = "") -> None:
    """From here on the portal is known that may show our page."""
    word = csrf_token(token) if token else ""
    reading(msgspec.structs.replace(reader(), framed_by=opening.origin, form_word=word))


def _browser(request: Visit) -> Browser:
    return Browser(agent=request.headers.get("user-agent", ""), frame=True)


def _error(result: object) -> str:
    if isinstance(result, Braked):
        return _("Muitas tentativas. Espere %(seconds)s segundos e tente de novo.") % {
            "seconds": result.retry_after
        }
    return _("E-mail e senha não conferem. Tente de novo.")


#: What Bitrix24 POSTs, and what the person then chooses.
openers: list[ControllerRouterHandler] = [open_app, install]
choosers: list[ControllerRouterHandler] = [found_tenant, show_sign_in, sign_in]
