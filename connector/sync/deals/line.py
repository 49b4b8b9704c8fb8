"""Orders and sales through every room: decide → read → wait for products → people → plan → write → settle.

A read takes a third of a second of the account's time (facts of Bling, limits), so groups grow: the first few
deals of a burst are there at once, the later ones share requests. While one group is written the next one is
read.
Groups are written one after the other, because a new customer's orders, and an order and its invoice, must
know of each other.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

import msgspec

from connector import pace
from connector.bitrix24.crm_setup import CrmPlaces
from connector.domain import orders
from connector.domain.events import Kind, Outcome, Reason, RecordKey
from connector.domain.orders import BadOrder
from connector.domain.retries import is_looping
from connector.domain.vendor import VendorError
from connector.store.links import Link
from connector.store.standing import PortalStanding
from connector.sync.context import Context
from connector.sync.deals.born import recognise
from connector.sync.deals.carry import DealCarrier
from connector.sync.deals.customers import Customers
from connector.sync.deals.decide import decide, is_to_write, takes_part
from connector.sync.deals.lookup import Finder
from connector.sync.deals.matching import Matching
from connector.sync.deals.needed import Needed
from connector.sync.deals.orders import Orders
from connector.sync.deals.places import DOUBTED, Places
from connector.sync.deals.read import read
from connector.sync.deals.sale_group import SaleGroup
from connector.sync.deals.work import OWN, DealWork
from connector.sync.ends import Pencil
from connector.sync.shared import Shared

#: Deals of the first group of a burst, and how much larger each next one is.
FIRST, GROWTH = 3, 4
#: Deals that have waited so long are late in any case: they go in the largest groups.
LATE = timedelta(seconds=10)
#: Seconds that the reading of a group may last, and its deals: two full batches.
READING_S, MOST = 10, 100


#: A product that was in doubt is synced first, when the doubt is over.
ONCE_SETTLED = timedelta(seconds=2)


def most_of(per_second: int) -> int:
    """Deals of the largest group: more of them share requests, fewer of them are there sooner."""
    return min(MOST, READING_S * per_second)


class Deals:
    """The deals' rooms of one turn, with what all of its chunks have to know of each other."""

    def __init__(self, shared: Shared, places: Places) -> None:
        self._shared = shared
        self._clock = shared.engine.clock
        self._places = places
        self._customers = Customers(shared)
        self._matching = Matching(shared)
        self._finder = Finder(shared.packer, shared.faults)
        self._writer = DealCarrier(shared.packer, shared.faults) if shared.ends.real else Pencil()
        #: Held while a group is written.
        self._writing = asyncio.Lock()
        #: Deals of the next group, whichever chunk it is of, and of the largest one.
        self._size, self._most = FIRST, most_of(shared.engine.settings.bling_per_second)
        #: Deals of a group of long work: what changes now waits for one of them at most.
        self._later = max(FIRST, self._most // 2)
        self._needed = Needed(shared)
        self._sales = SaleGroup(
            shared, self._finder, self._customers, self._matching, self._needed, self._carry_out
        )

    async def process(self, works: list[DealWork], context: Context, portal: PortalStanding) -> None:
        """Work on records that no other chunk holds; every one of them is settled, held or postponed."""
        for work in works:
            decide(work, context)
        await self._settle([work for work in works if not work.open])
        left = [work for work in works if work.open]
        writing: asyncio.Task[None] | None = None
        try:
            for group in self._growing(left):
                await self._read(group, context)
                if writing is not None:
                    await writing
                writing = asyncio.create_task(self._write(group, context, portal))
        finally:
            if writing is not None:
                await asyncio.wait({writing})
        if writing is not None:
            writing.result()

    def _growing(self, works: list[DealWork]) -> Iterator[list[DealWork]]:
        start, late = 0, self._clock() - LATE
        if pace.urgency.get() is pace.Urgency.LATER:
            yield from (works[i : i + self._later] for i in range(0, len(works), self._later))
            return
        if any(work.event.received_at < late for work in works):
            self._size = self._most
        while start < len(works):
            size = self._size
            self._size = min(size * GROWTH, self._most)
            yield works[start : start + size]
            start += size

    async def _read(self, group: list[DealWork], context: Context) -> None:
        await read(self._shared, [work for work in group if not work.gone_in_bling], self._clock())
        for work in group:
            if work.open and work.source is not None:
                if work.is_sale:
                    is_to_write(work, work.source)
                else:
                    takes_part(work, work.source, context.deals)
            if work.open and work.gone_in_bling:
                self._gone(work)
        if context.deals.products and self._shared.ends.real:
            # Products that nobody has synced are synced first, by their own road; then rows can name them.
            orders_left = [work for work in group if work.open and not work.is_sale]
            await self._needed.wait_for(key for work in orders_left for key in _products(work))

    def _gone(self, work: DealWork) -> None:
        """Bling does not know the record (any more)."""
        if work.is_sale:
            work.end(Outcome.SKIPPED, Reason.NOT_A_SALE, "nota excluída no Bling")
        elif work.bitrix_id is None:
            work.end(Outcome.SKIPPED, Reason.NOT_LINKED)

    async def _write(self, group: list[DealWork], context: Context, portal: PortalStanding) -> None:
        works = [work for work in group if work.open]
        async with self._writing:
            await self._shared.ends.leave_stopped(works)
            await recognise(works, portal.member_id, self._shared.load_links, self._clock())
            places = await self._places_for(works, portal)
            if places is not None:
                await self._orders([work for work in works if not work.is_sale], context, portal, places)
                sales = [work for work in works if work.is_sale]
                self._wait_for_doubtful_creates(sales, self._clock())
                if sales:
                    await self._sales.write(sales, context, places)
            await self._settle([work for work in group if not work.settled])

    async def _places_for(self, works: list[DealWork], portal: PortalStanding) -> CrmPlaces | None:
        try:
            return await self._places.get(portal)
        except VendorError as error:
            for work in works:
                self._shared.faults.write_failed(work, error, self._clock())
            return None

    async def _orders(
        self, works: list[DealWork], context: Context, portal: PortalStanding, places: CrmPlaces
    ) -> None:
        if not works:
            return
        now = self._clock()
        self._wait_for_doubtful_creates(works, now)
        links = await self._shared.load_links({key for work in works for key in _products(work)})
        self._wait_for_doubtful_products(works, links, now)
        sales = await self._matching.sales_of([work for work in works if work.bitrix_id is None])
        room = Orders(context, places, self._finder, links, sales)
        if any(work.source is not None and room.stage(work) is None for work in works if work.open):
            # A stage may have been made a moment ago.
            room.places = await self._places.get(portal, DOUBTED)
        people = await self._customers.of(
            [work for work in works if not work.gone_in_bling], context, room.places, now
        )
        await room.plan(works, people, now)
        await self._carry_out(works)

    async def _carry_out(self, works: list[DealWork]) -> None:
        now = self._clock()
        for work in works:
            link = work.link
            if work.open and link is not None and is_looping(link.writes, link.writes_since, now):
                work.hold(Reason.LOOP, "este registro foi gravado vezes demais em dez minutos")
        creates = {work.key: work.label for work in works if work.open and work.creates}
        if creates:
            await self._shared.ends.mark_creating(creates, now)
        await self._writer.carry_out(works, self._clock())
        for work in works:
            _hand_over(work, now)
        await self._settle([work for work in works if not work.settled])

    def _wait_for_doubtful_creates(self, works: list[DealWork], now: datetime) -> None:
        """A create whose answer never came may still be under way at the vendor."""
        settles = self._shared.engine.create_settles
        for work in works:
            sent = work.link.creating_at if work.link is not None else None
            if work.open and sent is not None and now < sent + settles:
                work.create_in_doubt = True
                work.postpone(sent + settles, counts=False)

    def _wait_for_doubtful_products(
        self, works: list[DealWork], links: Mapping[RecordKey, Link], now: datetime
    ) -> None:
        """A product whose create was cut off is looked up again soon; its rows should name it for good."""
        settles = self._shared.engine.create_settles
        for work in works:
            for key in _products(work):
                link = links.get(key)
                if link is None or link.bitrix_id is not None or link.creating_at is None:
                    continue
                if work.open and now < link.creating_at + settles:
                    work.postpone(link.creating_at + settles + ONCE_SETTLED, counts=False)

    async def _settle(self, works: list[DealWork]) -> None:
        if works:
            await self._shared.settle(works)
            for work in works:
                work.settled = True


def _products(work: DealWork) -> set[RecordKey]:
    """The products that an order's items name."""
    try:
        ids = orders.products_in(orders.items_of(work.source or {}))
    except BadOrder:
        return set()
    return {RecordKey(Kind.PRODUCT, work.key.account_id, one) for one in ids}


def _hand_over(work: DealWork, now: datetime) -> None:
    """A sale whose own deal became its order's is no longer its owner."""
    sale = work.taken_over
    if sale is not None and work.written is not None:
        shape = (sale.shape or "").rstrip(OWN)
        work.also.append(msgspec.structs.replace(sale, shape=shape, updated_at=now))
