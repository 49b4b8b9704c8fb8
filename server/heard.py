"""What Bling sends, counted by resource and minute, for the question whether it still does.

Counted in memory and written every few seconds, apart from the messages themselves: a row that all processes
raise would otherwise make their transactions wait for each other. A process that is killed forgets seconds of
statistics, and no message.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import datetime

import structlog

from connector.account.clock import now
from connector.account.messages import Message, Strange
from connector.store import operator_pulse
from connector.store.scope import Database, DatabaseAway

#: Seconds between two writings.
EVERY_S = 5.0

log = structlog.get_logger()


class Heard:
    """Counts of this process that are not written yet."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._counts: Counter[tuple[str, datetime]] = Counter()
        self._task: asyncio.Task[None] | None = None

    def note(self, items: Sequence[Message | Strange]) -> None:
        """Messages that were stored just now."""
        minute = now().replace(second=0, microsecond=0)
        for item in items:
            if isinstance(item, Message):
                self._counts[item.event.partition(".")[0], minute] += 1

    def start(self) -> None:
        """Begin to write."""
        self._task = asyncio.create_task(self._write_for_ever(), name="heard")

    async def stop(self) -> None:
        """Write the rest, then end."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        await self.write()

    async def write(self) -> None:
        """Add what was counted to the tables; without a database it is kept for the next time."""
        counts, self._counts = self._counts, Counter()
        if not counts:
            return
        try:
            async with self._database.system() as conn:
                await operator_pulse.count(conn, counts)
        except DatabaseAway:
            self._counts.update(counts)
            log.warning("heard_without_database", messages=counts.total())

    async def _write_for_ever(self) -> None:
        while True:
            await asyncio.sleep(EVERY_S)
            await self.write()
