"""What all chunks of one turn share: clients, packer, the tenant's context, the way to the store."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

import msgspec
import structlog

from connector.bitrix24.catalogue import Catalogue
from connector.bitrix24.crm_setup import CrmPlaces
from connector.bitrix24.packer import LeaseTooShort, Packer
from connector.bling.client import Bling
from connector.domain.events import Event, Kind, Outcome, Reason, RecordKey
from connector.domain.vendor import Call
from connector.store import links as link_rows
from connector.store import standing
from connector.store.lease import Fenced
from connector.store.links import Link
from connector.store.scope import DatabaseAway
from connector.store.standing import PortalStanding
from connector.sync.begin import bare, begin
from connector.sync.clients import bitrix24_client, bling_client
from connector.sync.context import Context, load_context
from connector.sync.deals.contacts import Contacts, ContactWork
from connector.sync.deals.line import Deals
from connector.sync.deals.places import Places
from connector.sync.deals.work import DealWork
from connector.sync.ends import Ends
from connector.sync.engine import Engine
from connector.sync.export.line import Exports
from connector.sync.export.work import ExportWork
from connector.sync.faults import Faults
from connector.sync.products.line import Products
from connector.sync.products.work import ProductWork
from connector.sync.reading import reading
from connector.sync.selling.line import Selling
from connector.sync.selling.work import WonWork
from connector.sync.shared import Shared
from connector.sync.stock.line import Stock, wants_stock
from connector.sync.stock.work import StockWork
from connector.sync.work import Ended, Work

log = structlog.get_logger(__name__)

#: Until it is known what a create in Bling has made.
MAKING_LASTS = timedelta(seconds=2)
#: Seconds for which a tenant's toggles, mapping and states are believed.
CONTEXT_LIVES = 1.0


class _Rooms(NamedTuple):
    products: Products
    exports: Exports
    deals: Deals
    selling: Selling
    contacts: Contacts
    stock: Stock


class Turning:
    """One tenant's rooms during one turn."""

    def __init__(
        self, engine: Engine, tenant_id: UUID, ends: Ends, as_if: Callable[[Context], Context] | None = None
    ) -> None:
        """`as_if` changes what the tenant wishes, for a look at what would be."""
        self._as_if = as_if
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
        self._rooms: _Rooms | None = None
        #: Newest events of the records that this turn is through with.
        self._settled: set[UUID] = set()

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
            log.exception("chunk_failed", records=len(groups))
            left = {key: events for key, events in groups.items() if events[-1].id not in self._settled}
            for half in _halves(left):
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
                work.hold(context.waits(work.key) or Reason.NOT_CONNECTED)
            await self._settle(works)
            return
        rooms = self._rooms_of(context.portal)
        deals = [work for work in works if isinstance(work, DealWork)]
        products = [work for work in works if isinstance(work, ProductWork)]
        exports = [work for work in works if isinstance(work, ExportWork)]
        await asyncio.gather(
            self._import(rooms, products, context, context.catalogue),
            self._export(rooms, exports, context, context.catalogue),
        )
        if deals:
            await rooms.deals.process(deals, context, context.portal)
        if contacts := [work for work in works if isinstance(work, ContactWork)]:
            await rooms.contacts.process(contacts, context, context.portal)
        await self._stock(rooms, works, context)
        won = [work for work in works if isinstance(work, WonWork)]
        if won:
            await rooms.selling.process(won, context, context.portal)

    async def _stock(self, rooms: _Rooms, works: Sequence[Work], context: Context) -> None:
        """A product that has just come over has a balance that no message will tell: it is asked for."""
        if wants_stock(context) and (asked := _stock_of_newcomers(works)):
            await self._ends.ask_for(asked, self._engine.clock())
        if stock := [work for work in works if isinstance(work, StockWork)]:
            await rooms.stock.process(stock, context)

    async def _import(
        self, rooms: _Rooms, works: list[ProductWork], context: Context, catalogue: Catalogue
    ) -> None:
        await self._leave_ours(rooms, works, context)
        mine = [work for work in works if work.open]
        if mine:
            await rooms.products.process(mine, context, catalogue)

    async def _export(
        self, rooms: _Rooms, works: list[ExportWork], context: Context, catalogue: Catalogue
    ) -> None:
        if works:
            left = await rooms.exports.process(works, context, catalogue)
            await self._import(rooms, left, context, catalogue)

    async def _leave_ours(self, rooms: _Rooms, works: list[ProductWork], context: Context) -> None:
        """What is new in Bling may be what we are making there: that is known when Bling has answered."""
        ours = [
            work
            for work in works
            if work.link is None and (context.making or rooms.exports.may_be_ours(work.key))
        ]
        now = self._engine.clock()
        for work in ours:
            work.postpone(now + MAKING_LASTS, counts=False)
        if ours:
            await self._settle(ours)

    async def _put_off(self, groups: dict[RecordKey, list[Event]]) -> None:
        now = self._engine.clock()
        links = await self._load_links(groups)
        works: list[Work] = [bare(key, events, links.get(key), now) for key, events in groups.items()]
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
                found = await load_context(self._engine, self._tenant_id)
                self._context = found if self._as_if is None else self._as_if(found)
                self._read_at = time.monotonic()
            return self._context

    def _rooms_of(self, portal: PortalStanding) -> _Rooms:
        """The rooms, made when the first record comes."""
        if self._rooms is None:
            client = bitrix24_client(self._engine, self._tenant_id, portal, self._calls.append)
            self._packer = Packer(client, may_write=self._ends.lasts)
            shared = Shared(
                engine=self._engine,
                tenant_id=self._tenant_id,
                ends=self._ends,
                faults=self._faults,
                portal=client,
                packer=self._packer,
                bling=self._bling,
                load_links=self._load_links,
                load_pairs=self._load_pairs,
                settle=self._settle,
            )
            places = Places(client, self._keep_crm, self._engine.clock, makes=self._ends.real)
            products = Products(shared)
            self._rooms = _Rooms(
                products,
                Exports(shared, products),
                Deals(shared, places),
                Selling(shared, places),
                Contacts(shared, places),
                Stock(shared),
            )
        return self._rooms

    async def _keep_crm(self, places: CrmPlaces, at: datetime) -> None:
        """The next context knows them from the store."""
        async with self._engine.database.tenant(self._tenant_id) as conn:
            await standing.keep_crm(conn, self._tenant_id, msgspec.json.encode(places).decode(), at)
        self._read_at = 0.0

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

    async def _load_pairs(self, bitrix_ids: Iterable[int]) -> dict[int, Link]:
        async with self._engine.database.tenant(self._tenant_id) as conn:
            return await link_rows.by_bitrix(conn, self._tenant_id, Kind.PRODUCT, list(bitrix_ids))

    async def _settle(self, works: Sequence[Work]) -> None:
        context = self._context or await self._fresh_context()
        calls, self._calls[:] = list(self._calls), []
        scopes = {call.id: self._scopes.pop(call.id) for call in calls if call.id in self._scopes}
        await self._ends.settle(works, context, calls, scopes)
        self._settled.update(work.events[-1].id for work in works if work.events)
        if await self._ends.broken(self._faults):
            self._context = None

    def _observe(self, account_id: UUID) -> Callable[[Call], None]:
        def observe(call: Call) -> None:
            self._scopes[call.id] = str(account_id)
            for work in reading.get():
                work.calls.append(call.id)
            self._calls.append(call)

        return observe


def _stock_of_newcomers(works: Iterable[Work]) -> list[RecordKey]:
    """The balances of products that were made in Bitrix24 a moment ago."""
    return [
        RecordKey(Kind.STOCK, work.key.account_id, work.key.bling_id)
        for work in works
        if isinstance(work, ProductWork)
        and isinstance(work.ending, Ended)
        and work.ending.outcome is Outcome.CREATED
    ]


def _halves(groups: dict[RecordKey, list[Event]]) -> list[dict[RecordKey, list[Event]]]:
    items = list(groups.items())
    middle = len(items) // 2
    return [dict(items[:middle]), dict(items[middle:])]
