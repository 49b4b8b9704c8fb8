"""Waiting for what surely comes: no longer than it takes, but as long as a busy machine may need.

What is waited for here has no event to wait on: it is asked for again and again.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")

#: Seconds. Tests run beside others and on slow machines; only one that fails waits for so long.
PATIENCE_S = 60.0
NEVER = "it never happened"


def wait_for(
    asked: Callable[[], T | None],
    missed: Callable[[], object] = lambda: NEVER,
    pause_s: float = 0.05,
    patience_s: float = PATIENCE_S,
) -> T:
    """The first answer that is true, for tests without an event loop; fails with what `missed` says."""
    deadline = time.monotonic() + patience_s
    while not (found := asked()):
        assert time.monotonic() < deadline, missed()
        time.sleep(pause_s)
    return found


async def until(asked: Callable[[], T | None], pause_s: float = 0.005) -> T:
    """The first answer that is true; meanwhile the event loop goes on."""

    async def ask() -> T | None:
        return asked()

    return await until_answered(ask, pause_s)


async def until_answered(asked: Callable[[], Awaitable[T | None]], pause_s: float = 0.02) -> T:
    """The first answer that is true, of somebody who has to be awaited."""
    deadline = time.monotonic() + PATIENCE_S
    while not (found := await asked()):
        assert time.monotonic() < deadline, NEVER
        await asyncio.sleep(pause_s)
    return found


async def another_second() -> None:
    """Bling dates its messages by whole seconds: what happens from here on has another date than before."""
    this = int(time.time())
    await until(lambda: int(time.time()) > this, pause_s=0.02)
