"""Commands that wait, and a request being put together from them."""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator

import msgspec

from connector import pace
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

    __slots__ = ("ask", "command", "place", "text", "urgency")

    def __init__(self, ask: Ask, place: int, command: Command) -> None:
        self.ask, self.place, self.command = ask, place, command
        self.urgency = pace.urgency.get()
        self.text = encoded(command.method, command.params)

    def put(self, result: Result) -> None:
        """The command's result is here."""
        self.ask.put(self.place, result)


class Waiting:
    """Commands that wait, the urgent ones before the others, each in the order of asking."""

    def __init__(self) -> None:
        self._lines: dict[pace.Urgency, deque[Entry]] = {one: deque() for one in pace.Urgency}
        #: How many commands of a method wait, by urgency.
        self.methods: dict[pace.Urgency, Counter[str]] = {one: Counter() for one in pace.Urgency}

    def __len__(self) -> int:
        return sum(map(len, self._lines.values()))

    def __iter__(self) -> Iterator[Entry]:
        for line in self._lines.values():
            yield from line

    def put(self, entries: Iterable[Entry]) -> None:
        """At the end of their line."""
        for entry in entries:
            self._lines[entry.urgency].append(entry)
            self.methods[entry.urgency][entry.command.method] += 1

    def put_back(self, entries: Iterable[Entry]) -> None:
        """At the beginning of their line, in this order."""
        for entry in reversed(list(entries)):
            self._lines[entry.urgency].appendleft(entry)
            self.methods[entry.urgency][entry.command.method] += 1

    def take(self) -> Entry:
        """The next one; raises `IndexError` when nothing waits."""
        entry = next(line for line in self._lines.values() if line).popleft()
        self._forget(entry)
        return entry

    def remove(self, unwanted: Callable[[Entry], bool]) -> list[Entry]:
        """Take entries out."""
        removed = [entry for entry in self if unwanted(entry)]
        for one, line in self._lines.items():
            self._lines[one] = deque(entry for entry in line if not unwanted(entry))
        for entry in removed:
            self._forget(entry)
        return removed

    def _forget(self, entry: Entry) -> None:
        methods, method = self.methods[entry.urgency], entry.command.method
        methods[method] -= 1
        if not methods[method]:
            del methods[method]


class Bounds(msgspec.Struct, frozen=True):
    """What one request may hold."""

    commands: int
    #: Seconds that its commands may be expected to take together.
    seconds: float
    #: How many commands of a method may go now, urgent ones and others together.
    room: Callable[[str, pace.Urgency], int]
    #: Seconds that a command of a method takes on average.
    expected: Callable[[str], float]


class Packing:
    """A request being put together: one direct call, or a batch."""

    def __init__(self, bounds: Bounds) -> None:
        self.taken: list[Entry] = []
        self.left_over: list[Entry] = []
        self.full = False
        self._bounds = bounds
        self._room: dict[tuple[str, pace.Urgency], int] = {}
        #: Commands of each method in this request.
        self._mine: Counter[str] = Counter()
        self._length = 0
        self._seconds = 0.0

    def offer(self, entry: Entry) -> None:
        """Take the entry, or leave it for a later request."""
        method, text = entry.command.method, entry.text
        room = self._room_of(method, entry.urgency) - self._mine[method]
        fits = room > 0 and (not self.taken or (text is not None and self._fits(method, text)))
        if fits:
            self._mine[method] += 1
            self._take(entry)
        else:
            self.left_over.append(entry)

    def _room_of(self, method: str, urgency: pace.Urgency) -> int:
        room = self._room.get((method, urgency))
        if room is None:
            room = self._room[method, urgency] = self._bounds.room(method, urgency)
        return room

    def _take(self, entry: Entry) -> None:
        self.taken.append(entry)
        self._length += len(entry.text or "")
        self._seconds += self._bounds.expected(entry.command.method)
        self.full = entry.text is None or len(self.taken) >= self._bounds.commands

    def _fits(self, method: str, text: str) -> bool:
        seconds = self._seconds + self._bounds.expected(method)
        return self._length + len(text) <= LONGEST and seconds <= self._bounds.seconds
