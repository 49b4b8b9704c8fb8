"""A listener that keeps what it is sent and answers what a test wants."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec

from tests.support.waiting import PATIENCE_S


class Post(msgspec.Struct, frozen=True):
    """One request as it came."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The decoded body."""
        return msgspec.json.decode(self.body)


class Sink:
    """Answers 200, or what `statuses` holds first; `arrived` waits for a number of posts."""

    def __init__(self) -> None:
        self.posts: list[Post] = []
        self.statuses: list[int] = []
        self.url = ""
        self._news = asyncio.Condition()
        self._connections: set[asyncio.StreamWriter] = set()

    async def arrived(self, number: int) -> list[Post]:
        """The posts, once there are so many."""
        async with asyncio.timeout(PATIENCE_S), self._news:
            await self._news.wait_for(lambda: len(self.posts) >= number)
        return self.posts

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, request after request."""
        self._connections.add(writer)
        try:
            while True:
                await self._one(reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            self._connections.discard(writer)
            writer.close()

    def hang_up(self) -> None:
        """Close what is open, so that nobody keeps talking to a listener that is gone."""
        for writer in self._connections:
            writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:-2])}
        body = await reader.readexactly(int(headers["content-length"]))
        status = self.statuses.pop(0) if self.statuses else 200
        writer.write(f"HTTP/1.1 {status} X\r\ncontent-length: 2\r\n\r\nok".encode())
        async with self._news:
            self.posts.append(Post(head[0].split(" ")[1], headers, body))
            self._news.notify_all()


@asynccontextmanager
async def listening(port: int = 0) -> AsyncIterator[Sink]:
    """A sink on a free port, or on a given one."""
    sink = Sink()
    server = await asyncio.start_server(sink.serve, "127.0.0.1", port)
    sink.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield sink
    finally:
        server.close()
        sink.hang_up()
