"""Bodies that never come: who begins a request and does not finish it has a place for a while, not for ever.

A timer for each request would cost the door more than all else that it does by itself, so one look every few
seconds is for all that wait.
"""

from __future__ import annotations

import asyncio
from typing import Any, cast

from litestar.types import HTTPDisconnectEvent, HTTPReceiveMessage, Receive

#: Seconds that a whole body may take: the largest at 40 kB/s.
LONGEST_S = 30.0
EVERY_S = 5.0
_GONE: HTTPDisconnectEvent = {"type": "http.disconnect"}


class Patience:
    """Knows who waits for a body, and since when."""

    def __init__(self, longest_s: float = LONGEST_S, every_s: float = EVERY_S) -> None:
        self._longest_s, self._every_s = longest_s, every_s
        self._since: dict[asyncio.Task[Any], float] = {}
        self._late: set[asyncio.Task[Any]] = set()
        self._timer: asyncio.TimerHandle | None = None

    def with_body(self, receive: Receive) -> Receive:
        """The same, that takes a sender who is too slow for one who went away."""
        loop = asyncio.get_running_loop()
        began: float | None = loop.time()

        async def received() -> HTTPReceiveMessage:
            nonlocal began
            if began is None:
                return cast("HTTPReceiveMessage", await receive())
            message = await self._awaited(receive, loop, began)
            if not message.get("more_body"):
                # From here on whoever listens wants to hear that the caller went away.
                began = None
            return message

        return cast("Receive", received)

    async def _awaited(
        self, receive: Receive, loop: asyncio.AbstractEventLoop, began: float
    ) -> HTTPReceiveMessage:
        task = cast("asyncio.Task[Any]", asyncio.current_task())
        self._since[task] = began
        if self._timer is None:
            self._timer = loop.call_later(self._every_s, self._look, loop)
        try:
            return cast("HTTPReceiveMessage", await receive())
        except asyncio.CancelledError:
            if task not in self._late:
                raise
            task.uncancel()
            return _GONE
        finally:
            del self._since[task]
            self._late.discard(task)

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        self._timer = None
        long_ago = loop.time() - self._longest_s
        for task in [task for task, began in self._since.items() if began <= long_ago]:
            self._late.add(task)
            task.cancel()
        if self._since:
            self._timer = loop.call_later(self._every_s, self._look, loop)
