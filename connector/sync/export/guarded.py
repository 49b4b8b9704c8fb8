"""Writes in Bling before the guard rail: a mistake made once in Bitrix24 is no better than one made in Bling."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from connector.domain.events import Outcome, Reason
from connector.domain.export import Way, to_send
from connector.domain.guard_rail import Limits, Side, Suspicion
from connector.sync.asked import asked, is_mended, suspicions
from connector.sync.context import Context
from connector.sync.export.work import ExportWork
from connector.sync.guarding import Ruling, told
from connector.sync.products.guarded import Judge


async def guard(works: Sequence[ExportWork], way: Way, context: Context, judge: Judge) -> None:
    """Hold what needs a person, and leave out of the plans what a person has discarded."""
    odd = {work.key: found for work in works if (found := _suspicions(work, context.guard))}
    mended = [work.key for work in works if work.key not in odd and is_mended(work)]
    if not odd and not mended:
        return
    questions = [asked(work, work.key, odd[work.key]) for work in works if work.key in odd]
    rulings = await judge(Side.BLING, questions, mended, context)
    for work in works:
        match rulings.get(work.key):
            case Ruling.HELD:
                work.hold(Reason.GUARD_RAIL, told(odd[work.key]))
            case Ruling.REFUSED:
                _refuse(work, way, odd[work.key])


def _suspicions(work: ExportWork, limits: Limits) -> tuple[Suspicion, ...]:
    """A new product is nothing odd, whatever it costs."""
    if not work.open or work.creates or work.merge is None:
        return ()
    return suspicions(work.there, work.merge.export, limits)


def _refuse(work: ExportWork, way: Way, odd: tuple[Suspicion, ...]) -> None:
    """Write the rest; what is left out differs because that is wanted."""
    assert work.merge is not None
    assert work.plan is not None
    fields = frozenset(one.field for one in odd)
    export = {name: text for name, text in work.merge.export.items() if name not in fields}
    work.merge = msgspec.structs.replace(work.merge, export=export)
    sent = way.fields(export, [])
    work.plan = msgspec.structs.replace(work.plan, fields=to_send(work.source or {}, sent))
    spellings = {way.rules[name].bling for name in fields}
    work.changes = [one for one in work.changes if one.field not in spellings]
    if not sent and not work.merge.back:
        work.end(Outcome.SKIPPED, Reason.GUARD_RAIL, told(odd))
    else:
        work.note(told(odd))
