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
from connector.bling.errors import DAY, SECOND, next_day, today
from connector.domain.vendor import Throttled
from connector.wire import Clock, utc_now


class Rates(msgspec.Struct, frozen=True, kw_only=True):
    """What the limiters allow; the defaults are Bling's own limits, kept with a margin."""

    per_second: int = 3
    #: Added to the second, because requests travel at different speeds.
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

_DAY_STATE = """
local a = redis.call('HMGET', KEYS[2], 'day', 'ours', 'others', 'r1', 'r2', 'r3', 'blocked', 'probe',
                     'margin', 'margin_at')
local ours, others = 0, 0
if a[1] == ARGV[1] then ours, others = tonumber(a[2]), tonumber(a[3]) end
"""

#: Account, address and day in one step. Gives {microseconds to wait, what}: `go`, `probe` (go, it tries
#: whether the day is over), `count` (go, and tell today's calls), `ask` (not reserved: ask after the wait),
#: `late` (would take longer than the caller waits), `blocked` and `day` (until the time given).
_ACQUIRE = pace.script(
    _DAY_STATE
    + """
local per_second, window, per_day = tonumber(ARGV[2]), 1 + tonumber(ARGV[3]), tonumber(ARGV[4])
local patience = tonumber(ARGV[9])
local word = 'go'
if not a[1] then word = 'count' end
if a[7] then
  local blocked = tonumber(a[7])
  if now < blocked then return {math.ceil((blocked - now) * 1000000), 'blocked'} end
  word = 'probe'
end
if ours + others >= per_day and word ~= 'probe' then return {0, 'day'} end

local e = redis.call('HMGET', KEYS[3], 'errors', 'errors_at')
local errors = math.max(0, tonumber(e[1] or '0') - (now - tonumber(e[2] or '0')) * tonumber(ARGV[8]))
if errors >= tonumber(ARGV[7]) then
  return {math.ceil((errors - tonumber(ARGV[7]) + 1) / tonumber(ARGV[8]) * 1000000), 'ask'}
end

if a[9] then window = math.max(window, 1 + tonumber(a[9]) - (now - tonumber(a[10])) * 0.001) end
local last = {tonumber(a[4] or '0'), tonumber(a[5] or exact(since)), tonumber(a[6] or exact(since))}
local start = math.max(now, last[3], last[4 - per_second] + window)
local place
while true do
  local second = math.floor(start)
  local most = tonumber(ARGV[5])
  if start - since < 10 then most = tonumber(ARGV[6]) end
  place = KEYS[3] .. ':' .. second
  if tonumber(redis.call('GET', place) or '0') < most then break end
  start = second + 1
end
if start - now > patience then return {math.ceil((start - now) * 1000000), 'late'} end
redis.call('INCR', place)
redis.call('EXPIRE', place, math.ceil(start - now) + 15)
redis.call('HSET', KEYS[2], 'day', ARGV[1], 'ours', ours + 1, 'others', others,
           'r1', exact(last[2]), 'r2', exact(last[3]), 'r3', exact(start))
if word == 'probe' then
  redis.call('HSET', KEYS[2], 'blocked', exact(now + tonumber(ARGV[10])), 'probe', 1)
end
return {math.ceil((start - now) * 1000000), word}
"""
)

#: A 429 for the second that our own count does not explain: others spend too. The last second counts as full,
#: and the margin grows; it shrinks again by a millisecond a second.
_CROWDED = pace.script(
    _DAY_STATE
    + """
local margin = math.max(tonumber(ARGV[2]), tonumber(a[9] or '0') - (now - tonumber(a[10] or '0')) * 0.001)
redis.call('HSET', KEYS[2], 'day', ARGV[1], 'ours', ours, 'others', others + 1,
           'margin', exact(math.min(0.5, margin * 1.5)), 'margin_at', exact(now))
for _, name in ipairs({'r1', 'r2', 'r3'}) do
  local known = tonumber(redis.call('HGET', KEYS[2], name) or '0')
  redis.call('HSET', KEYS[2], name, exact(math.max(known, now)))
end
return {}
"""
)

#: A 429 for the day. Gives whether it was a try whether the day is over.
_DAY_OVER = pace.script(
    _DAY_STATE
    + """
local tried = a[8] and 1 or 0
local wait = tried == 1 and ARGV[3] or ARGV[2]
redis.call('HSET', KEYS[2], 'blocked', exact(now + tonumber(wait)), 'probe', 1,
           'day', ARGV[1], 'ours', ours, 'others', math.max(others, tonumber(ARGV[4]) - ours))
return {tried}
"""
)

_ADD = pace.script("redis.call('HINCRBY', KEYS[2], 'ours', ARGV[1]) return {}")
_PASSED = pace.script(
    "redis.call('HDEL', KEYS[2], 'blocked', 'probe') redis.call('HSET', KEYS[2], 'others', 0) return {}"
)
_USAGE = pace.script(_DAY_STATE + "return {tostring(ours), tostring(others)}")

_ERROR = pace.script(
    """
local e = redis.call('HMGET', KEYS[2], 'errors', 'errors_at')
local errors = math.max(0, tonumber(e[1] or '0') - (now - tonumber(e[2] or '0')) * tonumber(ARGV[1])) + 1
redis.call('HSET', KEYS[2], 'errors', exact(errors), 'errors_at', exact(now))
return {}
"""
)

_TOKEN = pace.script(
    """
local times = redis.call('LRANGE', KEYS[2], 0, -1)
local most, first = tonumber(ARGV[1]), tonumber(ARGV[2])
local start = math.max(now, tonumber(times[1] or '0'))
if times[most] then start = math.max(start, tonumber(times[most]) + 60.5) end
if start < since + 60 and times[first] then
  start = math.max(start, math.min(since + 60, tonumber(times[first]) + 60.5))
end
if start - now > tonumber(ARGV[3]) then return {math.ceil((start - now) * 1000000), 'late'} end
redis.call('LPUSH', KEYS[2], exact(start))
redis.call('LTRIM', KEYS[2], 0, most - 1)
return {math.ceil((start - now) * 1000000), 'go'}
"""
)


class AddressLimiter:
    """What all accounts share behind one egress address; its rate is kept by the accounts' `turn`."""

    def __init__(self, redis: Redis, address: str = "default", rates: Rates = Rates()) -> None:  # noqa: B008
        self.key = f"bling:address:{address}"
        self.rates = rates
        self.redis = redis

    async def failed(self) -> None:
        """An answer had an error status."""
        await pace.run(self.redis, _ERROR, [self.key], [self.rates.errors_per_second])


class TokenLimiter:
    """Calls of the token endpoint from one egress address: 15 a minute, Bling blocks for an hour at 20."""

    def __init__(self, redis: Redis, address: str = "default", rates: Rates = Rates()) -> None:  # noqa: B008
        self._redis = redis
        self._key = f"bling:tokens:{address}"
        self._rates = rates

    async def turn(self, patience: float = 60.0) -> None:
        """Wait for a turn; raises `Throttled` if that would take longer than `patience` seconds."""
        args = (self._rates.tokens_per_minute, self._rates.tokens_at_first, patience)
        wait, word = await pace.run(self._redis, _TOKEN, [self._key], args)
        if pace.text(word) == "late":
            raise Throttled("token endpoint", until=_after(utc_now(), wait), code="limit_tokens")
        await _sleep(wait)


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
        self._keys = [f"bling:pace:{company_id}", address.key]
        self._rates = address.rates
        self._address = address
        self._day_count = day_count
        self._patience = patience
        self._clock = clock
        self._probing = False

    async def turn(self) -> None:
        """Wait until one more request may go, in the order of asking.

        Raises `Throttled` if that takes longer than we wait or the day is used up, `Transient` without Redis.
        """
        tries = 0
        while True:
            tries += 1
            wait, raw = await pace.run(self._redis, _ACQUIRE, self._keys, self._args())
            match pace.text(raw):
                case "blocked":
                    raise Throttled("daily limit", until=_after(self._clock(), wait), code=DAY)
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
            await pace.run(self._redis, _PASSED, self._keys[:1])

    async def crowded(self) -> None:
        """Bling said 429 for the second."""
        await pace.run(self._redis, _CROWDED, self._keys[:1], [self._today(), self._rates.margin_s])

    async def day_over(self) -> datetime:
        """Bling said 429 for the day; when to try again."""
        self._probing = False
        now = self._clock()
        pause = (next_day(now) - now).total_seconds()
        args = (self._today(), pause, PROBE_AGAIN.total_seconds(), self._rates.per_day)
        (tried,) = await pace.run(self._redis, _DAY_OVER, self._keys[:1], args)
        return now + PROBE_AGAIN if tried else next_day(now)

    async def failed(self) -> None:
        """An answer had an error status."""
        await self._address.failed()

    async def usage(self) -> AccountUsage:
        """Today's requests."""
        ours, others = await pace.run(self._redis, _USAGE, self._keys[:1], [self._today()])
        return AccountUsage(int(pace.text(ours)), int(pace.text(others)), self._rates.per_day)

    async def _recount(self) -> None:
        if self._day_count is not None and (before := await self._day_count()):
            await pace.run(self._redis, _ADD, self._keys[:1], [before])

    def _today(self) -> str:
        return today(self._clock())

    def _args(self) -> tuple[str | float, ...]:
        rates = self._rates
        return (
            self._today(),
            rates.per_second,
            rates.margin_s,
            rates.per_day,
            rates.address_per_second,
            rates.address_per_second_at_first,
            rates.error_burst,
            rates.errors_per_second,
            self._patience,
            PROBE_S,
        )


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
