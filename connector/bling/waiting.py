"""Callers of one process that wait for one account: the urgent ones first, each in the order of asking."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from connector import pace


class TooMany(Exception):
    """Whoever comes now would wait too long; `seconds` until there is room again."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"{seconds:.0f} s of callers wait")
        self.seconds = seconds


class Waiting:
    """One caller at a time asks the shared limiter for a place; the others wait here, where some may pass."""

    def __init__(self, per_second: float, patience: float) -> None:
        """`patience` in seconds: more callers than are served in that time are turned away."""
        self._per_second = per_second
        self._patience = patience
        self._busy = False
        self._lines: dict[pace.Urgency, deque[asyncio.Future[None]]] = {one: deque() for one in pace.Urgency}

    @asynccontextmanager
    async def first(self) -> AsyncIterator[None]:
        """Until the body is left nobody else is first. Raises `TooMany`."""
        await self._come(pace.urgency.get())
        try:
            yield
        finally:
            self._next()

    async def _come(self, urgency: pace.Urgency) -> None:
        if not self._busy:
            self._busy = True
            return
        before = sum(len(line) for one, line in self._lines.items() if one <= urgency)
        if before / self._per_second > self._patience:
            raise TooMany(before / self._per_second)
        future = asyncio.get_running_loop().create_future()
        self._lines[urgency].append(future)
        try:
            await future
        except asyncio.CancelledError:
            if not future.cancelled():
                # It was this one's turn already.
                self._next()
            with contextlib.suppress(ValueError):
                self._lines[urgency].remove(future)
            raise

    def _next(self) -> None:
        for line in self._lines.values():
            while line:
                future = line.popleft()
                if not future.done():
                    future.set_result(None)
                    return
        self._busy = False
