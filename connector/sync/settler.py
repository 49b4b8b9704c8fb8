"""One settling at a time: records that finish meanwhile gather and go out together.

Chunks of one tenant raise the same roll-ups, so settling side by side would only wait for row locks; together
they share the fixed cost and the commit.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog

from connector.store.lease import Fenced
from connector.store.scope import DatabaseAway
from connector.sync.work import Work

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Entry:
    works: list[Work]
    settled: bool = False


class Settler:
    """Hands records to `write`, as many as have gathered."""

    def __init__(self, write: Callable[[list[Work]], Awaitable[None]]) -> None:
        self._write = write
        self._gathered: list[_Entry] = []
        self._turn = asyncio.Lock()

    async def settle(self, works: list[Work]) -> None:
        """Return when the records are settled; raises what `write` raises about them."""
        entry = _Entry(works)
        self._gathered.append(entry)
        async with self._turn:
            if entry.settled:
                return
            entries, self._gathered = self._gathered, []
            try:
                await self._write([work for one in entries for work in one.works])
            except (Fenced, DatabaseAway):
                raise
            except Exception:
                if len(entries) == 1:
                    raise
                log.warning("settling_apart", groups=len(entries))
                self._gathered = [one for one in entries if one is not entry] + self._gathered
                await self._write(works)
            else:
                for one in entries:
                    one.settled = True
