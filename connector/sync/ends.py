"""How a turn ends: for real, or on paper. Everything before that is the same for both."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol
from uuid import UUID

import structlog

from connector.bitrix24.catalogue import Catalogue
from connector.bitrix24.packer import Packer
from connector.domain.events import Outcome
from connector.domain.products import Create, Update
from connector.domain.vendor import Call
from connector.store import links as link_rows
from connector.store.scope import UNHURRIED
from connector.store.settle import settle
from connector.sync import live
from connector.sync.context import Context
from connector.sync.engine import Engine
from connector.sync.faults import Faults
from connector.sync.lease import Lease
from connector.sync.products.carry import Carrier
from connector.sync.settler import Settler
from connector.sync.settling import turn_of
from connector.sync.work import Work

log = structlog.get_logger(__name__)


class Writer(Protocol):
    """Ends every open record that has a plan."""

    async def merge_doubles(self, works: Iterable[Work]) -> None: ...

    async def carry_out(self, works: Iterable[Work], now: datetime) -> None: ...


class Ends(Protocol):
    """What a turn does with its plans and its outcomes."""

    def lasts(self, seconds: float) -> bool:
        """Whether a request that may take so long may be sent."""

    def writer(self, packer: Packer, catalogue: Catalogue, faults: Faults) -> Writer:
        """Who carries plans out."""

    async def mark_creating(self, works: list[Work], at: datetime) -> None:
        """Remember what is about to be created."""

    async def settle(
        self, works: list[Work], context: Context, calls: list[Call], scopes: dict[UUID, str]
    ) -> None:
        """Let the records go."""

    async def broken(self, faults: Faults) -> bool:
        """Tell of connections that broke meanwhile; True if there were any."""


class ForReal:
    """Writes in Bitrix24 and settles in the store, under a lease."""

    def __init__(self, engine: Engine, tenant_id: UUID, lease: Lease) -> None:
        self._engine = engine
        self._tenant_id = tenant_id
        self._lease = lease
        self.lasts = lease.lasts
        self._calls: list[Call] = []
        self._scopes: dict[UUID, str] = {}
        self._context: Context | None = None
        self._settler = Settler(self._write)

    def writer(self, packer: Packer, catalogue: Catalogue, faults: Faults) -> Writer:
        return Carrier(packer, catalogue, faults)

    async def mark_creating(self, works: list[Work], at: datetime) -> None:
        labels = {work.key: str((work.source or {}).get("nome") or work.key.bling_id) for work in works}
        async with self._engine.database.tenant(self._tenant_id) as conn:
            await link_rows.mark_creating(conn, self._tenant_id, self._lease.fence, labels, at)

    async def settle(
        self, works: list[Work], context: Context, calls: list[Call], scopes: dict[UUID, str]
    ) -> None:
        self._calls += calls
        self._scopes |= scopes
        self._context = context
        await self._settler.settle(works)

    async def _write(self, works: list[Work]) -> None:
        assert self._context is not None
        now = self._engine.clock()
        calls, self._calls = self._calls, []
        scopes, self._scopes = self._scopes, {}
        turn = turn_of(works, self._context, calls, scopes, now)
        async with self._engine.database.tenant(self._tenant_id, manner=UNHURRIED) as conn:
            await settle(conn, self._tenant_id, self._lease.fence, turn, now)
        await live.publish(self._engine.redis, self._tenant_id, turn)

    async def broken(self, faults: Faults) -> bool:
        told = False
        while faults.broken:
            (provider, account_id), (state, text) = faults.broken.popitem()
            log.warning("connection_broken", provider=provider, account=str(account_id), state=state)
            await self._engine.connections.broken(self._tenant_id, provider, account_id, state, text)
            told = True
        return told


class OnPaper:
    """Writes nothing anywhere and keeps the records for whoever wants to see their plans."""

    def __init__(self) -> None:
        self.works: list[Work] = []

    def lasts(self, seconds: float) -> bool:
        return True

    def writer(self, packer: Packer, catalogue: Catalogue, faults: Faults) -> Writer:
        return _Pencil()

    async def mark_creating(self, works: list[Work], at: datetime) -> None:
        return None

    async def settle(
        self, works: list[Work], context: Context, calls: list[Call], scopes: dict[UUID, str]
    ) -> None:
        self.works += works

    async def broken(self, faults: Faults) -> bool:
        return False


class _Pencil:
    """Ends records as their plans would, if all went well."""

    async def merge_doubles(self, works: Iterable[Work]) -> None:
        return None

    async def carry_out(self, works: Iterable[Work], now: datetime) -> None:
        for work in works:
            if not work.open:
                continue
            match work.plan:
                case Create():
                    work.bitrix_id = 0
                    work.end(Outcome.CREATED)
                case Update():
                    work.end(Outcome.UPDATED)
