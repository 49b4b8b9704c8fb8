"""Finding what Bitrix24 has before anything is written there.

A create happens once: before it, the record is looked for by its link property, then by SKU and GTIN. Records
of sources that do not trust our memory are compared with what Bitrix24 holds now.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import product
from typing import TypeVar

import msgspec

from connector.bitrix24 import catalogue as vendor
from connector.bitrix24.catalogue import Catalogue
from connector.bitrix24.packer import Command, Done, Failed, Packer, Result
from connector.domain.events import Outcome, Reason, RecordKey, Source
from connector.domain.mapping import PRICE_FIELD, Lens, Target, edited
from connector.domain.pictures import recognised
from connector.domain.products import (
    Create,
    Linked,
    Present,
    Shape,
    is_gtin,
    plan_present,
    plan_removal,
    plan_unlinked,
    without,
)
from connector.store.links import Choice
from connector.sync.context import Context
from connector.sync.faults import Faults
from connector.sync.products import elements
from connector.sync.products.decide import adopt_plan, linked_of
from connector.sync.products.work import ProductWork

_T = TypeVar("_T")

#: A list shows this many rows on a page; doubles are on the next one.
KEYS_A_LIST = 50
#: Until the record that is being made with the same SKU can be found.
SKU_WAIT = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class _Question:
    command: Command
    link_property: int
    works: list[ProductWork]

    def page(self, start: int) -> _Question:
        """The same list, further on."""
        command = Command(self.command.method, {**self.command.params, "start": start})
        return _Question(command, self.link_property, self.works)


@dataclass(slots=True)
class _Found:
    """What the lists answered, by each key that may find a record."""

    by_id: dict[int, Present] = field(default_factory=dict)
    _link: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    _sku: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))

    def take(self, found: Iterable[Present]) -> None:
        for one in found:
            if one.id in self.by_id:
                continue
            self.by_id[one.id] = one
            if one.link:
                self._link[one.link].append(one.id)
            if one.values.get("xmlId"):
                self._sku[one.values["xmlId"]].append(one.id)

    def price(self, product_id: int, price_id: int, amount: str) -> None:
        one = self.by_id[product_id]
        values = {**one.values, PRICE_FIELD: amount}
        self.by_id[product_id] = msgspec.structs.replace(one, price_id=price_id, values=values)

    def with_link(self, link: str) -> list[Present]:
        return [self.by_id[one] for one in self._link.get(link, ())]

    def with_sku(self, sku: str) -> list[Present]:
        return [self.by_id[one] for one in self._sku.get(sku, ())]


class Finder:
    """Looks records up, many in one list command, and plans with what it found."""

    def __init__(
        self,
        packer: Packer,
        catalogue: Catalogue,
        faults: Faults,
        making: dict[str, RecordKey],
        lens: Lens,
    ) -> None:
        """`making`: SKUs that records of this turn are being created with, in all chunks."""
        self._free = sorted(lens.free)
        self._gtins = lens.gtins
        self._keeps = lens.keeps
        self._pictures = lens.pictures
        self._making = making
        self._packer = packer
        self._catalogue = catalogue
        self._faults = faults

    async def find_and_plan(self, works: Iterable[ProductWork], context: Context, now: datetime) -> None:
        """Plan every open record that has no plan yet."""
        open_works = [work for work in works if work.open and work.plan is None]
        unlinked = [work for work in open_works if work.bitrix_id is None]
        linked = [work for work in open_works if work.bitrix_id is not None]
        found = await self._look_up(unlinked, linked, now)
        await self._with_prices(found, now)
        for work in open_works:
            if work.open and work.gone_in_bling:
                self._plan_removed(work, found, context)
        for work in unlinked:
            if work.open and work.plan is None:
                self._plan_unlinked(work, found, context)
                self._in_its_place(work)
                self._one_at_a_time(work, context, now)
        for work in linked:
            if work.open and work.plan is None:
                self._plan_compared(work, found, context)

    async def _look_up(self, unlinked: list[ProductWork], linked: list[ProductWork], now: datetime) -> _Found:
        doubted = [work for work in linked if work.event.source is Source.RECONCILE]
        questions = [
            *self._by_link([*unlinked, *doubted]),
            *self._by_sku(unlinked),
            *self._by_gtin(unlinked),
            *self._by_id(linked),
        ]
        found = _Found()
        while questions:
            results = await self._packer.run([question.command for question in questions])
            questions = self._take_in(questions, results, found, now)
        return found

    def _take_in(
        self, questions: list[_Question], results: Sequence[Result], found: _Found, now: datetime
    ) -> list[_Question]:
        """Gives back the further pages: keys may be shared by more records than a page shows."""
        further: list[_Question] = []
        for question, result in zip(questions, results, strict=True):
            if isinstance(result, Failed):
                for work in question.works:
                    self._faults.write_failed(work, result.error, now)
                continue
            rows = vendor.found(result.result, question.link_property)
            found.take(elements.present(one, self._free) for one in rows)
            _remember_call(question.works, result)
            if result.next is not None:
                further.append(question.page(result.next))
        return further

    def _by_link(self, works: list[ProductWork]) -> Iterable[_Question]:
        for offers in (False, True):
            side = [work for work in works if _may_be_in(work, offers=offers)]
            for iblock, link_property in self._iblocks(offers):
                for group in _chunks(side):
                    ids = [work.key.bling_id for work in group]
                    yield _Question(
                        vendor.find_by_link(iblock, link_property, ids, self._free), link_property, group
                    )

    def _by_sku(self, works: list[ProductWork]) -> Iterable[_Question]:
        with_sku = [work for work in works if work.target.get("xmlId")]
        for offers in (False, True):
            side = [work for work in with_sku if (work.shape is Shape.OFFER) is offers]
            for iblock, link_property in self._iblocks(offers):
                for group in _chunks(side):
                    codes = sorted({work.target["xmlId"] for work in group})
                    yield _Question(
                        vendor.find_by_xml_id(iblock, link_property, codes, self._free), link_property, group
                    )

    def _by_gtin(self, works: list[ProductWork]) -> Iterable[_Question]:
        """Where the mapping keeps it in a property; asked in one go with the SKUs."""
        for name, offers in product(self._gtins, (False, True)):
            side = [
                work
                for work in works
                if (work.shape is Shape.OFFER) is offers and is_gtin(work.target.get(name, ""))
            ]
            for iblock, link_property in self._iblocks(offers):
                for group in _chunks(side):
                    values = sorted({work.target[name] for work in group})
                    yield _Question(
                        vendor.find_by_field(iblock, link_property, name, values, self._free),
                        link_property,
                        group,
                    )

    def _with_gtin(self, work: ProductWork, found: _Found) -> list[Present]:
        values = {name: work.target.get(name, "") for name in self._gtins}
        sure = {name: value for name, value in values.items() if is_gtin(value)}
        return [
            one
            for one in (found.by_id.values() if sure else ())
            if any(one.values.get(name) == value for name, value in sure.items())
        ]

    def _by_id(self, works: list[ProductWork]) -> Iterable[_Question]:
        for offers in (False, True):
            side = [work for work in works if (_known_shape(work) is Shape.OFFER) is offers]
            for iblock, link_property in self._iblocks(offers):
                for group in _chunks(side):
                    ids = [work.bitrix_id for work in group if work.bitrix_id is not None]
                    yield _Question(
                        vendor.find_by_ids(iblock, link_property, ids, self._free), link_property, group
                    )

    def _iblocks(self, *sides: bool) -> Iterable[tuple[int, int]]:
        """Iblock and link property of products (False) and offers (True), where the portal has them."""
        places = (elements.iblock(self._catalogue, offers=side) for side in sides)
        return (place for place in places if place is not None)

    async def _with_prices(self, found: _Found, now: datetime) -> None:
        """The base price of everything that was found, so that it can be compared and updated."""
        ids = [one.id for one in found.by_id.values() if one.shape is not Shape.SKU]
        groups = list(_chunks(ids))
        group = self._catalogue.base_price_type
        results = await self._packer.run([vendor.prices_of(ids, group) for ids in groups])
        for result in results:
            if not isinstance(result, Failed):
                for price in vendor.prices(result.result):
                    found.price(price.product_id, price.id, elements.amount(price))

    def _plan_unlinked(self, work: ProductWork, found: _Found, context: Context) -> None:
        link = str(work.key.bling_id)
        apart = work.link is not None and work.link.choice is Choice.NEW
        plan, taken = plan_unlinked(
            work.target,
            work.shape,
            found.with_link(link),
            [one for one in found.with_sku(work.target.get("xmlId", "")) if one.link != link],
            msgspec.structs.replace(context.allowed, adopt=False) if apart else context.allowed,
            by_gtin=[one for one in self._with_gtin(work, found) if one.link != link],
        )
        work.doubles = sorted(one.id for one in found.with_link(link))[1:]
        if taken is not None:
            work.present, work.bitrix_id, work.price_id = taken, taken.id, taken.price_id
            self._keep(work, taken.values, {})
        adopt_plan(work, context, without(plan, frozenset(work.kept or ())), taken.values if taken else {})

    def _keep(self, work: ProductWork, present: Target, memory: Target) -> None:
        """Leave what somebody edited as it is, where the rule says so."""
        names = edited(work.target, present, memory, self._keeps)
        work.kept = {name: present.get(name, "") for name in names}

    def _plan_removed(self, work: ProductWork, found: _Found, context: Context) -> None:
        """Gone in Bling: its pair as it is now, or whatever carries its mark, is hidden."""
        marked = sorted(found.with_link(str(work.key.bling_id)), key=lambda one: one.id)
        pair = found.by_id.get(work.bitrix_id or 0) or next(iter(marked), None)
        if pair is None:
            work.gone_in_bitrix24 = work.bitrix_id is not None
            if work.gone_in_bitrix24:
                work.end(Outcome.UNCHANGED)
            else:
                work.end(Outcome.SKIPPED, Reason.NOT_LINKED)
            return
        work.present, work.bitrix_id, work.shape = pair, pair.id, pair.shape
        work.doubles = [one.id for one in marked if one.id != pair.id]
        linked = Linked(bitrix_id=pair.id, shape=pair.shape, written=pair.values)
        plan = plan_removal(linked, context.allowed)
        adopt_plan(work, context, plan, pair.values)

    def _in_its_place(self, work: ProductWork) -> None:
        """A portal may have no place for variations."""
        if (
            work.open
            and isinstance(work.plan, Create)
            and not elements.has_room_for(self._catalogue, work.shape)
        ):
            text = "o catálogo deste portal não tem variações"
            work.end(Outcome.FAILED, Reason.REFUSED_BY_BITRIX24, text)

    def _one_at_a_time(self, work: ProductWork, context: Context, now: datetime) -> None:
        """Of two new records with one SKU the second comes again when the first can be found."""
        sku = work.target.get("xmlId")
        if not (work.open and sku and context.allowed.adopt and isinstance(work.plan, Create)):
            return
        if self._making.setdefault(sku, work.key) != work.key:
            work.plan = None
            work.postpone(now + SKU_WAIT, counts=False)

    def _plan_compared(self, work: ProductWork, found: _Found, context: Context) -> None:
        present = found.by_id.get(work.bitrix_id or 0)
        if present is None and found.with_link(str(work.key.bling_id)):
            # Its record is gone, and another one carries its mark: that one is its pair from now on.
            work.bitrix_id = None
            self._plan_unlinked(work, found, context)
            return
        if work.is_chosen and (why := _why_not(work, present)):
            work.bitrix_id = None
            work.hold(Reason.AMBIGUOUS, why)
            return
        if present is None:
            work.gone_in_bitrix24 = True
            work.end(Outcome.SKIPPED, Reason.DELETED_IN_BITRIX24)
            return
        work.price_id = present.price_id
        work.doubles = [one.id for one in found.with_link(str(work.key.bling_id)) if one.id != present.id]
        memory = linked_of(work.link).written if work.link is not None else {}
        values = recognised(present.values, memory, self._pictures)
        work.present = present = msgspec.structs.replace(present, values=values)
        self._keep(work, present.values, memory)
        plan = plan_present(work.target, work.shape, present, context.allowed)
        adopt_plan(work, context, without(plan, frozenset(work.kept or ())), present.values)


def _why_not(work: ProductWork, chosen: Present | None) -> str:
    """Why the record that a person picked cannot become this one's; empty when it can."""
    if chosen is None:
        return f"o produto {work.bitrix_id}, que foi escolhido, não existe mais no Bitrix24"
    if chosen.link not in ("", str(work.key.bling_id)):
        return f"o produto {chosen.id}, que foi escolhido, já é o par do produto {chosen.link} do Bling"
    if chosen.shape is not work.shape:
        return f"o produto {chosen.id}, que foi escolhido, é de outro tipo no Bitrix24"
    return ""


def _may_be_in(work: ProductWork, *, offers: bool) -> bool:
    """A record that Ponte never touched can only be where its shape belongs; any other may be in both."""
    return work.link is not None or work.gone_in_bling or (work.shape is Shape.OFFER) is offers


def _known_shape(work: ProductWork) -> Shape:
    return Shape(work.link.shape) if work.link is not None and work.link.shape else work.shape


def _remember_call(works: Iterable[ProductWork], result: Done) -> None:
    for work in works:
        if result.call_id is not None and result.call_id not in work.calls:
            work.calls.append(result.call_id)


def _chunks(items: Sequence[_T]) -> Iterator[list[_T]]:
    for start in range(0, len(items), KEYS_A_LIST):
        yield list(items[start : start + KEYS_A_LIST])
