"""Balances through every room.

The message's own totals may be those of one deposit (facts of Bling, webhooks), so balances are always read,
a hundred products a call. A burst of movements of one product is one balance.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

from connector.bling import stock as bling_stock
from connector.bling.client import PAGE
from connector.domain.events import TRUSTING, Kind, Outcome, Reason, RecordKey
from connector.domain.mapping import fingerprint
from connector.domain.products import Change, Shape, Update
from connector.domain.retries import is_looping
from connector.domain.values import plain
from connector.domain.vendor import VendorError
from connector.domain.winner import Trust
from connector.sync.context import Context
from connector.sync.reading import reading
from connector.sync.shared import Shared
from connector.sync.stock.carry import StockCarrier
from connector.sync.stock.work import QUANTITY, StockWork

TOGGLE = "stock.update"


class Stock:
    """The rooms of balances in one turn."""

    def __init__(self, shared: Shared) -> None:
        self._shared = shared
        self._clock = shared.engine.clock
        self._carrier = StockCarrier(shared.packer, shared.faults, self._clock)

    async def process(self, works: list[StockWork], context: Context) -> None:
        """Work on balances that no other chunk holds; every one of them is settled, held or postponed."""
        for work in works:
            _decide(work, context)
        await self._find_products([work for work in works if work.open])
        await self._read([work for work in works if work.open])
        mine = [work for work in works if work.open]
        await self._compare(mine, context)
        self._stop_loops(mine)
        left = [work for work in mine if work.open]
        if self._shared.ends.real:
            await self._carrier.carry_out(left)
        for work in left:
            work.end(Outcome.UPDATED)
        await self._shared.settle(works)

    async def _find_products(self, works: list[StockWork]) -> None:
        links = await self._shared.load_links({_product(work) for work in works})
        for work in works:
            link = links.get(_product(work))
            if link is None or link.bitrix_id is None or link.gone_at is not None:
                work.keeps_link = True
                work.end(Outcome.SKIPPED, Reason.NOT_LINKED, "o produto ainda não está no Bitrix24")
            elif link.shape == Shape.SKU:
                work.keeps_link = True
                work.end(Outcome.SKIPPED, Reason.NOT_SUPPORTED, "o estoque de um produto fica nas variações")
            else:
                work.product, work.bitrix_id = link, link.bitrix_id

    async def _read(self, works: list[StockWork]) -> None:
        by_account: dict[UUID, list[StockWork]] = defaultdict(list)
        for work in works:
            by_account[work.key.account_id].append(work)
        for account, group in by_account.items():
            for start in range(0, len(group), PAGE):
                await self._read_page(account, group[start : start + PAGE])

    async def _read_page(self, account: UUID, works: list[StockWork]) -> None:
        reading.set(tuple(works))
        ids = [work.key.bling_id for work in works]
        try:
            found = await bling_stock.balances(self._shared.bling(account), ids)
        except VendorError as error:
            for work in works:
                self._shared.faults.read_failed(work, error, self._clock())
            return
        for work in works:
            work.balance = found.get(work.key.bling_id)
            if work.balance is None:
                work.gone_in_bling = True
                work.end(Outcome.SKIPPED, Reason.GONE_IN_BLING)

    async def _compare(self, works: list[StockWork], context: Context) -> None:
        """Against what was written last; against the present quantity where memory is not to be trusted."""
        for work in works:
            assert work.balance is not None
            work.target = {QUANTITY: plain(work.balance)}
            work.print, work.before = fingerprint(work.target), work.memory
        doubted = [work for work in works if work.event.source not in TRUSTING or work.before == {}]
        await self._carrier.look(doubted, context.catalogue)
        for work in works:
            if work.open:
                _plan(work, context)

    def _stop_loops(self, works: Iterable[StockWork]) -> None:
        now = self._clock()
        for work in works:
            link = work.link
            if work.open and link is not None and is_looping(link.writes, link.writes_since, now):
                work.hold(Reason.LOOP, "este registro foi gravado vezes demais em dez minutos")


def wants_stock(context: Context) -> bool:
    """Whether the tenant has ticked it."""
    return TOGGLE in context.toggles


def _decide(work: StockWork, context: Context) -> None:
    if reason := context.waits(work.key):
        work.hold(reason)
    elif work.trust is Trust.STALE:
        # What was read for a newer message holds what this one tells.
        work.end(Outcome.SKIPPED, Reason.STALE)
    elif not wants_stock(context):
        # Dozens of movements a day of products that nobody wants counted leave no record behind.
        work.keeps_link = True
        work.end(Outcome.SKIPPED, Reason.TOGGLE_OFF)


def _plan(work: StockWork, context: Context) -> None:
    if work.before.get(QUANTITY) == work.target[QUANTITY]:
        work.written = dict(work.target)
        return work.end(Outcome.UNCHANGED)
    after = work.target[QUANTITY]
    work.plan = Update(bitrix_id=work.bitrix_id or 0, shape=work.shape, fields=dict(work.target), price=None)
    work.changes = [Change(QUANTITY, work.before.get(QUANTITY), after, TOGGLE, context.lens.version)]
    return None


def _product(work: StockWork) -> RecordKey:
    return RecordKey(Kind.PRODUCT, work.key.account_id, work.key.bling_id)
