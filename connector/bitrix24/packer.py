"""Commands of many callers share `batch` requests.

A sender takes whatever is ready as soon as the limiter grants a place, so requests go out full under load,
and it never waits for more. Commands that a batch would spoil go as direct calls.
"""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from uuid import UUID

from connector.bitrix24 import batch
from connector.bitrix24.batch import MOST, Command, Done, Failed, Result
from connector.bitrix24.client import TIMEOUT_S, Bitrix24
from connector.bitrix24.encoding import encoded
from connector.domain.vendor import Provider, Transient, VendorError
from connector.wire import LOGGED, Reply, call_of

__all__ = ["Command", "Done", "Failed", "LeaseTooShort", "Packer", "Result"]

#: Batches under way at once.
IN_FLIGHT = 6
#: Characters of all commands of a batch; longer ones go into the next.
LONGEST = 1_000_000
#: Entries looked at for one batch, when many of them have to wait for their method.
LOOKED_AT = 1_000
#: After a 5xx the batch is halved; each good one makes it larger again.
LEAST, GROWTH = 5, 3
#: Share of the time-out that a batch may be expected to take.
EXPECTED_SHARE = 0.5


class LeaseTooShort(Transient):
    """Not sent: the lease may end before the answer comes. `results` are those of the same `run`."""

    def __init__(self) -> None:
        super().__init__("the lease is too short for another request", code="lease_too_short", unknown=False)
        self.results: list[Result] = []


class _Ask:
    """One `run`: its results so far and the future that wakes its caller."""

    __slots__ = ("future", "left", "results")

    def __init__(self, count: int) -> None:
        self.results: list[Result | None] = [None] * count
        self.left = count
        self.future: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def put(self, place: int, result: Result) -> None:
        self.results[place] = result
        self.left -= 1
        if not self.left and not self.future.done():
            self.future.set_result(None)

    def broke(self, error: BaseException) -> None:
        """A mistake of ours: the caller gets it, instead of waiting for ever."""
        if not self.future.done():
            self.future.set_exception(error)


class _Entry:
    """A command that waits: `text` None = it goes as a direct call."""

    __slots__ = ("ask", "command", "place", "text")

    def __init__(self, ask: _Ask, place: int, command: Command) -> None:
        self.ask, self.place, self.command = ask, place, command
        self.text = encoded(command.method, command.params)

    def put(self, result: Result) -> None:
        self.ask.put(self.place, result)


class Packer:
    """Runs commands on one portal for all callers of a drain."""

    def __init__(
        self,
        client: Bitrix24,
        *,
        may_write: Callable[[float], bool] = lambda _seconds: True,
        timeout: float = TIMEOUT_S,
        in_flight: int = IN_FLIGHT,
    ) -> None:
        """`may_write(seconds)` is asked before each request whether it may still take so long."""
        self._client = client
        self._may_write = may_write
        self._timeout = timeout
        self._queue: deque[_Entry] = deque()
        #: Queued commands by method.
        self._queued: Counter[str] = Counter()
        self._free = asyncio.Semaphore(in_flight)
        self._sends: set[asyncio.Task[None]] = set()
        self._pump: asyncio.Task[None] | None = None
        self._answered = asyncio.Event()
        self._size = MOST
        self._seconds: dict[str, float] = {}

    async def run(self, commands: Sequence[Command]) -> list[Result]:
        """Each command's result, in their order.

        Raises `LeaseTooShort` (with the results) if one was not sent for that reason; all other errors are
        results.
        """
        if not commands:
            return []
        ask = _Ask(len(commands))
        self._queue.extend(_Entry(ask, place, command) for place, command in enumerate(commands))
        self._queued.update(command.method for command in commands)
        if self._pump is None or self._pump.done():
            self._pump = asyncio.create_task(self._run_pump())
            self._pump.add_done_callback(self._pumped)
        try:
            await ask.future
        except asyncio.CancelledError:
            self._remove(lambda entry: entry.ask is ask)
            raise
        return _checked([result for result in ask.results if result is not None])

    async def drain(self) -> None:
        """Wait until nothing is queued or under way."""
        while under_way := self._under_way():
            await asyncio.wait(under_way)

    async def close(self) -> None:
        """Send nothing more; what is under way is awaited, what waits gets `Transient`."""
        if self._pump is not None:
            self._pump.cancel()
            await asyncio.gather(self._pump, return_exceptions=True)
        self._fail_all(Transient("closed", code="closed", unknown=False))
        await asyncio.gather(*self._sends, return_exceptions=True)

    def _under_way(self) -> set[asyncio.Task[None]]:
        pumping = {self._pump} if self._pump is not None and not self._pump.done() else set()
        return self._sends | pumping

    async def _run_pump(self) -> None:
        try:
            while self._queue:
                await self._free.acquire()
                if not await self._send_next():
                    self._free.release()
        except VendorError as error:
            # No limiter, no call; no lease, no call.
            self._fail_all(error)

    def _pumped(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            for entry in self._remove(lambda _entry: True):
                entry.ask.broke(error)

    async def _send_next(self) -> bool:
        """Send one request if anything may go; whether one is under way now."""
        self._drop_paused()
        if not self._queue:
            return False
        if not self._anything_fits():
            await self._wait_for_answer()
            return False
        self._guard()
        await self._client.limiter.slot()
        # Callers whose commands were answered just now add their next ones before the batch is closed.
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        entries = self._take()
        if entries:
            self._start(entries)
        return bool(entries)

    def _start(self, entries: list[_Entry]) -> None:
        task = asyncio.create_task(self._send(entries))
        self._sends.add(task)
        task.add_done_callback(partial(self._sent, entries))

    def _sent(self, entries: list[_Entry], task: asyncio.Task[None]) -> None:
        self._sends.discard(task)
        self._free.release()
        self._answered.set()
        error = asyncio.CancelledError() if task.cancelled() else task.exception()
        if error is not None:
            for entry in entries:
                entry.ask.broke(error)

    def _drop_paused(self) -> None:
        """Answer commands of paused methods at once."""
        now, operating = self._client.now(), self._client.limiter.operating
        for method in list(self._queued):
            if until := operating.paused_until(method, now):
                for entry in self._remove(partial(_is_of, method)):
                    entry.put(Failed(self._client.throttled(until), None))

    def _anything_fits(self) -> bool:
        now, operating = self._client.now(), self._client.limiter.operating
        return any(operating.room(method, now) for method in self._queued)

    def _remove(self, unwanted: Callable[[_Entry], bool]) -> list[_Entry]:
        """Take entries out of the queue."""
        removed = [entry for entry in self._queue if unwanted(entry)]
        self._queue = deque(entry for entry in self._queue if not unwanted(entry))
        self._forget(removed)
        return removed

    def _forget(self, entries: Iterable[_Entry]) -> None:
        for entry in entries:
            method = entry.command.method
            self._queued[method] -= 1
            if not self._queued[method]:
                del self._queued[method]

    async def _wait_for_answer(self) -> None:
        """Every queued method is near its limit with commands under way: their answer tells what is left."""
        self._answered.clear()
        await self._answered.wait()

    def _take(self) -> list[_Entry]:
        """The next request's commands: one direct call, or as many as a batch holds."""
        packing = _Packing(self)
        for _ in range(min(len(self._queue), LOOKED_AT)):
            if packing.full:
                break
            packing.offer(self._queue.popleft())
        self._queue.extendleft(reversed(packing.left_over))
        self._forget(packing.taken)
        return packing.taken

    async def _send(self, entries: list[_Entry]) -> None:
        operating = self._client.limiter.operating
        methods = _counted(entries)
        for method, count in methods.items():
            operating.sent(method, count)
        try:
            found = await (self._direct(entries[0]) if entries[0].text is None else self._batch(entries))
        finally:
            for method, count in methods.items():
                operating.back(method, count)
        for entry, result in zip(entries, found, strict=True):
            entry.put(result)

    async def _direct(self, entry: _Entry) -> list[Result]:
        sent: list[UUID] = []
        try:
            answer = await self._client.call_now(
                entry.command.method,
                entry.command.params,
                timeout=self._timeout,
                may_send=self._guard,
                sent=sent,
            )
        except VendorError as error:
            return [Failed(error, sent[-1] if sent else None)]
        return [Done(answer.result, answer.call_id, answer.next)]

    async def _batch(self, entries: list[_Entry]) -> list[Result]:
        commands = [entry.command for entry in entries]
        texts = [entry.text or "" for entry in entries]
        booked: dict[str, int] = {}
        last: list[UUID] = []

        def decode(reply: Reply) -> list[Result]:
            maps = batch.decode(reply)
            booked.update(self._told(commands, maps))
            return batch.results(commands, maps, reply)

        def note(reply: Reply, error: VendorError | None) -> None:
            last.append(reply.call_id)
            asked = _logged(texts)
            self._client.observe(
                call_of(
                    reply,
                    Provider.BITRIX24,
                    "batch",
                    error,
                    request=asked,
                    commands=len(texts),
                    operating=booked,
                )
            )

        body = {"halt": 0, "cmd": dict(zip(batch.KEYS, texts, strict=False))}
        try:
            found = await self._client.exchange(
                "batch", body, decode, note, timeout=self._timeout, may_send=self._guard
            )
        except VendorError as error:
            if isinstance(error, Transient) and error.unknown:
                self._size = max(LEAST, self._size // 2)
            return [Failed(error, last[-1] if last else None)] * len(entries)
        self._size = min(MOST, self._size + GROWTH)
        operating = self._client.limiter.operating
        return batch.refine(
            found,
            commands,
            lambda method: self._client.throttled(operating.refused(method, self._client.now())),
        )

    def _told(self, commands: Sequence[Command], maps: batch.Maps) -> dict[str, int]:
        booked: dict[str, int] = {}
        for method, (told, reset_at, seconds) in batch.sums(commands, maps).items():
            booked[method] = round(self._client.told(method, told, reset_at) * 1000)
            average = self._seconds.get(method)
            each = seconds / len(told)
            self._seconds[method] = each if average is None else average + (each - average) * 0.3
        return booked

    def _guard(self) -> None:
        if not self._may_write(self._timeout):
            raise LeaseTooShort

    def _fail_all(self, error: VendorError) -> None:
        for entry in self._remove(lambda _entry: True):
            entry.put(Failed(error, None))


class _Packing:
    """A request being put together."""

    def __init__(self, packer: Packer) -> None:
        self.taken: list[_Entry] = []
        self.left_over: list[_Entry] = []
        self.full = False
        self._packer = packer
        self._now = packer._client.now()
        self._room: dict[str, int] = {}
        self._length = 0
        self._seconds = 0.0

    def offer(self, entry: _Entry) -> None:
        """Take the entry, or leave it for a later request."""
        method = entry.command.method
        room = self._room.get(method)
        if room is None:
            room = self._packer._client.limiter.operating.room(method, self._now)
        fits = room > 0 and (self._fits(entry) if entry.text is not None else not self.taken)
        self._room[method] = room - fits
        if not fits:
            self.left_over.append(entry)
            return
        self.taken.append(entry)
        if entry.text is None:
            self.full = True
            return
        self._length += len(entry.text)
        self._seconds += self._packer._seconds.get(method, 0.0)
        self.full = len(self.taken) >= self._packer._size

    def _fits(self, entry: _Entry) -> bool:
        if not self.taken:
            return True
        expected = self._seconds + self._packer._seconds.get(entry.command.method, 0.0)
        assert entry.text is not None
        return (
            self._length + len(entry.text) <= LONGEST and expected <= self._packer._timeout * EXPECTED_SHARE
        )


def _is_of(method: str, entry: _Entry) -> bool:
    return entry.command.method == method


def _counted(entries: Iterable[_Entry]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for entry in entries:
        counts[entry.command.method] = counts.get(entry.command.method, 0) + 1
    return counts


def _logged(texts: Sequence[str]) -> str:
    """As many commands as the call log keeps."""
    kept, length = 0, 0
    while kept < len(texts) and length < LOGGED:
        length += len(texts[kept]) + 1
        kept += 1
    return "\n".join(texts[:kept])


def _checked(results: list[Result]) -> list[Result]:
    for result in results:
        if isinstance(result, Failed) and isinstance(result.error, LeaseTooShort):
            result.error.results = results
            raise result.error
    return results
