"""What the planner's word about a record, on paper, means for its two sides. Pure."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from connector.domain import drift
from connector.domain.deals import CreateDeal, UpdateDeal
from connector.domain.drift import Difference, FieldDrift, What, Why
from connector.domain.events import Outcome, Reason
from connector.domain.mapping import Target
from connector.domain.products import Create, Unchanged, Update
from connector.store.links import Link
from connector.sync.products.work import ProductWork
from connector.sync.work import Ended, Held, Work

#: Why a record cannot be looked at, which says nothing of its sides.
_UNREAD = frozenset(
    {
        *(Reason.QUOTA, Reason.LICENCE, Reason.PAUSED, Reason.NEEDS_RECONNECT, Reason.INACTIVE),
        *(Reason.SCOPE_MISSING, Reason.NOT_CONNECTED, Reason.RUN_PAUSED),
    }
)
#: It does not take part.
_OUT = frozenset(
    {
        *(Reason.CREATE_OFF, Reason.FILTERED, Reason.BEFORE_START, Reason.NOT_SUPPORTED, Reason.NOT_A_SALE),
        Reason.STALE,
    }
)


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """A difference, and the record of Bitrix24 that it is about."""

    difference: Difference
    bitrix_id: int | None = None


def judged(work: Work, marked: Iterable[int], *, is_shared: bool) -> list[Found] | None:
    """How a record's sides differ, nothing when they agree; None when that cannot be said now.

    `marked`: records of Bitrix24 that carry its mark and are no pair's. `is_shared`: its pair is an older
    pair's, too.
    """
    own = _of_itself(work, sorted(marked))
    if own is None:
        return None
    if is_shared:
        return [_found(What.DOUBLE, Why.TWO_IN_BLING, work.bitrix_id)]
    found = [own] if isinstance(own, Found) else []
    told = {one.bitrix_id for one in found}
    return found + [
        _found(What.DOUBLE, Why.TWO_IN_BITRIX24, one) for one in _doubles(work, marked) if one not in told
    ]


def is_linked(link: Link | None) -> bool:
    """Whether the pair is remembered, and nobody knows that it is gone."""
    return link is not None and link.bitrix_id is not None and link.gone_at is None


def signature(work: Work, found: Iterable[Found]) -> bytes:
    """What was seen at this look: a record that moves shows another one at the next."""
    said = msgspec.json.encode(sorted(map(msgspec.json.encode, found))).decode()
    return drift.sign({**work.target, "@found": said})


def _of_itself(work: Work, marked: list[int]) -> Found | bool | None:
    """Its difference; False for none, None for nobody knows."""
    match work.plan:
        case Create() | CreateDeal() | Update() | UpdateDeal():
            return _planned(work)
        case Unchanged():
            return _unchanged(work)
    match work.ending:
        case Held(reason=reason) if reason in _UNREAD:
            return None
        case Ended(outcome=Outcome.SKIPPED, reason=reason) if reason in _OUT:
            return False
        case Ended(outcome=Outcome.SKIPPED, reason=Reason.DELETED_IN_BITRIX24):
            bitrix_id = work.link.bitrix_id if work.link is not None else None
            return _found(What.DELETED, Why.DELETED_IN_BITRIX24, bitrix_id)
        case Ended(outcome=Outcome.SKIPPED, reason=Reason.TOGGLE_OFF):
            return _toggled_off(work)
        case Ended(outcome=Outcome.SKIPPED, reason=Reason.NOT_LINKED):
            return _found(What.ORPHAN, Why.GONE_IN_BLING, marked[0]) if marked else False
        case Ended() | Held():
            # It takes part, and something keeps it from being made.
            return False if is_linked(work.link) else _found(What.MISSING, Why.NEVER_SYNCED, None)
        case _:
            return None


def _planned(work: Work) -> Found:
    fields = _fields(work)
    link = work.link
    if link is not None and link.gone_at is not None:
        return _found(What.DELETED, Why.DELETED_IN_BITRIX24, link.bitrix_id)
    if work.gone_in_bling:
        what = What.DELETED if is_linked(link) else What.ORPHAN
        return _found(what, Why.GONE_IN_BLING, work.bitrix_id, fields)
    if not is_linked(link):
        if _carries_mark(work):
            return _found(What.ORPHAN, Why.PAIR_LOST, work.bitrix_id, fields)
        return _found(What.MISSING, Why.NEVER_SYNCED, work.bitrix_id or None)
    assert link is not None
    if work.bitrix_id and work.bitrix_id != link.bitrix_id:
        return _found(What.ORPHAN, Why.PAIR_LOST, work.bitrix_id, fields)
    if isinstance(work.plan, Create):
        # Bitrix24 turns no product into one with variations, nor back.
        fields = (FieldDrift(field="type", bling=work.plan.shape, bitrix24=link.shape),)
        return _found(What.DIFFERS, Why.CHANGED_IN_BLING, link.bitrix_id, fields)
    return _found(What.DIFFERS, drift.why_of(fields), link.bitrix_id, fields)


def _unchanged(work: Work) -> Found | bool:
    link = work.link
    if work.gone_in_bling or work.bitrix_id is None:
        return False
    if not is_linked(link) or (link is not None and link.bitrix_id != work.bitrix_id):
        return _found(What.ORPHAN, Why.PAIR_LOST, work.bitrix_id)
    return False


def _toggled_off(work: Work) -> Found | bool:
    """Gone in Bling, and the tenant lets it stay in Bitrix24: a difference until that is known."""
    link = work.link
    if not work.gone_in_bling or (link is not None and link.reason is Reason.TOGGLE_OFF):
        return False
    what = What.DELETED if is_linked(link) else What.ORPHAN
    return _found(what, Why.GONE_IN_BLING, work.bitrix_id)


def _doubles(work: Work, marked: Iterable[int]) -> list[int]:
    """A product's own look found them; a deal's are those whose mark was seen."""
    if isinstance(work, ProductWork):
        return work.doubles
    pair = work.bitrix_id or (work.link.bitrix_id if work.link is not None else None)
    return [one for one in sorted(marked) if pair and one != pair]


def _carries_mark(work: Work) -> bool:
    if isinstance(work, ProductWork):
        return work.present is not None and work.present.link == str(work.key.bling_id)
    return bool(work.bitrix_id)


def _fields(work: Work) -> tuple[FieldDrift, ...]:
    memory = _memory(work.link)
    return tuple(
        drift.field_drift(one.field, one.after, one.before, memory, one.rule) for one in work.changes
    )


def _memory(link: Link | None) -> Target:
    return msgspec.json.decode(link.written, type=dict[str, str]) if link and link.written else {}


def _found(what: What, why: Why, bitrix_id: int | None, fields: tuple[FieldDrift, ...] = ()) -> Found:
    return Found(difference=Difference(what=what, why=why, fields=fields), bitrix_id=bitrix_id or None)
