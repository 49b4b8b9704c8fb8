"""Writes in Bling before the guard rail: a mistake made in Bitrix24 is no better than one made in Bling."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from connector.domain.events import Outcome, Reason, RecordKey
from connector.domain.export import Export, Way, to_send
from connector.domain.guard_rail import Limits, Side, Suspicion
from connector.domain.mapping import Target
from connector.sync.asked import asked, is_mended, suspicions
from connector.sync.context import Context
from connector.sync.export.work import ExportWork
from connector.sync.guarding import Ruling, told
from connector.sync.products.guarded import Judge

Odd = dict[RecordKey, tuple[Suspicion, ...]]


async def guard(works: Sequence[ExportWork], way: Way, context: Context, judge: Judge) -> None:
    """Hold what needs a person, and leave out of the plans what a person has discarded; on either side."""
    for side in Side:
        odd = {_filed(work): found for work in works if (found := _suspicions(work, side, context.guard))}
        mended = [work.key for work in works if _filed(work) not in odd and _is_mended(work, side)]
        if not odd and not mended:
            continue
        questions = [asked(work, _filed(work), odd[_filed(work)]) for work in works if _filed(work) in odd]
        rulings = await judge(side, questions, mended, context)
        for work in works:
            ruling = rulings.get(_filed(work))
            if ruling is Ruling.HELD:
                _hold(work, odd[_filed(work)])
            elif ruling is Ruling.REFUSED:
                _refuse(work, side, odd[_filed(work)], way)


def _is_mended(work: ExportWork, side: Side) -> bool:
    """An edit taken back in Bitrix24 says nothing of what Bling changed: that was not looked at."""
    return is_mended(work) and (side is Side.BLING or work.merge is not None)


def _filed(work: ExportWork) -> RecordKey:
    """What its events are waiting under: a record that found its pair just now has another name."""
    return work.events[0].record if work.events else work.key


def _suspicions(work: ExportWork, side: Side, limits: Limits) -> tuple[Suspicion, ...]:
    merge = work.merge
    if not work.open or work.creates or merge is None or work.present is None:
        return ()
    if side is Side.BLING:
        return suspicions(work.there, merge.export, limits)
    return suspicions(work.present.values, merge.back, limits)


def _hold(work: ExportWork, odd: tuple[Suspicion, ...]) -> None:
    """A pair that was found just now is found again."""
    work.hold(Reason.GUARD_RAIL, told(odd))
    if work.born is not None:
        work.key, work.born, work.link = _filed(work), None, None


def _refuse(work: ExportWork, side: Side, odd: tuple[Suspicion, ...], way: Way) -> None:
    assert work.merge is not None
    assert work.plan is not None
    fields = frozenset(one.field for one in odd)
    if side is Side.BLING:
        work.merge = msgspec.structs.replace(work.merge, export=_without(work.merge.export, fields))
        work.plan = _planned(work.plan, way.fields(work.merge.export, []), work.source or {})
        names = {way.rules[name].bling for name in fields if name in way.rules}
    else:
        work.merge = msgspec.structs.replace(work.merge, back=_without(work.merge.back, fields))
        names = set(fields)
    work.changes = [change for change in work.changes if change.field not in names]
    if work.merge.export or work.merge.back:
        work.left_out = Reason.GUARD_RAIL
        work.note(told(odd))
    else:
        work.end(Outcome.SKIPPED, Reason.GUARD_RAIL, told(odd))


def _planned(plan: Export, fields: dict[str, Any], source: dict[str, object]) -> Export:
    return msgspec.structs.replace(plan, fields=to_send(source, fields) if fields else {})


def _without(values: Target, fields: frozenset[str]) -> Target:
    return {name: text for name, text in values.items() if name not in fields}
