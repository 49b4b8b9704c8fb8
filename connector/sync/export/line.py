"""A handful of products of Bitrix24 through every room: look up → match → read → merge → write → settle."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from connector.bitrix24.catalogue import Catalogue
from connector.domain.events import Kind, Outcome, Reason, RecordKey
from connector.domain.export import Way
from connector.domain.mapping import LINK_FIELD, Target
from connector.domain.products import Allowed, Update, is_excluded, needed, plan_present
from connector.domain.retries import is_looping
from connector.domain.vendor import VendorError
from connector.domain.winner import Trust
from connector.sync.context import Context
from connector.sync.ends import Pencil
from connector.sync.export import deciding
from connector.sync.export.guarded import guard
from connector.sync.export.lookup import Finder
from connector.sync.export.matching import Matcher
from connector.sync.export.work import ExportWork
from connector.sync.products.carry import Carrier
from connector.sync.products.line import Products
from connector.sync.products.read import Reader
from connector.sync.products.work import ProductWork
from connector.sync.reading import reading
from connector.sync.shared import Shared
from connector.sync.work import Ended, Held

#: Records that are written together.
AT_ONCE = 10


class Exports:
    """The way back's rooms of one turn."""

    def __init__(self, shared: Shared, products: Products) -> None:
        self._shared = shared
        self._products = products
        self._making: Counter[UUID] = Counter()
        self._made: set[RecordKey] = set()

    def may_be_ours(self, key: RecordKey) -> bool:
        """Whether a record of Bling that has no link may be one that this turn makes or has just made."""
        return self._making[key.account_id] > 0 or key in self._made

    async def process(
        self, works: list[ExportWork], context: Context, catalogue: Catalogue
    ) -> list[ProductWork]:
        """Work on records that no other chunk holds; what concerns only the import is given back."""
        line = Line(
            shared=self._shared,
            context=context,
            catalogue=catalogue,
            way=Way(context.lens),
            writer=self._products.writer(catalogue, context),
            making=self._making,
            done=self._done,
        )
        try:
            return await line.process(works)
        finally:
            self._making.subtract(line.marked)

    async def _done(self, works: Sequence[ExportWork]) -> None:
        """Settle them, and remember which were made."""
        self._made |= {work.key for work in works if work.born is not None}
        await self._shared.settle(works)


@dataclass(slots=True)
class Line:
    """The rooms of one chunk."""

    shared: Shared
    context: Context
    catalogue: Catalogue
    way: Way
    writer: Carrier | Pencil
    #: Creates under way in Bling, by account.
    making: Counter[UUID]
    #: Lets records go that are ended, held or postponed.
    done: Callable[[Sequence[ExportWork]], Awaitable[None]]
    #: Those of this chunk.
    marked: Counter[UUID] = field(default_factory=Counter)

    async def process(self, works: list[ExportWork]) -> list[ProductWork]:
        """All records are let go but those that are given back."""
        now = self._now()
        for work in works:
            deciding.begin(work, self.context)
        shared, context = self.shared, self.context
        await Finder(shared.packer, self.catalogue, shared.faults, context).find(works, now)
        left = [work for work in works if work.open and not deciding.compare(work, self.way, context)]
        mine = [work for work in works if work.open and work not in left]
        _wait_for_doubtful_creates(mine, now, shared.engine.create_settles)
        await Matcher(shared.bling, shared.faults, shared.load_links, context).match(mine, now)
        left += await self._read_and_weigh([work for work in mine if work.open])
        mine = [work for work in mine if work.open and work not in left]
        await guard([work for work in works if work not in left], self.way, context, shared.ends.judge)
        _stop_loops(mine, now)
        await shared.ends.leave_stopped(mine)
        if ended := [work for work in works if work.ending is not None]:
            await self.done(ended)
        await self._in_parts([work for work in mine if work.open])
        return [_imported(work) for work in left]

    async def _in_parts(self, works: list[ExportWork]) -> None:
        """Bling takes three writes a second: what went out is let go soon, and so a pause is heard."""
        for first in range(0, len(works), AT_ONCE):
            some = works[first : first + AT_ONCE]
            await self.shared.ends.leave_stopped(some)
            await self._carry_out([work for work in some if work.open])
            await self.done(some)

    async def _read_and_weigh(self, works: list[ExportWork]) -> list[ExportWork]:
        """Gives back those that Bling has no more, where Bling said so itself."""
        reads = needed(self.context.lens, self.context.filter) | self.way.writes
        reader = Reader(self.shared.bling, reads, self.shared.faults)
        known = [work for work in works if not work.unborn]
        await reader.read([work for work in known if work.source is None], self._now())
        left: list[ExportWork] = []
        for work in works:
            if not work.open:
                continue
            if work.unborn:
                deciding.invent(work, self.way, self.context)
            elif work.mixed and (work.gone_in_bling or is_excluded(work.source or {})):
                left.append(work)
            elif work.gone_in_bling:
                work.end(Outcome.SKIPPED, Reason.GONE_IN_BLING)
            else:
                deciding.weigh(work, self.way, self.context)
        return left

    async def _carry_out(self, works: list[ExportWork]) -> None:
        ends = self.shared.ends
        creates = [work for work in works if work.creates]
        if creates:
            self.marked.update(work.key.account_id for work in creates)
            self.making.update(work.key.account_id for work in creates)
            await ends.mark_creating({work.key: work.label for work in creates}, self._now())
        was_created = {work.bitrix_id for work in creates}
        if ends.real:
            await asyncio.gather(*(self._write(work) for work in works))
        await self._write_back([work for work in works if work.open])
        for work in works:
            if work.open:
                self._finish(work, created=work.bitrix_id in was_created or work.is_ours)
        rest = [work.key for work in works if work.asks_import and isinstance(work.ending, Ended)]
        if rest:
            await ends.ask_for(rest, self._now())

    async def _write(self, work: ExportWork) -> None:
        """Send what Bling gets; a create gives the record its name."""
        plan = work.plan
        if plan is None or not plan.fields:
            return
        reading.set((work,))
        client, ends = self.shared.bling(work.key.account_id), self.shared.ends
        try:
            if plan.bling_id is None:
                made = await client.create_product(plan.fields, ends.lasts)
                work.becomes(RecordKey(Kind.PRODUCT, work.key.account_id, made))
            else:
                await client.change_product(plan.bling_id, plan.fields, ends.lasts)
        except VendorError as error:
            self.shared.faults.export_failed(work, error, self._now(), creates=plan.bling_id is None)
        else:
            work.exported_at = self._now()

    async def _write_back(self, works: list[ExportWork]) -> None:
        """What Bitrix24 gets: the Bling ID of a new pair, and what Bling changed meanwhile."""
        for work in works:
            target = self._target_of(work)
            if target:
                work.back = _guest(work, target)
        guests = [work.back for work in works if work.back is not None]
        await self.writer.carry_out([guest for guest in guests if guest.open], self._now())

    def _target_of(self, work: ExportWork) -> Target:
        assert work.merge is not None
        assert work.present is not None
        if work.unborn:
            # On paper alone: Bling has not answered.
            return dict(work.merge.back)
        link = str(work.key.bling_id)
        return dict(work.merge.back) if work.present.link == link else {**work.merge.back, LINK_FIELD: link}

    def _finish(self, work: ExportWork, *, created: bool) -> None:
        back = work.back
        exported = work.plan is not None and bool(work.plan.fields)
        if back is not None:
            for call in back.calls:
                work.called(call)
            if not exported and work.born is None and _failed(back):
                work.ending = back.ending
                return
            if _failed(back):
                work.note(f"gravado no Bling, mas não no Bitrix24: {_why(back)}")
        deciding.agree(work, self.context, (back.written or {}) if back is not None else {})
        if created:
            work.end(Outcome.CREATED, detail=work.remark)
        elif exported or (back is not None and not _failed(back)):
            work.end(Outcome.UPDATED, work.left_out, work.remark)
        else:
            work.end(Outcome.UNCHANGED, detail=work.remark)

    def _now(self) -> datetime:
        return self.shared.engine.clock()


def _imported(work: ExportWork) -> ProductWork:
    """What Bling told of it, on the import's way."""
    return ProductWork(work.key, work.event, work.events, Trust.READ, work.started_at, work.link)


def _guest(work: ExportWork, target: Target) -> ProductWork:
    """The part that Bitrix24 gets, as the import plans and writes it."""
    assert work.present is not None
    guest = ProductWork(work.key, work.event, [], Trust.READ, work.started_at, work.link)
    guest.shape, guest.target, guest.before = work.shape(), target, work.present.values
    plan = plan_present(target, guest.shape, work.present, Allowed(update=True))
    guest.plan = plan
    if not isinstance(plan, Update):
        guest.end(Outcome.UNCHANGED)
    return guest


def _failed(guest: ProductWork) -> bool:
    return not guest.ended_in(Outcome.UPDATED, Outcome.UNCHANGED)


def _why(guest: ProductWork) -> str:
    match guest.ending:
        case Ended(detail=detail) | Held(detail=detail):
            return detail or "recusado"
        case _:
            return "o portal não respondeu"


def _wait_for_doubtful_creates(works: Iterable[ExportWork], now: datetime, settles: timedelta) -> None:
    """A create whose answer never came may still be under way at Bling."""
    for work in works:
        sent = work.doubted_since
        if work.open and work.unborn and sent is not None and now < sent + settles:
            work.create_in_doubt = True
            work.postpone(sent + settles, counts=False)


def _stop_loops(works: Iterable[ExportWork], now: datetime) -> None:
    for work in works:
        link = work.link
        if work.open and link is not None and is_looping(link.writes, link.writes_since, now):
            work.hold(Reason.LOOP, "este registro foi gravado vezes demais em dez minutos")
