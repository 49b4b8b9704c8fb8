"""What Bitrix24 has now of records whose Bitrix24 side may have changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import TypeVar
from uuid import UUID

import msgspec

from connector.bitrix24 import catalogue as vendor
from connector.bitrix24.catalogue import Catalogue
from connector.bitrix24.packer import Command, Failed, Packer
from connector.domain.events import Kind, Outcome, Reason, RecordKey
from connector.domain.mapping import PRICE_FIELD
from connector.domain.pictures import recognised
from connector.domain.products import Shape
from connector.sync.context import Context
from connector.sync.export.work import ExportWork
from connector.sync.faults import Faults
from connector.sync.products import elements
from connector.sync.products.decide import linked_of

_T = TypeVar("_T")

#: Rows of a page.
PAGE = 50
BRAZILIAN = "BRL"


class Finder:
    """Looks records of Bitrix24 up by their ids, many in one command."""

    def __init__(self, packer: Packer, catalogue: Catalogue, faults: Faults, context: Context) -> None:
        self._packer = packer
        self._catalogue = catalogue
        self._faults = faults
        self._pictures = context.lens.pictures
        names = {rule.bitrix24 for rule in context.lens.rules if not rule.locked}
        self._free = sorted(names)

    async def find(self, works: Iterable[ExportWork], now: datetime) -> None:
        """Fill `present` of each open record; one that is not there any more leaves a tombstone."""
        wanted = [work for work in works if work.open]
        places = [place for place in self._places() if place is not None]
        asked = [(place, group) for place in places for group in _chunks(wanted)]
        results = await self._packer.run([self._command(place, group) for place, group in asked])
        for (place, group), result in zip(asked, results, strict=True):
            for work in group:
                work.called(result.call_id)
                if isinstance(result, Failed):
                    self._faults.write_failed(work, result.error, now)
            if not isinstance(result, Failed):
                self._take_in(group, vendor.found(result.result, place[1]))
        for work in wanted:
            if work.open and work.present is None:
                _is_gone(work)
        await self._price([work for work in wanted if work.open], now)

    def _places(self) -> Iterator[tuple[int, int] | None]:
        yield elements.iblock(self._catalogue, offers=False)
        yield elements.iblock(self._catalogue, offers=True)

    def _command(self, place: tuple[int, int], group: Sequence[ExportWork]) -> Command:
        ids = [work.bitrix_id for work in group if work.bitrix_id is not None]
        return vendor.find_by_ids(*place, ids, self._free)

    def _take_in(self, group: Sequence[ExportWork], rows: Iterable[vendor.Present]) -> None:
        found = {row.id: row for row in rows}
        for work in group:
            row = found.get(work.bitrix_id or 0)
            if row is None:
                continue
            work.kind = row.type
            memory = linked_of(work.link).written if work.link is not None else {}
            present = elements.present(row, self._free)
            values = recognised(present.values, memory, self._pictures)
            work.present = msgspec.structs.replace(present, values=values)

    async def _price(self, works: list[ExportWork], now: datetime) -> None:
        """The base price; one in another currency is not Bling's business."""
        priced = [work for work in works if work.shape() is not Shape.SKU]
        groups = list(_chunks(priced))
        base = self._catalogue.base_price_type
        commands = [vendor.prices_of([work.bitrix_id or 0 for work in group], base) for group in groups]
        for group, result in zip(groups, await self._packer.run(commands), strict=True):
            if isinstance(result, Failed):
                for work in group:
                    self._faults.write_failed(work, result.error, now)
                continue
            prices = {price.product_id: price for price in vendor.prices(result.result)}
            for work in group:
                work.called(result.call_id)
                if (price := prices.get(work.bitrix_id or 0)) is not None:
                    _is_priced(work, price)


def _is_priced(work: ExportWork, price: vendor.Price) -> None:
    assert work.present is not None
    work.price_id = price.id
    if price.currency != BRAZILIAN:
        work.note(f"o preço no Bitrix24 está em {price.currency} e ficou de fora")
        return
    values = {**work.present.values, PRICE_FIELD: elements.amount(price)}
    work.present = msgspec.structs.replace(work.present, values=values, price_id=price.id)


def _is_gone(work: ExportWork) -> None:
    """Deleted in Bitrix24: a tombstone, and nothing is deleted in Bling."""
    if work.unborn:
        return work.end(Outcome.SKIPPED, Reason.NOT_LINKED, "o produto não existe mais no Bitrix24")
    work.gone_in_bitrix24 = True
    return work.end(Outcome.SKIPPED, Reason.DELETED_IN_BITRIX24)


def claimed_keys(works: Iterable[ExportWork], accounts: Iterable[UUID]) -> dict[RecordKey, ExportWork]:
    """Records of Bling that products without a link say they belong to, in any account."""
    mine = [(work, work.present.link) for work in works if work.open and work.unborn and work.present]
    return {
        RecordKey(Kind.PRODUCT, account, int(link)): work
        for work, link in mine
        if link.isdecimal()
        for account in accounts
    }


def _chunks(items: Sequence[_T]) -> Iterator[list[_T]]:
    for start in range(0, len(items), PAGE):
        yield list(items[start : start + PAGE])
