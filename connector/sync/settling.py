"""What a turn leaves behind: outcomes, history, links and counts, as one value for one transaction."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from connector.domain.events import Kind, Outcome, Reason, RecordKey, RecordState, Source
from connector.domain.mapping import fingerprint, remembered
from connector.domain.remedies import state_of
from connector.domain.retries import LOOP_WINDOW
from connector.domain.vendor import Call
from connector.domain.winner import Trust
from connector.store.ids import new_id
from connector.store.links import Link
from connector.store.runs import Settled, run_named
from connector.store.settle import Settlement, Sync, Turn
from connector.sync.context import Context
from connector.sync.work import Ended, Held, Left, Postponed, Work

#: Outcomes that wrote something in Bitrix24.
EFFECTIVE = frozenset({Outcome.CREATED, Outcome.UPDATED})
#: Sources whose events may belong to a run.
_RUNNING = frozenset({Source.IMPORT, Source.RECONCILE, Source.REPLAY, Source.BITRIX24})
#: Waiting times that are told nobody.
BRIEF = timedelta(minutes=1)
_KEEPS_LINK = frozenset({Reason.STALE, Reason.NOT_SUPPORTED})


def turn_of(
    works: Iterable[Work], context: Context, calls: list[Call], scopes: dict[UUID, str], now: datetime
) -> Turn:
    """Everything that settles with these records."""
    settlements: list[Settlement] = []
    settled: list[Settled] = []
    held: list[tuple[UUID, Reason, str | None]] = []
    postponed: list[tuple[UUID, datetime, bool]] = []
    syncs: list[Sync] = []
    links: dict[RecordKey, Link] = {}
    also: dict[RecordKey, Link] = {}
    born: dict[Kind, list[int]] = {}
    for work in works:
        if isinstance(work.ending, Left):
            continue
        if work.born is not None:
            born.setdefault(work.key.kind, []).append(work.born)
        sync = _sync(work, context, now)
        if sync is not None:
            syncs.append(sync)
        match work.ending:
            case Ended() as ended:
                settlements += _settlements(work, ended, sync)
                settled += _of_runs(work, ended)
            case Held(reason=reason, detail=detail):
                held += [(event.id, reason, detail) for event in work.events]
            case Postponed(until=until, counts=counts):
                postponed += [(event.id, until, counts) for event in work.events]
            case None:
                raise AssertionError(f"{work.key} was left open")
        link = _link(work, context, sync, now)
        if link is not None:
            links[link.record] = link
        also.update((one.record, one) for one in work.also)
    return Turn(
        settlements=settlements,
        held=held,
        held_at=context.business_now,
        postponed=postponed,
        syncs=syncs,
        links=list((also | links).values()),
        calls=calls,
        scopes=scopes,
        usage=(context.period, sum(1 for sync in syncs if sync.outcome in EFFECTIVE)),
        born=born,
        runs=settled,
    )


def _of_runs(work: Work, ended: Ended) -> list[Settled]:
    """What imports and their like learn of their records."""
    found: list[Settled] = []
    for event in work.events:
        run_id = run_named(event.provider_event_id) if event.source in _RUNNING else None
        if run_id is not None:
            named = event.first_named
            record = (named.account_id, named.bling_id)
            found.append(Settled(run_id, *record, ended.outcome, ended.reason, ended.detail, event.id))
    return found


def _settlements(work: Work, ended: Ended, sync: Sync | None) -> list[Settlement]:
    """The newest event carries the outcome; the others of its record the same with `superseded`."""
    return [
        Settlement(
            event_id=event.id,
            outcome=ended.outcome,
            reason=ended.reason if event is work.event else Reason.SUPERSEDED,
            detail=ended.detail if event is work.event else None,
            sync_id=sync.id if sync is not None else None,
            bitrix_id=work.bitrix_id,
            label=work.label,
            sku=work.sku,
            account_id=work.key.account_id if event.first_named != work.key else None,
            bling_id=work.key.bling_id if event.first_named != work.key else None,
        )
        for event in work.events
    ]


def _sync(work: Work, context: Context, now: datetime) -> Sync | None:
    """The history of a record that was written, or that a vendor refused."""
    ending = work.ending
    if not isinstance(ending, Ended) or work.plan is None or not work.calls:
        return None
    if ending.outcome not in EFFECTIVE and ending.outcome is not Outcome.FAILED:
        return None
    return Sync(
        id=new_id(),
        record=work.key,
        bitrix_id=work.bitrix_id,
        event_id=work.event.id,
        outcome=ending.outcome,
        reason=ending.reason,
        mapping_version=work.lens_version(context),
        started_at=work.started_at,
        plan=msgspec.json.encode([work.plan]).decode(),
        changes=msgspec.json.encode(work.changes).decode(),
        calls=work.calls,
    )


def _link(work: Work, context: Context, sync: Sync | None, now: datetime) -> Link | None:
    """The link as it is after this turn; None when nothing about the record was learned."""
    ending = work.ending
    old = work.link
    if isinstance(ending, Postponed):
        return _link_of_postponed(work, ending, now)
    if work.keeps_link or (isinstance(ending, Ended) and ending.reason in _KEEPS_LINK):
        return None
    state, reason, detail = _state(work)
    written = _written(work)
    seen = _seen(work, old)
    base = old or _new_link(work, now)
    changed: dict[str, object] = {
        "record": work.key,
        "bitrix_id": work.bitrix_id if work.bitrix_id is not None else base.bitrix_id,
        "label": work.label,
        "sku": work.sku,
        "state": state,
        "reason": reason,
        "detail": detail,
        "creating_at": None,
        "gone_at": now if work.gone_in_bitrix24 else base.gone_at if work.bitrix_id is None else None,
        "updated_at": now,
        **seen,
        **work.columns(),
    }
    if written is not None:
        changed["written"] = msgspec.json.encode(written).decode()
        changed["fingerprint"] = _print(work, written)
        changed["mapping_version"] = work.lens_version(context)
        changed["synced_at"] = now
    if sync is not None and sync.outcome in EFFECTIVE:
        changed["sync_id"] = sync.id
        changed |= _writes(base, now)
    return msgspec.structs.replace(base, **changed)


def _link_of_postponed(work: Work, ending: Postponed, now: datetime) -> Link | None:
    """What must not be forgotten: a create in doubt, an id that is known now, and that the record waits."""
    learned = work.bitrix_id is not None and (work.link is None or work.link.bitrix_id != work.bitrix_id)
    was_marked = work.link is not None and work.link.creating_at is not None
    if work.create_in_doubt and was_marked:
        return None
    if not (learned or work.create_in_doubt or work.creates):
        return _waiting_link(work, ending, now)
    base = work.link or _new_link(work, now)
    told = _written(work)
    written = msgspec.json.encode(told).decode() if told is not None else base.written
    changed: dict[str, object] = {
        "bitrix_id": work.bitrix_id if work.bitrix_id is not None else base.bitrix_id,
        "written": written,
        "fingerprint": None,
        "label": work.label,
        "sku": work.sku,
        "state": RecordState.WAITING,
        "reason": None,
        "creating_at": (base.creating_at or now) if work.create_in_doubt else None,
        "updated_at": now,
        **work.columns(),
    }
    return msgspec.structs.replace(base, **changed)


def _waiting_link(work: Work, ending: Postponed, now: datetime) -> Link | None:
    """A record that will be tried again is not in step; what passes within seconds is not worth a row."""
    if not work.events or (not ending.counts and ending.until - now < BRIEF):
        return None
    base = work.link or _new_link(work, now)
    if work.link is not None and (base.state, base.reason) == (RecordState.WAITING, None):
        return None
    return msgspec.structs.replace(
        base,
        label=work.label,
        sku=work.sku,
        state=RecordState.WAITING,
        reason=None,
        detail=None,
        updated_at=now,
    )


def _state(work: Work) -> tuple[RecordState, Reason | None, str | None]:
    """The record's present state, as its owner sees it."""
    match work.ending:
        case Held(reason=reason, detail=detail):
            return state_of(reason), reason, detail
        case Ended(outcome=Outcome.SKIPPED | Outcome.UPDATED, reason=Reason.GUARD_RAIL, detail=detail):
            # Somebody discarded the change: the two sides differ because that is wanted.
            return RecordState.EXCLUDED, Reason.GUARD_RAIL, detail
        case (
            Ended(outcome=Outcome.SKIPPED | Outcome.FAILED | Outcome.DEAD, reason=Reason() as reason) as ended
        ):
            return state_of(reason), reason, ended.detail
        case _ if work.gone_in_bling:
            return RecordState.DELETED, Reason.GONE_IN_BLING, None
        case _:
            return RecordState.IN_STEP, None, None


def _seen(work: Work, old: Link | None) -> dict[str, object]:
    """How far Bling's changes are known: the date of the event that was written or found equal."""
    ended = isinstance(work.ending, Ended) and work.ending.outcome in EFFECTIVE | {Outcome.UNCHANGED}
    if not ended or work.event.source is not Source.BLING or work.event.date is None:
        return {}
    if old is not None and old.bling_date is not None and old.bling_date > work.event.date:
        return {}
    own_payload = work.trust in (Trust.PAYLOAD, Trust.GONE)
    return {
        "bling_date": work.event.date,
        "bling_date_bare": work.event.bare_date,
        "body_hash": work.body_hash if own_payload else None,
    }


def _written(work: Work) -> dict[str, str] | None:
    """What the link remembers of Bitrix24's values; of another record of Bitrix24's nothing is remembered."""
    if work.written is None:
        return None
    old = work.link
    same = old is not None and old.written is not None and work.bitrix_id in (None, old.bitrix_id)
    memory = msgspec.json.decode(old.written or "{}", type=dict[str, str]) if old is not None and same else {}
    return remembered(work.written, memory, work.kept)


def _print(work: Work, written: dict[str, str]) -> bytes | None:
    """Only a full agreement may short-cut later events: after a partial failure there is none."""
    agrees = isinstance(work.ending, Ended) and work.ending.outcome in EFFECTIVE | {Outcome.UNCHANGED}
    if not agrees or work.gone_in_bling or not work.in_agreement:
        return None
    return work.print or fingerprint(work.target)


def _writes(base: Link, now: datetime) -> dict[str, object]:
    """Counts the writes of the present window, for the loop breaker."""
    fresh = base.writes_since is None or now - base.writes_since > LOOP_WINDOW
    return {"writes_since": now if fresh else base.writes_since, "writes": 1 if fresh else base.writes + 1}


def _new_link(work: Work, now: datetime) -> Link:
    return Link(record=work.key, state=RecordState.WAITING, created_at=now, updated_at=now)
