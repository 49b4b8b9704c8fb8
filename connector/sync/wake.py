"""Waking a tenant: one drain is queued however many events arrive.

The key `wake:{tenant}` says that a drain is queued and has not begun to claim; the drain deletes it before
its first claim, so an event stored after that point queues a new one. Losing the key or Redis loses no
event: the sweeper wakes whoever has due events.
"""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

import structlog
from arq.connections import ArqRedis

#: Seconds after which a wake-up that came to nothing may be repeated.
WAKE_SECONDS = 30
#: The worker's functions that drain a tenant, and that look at its portal.
DRAIN_JOB, POLL_JOB = "drain", "poll"


class Waker:
    """Queues drains; safe to call from any process."""

    def __init__(self, redis: ArqRedis) -> None:
        self._redis = redis

    async def wake(self, tenants: Iterable[UUID]) -> None:
        """Queue a drain for each tenant that has none queued; raises redis errors."""
        distinct = list(dict.fromkeys(tenants))
        async with self._redis.pipeline(transaction=False) as pipe:
            for tenant in distinct:
                pipe.set(_key(tenant), 1, nx=True, ex=WAKE_SECONDS)
            fresh = await pipe.execute()
        for tenant, new in zip(distinct, fresh, strict=True):
            if new:
                await self.queue(tenant)

    async def queue(self, tenant: UUID) -> None:
        """Put a drain at the back of the queue, whatever else is queued; its log names our request."""
        request = structlog.contextvars.get_contextvars().get("request_id")
        await self._redis.enqueue_job(DRAIN_JOB, str(tenant), *([request] if request else []))

    async def look(self, tenant: UUID) -> None:
        """Queue a look at a tenant's portal, unless one is queued; raises redis errors."""
        if await self._redis.set(_look(tenant), 1, nx=True, ex=WAKE_SECONDS):
            await self._redis.enqueue_job(POLL_JOB, str(tenant))

    async def looking(self, tenant: UUID) -> None:
        """A look is about to begin: what happens from now on needs a new one."""
        await self._redis.delete(_look(tenant))

    async def begun(self, tenant: UUID) -> None:
        """A drain is about to claim: wake-ups from now on need a new one."""
        await self._redis.delete(_key(tenant))


def _key(tenant: UUID) -> str:
    return f"wake:{tenant}"


def _look(tenant: UUID) -> str:
    return f"look:{tenant}"
