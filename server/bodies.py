"""Raw bodies at the doors: bytes as they were sent, and no more of them than allowed."""

from __future__ import annotations

from litestar.types import Receive, Scope, Send

LARGEST_BODY = 1024 * 1024
#: A sender that is told 413 has often not finished sending; this much more is read and thrown away.
POLITENESS = 8 * LARGEST_BODY

Header = tuple[bytes, bytes]


class TooLarge(Exception):
    """The body is larger than a door takes."""


class Gone(Exception):
    """The sender went away before the body was whole."""


async def read_body(receive: Receive) -> bytes:
    """The whole body; raises `TooLarge` or `Gone`."""
    message = await receive()
    if message["type"] != "http.request":
        raise Gone
    body: bytes = message["body"]
    if message.get("more_body"):
        body = await _read_rest(receive, bytearray(body))
    if len(body) > LARGEST_BODY:
        raise TooLarge
    return body


async def _read_rest(receive: Receive, body: bytearray) -> bytes:
    seen = len(body)
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise Gone
        seen += len(message["body"])
        if seen <= LARGEST_BODY:
            body += message["body"]
        if not message.get("more_body") or seen > POLITENESS:
            break
    if seen > LARGEST_BODY:
        raise TooLarge
    return bytes(body)


def header(scope: Scope, name: bytes) -> bytes:
    """A header's value; empty when it was not sent."""
    for found, value in scope["headers"]:
        if found == name:
            return value
    return b""


class Answer:
    """A fixed answer, encoded once."""

    def __init__(self, status: int, body: bytes = b"", *headers: Header) -> None:
        self.status = status
        self._start = {
            "type": "http.response.start",
            "status": status,
            "headers": [(b"content-length", str(len(body)).encode()), *headers],
        }
        self._body = {"type": "http.response.body", "body": body, "more_body": False}

    async def __call__(self, send: Send) -> None:
        """Send it."""
        await send(self._start)  # type: ignore[arg-type]
        await send(self._body)  # type: ignore[arg-type]
