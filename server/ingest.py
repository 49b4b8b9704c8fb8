"""Group commit: what concurrent requests want stored shares one transaction.

A caller waits until the transaction that holds its item is committed. While one group is being written the
next one gathers, so groups grow with the load by themselves and an idle system commits at once.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Generic, TypeVar

import structlog

Item = TypeVar("Item")

#: Seconds a caller waits at most; Bling's door promises a 503 within one second.
PATIENCE_S = 0.8
#: How often callers who ran out of patience are looked for while the store does not answer.
GLANCE_S = 0.05
LARGEST_GROUP = 500
#: More waiting than this is answered at once: the database cannot catch up within anybody's patience.
LONGEST_QUEUE = 20_000

log = structlog.get_logger()


class StoreAway(Exception):
    """The item is not known to be stored: the database is away, too slow, or too much waits already."""


class Unstorable(Exception):
    """A group holds something that the database refuses as data: no fault of the connection."""


class _Waiting(Generic[Item]):
    __slots__ = ("deadline", "done", "item")

    def __init__(self, item: Item, done: asyncio.Future[None], deadline: float) -> None:
        self.item, self.done, self.deadline = item, done, deadline


class GroupCommit(Generic[Item]):
    """Writes items in groups: `write` commits a group or raises, `bury` stores what cannot be written.

    `write` raises `Unstorable` when some item is refused as data; each item is then written by itself, so
    that a bad one never fails the others. Any other exception means that the store is away.
    """

    def __init__(
        self,
        write: Callable[[Sequence[Item]], Awaitable[None]],
        bury: Callable[[Item], Awaitable[None]],
        writers: int = 1,
    ) -> None:
        self._write, self._bury, self._writers = write, bury, writers
        self._queue: deque[_Waiting[Item]] = deque()
        self._arrived = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._abandoned: set[asyncio.Task[None]] = set()

    def start(self) -> None:
        """Begin to write."""
        self._tasks = {asyncio.create_task(self._serve(), name="group-commit") for _ in range(self._writers)}

    async def stop(self) -> None:
        """Write what waits (its callers' patience bounds this), then end."""
        await asyncio.gather(*(waiting.done for waiting in self._queue), return_exceptions=True)
        for task in self._tasks | self._abandoned:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def put(self, item: Item, until: float | None = None) -> asyncio.Future[None]:
        """A future, done when `item` is durable; it raises `StoreAway` when the loop's time is `until`."""
        loop = asyncio.get_running_loop()
        done: asyncio.Future[None] = loop.create_future()
        if len(self._queue) >= LONGEST_QUEUE:
            done.set_exception(StoreAway())
            return done
        self._queue.append(_Waiting(item, done, until or loop.time() + PATIENCE_S))
        self._arrived.set()
        return done

    async def _serve(self) -> None:
        while True:
            await self._arrived.wait()
            if group := self._take():
                await self._write_group(group)

    def _take(self) -> list[_Waiting[Item]]:
        queue = self._queue
        group = [queue.popleft() for _ in range(min(len(queue), LARGEST_GROUP))]
        if not queue:
            self._arrived.clear()
        return [waiting for waiting in group if not waiting.done.done()]

    async def _write_group(self, group: list[_Waiting[Item]]) -> None:
        try:
            await self._patiently(self._write([waiting.item for waiting in group]), group)
        except Unstorable:
            for waiting in group:
                await self._write_single(waiting)

    async def _write_single(self, waiting: _Waiting[Item]) -> None:
        try:
            await self._patiently(self._write([waiting.item]), [waiting])
        except Unstorable:
            await self._patiently(self._bury(waiting.item), [waiting])

    async def _patiently(self, writing: Awaitable[None], group: list[_Waiting[Item]]) -> None:
        """Wait for `writing` and tell the group; leave a store that hangs once nobody waits any more."""
        task = asyncio.ensure_future(writing)
        while not (await asyncio.wait({task}, timeout=GLANCE_S))[0]:
            self._disappoint(group)
            self._disappoint(self._queue)
            if all(waiting.done.done() for waiting in group):
                return self._abandon(task)
        if (error := task.exception()) is None:
            return _tell(group, None)
        if isinstance(error, Unstorable):
            raise error
        log.warning("ingest_store_away", error=type(error).__name__, items=len(group))
        return _tell(group, StoreAway())

    def _disappoint(self, items: Iterable[_Waiting[Item]]) -> None:
        now = asyncio.get_running_loop().time()
        _tell((waiting for waiting in items if waiting.deadline <= now), StoreAway())

    def _abandon(self, task: asyncio.Future[None]) -> None:
        """Its connection may hang in the rollback too, so nobody waits for it."""
        log.warning("ingest_store_hangs")
        task.cancel()
        if isinstance(task, asyncio.Task):
            self._abandoned.add(task)
            task.add_done_callback(self._abandoned.discard)


def _tell(items: Iterable[_Waiting[Item]], error: StoreAway | None) -> None:
    for waiting in items:
        if waiting.done.done():
            continue
        if error is None:
            waiting.done.set_result(None)
        else:
            waiting.done.set_exception(error)
