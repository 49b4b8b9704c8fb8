"""Live view: what a tenant's drain settles, sent to its open pages as server-sent events.

One subscription of Redis serves all pages of this process. Nothing here is needed for truth: a message names
what changed, the page asks for it. While Redis is away pages are told to poll.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from uuid import UUID

import structlog
from litestar.response import ServerSentEvent, ServerSentEventMessage
from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.exceptions import RedisError

#: Messages that a slow page may leave unread; it is then told to load everything anew.
BACKLOG = 100
HEARTBEAT_S = 15.0
RECONNECT_S = 1.0
#: Shorter than the client's own time-out, which would look like a lost connection.
LISTEN_S = 2.0
PREFIX = b"live:"

log = structlog.get_logger()


class Page:
    """One open page's unread messages."""

    def __init__(self) -> None:
        self._unread: asyncio.Queue[tuple[str, str]] = asyncio.Queue(BACKLOG)

    def tell(self, event: str, data: str) -> None:
        """Never waits: what does not fit is replaced by the advice to load anew."""
        if self._unread.full():
            while not self._unread.empty():
                self._unread.get_nowait()
            event, data = "reload", "{}"
        self._unread.put_nowait((event, data))

    async def next(self) -> tuple[str, str] | None:
        """The next message; None after `HEARTBEAT_S` of silence."""
        try:
            return await asyncio.wait_for(self._unread.get(), HEARTBEAT_S)
        except TimeoutError:
            return None


class LiveView:
    """Hands a tenant's messages to its open pages."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._pages: dict[UUID, set[Page]] = {}
        #: When each tenant's last notice came.
        self._last: dict[UUID, float] = {}
        self._connected = False
        self._task: asyncio.Task[None] | None = None
        self._stopping = False

    def start(self) -> None:
        """Begin to listen."""
        self._task = asyncio.create_task(self._listen_for_ever(), name="live-view")

    async def stop(self) -> None:
        """End; open streams end with the server."""
        self._stopping = True  # the Redis client may swallow a cancellation
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def stream(self, tenant_id: UUID) -> AsyncIterator[ServerSentEventMessage]:
        """The messages of one page, until it goes away."""
        page = Page()
        self._pages.setdefault(tenant_id, set()).add(page)
        page.tell("mode", self._first(tenant_id))
        try:
            while True:
                yield _message(await page.next())
        finally:
            self._forget(tenant_id, page)

    def _first(self, tenant_id: UUID) -> str:
        """What a page is told first: whether notices come, and seconds since the last (null: none yet)."""
        last = self._last.get(tenant_id)
        quiet = None if last is None else round(time.monotonic() - last, 3)
        return json.dumps({"live": self._connected, "quiet_s": quiet})

    def _forget(self, tenant_id: UUID, page: Page) -> None:
        pages = self._pages[tenant_id]
        pages.discard(page)
        if not pages:
            del self._pages[tenant_id]

    async def _listen_for_ever(self) -> None:
        while not self._stopping:
            try:
                async with self._redis.pubsub(ignore_subscribe_messages=True) as pubsub:
                    await pubsub.psubscribe("live:*")
                    self._announce(connected=True)
                    await self._listen(pubsub)
            except (RedisError, OSError) as error:
                log.warning("live_view_lost_redis", error=type(error).__name__)
            self._announce(connected=False)
            await asyncio.sleep(RECONNECT_S)

    async def _listen(self, pubsub: PubSub) -> None:
        while not self._stopping:
            message = await pubsub.get_message(timeout=LISTEN_S)
            if message is not None:
                tenant_id = _tenant(message["channel"])
                self._last[tenant_id] = time.monotonic()
                for page in self._pages.get(tenant_id, ()):
                    page.tell("settled", message["data"].decode())

    def _announce(self, *, connected: bool) -> None:
        """Pages load anew after a gap: what was published in between is lost."""
        changed, self._connected = connected != self._connected, connected
        if changed:
            for pages in self._pages.values():
                for page in pages:
                    page.tell("mode", '{"live":true}' if connected else '{"live":false}')


def live_response(view: LiveView, tenant_id: UUID) -> ServerSentEvent:
    """The stream as an answer."""
    return ServerSentEvent(view.stream(tenant_id), headers={"Cache-Control": "no-store"})


def _message(told: tuple[str, str] | None) -> ServerSentEventMessage:
    if told is None:
        return ServerSentEventMessage(comment="still here")
    return ServerSentEventMessage(event=told[0], data=told[1])


def _tenant(channel: bytes) -> UUID:
    try:
        return UUID(channel.removeprefix(PREFIX).decode())
    except ValueError:
        return UUID(int=0)
