"""What all chunks of one turn share: clients, packer, the tenant's context, the way to the store."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable
from uuid import UUID

import structlog

from connector.bitrix24.catalogue import Catalogue
from connector.bitrix24.packer import LeaseTooShort, Packer
from connector.bling.client import Bling
from connector.domain.events import Event, RecordKey
from connector.domain.vendor import Call
from connector.store import links as link_rows
from connector.store.lease import Fenced
from connector.store.links import Link
from connector.store.scope import DatabaseAway
from connector.store.standing import PortalStanding
from connector.sync.clients import bitrix24_client, bling_client
from connector.sync.context import Context, load_context
from connector.sync.ends import Ends
from connector.sync.engine import Engine
from connector.sync.faults import Faults
from connector.sync.products.decide import bare, begin, decide
from connector.sync.products.line import Line
from connector.sync.products.lookup import Finder
from connector.sync.products.read import Reader, reading
from connector.sync.work import Work

log = structlog.get_logger(__name__)

#: Seconds for which a tenant's toggles, mapping and states are believed.
CONTEXT_LIVES = 1.0


class Turning:
    """One tenant's rooms during one turn."""

    def __init__(self, engine: Engine, tenant_id: UUID, ends: Ends) -> None:
        self._engine = engine
        self._tenant_id = tenant_id
        self._ends = ends
        self._faults = Faults(engine.chance, engine.create_settles)
        self._calls: list[Call] = []
        self._scopes: dict[UUID, str] = {}
        self._blings: dict[UUID, Bling] = {}
        self._context: Context | None = None
        self._read_at = 0.0
        #: Chunks that begin together read the context once, and go on together.
        self._reading = asyncio.Lock()
        self._packer: Packer | None = None
        self._making: dict[str, RecordKey] = {}
        #: Families are worked on one after the other: a variation may ride along with its parent unclaimed.
        self._families = asyncio.Lock()

    async def process(
        self, groups: dict[RecordKey, list[Event]], links: dict[RecordKey, Link] | None = None
    ) -> None:
        """Take records (with all their due events, and links if they were loaded) through every room.

        A mistake of ours with one record must not stop the others: the chunk is halved until the record that
        causes it is alone, and that one is put off like after any other failure.
        """
        try:
            await self._process(groups, links)
        except (DatabaseAway, Fenced, LeaseTooShort):
            raise
        except Exception:
            if len(groups) == 1:
                log.exception("record_failed", record=next(iter(groups)).bling_id)
                await self._put_off(groups)
                return
            log.warning("chunk_failed", records=len(groups))
            for half in _halves(groups):
                await self.process(half)

    async def _process(
        self, groups: dict[RecordKey, list[Event]], links: dict[RecordKey, Link] | None
    ) -> None:
        context = await self._fresh_context()
        if links is None:
            links = await self._load_links(groups)
        now = self._engine.clock()
        works = [begin(key, events, links.get(key), now) for key, events in groups.items()]
        if context.portal is None or context.catalogue is None:
            for work in works:
                decide(work, context)
            await self._settle(works)
            return
        line = self._line_of(context, context.portal, context.catalogue)
        await line.process(works)

    async def _put_off(self, groups: dict[RecordKey, list[Event]]) -> None:
        now = self._engine.clock()
        works = [bare(key, events, now) for key, events in groups.items()]
        for work in works:
            self._faults.stumbled(work, now)
        await self._settle(works)

    async def close(self) -> None:
        """Stop sending."""
        if self._packer is not None:
            await self._packer.close()

    async def _fresh_context(self) -> Context:
        async with self._reading:
            if self._context is None or time.monotonic() - self._read_at > CONTEXT_LIVES:
                self._context = await load_context(self._engine, self._tenant_id)
                self._read_at = time.monotonic()
            return self._context

    def _line_of(self, context: Context, portal: PortalStanding, catalogue: Catalogue) -> Line:
        """The rooms, with the tenant's wishes of this moment."""
        packer = self._packer
        if packer is None:
            client = bitrix24_client(self._engine, self._tenant_id, portal, self._calls.append)
            packer = self._packer = Packer(client, may_write=self._ends.lasts)
        return Line(
            context=context,
            reader=Reader(self._bling, context.lens.reads, self._faults),
            finder=Finder(packer, catalogue, self._faults, self._making),
            writer=self._ends.writer(packer, catalogue, self._faults),
            faults=self._faults,
            clock=self._engine.clock,
            load_links=self._load_links,
            mark_creating=self._ends.mark_creating,
            settle=self._settle,
            create_settles=self._engine.create_settles,
            families=self._families,
        )

    def _bling(self, account_id: UUID) -> Bling:
        client = self._blings.get(account_id)
        if client is None:
            company = self._context.companies[account_id] if self._context is not None else ""
            observe = self._observe(account_id)
            client = bling_client(self._engine, self._tenant_id, account_id, company, observe)
            self._blings[account_id] = client
        return client

    async def _load_links(self, keys: Iterable[RecordKey]) -> dict[RecordKey, Link]:
        async with self._engine.database.tenant(self._tenant_id) as conn:
            return await link_rows.load(conn, self._tenant_id, keys)

    async def _settle(self, works: list[Work]) -> None:
        context = self._context or await self._fresh_context()
        calls, self._calls[:] = list(self._calls), []
        scopes = {call.id: self._scopes.pop(call.id) for call in calls if call.id in self._scopes}
        await self._ends.settle(works, context, calls, scopes)
        if await self._ends.broken(self._faults):
            self._context = None

    def _observe(self, account_id: UUID) -> Callable[[Call], None]:
        def observe(call: Call) -> None:
            self._scopes[call.id] = str(account_id)
            for work in reading.get():
                work.calls.append(call.id)
            self._calls.append(call)

        return observe


def _halves(groups: dict[RecordKey, list[Event]]) -> list[dict[RecordKey, list[Event]]]:
    items = list(groups.items())
    middle = len(items) // 2
    return [dict(items[:middle]), dict(items[middle:])]
