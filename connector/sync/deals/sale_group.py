"""A group of sales: whose orders have deals, whose are on their way, and which stand alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from uuid import UUID

from connector.bitrix24.crm_setup import CrmPlaces
from connector.domain import orders
from connector.domain.events import RecordKey, RecordState
from connector.domain.vendor import VendorError
from connector.store import links as link_rows
from connector.store.links import Link
from connector.sync.context import Context
from connector.sync.deals.customers import Customers
from connector.sync.deals.decide import sale_takes_part
from connector.sync.deals.lookup import Finder
from connector.sync.deals.matching import Matching
from connector.sync.deals.needed import Needed
from connector.sync.deals.sales import Sales
from connector.sync.deals.work import DealWork
from connector.sync.shared import Shared

#: An invoice whose order is on its way comes again after this, and gives up waiting after that.
ORDER_WAIT, ORDER_PATIENCE = timedelta(seconds=2), timedelta(seconds=60)


class SaleGroup:
    """Writes sales into their orders' deals, or as deals of their own."""

    def __init__(
        self,
        shared: Shared,
        finder: Finder,
        customers: Customers,
        matching: Matching,
        needed: Needed,
        carry_out: Callable[[list[DealWork]], Awaitable[None]],
    ) -> None:
        self._shared = shared
        self._clock = shared.engine.clock
        self._finder = finder
        self._customers = customers
        self._matching = matching
        self._needed = needed
        self._carry_out = carry_out

    async def write(self, works: list[DealWork], context: Context, places: CrmPlaces) -> None:
        """Plan and carry out the group's sales."""
        now = self._clock()
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
        if self._shared.ends.real and now - work.event.received_at < ORDER_PATIENCE:
            await self._needed.ask_for({order})
            work.postpone(now + ORDER_WAIT, counts=False)


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
    return link is None or link.state is RecordState.WAITING
