"""Quantities into Bitrix24: as a field, or by documents where the portal's inventory management is on.

Documents move by differences, so they are made from what the stores hold at that moment: a document whose
answer was lost is not repeated blindly: the next try finds the stock as it is, and deletes old drafts.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from connector.bitrix24 import catalogue as vendor
from connector.bitrix24 import stock
from connector.bitrix24.catalogue import Catalogue
from connector.bitrix24.packer import Command, Done, Failed, Packer, Result
from connector.domain.events import Outcome, Reason
from connector.domain.products import Shape
from connector.domain.values import plain
from connector.domain.vendor import Rejected, VendorError
from connector.sync import waves
from connector.sync.faults import Faults
from connector.sync.products import elements
from connector.sync.stock.work import QUANTITY, StockWork
from connector.sync.waves import Steps

#: By it our documents are known in the portal.
TITLE = "Ponte: saldo do Bling"
_PROFILE = Command("profile", {})
_UPDATE = {Shape.SIMPLE: vendor.update_product, Shape.OFFER: vendor.update_offer}


class StockCarrier:
    """Writes the quantities of one turn."""

    def __init__(self, packer: Packer, faults: Faults, clock: Callable[[], datetime]) -> None:
        self._packer = packer
        self._faults = faults
        self._clock = clock
        #: Whether documents rule; None until the portal was asked.
        self._managed: bool | None = None
        #: Held while documents are made: each is reckoned from what the one before has left.
        self._documents = asyncio.Lock()

    async def look(self, works: Sequence[StockWork], catalogue: Catalogue | None) -> None:
        """Fill `before` with what the portal shows now; a product that is gone there ends its work."""
        if catalogue is None:
            return
        for offers in (False, True):
            place = elements.iblock(catalogue, offers=offers)
            mine = [work for work in works if (work.shape is Shape.OFFER) is offers]
            if place is not None:
                for group in _chunks(mine):
                    await self._look_at(group, place)

    async def carry_out(self, works: Sequence[StockWork]) -> None:
        """Write what is planned; records end failed or postponed where that did not work."""
        if not works:
            return None
        try:
            managed = await self._is_managed()
        except VendorError as error:
            return self._fail(works, error)
        if not managed:
            return await waves.run(self._packer, [(work, self._field(work)) for work in works])
        try:
            async with self._documents:
                await self._by_documents(works)
        except VendorError as error:
            return self._fail([work for work in works if work.open and work.written is None], error)
        return None

    async def _look_at(self, works: Sequence[StockWork], place: tuple[int, int]) -> None:
        ids = [work.bitrix_id or 0 for work in works]
        (result,) = await self._packer.run([vendor.find_by_ids(*place, ids, [QUANTITY])])
        if isinstance(result, Failed):
            return self._fail(works, result.error)
        found = {one.id: one for one in vendor.found(result.result, place[1])}
        for work in works:
            work.called(result.call_id)
            present = found.get(work.bitrix_id or 0)
            if present is None:
                work.keeps_link = True
                work.end(Outcome.SKIPPED, Reason.DELETED_IN_BITRIX24)
            else:
                shown = present.fields.get(QUANTITY)
                work.before = {} if shown is None else {QUANTITY: plain(Decimal(str(shown)))}
        return None

    async def _is_managed(self) -> bool:
        if self._managed is None:
            self._managed = stock.is_managed(await self._one(stock.MODE))
        return self._managed

    def _field(self, work: StockWork) -> Steps:
        assert work.balance is not None
        (result,) = yield (_UPDATE[work.shape](work.bitrix_id or 0, {QUANTITY: plain(work.balance)}),)
        if isinstance(result, Failed):
            self._faults.write_failed(work, result.error, self._clock())
        else:
            work.written = dict(work.target)

    async def _by_documents(self, works: Sequence[StockWork]) -> None:
        """One document for what came in and one for what went out."""
        store = stock.main_store(await self._one(stock.STORES))
        if store is None:
            raise Rejected("o portal não tem depósito ativo: crie um no Bitrix24")
        await self._drop_drafts()
        present = await self._amounts(works)
        for kind, sign in ((stock.IN, 1), (stock.OUT, -1)):
            moves = [
                (work, amount)
                for work in works
                if (amount := sign * ((work.balance or Decimal(0)) - present.get(work.bitrix_id or 0, 0))) > 0
            ]
            await self._conduct(kind, store, moves)
        for work in works:
            if work.open:
                work.written = dict(work.target)

    async def _conduct(
        self, kind: Literal["S", "D"], store: int, moves: list[tuple[StockWork, Decimal]]
    ) -> None:
        """A document that the portal refuses as a whole is made once more for each record alone."""
        if not moves:
            return
        responsible = int((await self._one(_PROFILE))["ID"])
        document = stock.document_id(await self._one(stock.add_document(kind, responsible, TITLE)))
        rows = [stock.add_row(document, kind, store, work.bitrix_id or 0, amount) for work, amount in moves]
        results = await self._packer.run(rows)
        good = [move for move, result in zip(moves, results, strict=True) if self._taken(move[0], result)]
        refusal = await self._try(stock.conduct(document)) if good else None
        for work, _ in good:
            work.called(refusal.call_id if isinstance(refusal, Failed | Done) else None)
        if isinstance(refusal, Done):
            return
        await self._packer.run([stock.drop(document)])
        if isinstance(refusal, Failed) and isinstance(refusal.error, Rejected) and len(good) > 1:
            for move in good:
                await self._conduct(kind, store, [move])
        elif isinstance(refusal, Failed):
            self._fail([work for work, _ in good], refusal.error)

    async def _amounts(self, works: Sequence[StockWork]) -> dict[int, Decimal]:
        """What the stores hold together."""
        found: dict[int, Decimal] = {}
        for group in _chunks(works):
            ids, start = [work.bitrix_id or 0 for work in group], 0
            while True:
                result = await self._try(stock.amounts_of(ids, start))
                if isinstance(result, Failed):
                    raise result.error
                for product, amount in stock.amounts(result.result):
                    found[product] = found.get(product, Decimal(0)) + amount
                if result.next is None:
                    break
                start = result.next
        return found

    async def _drop_drafts(self) -> None:
        left = stock.draft_ids(await self._one(stock.drafts(TITLE)))
        if left:
            await self._packer.run([stock.drop(one) for one in left])

    def _taken(self, work: StockWork, result: Result) -> bool:
        work.called(result.call_id)
        if isinstance(result, Failed):
            self._faults.write_failed(work, result.error, self._clock())
            return False
        return True

    async def _one(self, command: Command) -> Any:
        result = await self._try(command)
        if isinstance(result, Failed):
            raise result.error
        return result.result

    async def _try(self, command: Command) -> Result:
        (result,) = await self._packer.run([command])
        return result

    def _fail(self, works: Iterable[StockWork], error: VendorError) -> None:
        for work in works:
            self._faults.write_failed(work, error, self._clock())


def _chunks(works: Sequence[StockWork]) -> Iterator[Sequence[StockWork]]:
    for start in range(0, len(works), stock.MOST_IDS):
        yield works[start : start + stock.MOST_IDS]
