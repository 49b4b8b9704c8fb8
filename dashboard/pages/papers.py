"""Termos and Privacidade."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, get
from litestar.types import ControllerRouterHandler

from dashboard.rendering import page
from dashboard.telling import papers
from dashboard.views.public import Paper, Picture

Visit = Request[Any, Any, Any]


@get("/termos")
async def show_terms(request: Visit) -> Response[str]:
    """What both sides promise."""
    return _show(papers.terms(), request)


@get("/privacidade")
async def show_privacy(request: Visit) -> Response[str]:
    """What is kept, why, how long."""
    return _show(papers.privacy(), request)


def _show(paper: Paper, request: Visit) -> Response[str]:
    return page("paper.html", {"view": paper, "picture": Picture(path=request.url.path)})


handlers: list[ControllerRouterHandler] = [show_terms, show_privacy]
