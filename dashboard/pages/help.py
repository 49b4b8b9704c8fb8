"""Ajuda: for everybody; with "Verificar agora" for who is signed in."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from connector.account.people import Viewer
from connector.account.self_check import findings
from connector.account.self_facts import Times, gather
from dashboard.help_texts import Topic
from dashboard.pages.surroundings import look_around, shell_of
from dashboard.reader import reader
from dashboard.rendering import page, part
from dashboard.telling import help as telling
from dashboard.telling.self_check import self_check
from dashboard.views.help import HelpIndex, HelpTopic, SelfCheck
from dashboard.views.parts import Shell
from dashboard.views.public import Picture
from server.parts import Parts, Used
from server.sessions import Viewing

Visit = Request[Any, Any, Any]


@get("/ajuda")
async def show_help(parts: Used, request: Visit) -> Response[str]:
    """All topics."""
    return await _show("help.html", telling.index(), parts, request)


@get("/ajuda/{name:str}")
async def show_topic(name: FromPath[str], parts: Used, request: Visit) -> Response[str]:
    """One topic."""
    view = telling.topic(_topic(name), may_check=_viewer(request) is not None)
    return await _show("help_topic.html", view, parts, request)


@get("/ajuda/{name:str}/verificar")
async def show_checked(name: FromPath[str], viewer: Viewing, parts: Used, request: Visit) -> Response[str]:
    """Where a reload after a check leads: the topic, with nothing asked anew of the vendors for 30 s."""
    return await _checked(_topic(name), viewer, parts, request)


@post("/ajuda/{name:str}/verificar", status_code=200)
async def check(name: FromPath[str], viewer: Viewing, parts: Used, request: Visit) -> Response[str]:
    """Look at this company now; the topic's page with what was found, or for htmx the findings alone."""
    which = _topic(name)
    if request.headers.get("hx-request"):
        return part("findings_answer.html", {"check": await _check(which, viewer, parts)})
    return await _checked(which, viewer, parts, request)


async def _checked(which: Topic, viewer: Viewer, parts: Parts, request: Visit) -> Response[str]:
    view = telling.topic(which, may_check=True, check=await _check(which, viewer, parts))
    return await _show("help_topic.html", view, parts, request)


async def _check(which: Topic, viewer: Viewer, parts: Parts) -> SelfCheck:
    times = Times(parts.clock.now(), parts.clock.business_now())
    facts = await gather(parts.connecting, viewer.tenant_id, times)
    return self_check(findings(facts), telling.CHECKS[which], reader().now, facts.answers.at)


async def _show(template: str, view: HelpIndex | HelpTopic, parts: Parts, request: Visit) -> Response[str]:
    shown = {
        "view": view,
        "shell": await _shell(parts, request),
        "picture": Picture(path=request.url.path.removesuffix("/verificar")),
    }
    return page(template, shown)


async def _shell(parts: Parts, request: Visit) -> Shell | None:
    """The rail for who is signed in."""
    viewer = _viewer(request)
    if viewer is None:
        return None
    async with parts.database.tenant(viewer.tenant_id) as conn:
        around = await look_around(conn, viewer, parts.clock.business_now())
    return shell_of(around, request, request.url.path.removesuffix("/verificar"))


def _viewer(request: Visit) -> Viewer | None:
    viewer = request.scope.get("user")
    return viewer if isinstance(viewer, Viewer) else None


def _topic(name: str) -> Topic:
    if name not in set(Topic):
        raise NotFoundException
    return Topic(name)


handlers: list[ControllerRouterHandler] = [show_help, show_topic]
#: For who is signed in, whatever the role; a visiting operator too: nothing of the tenant's is changed.
checks: list[ControllerRouterHandler] = [show_checked, check]
