"""A brake on forms that cost us a password's hash or a mail: per caller's address, generous to offices.

What one *recipient* is sent is limited where mail leaves (connector.account.post); this keeps one sender from
writing to thousands, or from keeping the processors busy. With Redis away it does not hold.
"""

from __future__ import annotations

from typing import Any

import structlog
from litestar.connection import ASGIConnection
from redis.exceptions import RedisError

from server.callers import caller_address
from server.parts import parts_of

#: Forms of one address in `WINDOW_S`.
MOST = 100
WINDOW_S = 600

log = structlog.get_logger()


async def seconds_to_wait(connection: ASGIConnection[Any, Any, Any, Any]) -> int:
    """Counts this form; 0 = go on."""
    parts = parts_of(connection.scope)
    key = f"crowd:{caller_address(connection, parts.settings)}"
    try:
        count = await parts.redis.incr(key)
        if count == 1:
            await parts.redis.expire(key, WINDOW_S)
        if count <= MOST:
            return 0
        left = await parts.redis.ttl(key)
    except (RedisError, OSError) as error:
        log.warning("crowding_uncounted", error=type(error).__name__)
        return 0
    log.warning("crowded", forms=count)
    return max(1, int(left))
