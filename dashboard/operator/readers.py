"""Whom an operator's page is for."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from litestar import Request

from connector.account.operators import Watcher
from dashboard.pages.visitors import BRAZIL, greet
from dashboard.reader import Language, Reader, Theme, reading
from server.operators import recognise_operator
from server.sessions import csrf_token, refuse_other_sites

Visit = Request[Any, Any, Any]


async def welcome_operator(request: Visit) -> None:
    """`before_request` of a page for operators: a form of ours, then the reader."""
    await refuse_other_sites(request)
    greet_operator(request)


async def welcome_at_door(request: Visit) -> None:
    """`before_request` of the door: an operator who is signed in is known there too."""
    await recognise_operator(request)
    await welcome_operator(request)


def greet_operator(request: Visit) -> None:
    """Read for the operator; before one is known, for the browser's choice."""
    watcher = request.scope.get("user")
    if not isinstance(watcher, Watcher):
        greet(request)
        return
    reading(
        Reader(
            language=Language(watcher.language),
            theme=Theme(watcher.theme),
            zone=BRAZIL,
            now=datetime.now(UTC),
            form_word=csrf_token(str(request.scope["auth"])),
        )
    )
