"""Sent mail: a door for Ponte's mailer, a list for tests and people."""

from __future__ import annotations

from typing import Any

from litestar import get, post

from sandbox.control.requests import MailOrder
from sandbox.core.mails import Mail
from sandbox.core.world import World


@get("/mail", sync_to_thread=False)
def show_mail(world: World) -> dict[str, list[Mail]]:
    """Mails newest first."""
    return {"items": world.mails.newest_first()}


@post("/mail", status_code=201, sync_to_thread=False)
def post_mail(data: MailOrder, world: World) -> dict[str, Any]:
    """Take a mail in."""
    mail = world.mails.add(data.to, data.subject, data.text, data.html)
    return {"at": mail.at}
