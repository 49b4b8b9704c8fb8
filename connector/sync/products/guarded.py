"""Products before the guard rail: what is odd about their plans, and what becomes of these."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Sequence

from connector.domain.events import Event, Outcome, Reason, RecordKey, RecordState, Source
from connector.domain.guard_rail import Limits, Side, Suspicion, goes_off, price_moves, run_of
from connector.domain.mapping import PRICE_FIELD
from connector.domain.products import Unchanged, Update, without
from connector.store.holds import Stopped
from connector.sync.context import Context
from connector.sync.guarding import Asked, Ruling, told
from connector.sync.products.work import ProductWork
from connector.sync.work import Ended

#: Asks the guard rail (connector.sync.ends).
Judge = Callable[[Side, Sequence[Asked], Collection[RecordKey], Context], Awaitable[dict[RecordKey, Ruling]]]
ACTIVE_FIELD, OFF = "active", "N"
#: Beginnings of the names of events that a person asked for, one record at a time.
BY_HAND = frozenset({"replay", "remedy"})


async def guard(works: Sequence[ProductWork], context: Context, judge: Judge) -> None:
    """Hold what needs a person, and leave out of the plans what a person has discarded."""
    odd = {work.key: found for work in works if (found := _suspicions(work, context.guard))}
    mended = [work.key for work in works if work.key not in odd and _is_mended(work)]
    if not odd and not mended:
        return
    rulings = await judge(
        Side.BITRIX24, [_asked(work, odd[work.key]) for work in works if work.key in odd], mended, context
    )
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
    before = work.before
    found = (
        price_moves(PRICE_FIELD, before.get(PRICE_FIELD), plan.price, limits),
        goes_off(ACTIVE_FIELD, before.get(ACTIVE_FIELD), plan.fields.get(ACTIVE_FIELD), OFF, limits),
    )
    return tuple(one for one in found if one is not None)


def _is_mended(work: ProductWork) -> bool:
    """The record waited for a person, and now its plan is an ordinary one, or there is nothing to write."""
    link = work.link
    if link is None or link.state is not RecordState.NEEDS_YOU or link.reason is not Reason.GUARD_RAIL:
        return False
    ending = work.ending
    return work.open or (isinstance(ending, Ended) and ending.outcome is Outcome.UNCHANGED)


def _asked(work: ProductWork, suspicions: tuple[Suspicion, ...]) -> Asked:
    events = work.events or [work.event]
    return Asked(
        what=Stopped(
            record=work.key,
            run=run_of(work.event),
            bitrix_id=work.bitrix_id,
            label=work.label,
            sku=work.sku,
            suspicions=suspicions,
        ),
        since=min(event.received_at for event in events),
        synced_at=work.link.synced_at if work.link is not None else None,
        by_hand=_is_by_hand(work.event),
    )


def _is_by_hand(event: Event) -> bool:
    """A single replay, or a single record's remedy, is somebody's wish to have this record as it is."""
    return event.source is Source.REPLAY and not run_of(event) and _why(event) in BY_HAND


def _why(event: Event) -> str:
    return event.provider_event_id.partition(":")[0]


def _hold(work: ProductWork, suspicions: tuple[Suspicion, ...]) -> None:
    work.hold(Reason.GUARD_RAIL, told(suspicions))
    if work.link is None or work.link.bitrix_id is None:
        # It was found by its SKU just now: nothing is remembered of it, so that it is found again.
        work.bitrix_id = work.price_id = work.present = None


def _refuse(work: ProductWork, suspicions: tuple[Suspicion, ...]) -> None:
    """Write the rest; what both sides then hold is what counts as wanted."""
    fields = frozenset(one.field for one in suspicions)
    assert work.plan is not None
    plan = without(work.plan, fields)
    kept = {name: work.before[name] for name in fields if name in work.before}
    work.target = {name: text for name, text in work.target.items() if name not in fields} | kept
    work.print, work.plan = None, plan
    work.changes = [change for change in work.changes if change.field not in fields]
    if isinstance(plan, Unchanged):
        work.end(Outcome.SKIPPED, Reason.GUARD_RAIL, told(suspicions))
    else:
        work.left_out = Reason.GUARD_RAIL
        work.remark = "; ".join(filter(None, (work.remark, told(suspicions))))
