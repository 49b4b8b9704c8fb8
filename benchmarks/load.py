"""A light load generator: `python -m benchmarks.load`, an order on stdin, figures on stdout.

Requests are made before the clock starts and go over plain sockets, so that what is measured is the server.
Each connection sends its next one as soon as it has its answer, or when its time has come where the order
names a rate: then an answer's delay counts from that time, so that a server that stands still hides nothing.
"""

from __future__ import annotations

import asyncio
import hmac
import subprocess
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
    #: Requests a second of all connections together; None = as fast as they are answered.
    rate: float | None = None


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """How it went; `refused` counts answers other than 200, `delays` are seconds, ascending."""

    seconds: float
    refused: int
    delays: list[float] = []


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
    connections = [connection for _, connection in made]
    begun = time.perf_counter()
    if order.rate is None:
        for connection in connections:
            connection.send()
        refused = sum(await asyncio.gather(*(connection.done for connection in connections)))
        return Figures(seconds=time.perf_counter() - begun, refused=refused)
    delays, refused = await _paced(waiting, connections, order.rate)
    return Figures(seconds=time.perf_counter() - begun, refused=refused, delays=delays)


async def _paced(
    waiting: deque[bytes], connections: list[_Connection], rate: float
) -> tuple[list[float], int]:
    """Delays of all requests, each sent when its time has come, and how many were refused."""
    free: asyncio.Queue[_Connection] = asyncio.Queue()
    for connection in connections:
        free.put_nowait(connection)
    begun, delays = time.perf_counter(), [0.0] * len(waiting)

    async def one(number: int, connection: _Connection, request: bytes) -> bool:
        good = await connection.ask(request)
        delays[number] = time.perf_counter() - begun - number / rate
        free.put_nowait(connection)
        return good

    async with asyncio.TaskGroup() as group:
        asked = []
        for number, request in enumerate(waiting):
            await asyncio.sleep(max(0.0, begun + number / rate - time.perf_counter()))
            asked.append(group.create_task(one(number, await free.get(), request)))
    return sorted(delays), sum(not task.result() for task in asked)


async def load(order: Order) -> Figures:
    """Carry an order out in a process of its own."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "benchmarks.load"), stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    said, _ = await process.communicate(msgspec.json.encode(order))
    if process.returncode:
        raise RuntimeError("the load generator failed")
    return msgspec.json.decode(said, type=Figures)


class _Connection(asyncio.Protocol):
    """Sends, waits for the answer, sends."""

    def __init__(self, waiting: deque[bytes], done: asyncio.Future[int]) -> None:
        self.done = done
        self._waiting = waiting
        self._refused = 0
        self._answer: asyncio.Future[bool] | None = None
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

    async def ask(self, request: bytes) -> bool:
        """Send one request; whether it was answered with 200."""
        assert self._transport is not None
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._answer

    def data_received(self, data: bytes) -> None:
        """Answers are short and come in one piece, one for each request."""
        good = data.startswith(b"HTTP/1.1 200")
        if self._answer is not None:
            self._answer.set_result(good)
            return
        self._refused += not good
        self.send()

    def connection_lost(self, error: Exception | None) -> None:
        for waited_for in (self.done, self._answer):
            if waited_for is not None and not waited_for.done():
                waited_for.set_exception(error or ConnectionError("the server hung up"))


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
