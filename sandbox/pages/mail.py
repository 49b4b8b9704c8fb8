"""Sent mail: a door for Ponte's mailer, a list for tests, a page for people."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, get, post

from sandbox.control.requests import MailOrder
from sandbox.core.world import World
from sandbox.pages.rendering import page


@get("/mail", sync_to_thread=False)
def show_mail(request: Request[Any, Any, Any], world: World) -> Response[Any]:
    """Mails newest first: JSON, or a page for a browser."""
    mails = world.mails.newest_first()
    if "text/html" in request.headers.get("accept", ""):
        return page("mail.html", "E-mails enviados", mails=mails)
    return Response({"items": mails})


@post("/mail", status_code=201, sync_to_thread=False)
def post_mail(data: MailOrder, world: World) -> dict[str, Any]:
    """Take a mail in."""
    mail = world.mails.add(data.to, data.subject, data.text, data.html)
    return {"at": mail.at}
