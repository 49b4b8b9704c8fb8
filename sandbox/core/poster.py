"""POSTs over a kept-alive connection.

A burst of ten thousand webhooks leaves from the same event loop that answers the vendors' calls,
so a delivery must cost microseconds, not the millisecond of a general HTTP client. It speaks just
what is needed: plain http, a body of known length, and of the answer the status.
"""

from __future__ import annotations

import asyncio
from urllib.parse import urlsplit

TIMEOUT_S = 5.0
"""Bling waits five seconds for a 2xx (facts §3); the others are given as long."""


class Poster:
    """One connection at a time to one host; opened anew whenever it was closed or the host changed."""

    def __init__(self) -> None:
        self._address: tuple[str, int] | None = None
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def post(self, url: str, body: bytes, headers: dict[str, str]) -> int | None:
        """Send a body; the answer's status, or None if no answer came in time."""
        try:
            async with asyncio.timeout(TIMEOUT_S):
                return await self._post(url, body, headers)
        except (OSError, TimeoutError, EOFError, ValueError):
            self.close()
            return None

    def close(self) -> None:
        """Hang up."""
        if self._writer is not None:
            self._writer.close()
        self._reader = self._writer = self._address = None

    async def _post(self, url: str, body: bytes, headers: dict[str, str]) -> int:
        parts = urlsplit(url)
        address = (parts.hostname or "127.0.0.1", parts.port or 80)
        message = _message(parts.path or "/", f"{address[0]}:{address[1]}", body, headers)
        kept = self._address == address
        try:
            return await self._exchange(address, message)
        except (OSError, EOFError):
            # A kept connection may have been closed by the other side meanwhile; that alone is
            # no failed delivery.
            if not kept:
                raise
            self.close()
            return await self._exchange(address, message)

    async def _exchange(self, address: tuple[str, int], message: bytes) -> int:
        if self._address != address or self._reader is None or self._writer is None:
            self.close()
            self._reader, self._writer = await asyncio.open_connection(*address)
            self._address = address
        self._writer.write(message)
        head = (await self._reader.readuntil(b"\r\n\r\n")).lower()
        length = _content_length(head)
        if length is None or b"connection: close" in head:
            self.close()
        elif length:
            await self._reader.readexactly(length)
        return int(head[9:12])


def _message(path: str, host: str, body: bytes, headers: dict[str, str]) -> bytes:
    lines = [f"POST {path} HTTP/1.1", f"Host: {host}", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1") + body


def _content_length(head: bytes) -> int | None:
    if head[9:12] in (b"204", b"304"):
        return 0
    for line in head.split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line[15:])
    return None
