"""A light load generator: `python -m benchmarks.load`, orders on stdin, figures on stdout.

Requests are made before the clock starts; each connection sends its next one as soon as it has its answer,
over plain sockets, so that what is measured is the server.
"""

from __future__ import annotations

import asyncio
import hmac
import sys
import time
from collections import deque
from hashlib import sha256
from typing import cast

import msgspec
import uvloop

from benchmarks import messages
from benchmarks.messages import Notice
from connector.store.ids import new_id


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """What to send: signed messages about so many products, over so many connections."""

    port: int
    path: str
    company_id: str
    secret: str
    requests: int
    connections: int


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """How it went; `refused` counts answers other than 200."""

    seconds: float
    refused: int


async def run(order: Order) -> Figures:
    """Send everything."""
    waiting = deque(_requests(order))
    loop = asyncio.get_running_loop()
    made = [
        await loop.create_connection(
            lambda: _Connection(waiting, loop.create_future()), "127.0.0.1", order.port
        )
        for _ in range(order.connections)
    ]
    begun = time.perf_counter()
    for _, connection in made:
        connection.send()
    refused = await asyncio.gather(*(connection.done for _, connection in made))
    return Figures(seconds=time.perf_counter() - begun, refused=sum(refused))


class _Connection(asyncio.Protocol):
    """Sends, waits for the answer, sends."""

    def __init__(self, waiting: deque[bytes], done: asyncio.Future[int]) -> None:
        self.done = done
        self._waiting = waiting
        self._refused = 0
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is no subclass

    def send(self) -> None:
        """The next request, if there is one."""
        assert self._transport is not None
        if self._waiting:
            self._transport.write(self._waiting.popleft())
        else:
            self._transport.close()
            self.done.set_result(self._refused)

    def data_received(self, data: bytes) -> None:
        """Answers are short and come in one piece, one for each request."""
        if not data.startswith(b"HTTP/1.1 200"):
            self._refused += 1
        self.send()

    def connection_lost(self, error: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(error or ConnectionError("the server hung up"))


def _requests(order: Order) -> list[bytes]:
    date = messages.now()
    made = []
    for number in range(order.requests):
        notice = Notice(number=number, price=1_000, date=date)
        body = messages.body(notice, order.company_id, str(new_id()))
        signature = hmac.new(order.secret.encode(), body, sha256).hexdigest()
        head = (
            f"POST {order.path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n"
            f"x-bling-signature-256: sha256={signature}\r\ncontent-length: {len(body)}\r\n\r\n"
        )
        made.append(head.encode() + body)
    return made


if __name__ == "__main__":
    told = uvloop.run(run(msgspec.json.decode(sys.stdin.buffer.read(), type=Order)))
    sys.stdout.buffer.write(msgspec.json.encode(told))
