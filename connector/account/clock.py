"""The two times that code is given: `now` is real; `business_now` follows the demo's clock.

`business_now` rules licence, trial, grace, usage periods, held events, alerts, nightly jobs; `now` the rest.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import httpx
import msgspec
import structlog

from connector.settings import Settings

FOLLOW_EVERY_S = 10.0
ALLOWED = ("demo", "test")

log = structlog.get_logger()


class _Reading(msgspec.Struct, frozen=True):
    offset_s: float


def now() -> datetime:
    """Real time, UTC."""
    return datetime.now(UTC)


class Clock:
    """Real time and business time; they are the same thing in production."""

    def __init__(self, settings: Settings) -> None:
        if settings.clock_url and settings.env not in ALLOWED:
            raise ValueError("a clock other than the real one is only for demo and test")
        self._url = settings.clock_url
        self._offset = timedelta()

    def now(self) -> datetime:
        """Real time, UTC."""
        return now()

    def business_now(self) -> datetime:
        """Real time plus the offset that was read last."""
        return now() + self._offset

    async def read(self, http: httpx.AsyncClient) -> None:
        """Read the offset; a clock that does not answer keeps the one before."""
        if not self._url:
            return
        try:
            answer = await http.get(self._url, timeout=5.0)
            answer.raise_for_status()
            reading = msgspec.json.decode(answer.content, type=_Reading)
        except (httpx.HTTPError, msgspec.MsgspecError) as error:
            log.warning("clock_unread", error=type(error).__name__)
        else:
            self._offset = timedelta(seconds=reading.offset_s)

    @asynccontextmanager
    async def followed(self, http: httpx.AsyncClient) -> AsyncIterator[None]:
        """Read the offset now and every 10 s while the block runs."""
        await self.read(http)
        task = asyncio.create_task(self._follow(http), name="business-clock") if self._url else None
        try:
            yield
        finally:
            if task is not None:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)

    async def _follow(self, http: httpx.AsyncClient) -> None:
        while True:
            await asyncio.sleep(FOLLOW_EVERY_S)
            await self.read(http)
