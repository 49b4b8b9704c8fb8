"""What is left of what all tenants share: Bling's limits per address, its token endpoint, the workers' queue.

Read from the limiters' own keys (connector.bling.limits); nothing is reserved by looking.
"""

from __future__ import annotations

import time

import msgspec
from arq.constants import default_queue_name
from redis.asyncio import Redis

from connector.bling.limits import AddressLimiter, Rates, TokenLimiter


class Budgets(msgspec.Struct, frozen=True, kw_only=True):
    """How much is used now, and how much there is."""

    #: Requests from our address in the last whole second, and the most that may go.
    requests: int
    requests_most: int
    #: Calls of the token endpoint in the last 60 s.
    token_calls: int
    token_calls_most: int
    #: Error answers that still count, and how many stop us.
    errors: int
    errors_most: int
    #: Seconds that Bling still blocks our address; 0 = it does not.
    blocked_s: int
    #: Jobs that no worker has taken yet.
    queued: int


async def budgets(redis: Redis, rates: Rates | None = None) -> Budgets:
    """As the limiters know it; raises redis errors."""
    rates = rates or Rates()
    address, tokens, now = AddressLimiter(redis, rates=rates), TokenLimiter(redis, rates=rates), time.time()
    async with redis.pipeline(transaction=False) as pipe:
        pipe.get(f"{address.key}:{int(now) - 1}")
        pipe.lrange(tokens.key, 0, -1)
        pipe.hmget(address.key, ["errors", "errors_at"])
        pipe.pttl(address.blocked_key)
        pipe.zcard(default_queue_name)
        requests, times, (errors, errors_at), blocked_ms, queued = await pipe.execute()
    faded = (now - float(errors_at or 0)) * rates.errors_per_second
    return Budgets(
        requests=int(requests or 0),
        requests_most=rates.address_per_second,
        token_calls=sum(now - 60 <= float(at) <= now for at in times),
        token_calls_most=rates.tokens_per_minute,
        errors=max(0, int(float(errors or 0) - faded)),
        errors_most=rates.error_burst,
        blocked_s=max(0, blocked_ms) // 1000,
        queued=queued,
    )
