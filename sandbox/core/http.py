"""A thin ASGI layer for the vendors' doors: speed matters there, frameworks do not."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import cached_property
from typing import Any, cast
from urllib.parse import parse_qsl

import msgspec
from litestar.types import HTTPScope, Receive, Scope, Send


class Answer(msgspec.Struct, frozen=True):
    """A response: `body` as bytes, `headers` lower-case. `lost` closes the connection instead."""

    status: int
    body: bytes = b""
    content_type: str = "application/json"
    headers: tuple[tuple[str, str], ...] = ()
    lost: bool = False


class AnswerLost(ConnectionError):
    """Raised inside the server so that it closes the connection before the body is complete."""


class Request:
    """A request whose body was read; parsed parts are made when asked for."""

    def __init__(self, scope: HTTPScope, body: bytes) -> None:
        self.http_method: str = scope["method"]
        self.path: str = scope["path"]
        self.body = body
        client = scope["client"]
        self.client: str = client[0] if client else ""
        self._raw_headers = scope["headers"]
        self.query_string: str = scope.get("query_string", b"").decode("latin-1")

    @cached_property
    def headers(self) -> dict[str, str]:
        """Headers by lower-case name."""
        return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in self._raw_headers}

    @cached_property
    def query(self) -> list[tuple[str, str]]:
        """The query's pairs in their order, blanks kept."""
        return parse_qsl(self.query_string, keep_blank_values=True)

    @cached_property
    def form(self) -> dict[str, str]:
        """A form body by name (the last value wins), empty if it is none."""
        return dict(parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True))


Handler = Callable[[Request], Awaitable[Answer]]


def asgi_app(handler: Handler) -> Callable[[Scope, Receive, Send], Awaitable[None]]:
    """Serve `handler` as an ASGI application: whole request in, whole answer out."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(cast(HTTPScope, scope), await _read_body(receive))
        answer = await handler(request)
        await (_lose(send) if answer.lost else _send(send, answer))

    return app


async def _read_body(receive: Receive) -> bytes:
    parts: list[bytes] = []
    while True:
        message: Any = await receive()
        if message["type"] == "http.disconnect":
            return b"".join(parts)
        parts.append(message.get("body", b""))
        if not message.get("more_body", False):
            return parts[0] if len(parts) == 1 else b"".join(parts)


async def _send(send: Send, answer: Answer) -> None:
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in answer.headers]
    headers.append((b"content-length", str(len(answer.body)).encode()))
    if answer.body:
        headers.append((b"content-type", answer.content_type.encode("latin-1")))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body, "more_body": False})


async def _lose(send: Send) -> None:
    # The server has no way to hang up before the status line; a body that ends early is what
    # makes every HTTP client report a broken connection instead of an answer.
    headers = [(b"content-length", b"64")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"{", "more_body": True})
    raise AnswerLost
