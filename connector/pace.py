"""The ground under the limiters of both vendors: scripts in Redis, one clock, and care after a loss.

All times inside are those of the Redis server, so that processes and machines agree. A limiter *reserves*:
the script decides at once when the caller may go, and the caller sleeps until then; first come, first served.

`pace:since` remembers since when Redis has kept our counts. A limiter that finds no state of its own knows
from it whether nothing was used since (long enough ago: the budget is whole) or whether the counts were lost
just now (then it starts with what is safe anyway). Redis is meant to keep these keys until it is restarted.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextvars import ContextVar
from enum import IntEnum
from hashlib import sha1
from typing import Any, cast

import msgspec
from redis.asyncio import Redis
from redis.exceptions import ConnectionError, NoScriptError, RedisError

from connector.domain.vendor import Transient

SINCE = "pace:since"


class Urgency(IntEnum):
    """Who is served first among those of one process that wait for a vendor."""

    NOW = 0
    #: Imports and the like.
    LATER = 1


#: How urgent the vendors' calls of the present task are.
urgency: ContextVar[Urgency] = ContextVar("urgency", default=Urgency.NOW)

#: Put before every script: `now` and `since` in seconds, and numbers written without losing microseconds.
PRELUDE = """
local clock = redis.call('TIME')
local now = tonumber(clock[1]) + tonumber(clock[2]) / 1000000
local function exact(x) return string.format('%.6f', x) end
redis.call('SET', KEYS[1], exact(now), 'NX')
local since = tonumber(redis.call('GET', KEYS[1]))
"""


class Script(msgspec.Struct, frozen=True):
    """A Lua script and the name under which Redis keeps it."""

    text: str
    sha: str


def script(body: str) -> Script:
    """A script with the prelude before it; its first key is always `pace:since`."""
    text = PRELUDE + body
    return Script(text, sha1(text.encode(), usedforsecurity=False).hexdigest())


async def run(redis: Redis, what: Script, keys: Sequence[str], args: Sequence[str | float] = ()) -> list[Any]:
    """Run a script; `Transient` when Redis does not answer: no limiter, no call."""
    parts = (len(keys) + 1, SINCE, *keys, *args)
    try:
        try:
            return await _evaluate(redis, what, parts)
        except ConnectionError:
            # The pool may hold connections to a Redis that was restarted since. To reserve twice is harmless.
            return await _evaluate(redis, what, parts)
    except (RedisError, OSError, TimeoutError) as error:
        raise away(error) from error


async def _evaluate(redis: Redis, what: Script, parts: tuple[Any, ...]) -> list[Any]:
    try:
        return cast("list[Any]", await redis.evalsha(what.sha, *parts))  # type: ignore[misc]
    except NoScriptError:
        return cast("list[Any]", await redis.eval(what.text, *parts))  # type: ignore[misc]


async def assume_idle(redis: Redis) -> None:
    """Declare that nothing was spent before: for who starts the vendors, too (demo, tests, benchmarks)."""
    await redis.set(SINCE, "0")


def away(error: Exception) -> Transient:
    """What callers get when Redis is not there."""
    return Transient(f"limiter away: {type(error).__name__}", code="limiter_away", unknown=False)


def text(value: Any) -> str:
    """A Redis string, whatever the client decodes."""
    return value.decode() if isinstance(value, bytes) else str(value)


def pairs(flat: Sequence[Any]) -> dict[str, str]:
    """The fields of a hash as a script returns them."""
    return {text(flat[i]): text(flat[i + 1]) for i in range(0, len(flat), 2)}
