"""A portal's limits, shared by all processes: the leaky bucket of requests, and operating time per method.

The vendor's bucket drains 2 a second and blocks over 50 (Enterprise 5 and 250); a batch counts as one. Ours
is half a second's drain smaller, so that requests which travel at different speeds never meet over the brim.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta, timezone

import msgspec
from redis.asyncio import Redis
from redis.exceptions import RedisError

from connector import pace
from connector.bitrix24.operating import START_LIMIT_S, Operating
from connector.wire import Clock, utc_now


class Allowance(msgspec.Struct, frozen=True):
    """Requests that drain per second, and how many the bucket holds."""

    rate: float = 2.0
    capacity: float = 50.0

    @property
    def careful(self) -> float:
        """The capacity that we use of it."""
        return self.capacity - max(1.0, self.rate / 2)


STANDARD = Allowance()
ENTERPRISE = Allowance(5.0, 250.0)


class PortalUsage(msgspec.Struct, frozen=True):
    """For the screens: how full the bucket is now, and who spent how much today."""

    #: 0 empty to 1 full.
    bucket: float
    ours_today: int
    #: Spent by others, as far as refusals let us see it.
    others_today: int
    #: Share of its operating limit by method.
    methods: dict[str, float]


#: Who says "today" means Brazil; summer time was abolished in 2019.
_BRAZIL = timezone(timedelta(hours=-3))

_STATE = """
local h = redis.call('HMGET', KEYS[2], 'level', 'at', 'rate', 'capacity', 'slow', 'slow_at',
                     'day', 'ours', 'others')
local rate, capacity = tonumber(h[3] or ARGV[1]), tonumber(h[4] or ARGV[2])
local slow = tonumber(h[5] or '1')
local speed = rate * math.min(1, slow + (now - tonumber(h[6] or '0')) / 120)
local level
if h[1] then level = math.max(0, tonumber(h[1]) - (now - tonumber(h[2])) * speed)
else level = math.max(0, capacity - (now - since) * rate) end
local ours, others = 0, 0
if h[7] == ARGV[3] then ours, others = tonumber(h[8]), tonumber(h[9]) end
"""

#: Takes the next place in the queue; gives microseconds to wait and the portal's whole hash.
_SLOT = pace.script(
    _STATE
    + """
level = level + 1
redis.call('HSET', KEYS[2], 'level', exact(level), 'at', exact(now),
           'day', ARGV[3], 'ours', ours + 1, 'others', others)
for i = 5, #ARGV, 2 do redis.call('HSET', KEYS[2], 'op:' .. ARGV[i], ARGV[i + 1]) end
local known = redis.call('HMGET', KEYS[2], 'op_limit', 'op_day')
if known[2] ~= ARGV[3] or tonumber(ARGV[4]) < tonumber(known[1]) then
  redis.call('HSET', KEYS[2], 'op_limit', ARGV[4], 'op_day', ARGV[3])
end
local wait = math.max(0, (level - capacity) / speed)
return {math.ceil(wait * 1000000), redis.call('HGETALL', KEYS[2])}
"""
)

#: A refusal that our count does not explain: others use the bucket too. It is full now, and we go slower for
#: a while; requests that were refused together slow us down once.
_FULL = pace.script(
    _STATE
    + """
local hidden = math.max(1, capacity - level)
if now - tonumber(h[6] or '0') > 1 then
  redis.call('HSET', KEYS[2], 'slow', exact(math.max(0.25, speed / rate * 0.7)), 'slow_at', exact(now),
             'others', exact(others + hidden), 'day', ARGV[3], 'ours', ours)
end
redis.call('HSET', KEYS[2], 'level', exact(math.max(level, capacity)), 'at', exact(now))
return {}
"""
)

_USAGE = pace.script(_STATE + "return {exact(level / capacity), tostring(ours), tostring(others)}")


class PortalLimiter:
    """One portal's limiter; every process that calls the portal has one, they share their counts in Redis."""

    def __init__(
        self, redis: Redis, member_id: str, allowance: Allowance = STANDARD, *, clock: Clock = utc_now
    ) -> None:
        self._redis = redis
        self._key = f"bitrix24:pace:{member_id}"
        self._allowance = allowance
        self._clock = clock
        self._entries: dict[str, str] = {}
        self._day = self._today()
        self.operating = Operating()

    async def slot(self) -> None:
        """Wait until one more request may go, in the order of asking; `Transient` without Redis."""
        args = (*self._state_args(), self._operating_limit(), *self.operating.news())
        wait, flat = await pace.run(self._redis, _SLOT, [self._key], args)
        self._take_in(pace.pairs(flat))
        if wait:
            await asyncio.sleep(wait / 1_000_000)

    async def full(self) -> None:
        """The portal said QUERY_LIMIT_EXCEEDED."""
        await pace.run(self._redis, _FULL, [self._key], self._state_args())

    async def learn(self, allowance: Allowance) -> None:
        """Remember what the portal's plan allows, for as long as Redis remembers anything."""
        try:
            await self._redis.hset(  # type: ignore[misc]
                self._key, mapping={"rate": allowance.rate, "capacity": allowance.careful}
            )
        except (RedisError, OSError, TimeoutError) as error:
            raise pace.away(error) from error

    async def usage(self) -> PortalUsage:
        """How much of the limits is used."""
        bucket, ours, others = await pace.run(self._redis, _USAGE, [self._key], self._state_args())
        share = min(1.0, float(pace.text(bucket)))
        return PortalUsage(
            share, int(float(pace.text(ours))), int(float(pace.text(others))), self.operating.shares()
        )

    def _state_args(self) -> tuple[float, float, str]:
        return self._allowance.rate, self._allowance.careful, self._today()

    def _today(self) -> str:
        return self._clock().astimezone(_BRAZIL).date().isoformat()

    def _operating_limit(self) -> float:
        # What was learned holds for the day: the plan may have changed since.
        if self._day != (today := self._today()):
            self._day, self.operating.limit = today, START_LIMIT_S
        return self.operating.limit

    def _take_in(self, state: dict[str, str]) -> None:
        self.operating.limit = min(self.operating.limit, float(state["op_limit"]))
        fresh = {
            name[3:]: entry
            for name, entry in state.items()
            if name.startswith("op:") and self._entries.get(name[3:]) != entry
        }
        if fresh:
            self._entries.update(fresh)
            self.operating.learn(fresh.items())
