"""Commands that wait, and a request being put together from them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import msgspec

from connector.bitrix24.batch import Command, Result
from connector.bitrix24.encoding import encoded

#: Characters of all commands of a batch; longer ones go into the next.
LONGEST = 1_000_000


class Ask:
    """One caller's commands: the results so far and the future that wakes the caller."""

    __slots__ = ("future", "left", "results")

    def __init__(self, count: int) -> None:
        self.results: list[Result | None] = [None] * count
        self.left = count
        self.future: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def put(self, place: int, result: Result) -> None:
        """A command's result is here; the last one wakes the caller."""
        self.results[place] = result
        self.left -= 1
        if not self.left and not self.future.done():
            self.future.set_result(None)

    def broke(self, error: BaseException) -> None:
        """A mistake of ours: the caller gets it, instead of waiting for ever."""
        if not self.future.done():
            self.future.set_exception(error)


class Entry:
    """A command that waits: `text` None = it goes as a direct call."""

    __slots__ = ("ask", "command", "place", "text")

    def __init__(self, ask: Ask, place: int, command: Command) -> None:
        self.ask, self.place, self.command = ask, place, command
        self.text = encoded(command.method, command.params)

    def put(self, result: Result) -> None:
        """The command's result is here."""
        self.ask.put(self.place, result)


class Bounds(msgspec.Struct, frozen=True):
    """What one request may hold."""

    commands: int
    #: Seconds that its commands may be expected to take together.
    seconds: float
    #: How many commands of a method may go now.
    room: Callable[[str], int]
    #: Seconds that a command of a method takes on average.
    expected: Callable[[str], float]


class Packing:
    """A request being put together: one direct call, or a batch."""

    def __init__(self, bounds: Bounds) -> None:
        self.taken: list[Entry] = []
        self.left_over: list[Entry] = []
        self.full = False
        self._bounds = bounds
        self._room: dict[str, int] = {}
        self._length = 0
        self._seconds = 0.0

    def offer(self, entry: Entry) -> None:
        """Take the entry, or leave it for a later request."""
        method, text = entry.command.method, entry.text
        room = self._room.get(method)
        if room is None:
            room = self._bounds.room(method)
        fits = room > 0 and (not self.taken or (text is not None and self._fits(method, text)))
        self._room[method] = room - fits
        if fits:
            self._take(entry)
        else:
            self.left_over.append(entry)

    def _take(self, entry: Entry) -> None:
        self.taken.append(entry)
        self._length += len(entry.text or "")
        self._seconds += self._bounds.expected(entry.command.method)
        self.full = entry.text is None or len(self.taken) >= self._bounds.commands

    def _fits(self, method: str, text: str) -> bool:
        seconds = self._seconds + self._bounds.expected(method)
        return self._length + len(text) <= LONGEST and seconds <= self._bounds.seconds
