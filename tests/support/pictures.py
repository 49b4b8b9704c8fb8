"""A stranger's web server with pictures."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(64))
JPEG = b"\xff\xd8\xff\xe0" + bytes(64)


class Gallery:
    """Answers by path: `pages` = status, further headers, body. A path that is not there is 404."""

    def __init__(self) -> None:
        self.pages: dict[str, tuple[int, str, bytes]] = {}
        self.asked: list[str] = []
        self.url = ""

    def hang(self, path: str, body: bytes, status: int = 200, headers: str = "") -> str:
        """Put something at a path; gives its address."""
        self.pages[path] = (status, headers, body)
        return self.url + path

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request, then the connection is closed."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        path = head.split(" ")[1]
        self.asked.append(path)
        status, headers, body = self.pages.get(path, (404, "", b""))
        begin = f"HTTP/1.1 {status} X\r\nconnection: close\r\ncontent-length: {len(body)}\r\n{headers}\r\n"
        writer.write(begin.encode() + body)
        try:
            await writer.drain()
        except ConnectionError:
            return
        finally:
            writer.close()


@asynccontextmanager
async def gallery() -> AsyncIterator[Gallery]:
    """A gallery on a free port."""
    found = Gallery()
    server = await asyncio.start_server(found.serve, "127.0.0.1", 0)
    found.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield found
    finally:
        server.close()
