"""Bling's limits, shared by all processes: per account, per egress address, and of the token endpoint.

Bling allows an account 3 requests a second and 120,000 a day, over all its apps and without ever telling how
much is left; an address 600 in 10 s, 300 errors in 10 s and 20 token calls in 60 s, else it is blocked for 10
minutes or an hour, with all our tenants (facts of Bling, limits). So the limiters foresee, and stay below.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import msgspec
from redis.asyncio import Redis

from connector import pace
from connector.bling import scripts
from connector.bling.errors import ADDRESS, ADDRESS_BLOCK, DAY, SECOND, next_day, today
from connector.bling.waiting import TooMany, Waiting
from connector.domain.vendor import Throttled
from connector.wire import Clock, utc_now

#: Share of the day's requests that callers may use up: long work leaves some for what changes now.
SHARES = {pace.Urgency.NOW: 1.0, pace.Urgency.LATER: 0.9}
#: Requests of an account whose times are kept.
REMEMBERED = 3


class Rates(msgspec.Struct, frozen=True, kw_only=True):
    """What the limiters allow; the defaults are Bling's own limits, kept with a margin."""

    per_second: int = 3
    #: Added to each second, because requests travel at different speeds.
    margin_s: float = 0.05
    per_day: int = 120_000
    #: 11 calendar seconds touch any 10 s: 11 x 54 < 600.
    address_per_second: int = 54
    address_per_second_at_first: int = 20
    #: At most `burst + 10 x per second` = 200 errors in any 10 s; Bling blocks at 300.
    error_burst: int = 50
    errors_per_second: float = 15.0
    tokens_per_minute: int = 15
    tokens_at_first: int = 4

    @property
    def together(self) -> int:
        """Requests that may go at once: the last three are remembered."""
        return min(self.per_second, REMEMBERED)

    @property
    def stretch_s(self) -> float:
        """Seconds that so many have to last: one, or less where more are allowed."""
        return self.together / self.per_second


class AccountUsage(msgspec.Struct, frozen=True):
    """For the screens: requests of today."""

    ours_today: int
    #: Requests of other apps, as far as refusals let us see them.
    others_today: int
    per_day: int


#: Gives what is known from elsewhere of today's calls: requests of the account since midnight in São Paulo.
DayCount = Callable[[], Awaitable[int]]

#: How long the one call waits for its answer that tries whether a used-up day is over.
PROBE_S = 30.0
#: A refused try is repeated after that.
PROBE_AGAIN = timedelta(minutes=30)


class AddressLimiter:
    """What all accounts share behind one egress address; its rate is kept by the accounts' `turn`."""

    def __init__(self, redis: Redis, address: str = "default", rates: Rates = Rates()) -> None:  # noqa: B008
        self.key = f"bling:address:{address}"
        self.blocked_key = _blocked_key(address)
        self.rates = rates
        self.redis = redis

    async def failed(self) -> None:
        """An answer had an error status."""
        await pace.run(self.redis, scripts.ERROR, [self.key], [self.rates.errors_per_second])

    async def blocked(self) -> None:
        """Bling said that our address is blocked: no account calls from it for a while."""
        await _block(self.redis, self.blocked_key)


class TokenLimiter:
    """Calls of the token endpoint from one egress address: 15 a minute, Bling blocks for an hour at 20."""

    def __init__(self, redis: Redis, address: str = "default", rates: Rates = Rates()) -> None:  # noqa: B008
        self.key = f"bling:tokens:{address}"
        self._redis = redis
        self._keys = [self.key, _blocked_key(address)]
        self._rates = rates

    async def turn(self, patience: float = 60.0) -> None:
        """Wait for a turn; raises `Throttled` if that would take longer than `patience` seconds."""
        args = (self._rates.tokens_per_minute, self._rates.tokens_at_first, patience)
        wait, word = await pace.run(self._redis, scripts.TOKEN, self._keys, args)
        match pace.text(word):
            case "late":
                raise Throttled("token endpoint", until=_after(utc_now(), wait), code="limit_tokens")
            case "address":
                raise Throttled("address blocked", until=_after(utc_now(), wait), code=ADDRESS)
        await _sleep(wait)

    async def blocked(self) -> None:
        """Bling said that our address is blocked."""
        await _block(self._redis, self._keys[1])


class AccountLimiter:
    """One account's limiter; every process that calls for the account has one, they share their counts."""

    def __init__(
        self,
        company_id: str,
        address: AddressLimiter,
        *,
        day_count: DayCount | None = None,
        patience: float = 60.0,
        clock: Clock = utc_now,
    ) -> None:
        """`day_count` rebuilds today's count when Redis lost it; `patience` in seconds."""
        self._redis = address.redis
        self._keys = [f"bling:pace:{company_id}", address.key, address.blocked_key]
        self._rates = address.rates
        self._address = address
        self._day_count = day_count
        self._patience = patience
        self._clock = clock
        self._probing = False
        self._waiting = Waiting(self._rates.per_second, patience)

    async def turn(self) -> None:
        """Wait until one more request may go: the urgent ones first, else in the order of asking.

        Raises `Throttled` if that takes longer than we wait or the day is used up, `Transient` without Redis.
        """
        try:
            async with self._waiting.first():
                await self._place()
        except TooMany as error:
            until = self._clock() + timedelta(seconds=error.seconds)
            raise Throttled("too many wait", until=until, code=SECOND) from error

    async def _place(self) -> None:
        tries = 0
        while True:
            tries += 1
            wait, raw = await pace.run(self._redis, scripts.ACQUIRE, self._keys, self._args())
            match pace.text(raw):
                case "blocked":
                    raise Throttled("daily limit", until=_after(self._clock(), wait), code=DAY)
                case "address":
                    raise Throttled("address blocked", until=_after(self._clock(), wait), code=ADDRESS)
                case "day":
                    raise Throttled("daily limit", until=next_day(self._clock()), code=DAY)
                case "late":
                    raise Throttled("too many wait", until=_after(self._clock(), wait), code=SECOND)
                case "count":
                    await self._recount()
                case "probe":
                    self._probing = True
            late = await _sleep(wait)
            # Woken so late that this request would crowd the next ones: give up the place for another, once.
            if pace.text(raw) != "ask" and (late < self._rates.margin_s / 2 or tries > 1):
                return

    async def passed(self) -> None:
        """A request was answered; if it was the try, the day is over."""
        if self._probing:
            self._probing = False
            await pace.run(self._redis, scripts.PASSED, self._keys[:1])

    async def crowded(self) -> None:
        """Bling said 429 for the second."""
        await pace.run(self._redis, scripts.CROWDED, self._keys[:1], [self._today(), self._rates.margin_s])

    async def day_over(self) -> datetime:
        """Bling said 429 for the day; when to try again."""
        self._probing = False
        now = self._clock()
        pause = (next_day(now) - now).total_seconds()
        args = (self._today(), pause, PROBE_AGAIN.total_seconds(), self._rates.per_day)
        (tried,) = await pace.run(self._redis, scripts.DAY_OVER, self._keys[:1], args)
        return now + PROBE_AGAIN if tried else next_day(now)

    async def failed(self) -> None:
        """An answer had an error status."""
        await self._address.failed()

    async def blocked(self) -> None:
        """Bling said that our address is blocked."""
        await self._address.blocked()

    async def usage(self) -> AccountUsage:
        """Today's requests."""
        ours, others = await pace.run(self._redis, scripts.USAGE, self._keys[:1], [self._today()])
        return AccountUsage(int(pace.text(ours)), int(pace.text(others)), self._rates.per_day)

    async def _recount(self) -> None:
        if self._day_count is not None and (before := await self._day_count()):
            await pace.run(self._redis, scripts.ADD, self._keys[:1], [before])

    def _today(self) -> str:
        return today(self._clock())

    def _args(self) -> tuple[str | float, ...]:
        rates = self._rates
        return (
            self._today(),
            rates.together,
            rates.margin_s,
            int(rates.per_day * SHARES[pace.urgency.get()]),
            rates.address_per_second,
            rates.address_per_second_at_first,
            rates.error_burst,
            rates.errors_per_second,
            self._patience,
            PROBE_S,
            rates.stretch_s,
        )


def _blocked_key(address: str) -> str:
    return f"bling:blocked:{address}"


async def _block(redis: Redis, key: str) -> None:
    await pace.run(redis, scripts.BLOCK, [key], [int(ADDRESS_BLOCK.total_seconds())])


def _after(now: datetime, microseconds: int) -> datetime:
    return now.astimezone(UTC) + timedelta(microseconds=microseconds)


async def _sleep(microseconds: int) -> float:
    """Sleep; seconds by which we woke too late."""
    if not microseconds:
        return 0.0
    loop = asyncio.get_running_loop()
    until = loop.time() + microseconds / 1_000_000
    await asyncio.sleep(until - loop.time())
    return loop.time() - until
