"""Whom a page is for: set once at the start of each request."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from litestar import Request
from litestar.datastructures import Cookie

from connector.account.people import Viewer
from dashboard.reader import Language, Reader, Theme, reading
from server.sessions import csrf_token, recognise, refuse_other_sites

LANGUAGE, THEME = "language", "theme"
BRAZIL = ZoneInfo("America/Sao_Paulo")
YEAR_S = 365 * 86_400

Visit = Request[Any, Any, Any]
Choice = TypeVar("Choice", Language, Theme)


async def welcome(request: Visit) -> None:
    """`before_request` of a page for people who are signed in: a form of ours, then the reader."""
    await refuse_other_sites(request)
    greet(request)


async def welcome_anyone(request: Visit) -> None:
    """`before_request` of a page for everybody: who is signed in is known there too."""
    await recognise(request)
    await welcome(request)


def greet(request: Visit) -> None:
    """Read for the person who is signed in, else for the browser's choice."""
    viewer = request.scope.get("user")
    reading(_person(request, viewer) if isinstance(viewer, Viewer) else _stranger(request))


def remember(name: str, value: str) -> Cookie:
    """The choice of a browser that nobody is signed in with."""
    return Cookie(key=name, value=value, max_age=YEAR_S, httponly=True, secure=True, samesite="lax", path="/")


def _person(request: Visit, viewer: Viewer) -> Reader:
    return Reader(
        language=_choice(Language, viewer.language, Language.PORTUGUESE),
        theme=_choice(Theme, viewer.theme, Theme.SYSTEM),
        zone=_zone(viewer.timezone),
        now=datetime.now(UTC),
        form_word=csrf_token(str(request.scope["auth"])),
        framed_by=viewer.framed_by,
    )


def _stranger(request: Visit) -> Reader:
    return Reader(
        language=_choice(Language, request.cookies.get(LANGUAGE, ""), Language.PORTUGUESE),
        theme=_choice(Theme, request.cookies.get(THEME, ""), Theme.SYSTEM),
        now=datetime.now(UTC),
    )


def _choice(kind: type[Choice], value: str, otherwise: Choice) -> Choice:
    return kind(value) if value in {member.value for member in kind} else otherwise


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return BRAZIL
