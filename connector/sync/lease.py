"""One drain per tenant: a lease row with a fencing number, kept alive by a heartbeat.

A fence cannot stop a vendor, so a write is sent only while the lease has more time left, by this process's
monotonic clock, than the request may take.
"""

from __future__ import annotations

import asyncio
import time
from datetime import datetime
from uuid import UUID

import structlog

from connector.store import lease as rows
from connector.store.scope import Database, DatabaseAway

#: Seconds.
LEASE = 30.0
HEARTBEAT = 5.0

log = structlog.get_logger(__name__)


class Lease:
    """The right to drain one tenant, while it lasts."""

    def __init__(self, database: Database, tenant_id: UUID, fence: int, until: float) -> None:
        self.fence = fence
        self._database = database
        self._tenant_id = tenant_id
        self._until = until
        self._beating: asyncio.Task[None] | None = None

    @classmethod
    async def take(cls, database: Database, tenant_id: UUID, holder: str) -> Lease | None:
        """The lease, or None when another drain has it (which then knows that it is wanted)."""
        asked = time.monotonic()
        async with database.tenant(tenant_id) as conn:
            fence = await rows.take(conn, tenant_id, holder, LEASE)
        return None if fence is None else cls(database, tenant_id, fence, asked + LEASE)

    def lasts(self, seconds: float) -> bool:
        """Whether a request that may take so long can end before the lease does."""
        return time.monotonic() + seconds < self._until

    async def __aenter__(self) -> Lease:
        self._beating = asyncio.create_task(self._beat())
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._beating is not None:
            self._beating.cancel()

    async def give_up(self, now: datetime) -> bool:
        """Let go, unless somebody wants the tenant drained or something is due."""
        async with self._database.tenant(self._tenant_id) as conn:
            return await rows.give_up(conn, self._tenant_id, self.fence, now)

    async def hand_on(self) -> None:
        """Let go for a drain that is queued next."""
        async with self._database.tenant(self._tenant_id) as conn:
            await rows.hand_on(conn, self._tenant_id, self.fence)

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(HEARTBEAT)
            asked = time.monotonic()
            try:
                async with self._database.tenant(self._tenant_id) as conn:
                    kept = await rows.beat(conn, self._tenant_id, self.fence, LEASE)
            except DatabaseAway:
                log.warning("lease_heartbeat_missed", tenant=str(self._tenant_id))
                continue
            if not kept:
                self._until = 0.0
                return
            self._until = asked + LEASE
