"""Products at a first look: a page of Bling's list against 50 records of Bitrix24 a command."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from connector.bitrix24 import catalogue as vendor
from connector.bitrix24 import ours
from connector.bitrix24.batch import Command
from connector.bitrix24.catalogue import Catalogue
from connector.bitrix24.packer import Packer
from connector.bling.client import Record
from connector.domain import drift
from connector.domain.events import Reason, RecordKey
from connector.domain.mapping import PRICE_FIELD, BadField, Target
from connector.domain.products import (
    LIST_FIELDS,
    Shape,
    is_excluded,
    is_filtered,
    needed,
    shape_of,
    wanted,
)
from connector.store.links import Link
from connector.sync.context import Context
from connector.sync.products import elements
from connector.sync.products.decide import linked_of
from connector.sync.runs.looks import Looked, Mark, asked


class ProductLook:
    """Products and their prices."""

    def __init__(self, context: Context, catalogue: Catalogue, packer: Packer) -> None:
        self._context, self._catalogue, self._packer = context, catalogue, packer
        places = {n: elements.iblock(catalogue, offers=n == 1) for n in (0, 1)}
        #: Iblock and link property of products, and of their variations where the portal has these.
        self._places = {n: place for n, place in places.items() if place is not None}
        self.sides: tuple[int, ...] = tuple(self._places)
        self._lens = context.lens
        self._narrow = drift.narrowed(context.lens, LIST_FIELDS)
        self.whole = needed(context.lens, context.filter) <= LIST_FIELDS

    async def compare(
        self,
        rows: Mapping[RecordKey, Record],
        links: Mapping[RecordKey, Link],
        changed: frozenset[RecordKey],
    ) -> Looked:
        """Nothing is asked of Bitrix24 for a record that has no pair there."""
        looked = Looked()
        linked: dict[RecordKey, tuple[Target, Shape]] = {}
        for key, row in rows.items():
            link = links.get(key)
            if link is not None and link.bitrix_id is not None and link.gone_at is None:
                self._linked(key, row, link, key in changed, looked, linked)
            else:
                self._unlinked(key, row, looked)
        presents = await self._present([links[key] for key in linked])
        for key, (target, shape) in linked.items():
            if self._is_same(target, shape, links[key], presents):
                looked.compared += 1
            else:
                looked.doubt(key)
        return looked

    def page(self, side: int, after: int, start: int) -> Command:
        """Records of either iblock whose link property holds anything."""
        return ours.marked_products(*self._places[side], after, start)

    def marks(self, side: int, result: Any) -> list[Mark]:
        """Records by their link property."""
        found = vendor.found(result, self._places[side][1])
        return [Mark(one.id, one.link, one.name, active=one.active) for one in found]

    def side_of(self, shape: str | None) -> int:
        """Variations have an iblock of their own."""
        return 1 if shape == Shape.OFFER else 0

    def bling_id(self, mark: Mark) -> int | None:
        """The property holds the id as it is."""
        text = mark.text.strip()
        return int(text) if text.isascii() and text.isdecimal() and 0 < len(text) < 19 else None

    def is_listed(self, link: Link) -> bool:
        """Lists show products of any age."""
        return True

    def _unlinked(self, key: RecordKey, row: Record, looked: Looked) -> None:
        """Without a pair: it is missing if it takes part and may be made."""
        if is_excluded(row):
            return
        if not self._context.allowed.create or self._is_out(key, row):
            looked.excluded += 1
        else:
            looked.doubt(key)

    def _linked(
        self,
        key: RecordKey,
        row: Record,
        link: Link,
        is_changed: bool,
        looked: Looked,
        linked: dict[RecordKey, tuple[Target, Shape]],
    ) -> None:
        if is_excluded(row):
            if link.reason is not Reason.GONE_IN_BLING:
                looked.doubt(key)
            return
        if not self._context.allowed.update or self._is_out(key, row):
            looked.excluded += 1
            return
        target = self._expected(row, link, is_changed)
        if target is None:
            looked.doubt(key)
        else:
            linked[key] = (target, shape_of(row))

    def _expected(self, row: Record, link: Link, is_changed: bool) -> Target | None:
        """What Bitrix24 should hold, as far as the row says it and the last write; None = read the record."""
        try:
            target, _ = wanted(self._narrow, row, shape_of(row), self._context.fields)
        except BadField:
            return None
        if self.whole:
            return target
        if is_changed or link.fingerprint is None or link.mapping_version != self._lens.version:
            return None
        written = linked_of(link).written
        shown = {rule.bitrix24 for rule in self._narrow.rules}
        mine = {rule.bitrix24 for rule in self._lens.rules} - shown
        return {**target, **{name: value for name, value in written.items() if name in mine}}

    def _is_out(self, key: RecordKey, row: Record) -> bool:
        """By the filter; rows do not show their category, the lists are asked by it (`.slices`)."""
        return self._context.leaves_out(key) or is_filtered(
            row, msgspec.structs.replace(self._context.filter, categoria=frozenset())
        )

    def _is_same(
        self, target: Target, shape: Shape, link: Link, presents: Mapping[int, tuple[Shape, Target]]
    ) -> bool:
        found = presents.get(link.bitrix_id or 0)
        if found is None or found[0] is not shape:
            return False
        memory = linked_of(link).written
        # A picture is a file there: whether it is ours is the planner's to see, when Bling has another one.
        files = {name: memory.get(name, "") for name in self._lens.pictures}
        return drift.same(target, {**found[1], **files}, memory, self._lens.keeps)

    async def _present(self, links: Sequence[Link]) -> dict[int, tuple[Shape, Target]]:
        """The records by their ids, with their base prices, all in one round."""
        commands: list[Command] = []
        properties: list[int] = []
        for side, (iblock, link_property) in self._places.items():
            ids = [one.bitrix_id or 0 for one in links if self.side_of(one.shape) == side]
            for group in _chunks(ids):
                commands.append(vendor.find_by_ids(iblock, link_property, group, sorted(self._lens.free)))
                properties.append(link_property)
        priced = [one.bitrix_id or 0 for one in links if one.shape != Shape.SKU]
        prices = [vendor.prices_of(group, self._catalogue.base_price_type) for group in _chunks(priced)]
        answers = await asked(self._packer, [*commands, *prices])
        found: dict[int, tuple[Shape, Target]] = {}
        for answer, number in zip(answers, properties, strict=False):
            for row in vendor.found(answer.result, number):
                one = elements.present(row, self._lens.free)
                found[one.id] = (one.shape, one.values)
        for answer in answers[len(properties) :]:
            for price in vendor.prices(answer.result):
                if price.product_id in found:
                    found[price.product_id][1][PRICE_FIELD] = elements.amount(price)
        return found


def _chunks(ids: Sequence[int]) -> Iterator[list[int]]:
    for start in range(0, len(ids), vendor.PAGE):
        yield list(ids[start : start + vendor.PAGE])
