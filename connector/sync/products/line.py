"""A handful of products through every room: decide → read → look up → plan → write → settle."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID

import msgspec

from connector import pace
from connector.bitrix24.catalogue import Catalogue
from connector.domain.events import Kind, Outcome, Reason, RecordKey
from connector.domain.products import Create, Shape, needed
from connector.domain.retries import is_looping
from connector.domain.vendor import Gone, VendorError
from connector.domain.winner import Trust
from connector.store.links import Link
from connector.sync.context import Context
from connector.sync.ends import Pencil
from connector.sync.faults import Faults
from connector.sync.products.carry import Carrier
from connector.sync.products.decide import begin_guest, decide, is_family, remove, weigh
from connector.sync.products.downloads import Downloads
from connector.sync.products.guarded import Judge, guard
from connector.sync.products.images import Pictures
from connector.sync.products.lookup import Finder
from connector.sync.products.read import Fields, Reader, key_of, root_of
from connector.sync.products.sections import Sections
from connector.sync.products.work import ProductWork
from connector.sync.shared import Shared
from connector.sync.work import Ended, Left, Work

Clock = Callable[[], datetime]
Family = tuple[UUID, int]
_T = TypeVar("_T")

#: Records and families of long work that are written together, and how many such parts at the same time: what
#: is being written when somebody pauses.
AT_ONCE, FAMILIES_AT_ONCE, PARTS = 50, 8, 2


class Products:
    """The products' rooms of one turn, with what all of its chunks have to know of each other."""

    def __init__(self, shared: Shared) -> None:
        self._shared = shared
        #: SKUs that records of this turn are being made with.
        self._making: dict[str, RecordKey] = {}
        #: Families are worked on one after the other: a variation may ride along with its parent unclaimed.
        self._families = asyncio.Lock()
        self._parts = asyncio.Semaphore(PARTS)
        self._downloads = Downloads(shared.engine.settings)
        self._sections = Sections(shared)

    async def process(self, works: list[ProductWork], context: Context, catalogue: Catalogue) -> None:
        """Work on records that no other chunk holds; every one of them is settled, held or postponed."""
        shared, engine = self._shared, self._shared.engine
        line = Line(
            context=context,
            reader=Reader(shared.bling, needed(context.lens, context.filter), shared.faults),
            finder=Finder(shared.packer, catalogue, shared.faults, self._making, context.lens),
            writer=self.writer(catalogue, context),
            faults=shared.faults,
            clock=engine.clock,
            load_links=shared.load_links,
            load_pairs=shared.load_pairs,
            mark_creating=shared.ends.mark_creating,
            settle=shared.settle,
            leave_stopped=shared.ends.leave_stopped,
            judge=shared.ends.judge,
            create_settles=engine.create_settles,
            families=self._families,
            parts=self._parts,
            sections=lambda works: self._sections.prepare(works, context, catalogue),
        )
        await line.process(works)

    def writer(self, catalogue: Catalogue, context: Context) -> Carrier | Pencil:
        """What carries plans out in Bitrix24, for the way back as well."""
        if not self._shared.ends.real:
            return Pencil()
        shared = self._shared
        pictures = Pictures(shared.packer, context.lens, shared.faults, self._downloads)
        return Carrier(shared.packer, catalogue, shared.faults, pictures, context.lens.lists)


@dataclass(slots=True)
class Line:
    """The rooms of one chunk, and the ways to the store that it needs."""

    context: Context
    reader: Reader
    finder: Finder
    writer: Carrier | Pencil
    faults: Faults
    clock: Clock
    load_links: Callable[[Iterable[RecordKey]], Awaitable[dict[RecordKey, Link]]]
    load_pairs: Callable[[Iterable[int]], Awaitable[dict[int, Link]]]
    mark_creating: Callable[[Mapping[RecordKey, str], datetime], Awaitable[None]]
    settle: Callable[[Sequence[Work]], Awaitable[None]]
    leave_stopped: Callable[[Iterable[Work]], Awaitable[None]]
    judge: Judge
    create_settles: timedelta
    #: Held while families are worked on, one after the other.
    families: asyncio.Lock
    #: Parts of long work that are written at the same time.
    parts: asyncio.Semaphore
    #: Makes the sections that records' categories need known, before they are weighed.
    sections: Callable[[Iterable[ProductWork]], Awaitable[None]]

    async def process(self, works: list[ProductWork]) -> None:
        """Work on records that no other chunk holds; every one of them is settled, held or postponed."""
        await self.sections(works)
        for work in works:
            decide(work, self.context)
        to_read = [work for work in works if work.open and work.source is None and work.plan is None]
        known = [work for work in works if not (work.open and work.source is None and work.plan is None)]
        await asyncio.gather(self._split(known), self._read(to_read))

    async def _read(self, works: list[ProductWork]) -> None:
        if not works:
            return
        await self.reader.read(works, self.clock())
        await self.sections(works)
        for work in works:
            if work.open and work.gone_in_bling:
                remove(work, self.context)
            elif work.open:
                weigh(work, self.context)
        await self._split(works)

    async def _split(self, works: list[ProductWork]) -> None:
        families = [work for work in works if work.open and is_family(work)]
        plain = [work for work in works if not (work.open and is_family(work))]
        await asyncio.gather(self._plain(plain), self._families(families))

    async def _plain(self, works: list[ProductWork]) -> None:
        if works:
            await self._write(works, and_then=self.settle)

    async def _families(self, works: list[ProductWork]) -> None:
        families: dict[Family, list[ProductWork]] = defaultdict(list)
        for work in works:
            families[work.key.account_id, root_of(work)].append(work)
        for some in _parts(list(families.values()), FAMILIES_AT_ONCE):
            async with self.families:
                await self._whole_families([work for members in some for work in members])

    async def _whole_families(self, works: list[ProductWork]) -> None:
        everyone = await self._with_relatives(works)
        parents = [work for work in everyone if work.shape is Shape.SKU]
        await self._write(parents)
        children = [work for work in everyone if work.shape is not Shape.SKU]
        await self._write(children, await self._parents_of(children, parents))
        await self.settle(everyone)

    async def _write(
        self,
        works: list[ProductWork],
        parents: dict[Family, ProductWork | int] | None = None,
        and_then: Callable[[Sequence[Work]], Awaitable[None]] | None = None,
    ) -> None:
        """Look up, plan and carry out what is still open; `and_then` is done with each part that went out."""
        now = self.clock()
        await self.leave_stopped(works)
        self._wait_for_doubtful_creates(works, now)
        await self.finder.find_and_plan(works, self.context, now)
        await self._spare_pairs(works)
        if parents is not None:
            for work in works:
                _below_its_parent(work, parents)
        await guard(works, self.context, self.judge)
        _stop_loops(works, now)
        for some in _parts(works, AT_ONCE):
            async with self._one_of_few():
                await self._carry_out(some)
            if and_then is not None:
                await and_then(some)

    def _one_of_few(self) -> AbstractAsyncContextManager[None]:
        """What changes now waits for no part of long work."""
        return nullcontext() if pace.urgency.get() is pace.Urgency.NOW else self.parts

    async def _carry_out(self, works: list[ProductWork]) -> None:
        await self.leave_stopped(works)
        await self.writer.merge_doubles(work for work in works if not isinstance(work.ending, Left))
        creates = [work for work in works if work.open and isinstance(work.plan, Create)]
        if creates:
            await self.mark_creating({work.key: work.label for work in creates}, self.clock())
        await self.writer.carry_out(works, self.clock())

    def _wait_for_doubtful_creates(self, works: list[ProductWork], now: datetime) -> None:
        """A create whose answer never came may still be under way at the vendor."""
        for work in works:
            sent = work.link.creating_at if work.link is not None else None
            if work.open and sent is not None and now < sent + self.create_settles:
                work.create_in_doubt = True
                work.postpone(sent + self.create_settles, counts=False)

    async def _spare_pairs(self, works: list[ProductWork]) -> None:
        """What carries a record's mark and is another's pair is no double of it: somebody copied the mark."""
        doubles = {double for work in works for double in work.doubles}
        if not doubles:
            return
        pairs = await self.load_pairs(doubles)
        for work in works:
            work.doubles = [one for one in work.doubles if one not in pairs or pairs[one].record == work.key]

    async def _with_relatives(self, works: list[ProductWork]) -> list[ProductWork]:
        """Families whose parent changed, or is not known yet, are read whole, once."""
        groups: dict[Family, list[ProductWork]] = defaultdict(list)
        for work in works:
            groups[work.key.account_id, root_of(work)].append(work)
        links = await self._root_links(groups)
        everyone: list[ProductWork] = []
        for family, members in groups.items():
            root = links.get(RecordKey(members[0].key.kind, *family))
            if root is None or root.bitrix_id is None or any(one.shape is Shape.SKU for one in members):
                members = await self._read_family(family, members)
            everyone += members
        return everyone

    async def _root_links(self, families: Iterable[Family]) -> dict[RecordKey, Link]:
        keys = [RecordKey(Kind.PRODUCT, account, root) for account, root in families]
        return await self.load_links(keys)

    async def _read_family(self, family: Family, members: list[ProductWork]) -> list[ProductWork]:
        account, root = family
        try:
            parent, children = await self.reader.family(account, root, members)
        except Gone:
            return self._orphans(members)
        except VendorError as error:
            for work in members:
                self.faults.read_failed(work, error, self.clock())
            return members
        return await self._join(account, members, [parent, *children])

    def _orphans(self, members: list[ProductWork]) -> list[ProductWork]:
        for work in members:
            if work.shape is Shape.SKU:
                remove(work, self.context)
            else:
                work.end(Outcome.FAILED, Reason.PARENT_MISSING, "o produto pai não existe mais no Bling")
        return members

    async def _join(self, account: UUID, members: list[ProductWork], read: list[Fields]) -> list[ProductWork]:
        """The members with what was read of them, and their relatives as guests of the newest event."""
        mine = {work.key: work for work in members}
        guests = [key for fields in read if (key := key_of(account, fields)) not in mine]
        links = await self.load_links(guests)
        host = max(members, key=lambda work: work.event.received_at)
        for fields in read:
            key = key_of(account, fields)
            work = mine.get(key)
            if work is None:
                work = begin_guest(key, host, links.get(key), self.clock())
                members.append(work)
            work.source, work.trust, work.plan = fields, Trust.READ, None
            work.family_read = True
        await self.sections(members)
        for work in members:
            if work.family_read:
                weigh(work, self.context)
        return members

    async def _parents_of(
        self, children: list[ProductWork], parents: list[ProductWork]
    ) -> dict[Family, ProductWork | int]:
        """Where each family's sku is: the work of this chunk, or Bitrix24's id from the link."""
        found: dict[Family, ProductWork | int] = {
            (work.key.account_id, work.key.bling_id): work for work in parents
        }
        missing = {(w.key.account_id, root_of(w)) for w in children if w.open} - found.keys()
        for key, link in (await self._root_links(missing)).items():
            if link.bitrix_id is not None and link.gone_at is None:
                found[key.account_id, key.bling_id] = link.bitrix_id
        return found


def _parts(items: list[_T], most: int) -> Iterator[list[_T]]:
    """What changes now goes at once; long work in parts, so that a pause is heard and others pass."""
    size = max(len(items), 1) if pace.urgency.get() is pace.Urgency.NOW else most
    for start in range(0, len(items), size):
        yield items[start : start + size]


def _stop_loops(works: list[ProductWork], now: datetime) -> None:
    for work in works:
        link = work.link
        if work.open and link is not None and is_looping(link.writes, link.writes_since, now):
            work.hold(Reason.LOOP, "este registro foi gravado vezes demais em dez minutos")


def _below_its_parent(work: ProductWork, parents: dict[Family, ProductWork | int]) -> None:
    """A variation is made below its parent's record in Bitrix24; without one it ends as the parent did."""
    if not (work.open and isinstance(work.plan, Create) and work.plan.shape is Shape.OFFER):
        return
    parent = parents.get((work.key.account_id, root_of(work)))
    bitrix_id = parent.bitrix_id if isinstance(parent, ProductWork) else parent
    if bitrix_id is not None:
        work.plan = msgspec.structs.replace(work.plan, parent=bitrix_id)
    elif (
        isinstance(parent, ProductWork) and parent.ending is not None and not isinstance(parent.ending, Ended)
    ):
        work.ending = parent.ending
    else:
        work.end(Outcome.FAILED, Reason.PARENT_MISSING, "o produto pai não está no Bitrix24")
