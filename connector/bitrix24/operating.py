"""Operating time per method: how many more commands of a method the portal would carry out now.

The portal adds up the seconds that each method took in the last ten minutes and refuses the method once the
sum is over its limit, checked before the call; every answer tells the sum (`operating`) and when its oldest
minute is given back (`operating_reset_at`). The limit itself goes by plan and is not told: start at 420 s and
learn from a refusal that comes earlier (facts of Bitrix24, limits). All times here are unix seconds.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

#: Default of Bitrix's own source.
START_LIMIT_S = 420.0
#: Nothing is learned below this: a refusal then has another cause.
LEAST_LIMIT_S = 30.0
#: A sum that was told longer ago says nothing about the limit any more.
FRESH_S = 60.0
#: Commands sent to find out how much was given back.
PROBE = 5
#: Until the portal has told what a command costs.
FIRST_COST_S = 0.5
#: How long a refused method waits when nothing else is known.
UNTOLD_S = 60.0


class Book(msgspec.Struct):
    """What is known of one method."""

    operating: float = 0.0
    reset_at: float = 0.0
    told_at: float = 0.0
    #: Seconds that a command takes, averaged.
    cost: float = FIRST_COST_S
    in_flight: int = 0
    paused_until: float = 0.0


class Operating:
    """All methods of one portal."""

    def __init__(self, limit: float = START_LIMIT_S) -> None:
        self.limit = limit
        self._books: dict[str, Book] = {}
        self._changed: set[str] = set()

    def paused_until(self, method: str, now: float) -> float:
        """Until when the method is not to be called; 0 when it may be."""
        book = self._books.get(method)
        if book is None:
            return 0.0
        if book.paused_until > now:
            return book.paused_until
        # Used up as far as we know, and nothing given back yet.
        return book.reset_at if book.operating >= self.limit and now < book.reset_at else 0.0

    def room(self, method: str, now: float, share: float = 1.0) -> int:
        """How many commands may be sent now on top of those in flight; 0 also while an answer is awaited.

        `share` of the limit is what they may use.
        """
        book = self._books.get(method)
        if book is None:
            return 50
        if self.paused_until(method, now):
            return 0
        left = int((self.limit * share - book.operating) / book.cost) - book.in_flight
        if left > 0:
            return left
        # Near or past the limit: at least one goes, so that the answer tells how much there is.
        return 0 if book.in_flight else PROBE if now >= book.reset_at else 1

    def sent(self, method: str, commands: int) -> None:
        """Commands are on their way."""
        self._book(method).in_flight += commands

    def back(self, method: str, commands: int) -> None:
        """Their answer is here, or will not come."""
        book = self._book(method)
        book.in_flight = max(0, book.in_flight - commands)

    def told(self, method: str, sums: list[float], reset_at: float, now: float) -> float:
        """Take in the sums that one answer told for its commands, in their order; seconds that they took.

        The seconds are exact when the sum before is known, else estimated from the sums' differences.
        """
        book = self._book(method)
        took = _took(sums, book.operating if now - book.told_at < FRESH_S else 0.0)
        if took > 0:
            book.cost = max(
                0.001, book.cost + (took / len(sums) - book.cost) * (0.3 if book.told_at else 1.0)
            )
        book.operating, book.reset_at, book.told_at = sums[-1], reset_at, now
        self._changed.add(method)
        return took

    def refused(self, method: str, now: float) -> float:
        """The portal refused the method; until when to wait. Learns a limit that is lower than thought."""
        book = self._book(method)
        known = now - book.told_at < FRESH_S
        if known and LEAST_LIMIT_S <= book.operating < self.limit:
            self.limit = book.operating
        book.paused_until = book.reset_at if book.reset_at > now else now + UNTOLD_S
        self._changed.add(method)
        return book.paused_until

    def shares(self) -> dict[str, float]:
        """How much of its limit each method has used, as last told."""
        return {method: book.operating / self.limit for method, book in self._books.items() if book.operating}

    def news(self) -> list[str | float]:
        """What other processes should know: method, operating, reset_at, told_at, paused_until, and so on."""
        flat: list[str | float] = []
        for method in self._changed:
            book = self._books[method]
            entry = f"{book.operating:.3f} {book.reset_at:.0f} {book.told_at:.3f} {book.paused_until:.3f}"
            flat += (method, entry)
        self._changed.clear()
        return flat

    def learn(self, entries: Iterable[tuple[str, str]]) -> None:
        """Take in what other processes were told, where it is newer."""
        for method, entry in entries:
            operating, reset_at, told_at, paused_until = (float(part) for part in entry.split())
            book = self._book(method)
            book.paused_until = max(book.paused_until, paused_until)
            if told_at > book.told_at:
                book.operating, book.reset_at, book.told_at = operating, reset_at, told_at

    def _book(self, method: str) -> Book:
        return self._books.setdefault(method, Book())


def _took(sums: list[float], before: float) -> float:
    """Seconds that the commands took, from the sums after each of them and the sum before all."""
    if before and sums[-1] >= before:
        return sums[-1] - before
    if len(sums) > 1 and sums[-1] > sums[0]:
        return (sums[-1] - sums[0]) * len(sums) / (len(sums) - 1)
    return sums[0] if len(sums) == 1 else 0.0
