"""`/status`: for everybody, also when the database or Redis is away, so it knows nobody's session."""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta
from typing import Any

import msgspec
from litestar import Request, Response, get
from litestar.types import ControllerRouterHandler
from redis.exceptions import RedisError

from connector.store import heard, operator_pulse
from connector.store.scope import DatabaseAway
from dashboard.pages.visitors import greet
from dashboard.rendering import page
from dashboard.telling.status import Known, status
from dashboard.views.public import Picture
from server.parts import Parts, Used

#: Seconds that a look is good for: strangers may ask as often as they like.
GOOD_FOR_S = 15.0
#: Seconds that each part has to answer.
PATIENCE_S = 2.0
#: How far back the vendors' last words are looked for.
SINCE = timedelta(days=8)

Visit = Request[Any, Any, Any]


class Looks:
    """One look at a time, kept a few seconds."""

    def __init__(self) -> None:
        self._lock = asyncio.Lock()
        self._at = -GOOD_FOR_S
        self._known = Known(database=False, redis=False)

    async def known(self, parts: Parts) -> Known:
        """What was found a moment ago, or now."""
        async with self._lock:
            if time.monotonic() - self._at > GOOD_FOR_S or not self._known.database:
                self._known = await _look(parts)
                self._at = time.monotonic()
        return self._known


_LOOKS = "status_looks"


@get("/status")
async def show_status(parts: Used, request: Visit) -> Response[str]:
    """Is Ponte working? Bad news is told with 200: the page itself is there."""
    looks = request.app.state.setdefault(_LOOKS, Looks())
    view = status(await looks.known(parts))
    return page("status.html", {"view": view, "picture": Picture(path="/status"), "shell": None})


async def welcome_stranger(request: Visit) -> None:
    """`before_request`: the browser's own choices, nobody's session."""
    greet(request)


async def _look(parts: Parts) -> Known:
    redis, found = await asyncio.gather(_redis_answers(parts), _database(parts))
    return msgspec.structs.replace(found, redis=redis)


async def _redis_answers(parts: Parts) -> bool:
    try:
        async with asyncio.timeout(PATIENCE_S):
            await parts.redis.get("health")
    except (RedisError, OSError, TimeoutError):
        return False
    return True


async def _database(parts: Parts) -> Known:
    """What only the database knows; nothing when it does not answer."""
    since = parts.clock.now() - SINCE
    try:
        async with asyncio.timeout(PATIENCE_S), parts.database.system(patience=PATIENCE_S) as conn:
            last = await operator_pulse.last(conn, since)
            return Known(
                database=True,
                redis=False,
                overdue_at=await heard.overdue(conn),
                bling_at=max(last.values(), default=None),
                bling_silent=bool(await operator_pulse.silences(conn)),
                bitrix24_at=await heard.portals(conn),
            )
    except (DatabaseAway, OSError, TimeoutError):
        return Known(database=False, redis=False)


handlers: list[ControllerRouterHandler] = [show_status]
