"""First step of a drain: what can be decided about a record without asking a vendor."""

from __future__ import annotations

from datetime import datetime

import msgspec

from connector.domain.events import TRUSTING, Outcome, Reason, RecordKey, Source
from connector.domain.mapping import BadField, fingerprint
from connector.domain.products import (
    MESSAGE_FIELDS,
    Change,
    Create,
    Hold,
    Linked,
    Plan,
    Shape,
    Skip,
    Unchanged,
    Update,
    changes,
    is_excluded,
    is_filtered,
    parent_of,
    plan_linked,
    plan_removal,
    shape_of,
    wanted,
)
from connector.domain.winner import Trust
from connector.store.links import Link
from connector.sync.context import Context
from connector.sync.products.work import ProductWork


def begin_guest(key: RecordKey, host: ProductWork, link: Link | None, now: datetime) -> ProductWork:
    """A record without an event of its own, read along with its relative's."""
    return ProductWork(key=key, event=host.event, events=[], trust=Trust.READ, started_at=now, link=link)


def decide(work: ProductWork, context: Context) -> None:
    """Settle what needs no vendor; leave open what has to be read, looked up or written."""
    if not work.open:
        return None
    if reason := context.waits(work.key):
        return work.hold(reason)
    if context.leaves_out(work.key) and work.trust is not Trust.GONE:
        return work.end(Outcome.SKIPPED, Reason.FILTERED)
    match work.trust:
        case Trust.STALE:
            return work.end(Outcome.SKIPPED, Reason.STALE)
        case Trust.GONE:
            return remove(work, context)
        case Trust.READ:
            return _before_reading(work, context)
        case Trust.PAYLOAD if context.lens.reads <= MESSAGE_FIELDS:
            return weigh(work, context)
        case Trust.PAYLOAD:
            return _before_reading_more(work, context)


def weigh(work: ProductWork, context: Context) -> None:
    """With the record's fields at hand: plan, when what we remember of the other side is enough."""
    source = work.source or {}
    if is_excluded(source):
        return remove(work, context)
    if work.link is not None and work.link.gone_at is not None and not (context.recreate or work.link.choice):
        return work.end(Outcome.SKIPPED, Reason.DELETED_IN_BITRIX24)
    if is_filtered(source, context.filter):
        return work.end(Outcome.SKIPPED, Reason.FILTERED)
    work.shape = shape_of(source)
    try:
        work.target, passed = wanted(context.lens, source, work.shape, context.fields)
    except BadField as error:
        return work.end(Outcome.FAILED, Reason.INVALID_VALUE, str(error))
    work.remark = "; ".join(map(str, passed)) or None
    if work.bitrix_id is None:
        return _without_link(work, context)
    if work.event.source not in TRUSTING or work.link is None or _wants_its_children(work, context):
        return None
    if work.is_chosen:
        return None
    work.print = fingerprint(work.target)
    if work.link.fingerprint == work.print and work.link.shape == work.shape:
        work.plan = Unchanged()
        work.written = work.target
        if context.lens.pictures:
            # Which files Bitrix24 made of them is remembered beside the targets.
            work.written = {**linked_of(work.link).written, **work.target}
        return work.end(Outcome.UNCHANGED)
    if work.is_old_news and work.trust is Trust.PAYLOAD:
        # What it says may be what we have changed since.
        work.trust, work.source = Trust.READ, None
        return None
    if context.lens.keeps:
        # Whether somebody edited what is to be kept is seen in the present record alone.
        return None
    linked = linked_of(work.link)
    work.kept = {}
    return adopt_plan(
        work, context, plan_linked(work.target, work.shape, linked, context.allowed), linked.written
    )


def adopt_plan(work: ProductWork, context: Context, plan: Plan, before: dict[str, str]) -> None:
    """Take a plan over; one that writes nothing ends the work."""
    work.plan, work.before = plan, before
    match plan:
        case Unchanged():
            work.written = {**before, **work.target}
            work.end(Outcome.UNCHANGED)
        case Skip(reason=reason):
            work.end(Outcome.SKIPPED, reason)
        case Hold(reason=reason, detail=detail):
            work.hold(reason, detail)
        case Create() | Update():
            work.changes = changes(context.lens, plan, before)


def remove(work: ProductWork, context: Context) -> None:
    """The record is gone or in the bin on Bling's side."""
    work.gone_in_bling = True
    if work.event.source is Source.RECONCILE:
        # What Bitrix24 holds now decides, also where no pair is remembered.
        return
    linked = linked_of(work.link) if work.link is not None and work.bitrix_id is not None else None
    plan = plan_removal(linked, context.allowed)
    before = linked.written if linked else {}
    if isinstance(plan, Update):
        work.plan, work.before, work.shape = plan, before, plan.shape
        work.changes = [Change("active", before.get("active"), "N", "deleted", context.lens.version)]
    elif isinstance(plan, Skip):
        work.end(Outcome.SKIPPED, plan.reason)
    else:
        work.end(Outcome.UNCHANGED)


def linked_of(link: Link) -> Linked:
    """What the planner wants to know of a link."""
    return Linked(
        bitrix_id=link.bitrix_id or 0,
        shape=Shape(link.shape or Shape.SIMPLE),
        written=msgspec.json.decode(link.written, type=dict[str, str]) if link.written else {},
        fingerprint=link.fingerprint,
        price_id=link.price_id,
    )


def is_family(work: ProductWork) -> bool:
    """Whether the record has a parent or variations, so that it is worked on together with them."""
    if work.source is None:
        return False
    return work.source.get("formato") == "V" or parent_of(work.source) != 0


def _before_reading(work: ProductWork, context: Context) -> None:
    """Spare the read when no write could follow whatever it says."""
    allowed = context.allowed
    if work.bitrix_id is None and not (allowed.create or allowed.update):
        work.end(Outcome.SKIPPED, Reason.CREATE_OFF)
    elif work.bitrix_id is not None and not (allowed.update or allowed.delete):
        work.end(Outcome.SKIPPED, Reason.TOGGLE_OFF)


def _before_reading_more(work: ProductWork, context: Context) -> None:
    """A rule reads what the message does not carry; what it carries may be enough to leave the record out."""
    if is_excluded(work.source or {}):
        return remove(work, context)
    if is_filtered(work.source or {}, context.filter):
        return work.end(Outcome.SKIPPED, Reason.FILTERED)
    work.source = None
    return _before_reading(work, context)


def _without_link(work: ProductWork, context: Context) -> None:
    allowed = context.allowed
    if not (allowed.create or allowed.update):
        work.end(Outcome.SKIPPED, Reason.CREATE_OFF)


def _wants_its_children(work: ProductWork, context: Context) -> bool:
    """A parent's edit may change its variations without a message of theirs: they are read first."""
    allowed = context.allowed
    return work.shape is Shape.SKU and not work.family_read and (allowed.create or allowed.update)
