"""Products before the guard rail: what is odd about their plans, and what becomes of these."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Sequence

from connector.domain.events import Outcome, Reason, RecordKey
from connector.domain.guard_rail import Limits, Side, Suspicion
from connector.domain.mapping import PRICE_FIELD
from connector.domain.products import Unchanged, Update, without
from connector.sync.asked import asked, is_mended, suspicions
from connector.sync.context import Context
from connector.sync.guarding import Asked, Ruling, told
from connector.sync.products.work import ProductWork

#: Asks the guard rail (connector.sync.ends).
Judge = Callable[[Side, Sequence[Asked], Collection[RecordKey], Context], Awaitable[dict[RecordKey, Ruling]]]


async def guard(works: Sequence[ProductWork], context: Context, judge: Judge) -> None:
    """Hold what needs a person, and leave out of the plans what a person has discarded."""
    odd = {work.key: found for work in works if (found := _suspicions(work, context.guard))}
    mended = [work.key for work in works if work.key not in odd and is_mended(work)]
    if not odd and not mended:
        return
    questions = [asked(work, work.key, odd[work.key]) for work in works if work.key in odd]
    rulings = await judge(Side.BITRIX24, questions, mended, context)
    for work in works:
        match rulings.get(work.key):
            case Ruling.HELD:
                _hold(work, odd[work.key])
            case Ruling.REFUSED:
                _refuse(work, odd[work.key])


def _suspicions(work: ProductWork, limits: Limits) -> tuple[Suspicion, ...]:
    plan = work.plan
    if not work.open or not isinstance(plan, Update):
        return ()
    after = plan.fields if plan.price is None else {**plan.fields, PRICE_FIELD: plan.price}
    return suspicions(work.before, after, limits)


def _hold(work: ProductWork, odd: tuple[Suspicion, ...]) -> None:
    work.hold(Reason.GUARD_RAIL, told(odd))
    if work.link is None or work.link.bitrix_id is None:
        # It was found by its SKU just now: nothing is remembered of it, so that it is found again.
        work.bitrix_id = work.price_id = work.present = None


def _refuse(work: ProductWork, odd: tuple[Suspicion, ...]) -> None:
    """Write the rest; what both sides then hold is what counts as wanted."""
    fields = frozenset(one.field for one in odd)
    assert work.plan is not None
    plan = without(work.plan, fields)
    kept = {name: work.before[name] for name in fields if name in work.before}
    work.target = {name: text for name, text in work.target.items() if name not in fields} | kept
    work.print, work.plan = None, plan
    work.changes = [change for change in work.changes if change.field not in fields]
    if isinstance(plan, Unchanged):
        work.end(Outcome.SKIPPED, Reason.GUARD_RAIL, told(odd))
    else:
        work.left_out = Reason.GUARD_RAIL
        work.remark = "; ".join(filter(None, (work.remark, told(odd))))
