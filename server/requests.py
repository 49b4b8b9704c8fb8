"""A name for every request, in its answer and its log lines; headers that every answer carries."""

from __future__ import annotations

import re

import structlog
from litestar.datastructures import MutableScopeHeaders
from litestar.enums import ScopeType
from litestar.exceptions import HTTPException
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Message, Receive, Scope, Send
from uuid_utils import uuid7

from server.problems import Problem

REQUEST_ID = "x-request-id"
ACCEPTABLE_ID = re.compile(rb"[A-Za-z0-9_-]{8,64}\Z")

#: What holds for every page and answer; the pages add their content policy.
SECURITY_HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "strict-origin-when-cross-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "cross-origin-opener-policy": "same-origin",
}


class RequestNames(ASGIMiddleware):
    """Binds `request_id` for the log and sends it back; adds the security headers."""

    scopes = (ScopeType.HTTP,)

    def __init__(self, *, https: bool) -> None:
        self._headers = dict(SECURITY_HEADERS)
        if https:
            self._headers["strict-transport-security"] = "max-age=31536000"

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Name the request, then go on."""
        request_id = _given_id(scope) or str(uuid7())
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)

        async def send_named(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableScopeHeaders.from_message(message)
                headers[REQUEST_ID] = request_id
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        try:
            await next_app(scope, receive, send_named)
        except (Problem, HTTPException) as error:
            # What a middleware raises is answered outside of this one.
            error.headers = {REQUEST_ID: request_id, **self._headers, **(error.headers or {})}
            raise


def _given_id(scope: Scope) -> str | None:
    for name, value in scope["headers"]:
        if name == b"x-request-id" and ACCEPTABLE_ID.match(value):
            return value.decode()
    return None
