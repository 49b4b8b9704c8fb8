"""Orders and sales through every room: decide → read → wait for products → people → plan → write → settle.

A read takes a third of a second of the account's time (facts of Bling, limits), so groups grow: the first few
deals of a burst are there at once, the later ones share requests. While one group is written the next one is
read.
Groups are written one after the other, because a new customer's orders, and an order and its invoice, must
know of each other.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from connector.bitrix24.crm_setup import CrmPlaces
from connector.domain import orders
from connector.domain.events import Kind, Outcome, Reason, RecordKey
from connector.domain.orders import BadOrder
from connector.domain.retries import is_looping
from connector.domain.vendor import VendorError
from connector.store import inbox
from connector.store import links as link_rows
from connector.store.links import Link
from connector.store.standing import PortalStanding
from connector.sync.context import Context
from connector.sync.deals.carry import DealCarrier
from connector.sync.deals.customers import Customers
from connector.sync.deals.decide import decide, is_to_write, sale_takes_part, takes_part
from connector.sync.deals.lookup import Finder
from connector.sync.deals.matching import Matching
from connector.sync.deals.orders import Orders
from connector.sync.deals.places import DOUBTED, Places
from connector.sync.deals.read import read
from connector.sync.deals.sales import Sales
from connector.sync.deals.work import OWN, DealWork
from connector.sync.ends import Pencil
from connector.sync.shared import Shared

#: Deals of the first group of a burst, and how much larger each next one is.
FIRST, GROWTH = 3, 4
#: Deals that have waited so long are late in any case: they go in the largest groups.
LATE = timedelta(seconds=10)
#: Seconds that the reading of a group may last, and its deals: two full batches.
READING_S, MOST = 10, 100
#: How long an order waits in hand for its products, and how often is looked.
PRODUCTS_WAIT, PRODUCTS_LOOK = timedelta(seconds=15), 0.1
#: An invoice whose order is on its way comes again after this, and gives up waiting after that.
ORDER_WAIT, ORDER_PATIENCE = timedelta(seconds=2), timedelta(seconds=60)


def most_of(per_second: int) -> int:
    """Deals of the largest group: more of them share requests, fewer of them are there sooner."""
    return min(MOST, READING_S * per_second)


class Deals:
    """The deals' rooms of one turn, with what all of its chunks have to know of each other."""

    def __init__(self, shared: Shared, keep: Callable[[CrmPlaces, datetime], Awaitable[None]]) -> None:
        self._shared = shared
        self._clock = shared.engine.clock
        self._places = Places(shared.portal, keep, self._clock, makes=shared.ends.real)
        self._customers = Customers(shared)
        self._matching = Matching(shared)
        self._finder = Finder(shared.packer, shared.faults)
        self._writer = DealCarrier(shared.packer, shared.faults) if shared.ends.real else Pencil()
        #: Held while a group is written.
        self._writing = asyncio.Lock()
        #: Deals of the next group, whichever chunk it is of, and of the largest one.
        self._size, self._most = FIRST, most_of(shared.engine.settings.bling_per_second)
        #: Records that others needed: asked for once.
        self._asked: set[RecordKey] = set()
        #: Since when an invoice waits for its order.
        self._waiting: dict[RecordKey, datetime] = {}

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
        await self._wait_for_products([work for work in group if work.open and not work.is_sale], context)

    def _gone(self, work: DealWork) -> None:
        """Bling does not know the record (any more)."""
        if work.is_sale:
            work.end(Outcome.SKIPPED, Reason.NOT_A_SALE, "nota excluída no Bling")
        elif work.bitrix_id is None:
            work.end(Outcome.SKIPPED, Reason.NOT_LINKED)

    async def _wait_for_products(self, works: list[DealWork], context: Context) -> None:
        """Products that nobody has synced are synced first, by their own road; then rows can name them."""
        if not (context.deals.products and self._shared.ends.real):
            return
        missing = await self._unknown_products(works)
        until = self._clock() + PRODUCTS_WAIT
        while missing and self._clock() < until:
            await self._ask_for(missing - self._asked)
            await asyncio.sleep(PRODUCTS_LOOK)
            missing -= await self._known_products(missing)
            missing &= await self._under_way(missing)

    async def _unknown_products(self, works: list[DealWork]) -> set[RecordKey]:
        wanted = {key for work in works for key in _products(work)}
        return wanted - await self._known_products(wanted)

    async def _known_products(self, wanted: set[RecordKey]) -> set[RecordKey]:
        """Those that have a link. A product that is being made has one already, but no id to name yet."""
        links = await self._shared.load_links(wanted)
        return {one for one, link in links.items() if link.bitrix_id is not None or link.creating_at is None}

    async def _under_way(self, records: set[RecordKey]) -> set[RecordKey]:
        tenant_id = self._shared.tenant_id
        async with self._shared.engine.database.tenant(tenant_id) as conn:
            return await inbox.waiting_for(conn, tenant_id, records)

    async def _ask_for(self, records: set[RecordKey]) -> None:
        if records:
            self._asked |= records
            await self._shared.ends.ask_for(records - await self._under_way(records), self._clock())

    async def _write(self, group: list[DealWork], context: Context, portal: PortalStanding) -> None:
        works = [work for work in group if work.open]
        async with self._writing:
            places = await self._places_for(works, portal)
            if places is not None:
                await self._orders([work for work in works if not work.is_sale], context, portal, places)
                await self._sales([work for work in works if work.is_sale], context, places)
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

    async def _sales(self, works: list[DealWork], context: Context, places: CrmPlaces) -> None:
        if not works:
            return
        now = self._clock()
        self._wait_for_doubtful_creates(works, now)
        known = await self._orders_of([work for work in works if work.open], context)
        lone = [
            work
            for work in works
            if work.open
            and work.key not in known
            and (work.own or (work.bitrix_id is None and sale_takes_part(work, context.deals)))
        ]
        people = await self._customers.of(lone, context, places, now)
        tenant_id = self._shared.tenant_id
        async with self._shared.engine.database.tenant(tenant_id) as conn:
            products = await link_rows.of_skus(conn, tenant_id, [sku for work in lone for sku in _skus(work)])
        for some in _apart(works, known):
            sharers = await self._sharers(some, known)
            await Sales(context, places, self._finder, known, sharers, products).plan(some, people, now)
            await self._carry_out(some)

    async def _sharers(self, works: list[DealWork], known: Mapping[RecordKey, Link]) -> dict[int, list[Link]]:
        """The sales that are in these sales' deals by now, by the deal."""
        deals = {deal for work in works if (deal := _deal_of(work, known)) is not None}
        tenant_id = self._shared.tenant_id
        found: dict[int, list[Link]] = {}
        async with self._shared.engine.database.tenant(tenant_id) as conn:
            for link in await link_rows.sales_of(conn, tenant_id, deals):
                found.setdefault(link.bitrix_id or 0, []).append(link)
        return found

    async def _orders_of(self, works: list[DealWork], context: Context) -> dict[RecordKey, Link]:
        """The orders with deals that sales belong to; a sale whose order is on its way is postponed."""
        known = await self._matching.known(works)
        found = {key: link for key, link in known.items() if _has_deal(link)}
        for work in works:
            if work.key in found or work.bitrix_id is not None:
                continue
            try:
                order = await self._matching.in_bling(work)
            except VendorError as error:
                self._shared.faults.read_failed(work, error, self._clock())
                continue
            if order is None:
                continue
            key, source = order
            link = (await self._shared.load_links([key])).get(key)
            if link is not None and _has_deal(link):
                found[work.key] = link
            elif context.deals.allowed.create and _will_come(work, link, source, context):
                await self._wait_for_order(work, key)
        return found

    async def _wait_for_order(self, work: DealWork, order: RecordKey) -> None:
        now = self._clock()
        since = self._waiting.setdefault(work.key, now)
        if self._shared.ends.real and now - since < ORDER_PATIENCE:
            await self._ask_for({order} - self._asked)
            work.postpone(now + ORDER_WAIT, counts=False)

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

    async def _settle(self, works: list[DealWork]) -> None:
        if works:
            await self._shared.settle(works)
            for work in works:
                work.settled = True


def _apart(works: list[DealWork], known: Mapping[RecordKey, Link]) -> list[list[DealWork]]:
    """Sales in groups that have no deal twice: each has to know how the others of its deal stand."""
    groups: list[list[DealWork]] = []
    seen: Counter[int] = Counter()
    for work in works:
        deal = _deal_of(work, known)
        place = 0 if deal is None else seen[deal]
        if deal is not None:
            seen[deal] += 1
        groups += [[] for _ in range(len(groups), place + 1)]
        groups[place].append(work)
    return groups


def _deal_of(work: DealWork, known: Mapping[RecordKey, Link]) -> int | None:
    """The sale's deal, or its order's."""
    order = known.get(work.key)
    return work.bitrix_id or (order.bitrix_id if order is not None else None)


def _products(work: DealWork) -> set[RecordKey]:
    """The products that an order's items name."""
    try:
        ids = orders.products_in(orders.items_of(work.source or {}))
    except BadOrder:
        return set()
    return {RecordKey(Kind.PRODUCT, work.key.account_id, one) for one in ids}


def _skus(work: DealWork) -> set[tuple[UUID, str]]:
    items = (work.source or {}).get("itens")
    codes = [str(item.get("codigo") or "").lower() for item in items] if isinstance(items, list) else []
    return {(work.key.account_id, code) for code in codes if code}


def _has_deal(link: Link) -> bool:
    return link.bitrix_id is not None and link.gone_at is None


def _will_come(work: DealWork, link: Link | None, source: dict[str, object], context: Context) -> bool:
    """Whether the order will have a deal: it was never looked at, and the filter lets it pass."""
    connected = context.deals.connected.get(work.key.account_id)
    if orders.outside(source, context.deals.filter, connected, linked=False) is not None:
        return False
    return link is None or link.state == "waiting"


def _hand_over(work: DealWork, now: datetime) -> None:
    """A sale whose own deal became its order's is no longer its owner."""
    sale = work.taken_over
    if sale is not None and work.written is not None:
        shape = (sale.shape or "").rstrip(OWN)
        work.also.append(msgspec.structs.replace(sale, shape=shape, updated_at=now))
