"""Bling's limits, per account and per source address (facts §2). They follow the real clock."""

from __future__ import annotations

from collections import deque

from sandbox.bling import errors
from sandbox.bling.times import day_of
from sandbox.core.clock import Clock
from sandbox.core.switches import Switches

PER_SECOND = 3
PER_DAY = 120_000
ADDRESS_REQUESTS = (600, 10.0)
ADDRESS_ERRORS = (300, 10.0)
ADDRESS_TOKENS = (20, 60.0)
BLOCK_S = 600.0
TOKEN_BLOCK_S = 3600.0


class Window:
    """At most `limit` events in any stretch of `seconds`."""

    def __init__(self, limit: int, seconds: float) -> None:
        self._limit = limit
        self._seconds = seconds
        self._times: deque[float] = deque()

    def full(self, now: float) -> bool:
        """Whether one more event would be too many."""
        times = self._times
        while times and times[0] <= now - self._seconds:
            times.popleft()
        return len(times) >= self._limit

    def add(self, now: float) -> None:
        """Count an event."""
        self._times.append(now)


class _Account:
    def __init__(self) -> None:
        self.second = Window(PER_SECOND, 1.0)
        self.day = ""
        self.used_today = 0


class _Address:
    def __init__(self) -> None:
        self.requests = Window(*ADDRESS_REQUESTS)
        self.errors = Window(*ADDRESS_ERRORS)
        self.tokens = Window(*ADDRESS_TOKENS)
        self.blocked_until = 0.0

    def block(self, until: float) -> None:
        self.blocked_until = max(self.blocked_until, until)


class Limits:
    """Counts requests and refuses those over a limit, unless the switch is off."""

    def __init__(self, clock: Clock, switches: Switches) -> None:
        self._clock = clock
        self._switches = switches
        self._accounts: dict[str, _Account] = {}
        self._addresses: dict[str, _Address] = {}
        switches.on_enforce(self.clear)

    def clear(self) -> None:
        """Empty all windows and lift all blocks."""
        self._accounts.clear()
        self._addresses.clear()

    def check_address(self, address: str, *, token_endpoint: bool) -> None:
        """Count a request of this address; BlingError if it is blocked or has just gone too far."""
        if not self._switches.enforce:
            return
        now = self._clock.real()
        place = self._addresses.setdefault(address, _Address())
        if place.requests.full(now):
            place.block(now + BLOCK_S)
        if token_endpoint and place.tokens.full(now):
            place.block(now + TOKEN_BLOCK_S)
        if now < place.blocked_until:
            raise errors.blocked_address()
        place.requests.add(now)
        if token_endpoint:
            place.tokens.add(now)

    def note_error(self, address: str) -> None:
        """Count an answer with an error status; over 300 in ten seconds the address is blocked."""
        if not self._switches.enforce:
            return
        now = self._clock.real()
        place = self._addresses.setdefault(address, _Address())
        if place.errors.full(now):
            place.block(now + BLOCK_S)
        place.errors.add(now)

    def check_account(self, company_id: str) -> None:
        """Count a request of this account; BlingError 429 if the second or the day is used up."""
        if not self._switches.enforce:
            return
        now = self._clock.real()
        account = self._accounts.setdefault(company_id, _Account())
        today = day_of(now)
        if account.day != today:
            account.day, account.used_today = today, 0
        if account.used_today >= PER_DAY:
            raise errors.too_many("day")
        if account.second.full(now):
            raise errors.too_many("second")
        account.second.add(now)
        account.used_today += 1
