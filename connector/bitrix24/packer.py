"""Commands of many callers share `batch` requests.

A sender takes whatever is ready as soon as the limiter grants a place, so requests go out full under load,
and it never waits for more. Commands that a batch would spoil go as direct calls.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from functools import partial
from uuid import UUID

from connector import pace
from connector.bitrix24 import batch
from connector.bitrix24.batch import MOST, Command, Done, Failed, Result
from connector.bitrix24.client import TIMEOUT_S, Bitrix24
from connector.bitrix24.packing import Ask, Bounds, Entry, Packing, Waiting
from connector.domain.vendor import Provider, Throttled, Transient, VendorError
from connector.wire import LOGGED, Reply, call_of

__all__ = ["Command", "Done", "Failed", "LeaseTooShort", "Packer", "Result"]

#: Batches under way at once.
IN_FLIGHT = 6
#: After a 5xx the batch is halved; each good one makes it larger again.
LEAST, GROWTH = 5, 3
#: Entries looked at for one batch, when many of them have to wait for their method.
LOOKED_AT = 1_000
#: Share of the time-out that a batch may be expected to take.
EXPECTED_SHARE = 0.5
#: Share of a method's operating time that commands may use up: long work leaves some for what changes now.
SHARES = {pace.Urgency.NOW: 1.0, pace.Urgency.LATER: 0.9}
#: Seconds after which is looked again whether commands that wait for an answer may go.
LOOK_AGAIN_S = 1.0


class LeaseTooShort(Transient):
    """Not sent: the lease may end before the answer comes. `results` are those of the same `run`."""

    def __init__(self, results: Sequence[Result] = ()) -> None:
        super().__init__("the lease is too short for another request", code="lease_too_short", unknown=False)
        self.results = results


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
        self._queue = Waiting()
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
        ask = Ask(len(commands))
        self._queue.put(Entry(ask, place, command) for place, command in enumerate(commands))
        if self._pump is None or self._pump.done():
            self._pump = asyncio.create_task(self._run_pump())
            self._pump.add_done_callback(self._pumped)
        try:
            await ask.future
        except asyncio.CancelledError:
            self._queue.remove(lambda entry: entry.ask is ask)
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
                sending = False
                try:
                    sending = await self._send_next()
                finally:
                    if not sending:
                        self._free.release()
        except VendorError as error:
            # No limiter, no call; no lease, no call.
            self._fail_all(error)

    def _pumped(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            for entry in self._queue.remove(lambda _: True):
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

    def _start(self, entries: list[Entry]) -> None:
        for entry in entries:
            self._client.limiter.operating.sent(entry.command.method, 1)
        task = asyncio.create_task(self._send(entries))
        self._sends.add(task)
        task.add_done_callback(partial(self._sent, entries))

    def _sent(self, entries: list[Entry], task: asyncio.Task[None]) -> None:
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
        for method in set().union(*self._queue.methods.values()):
            if until := operating.paused_until(method, now):
                for entry in self._queue.remove(partial(_is_of, method)):
                    entry.put(Failed(self._client.throttled(until), None))

    def _anything_fits(self) -> bool:
        room = self._bounds().room
        return any(room(method, one) for one, methods in self._queue.methods.items() for method in methods)

    async def _wait_for_answer(self) -> None:
        """Every queued method is near its limit with commands under way: their answer tells what is left."""
        self._answered.clear()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._answered.wait(), LOOK_AGAIN_S)

    def _take(self) -> list[Entry]:
        """The next request's commands: one direct call, or as many as a batch holds."""
        packing = Packing(self._bounds())
        for _ in range(min(len(self._queue), LOOKED_AT)):
            if packing.full:
                break
            packing.offer(self._queue.take())
        self._queue.put_back(packing.left_over)
        return packing.taken

    def _bounds(self) -> Bounds:
        now, operating = self._client.now(), self._client.limiter.operating
        return Bounds(
            commands=self._size,
            seconds=self._timeout * EXPECTED_SHARE,
            room=lambda method, urgency: operating.room(method, now, SHARES[urgency]),
            expected=lambda method: self._seconds.get(method, 0.0),
        )

    async def _send(self, entries: list[Entry]) -> None:
        try:
            found = await (self._direct(entries[0]) if entries[0].text is None else self._batch(entries))
        finally:
            for entry in entries:
                self._client.limiter.operating.back(entry.command.method, 1)
        for entry, result in zip(entries, found, strict=True):
            entry.put(result)

    async def _direct(self, entry: Entry) -> list[Result]:
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

    async def _batch(self, entries: list[Entry]) -> list[Result]:
        sending = _Batch(self._client, entries, self._told)
        try:
            found = await self._client.exchange(
                "batch",
                sending.body,
                sending.decode,
                sending.note,
                timeout=self._timeout,
                may_send=self._guard,
            )
        except VendorError as error:
            if isinstance(error, Transient) and error.unknown:
                self._size = max(LEAST, self._size // 2)
            return [Failed(error, sending.call_id) for _ in entries]
        self._size = min(MOST, self._size + GROWTH)
        return batch.refine(found, sending.commands, self._refused)

    def _refused(self, method: str) -> Throttled:
        now = self._client.now()
        return self._client.throttled(self._client.limiter.operating.refused(method, now))

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
        for entry in self._queue.remove(lambda _: True):
            entry.put(Failed(error, None))


class _Batch:
    """One batch under way."""

    def __init__(
        self,
        client: Bitrix24,
        entries: Sequence[Entry],
        told: Callable[[Sequence[Command], batch.Maps], dict[str, int]],
    ) -> None:
        self.commands = [entry.command for entry in entries]
        self.call_id: UUID | None = None
        self._client = client
        self._texts = [entry.text or "" for entry in entries]
        self._told = told
        self._booked: dict[str, int] = {}

    @property
    def body(self) -> dict[str, object]:
        """What is sent, without the token."""
        return {"halt": 0, "cmd": dict(zip(batch.KEYS, self._texts, strict=False))}

    def decode(self, reply: Reply) -> list[Result]:
        """Each command's result; raises `msgspec.DecodeError`."""
        maps = batch.decode(reply)
        self._booked = self._told(self.commands, maps)
        return batch.results(self.commands, maps, reply)

    def note(self, reply: Reply, error: VendorError | None) -> None:
        """Tell the call log."""
        self.call_id = reply.call_id
        call = call_of(
            reply,
            Provider.BITRIX24,
            "batch",
            error,
            request=_logged(self._texts),
            commands=len(self._texts),
            operating=self._booked,
        )
        self._client.observe(call)


def _is_of(method: str, entry: Entry) -> bool:
    return entry.command.method == method


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
            raise LeaseTooShort(results)
    return results
