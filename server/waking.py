"""Wake-ups from the web: an event is stored already, so a lost one only waits for the sweeper."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

import structlog
from redis.exceptions import RedisError

from connector.sync.wake import Waker

log = structlog.get_logger()


class CalmWaker(Waker):
    """A `Waker` that takes Redis' absence calmly."""

    async def wake(self, tenants: Iterable[UUID]) -> None:
        """Queue a drain for each tenant that has none queued, if Redis is there."""
        try:
            await super().wake(tenants)
        except (RedisError, OSError) as error:
            log.warning("wake_lost", error=type(error).__name__)

    async def look(self, tenant: UUID) -> None:
        """Queue a look at a tenant's portal, if Redis is there."""
        try:
            await super().look(tenant)
        except (RedisError, OSError) as error:
            log.warning("look_lost", error=type(error).__name__)
