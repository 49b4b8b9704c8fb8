"""Records that deals need first: products of their items, orders of their invoices.

They are asked for through the inbox, so they are synced by their own rules and have their own history.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import timedelta

from connector.domain.events import RecordKey
from connector.store import inbox
from connector.sync.shared import Shared

#: How long an order waits in hand for its products, and how often is looked.
WAIT, LOOK = timedelta(seconds=15), 0.1


class Needed:
    """Asks for records, each once in a turn."""

    def __init__(self, shared: Shared) -> None:
        self._shared = shared
        self._clock = shared.engine.clock
        self._asked: set[RecordKey] = set()

    async def ask_for(self, records: set[RecordKey]) -> None:
        """Put events of those into the inbox that nobody asked for and that have none there."""
        new = records - self._asked
        if new:
            self._asked |= new
            await self._shared.ends.ask_for(new - await self._under_way(new), self._clock())

    async def wait_for(self, products: Iterable[RecordKey]) -> None:
        """Return when the products are known, or nothing more is under way, or the time is up."""
        missing = set(products)
        missing -= await self._known(missing)
        until = self._clock() + WAIT
        while missing and self._clock() < until:
            await self.ask_for(missing)
            await asyncio.sleep(LOOK)
            missing -= await self._known(missing)
            missing &= await self._under_way(missing)

    async def _known(self, wanted: set[RecordKey]) -> set[RecordKey]:
        """Those that have a link. A product that is being made has one already, but no id to name yet."""
        links = await self._shared.load_links(wanted)
        return {one for one, link in links.items() if link.bitrix_id is not None or link.creating_at is None}

    async def _under_way(self, records: set[RecordKey]) -> set[RecordKey]:
        tenant_id = self._shared.tenant_id
        async with self._shared.engine.database.tenant(tenant_id) as conn:
            return await inbox.waiting_for(conn, tenant_id, records)
