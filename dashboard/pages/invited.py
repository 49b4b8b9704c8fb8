"""The link of an invitation: for somebody new, for a person who is known, for one who is signed in."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Any

import msgspec
import structlog
from litestar import Request, Response, get, post
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath
from litestar.response import Redirect
from litestar.types import ControllerRouterHandler

from connector.account import invited
from connector.account.invited import Door, Guest, Newcomer, Shut
from connector.account.people import Viewer
from connector.account.signin import Braked, Refused, SignedIn
from dashboard.pages.sign_in import LONGEST, browser_of, error_of
from dashboard.reader import reader
from dashboard.rendering import page
from dashboard.telling.invited import invitation, shut
from dashboard.views.public import InvitedForm, Picture
from server.parts import Parts, Used
from server.sessions import session_cookie

PATH = "/convite/{token:str}"

log = structlog.get_logger()

Visit = Request[Any, Any, Any]


class Typed(msgspec.Struct, frozen=True):
    """What the forms send; a person who is signed in sends nothing."""

    name: str = ""
    password: str = ""
    terms: str = ""


Form = Annotated[Typed, Body(media_type=RequestEncodingType.URL_ENCODED)]


@get(PATH)
async def show_invitation(token: FromPath[str], request: Visit, parts: Used) -> Response[str]:
    """Who invites, and what is needed."""
    door = await _door(token, request, parts)
    return _shut(door, request) if isinstance(door, Shut) else _page(invitation(door), request)


@post(PATH)
async def accept(token: FromPath[str], data: Form, request: Visit, parts: Used) -> Response[Any]:
    """Join, and look at the company at once."""
    door = await _door(token, request, parts)
    if isinstance(door, Shut):
        log.warning("invitation_refused", why=door.value)
        return _shut(door, request)
    if door.guest is Guest.NEW and (found := _newcomer(data).wrong()):
        return _page(invitation(door, data.name, found), request, HTTPStatus.UNPROCESSABLE_ENTITY)
    result = await _join(door, token, data, request, parts)
    if isinstance(result, Refused | Braked):
        return _wrong_password(door, result, request)
    if result is None or isinstance(result, Shut):
        return _shut(result or Shut.USED, request)
    answer = Redirect("/", status_code=303)
    answer.set_cookie(session_cookie(parts.settings, result.token))
    return answer


async def _join(
    door: Door, token: str, data: Typed, request: Visit, parts: Parts
) -> SignedIn | Refused | Braked | Shut | None:
    times = (browser_of(request), parts.clock.now(), parts.clock.business_now())
    match door.guest:
        case Guest.HERE:
            return await invited.join_here(parts.database, token, request.scope["user"], *times)
        case Guest.KNOWN:
            given = data.password if len(data.password) <= LONGEST else ""
            return await invited.join_known(parts.database, token, given, *times)
        case Guest.NEW:
            return await invited.join_new(parts.database, token, _newcomer(data), *times)


def _newcomer(data: Typed) -> Newcomer:
    return Newcomer(
        name=data.name, password=data.password, terms=bool(data.terms), language=reader().language
    )


def _wrong_password(door: Door, result: Refused | Braked, request: Visit) -> Response[str]:
    view = invitation(door, error=error_of(result))
    if isinstance(result, Braked):
        waiting = {"Retry-After": str(result.retry_after)}
        return _page(view, request, HTTPStatus.TOO_MANY_REQUESTS, waiting)
    return _page(view, request, HTTPStatus.UNPROCESSABLE_ENTITY)


async def _door(token: str, request: Visit, parts: Parts) -> Door | Shut:
    user = request.scope.get("user")
    viewer = user if isinstance(user, Viewer) else None
    return await invited.door(parts.database, token, viewer, parts.clock.business_now())


def _page(
    view: InvitedForm,
    request: Visit,
    status: HTTPStatus = HTTPStatus.OK,
    headers: dict[str, str] | None = None,
) -> Response[str]:
    shown = {"view": view, "picture": Picture(path=request.url.path)}
    return page("invited.html", shown, status=status, headers=headers)


def _shut(why: Shut, request: Visit) -> Response[str]:
    statuses = {Shut.UNKNOWN: HTTPStatus.NOT_FOUND, Shut.FULL: HTTPStatus.CONFLICT}
    status = statuses.get(why, HTTPStatus.GONE)
    return page("told.html", {"view": shut(why), "picture": Picture(path=request.url.path)}, status=status)


handlers: list[ControllerRouterHandler] = [show_invitation, accept]
