"""Events of inbox and history as one list: filtered, paged by key in both directions, counted up to a bound.

No look costs more the longer the history is. A list goes by an index that ends in the id; a filter which that
index does not know is asked of so many rows, and then the list says up to where it has looked.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from enum import Enum
from functools import cache
from typing import Any
from uuid import UUID

import msgspec

from connector.domain.events import Action, Kind, Outcome, Reason, RecordKey, Source
from connector.store import ids
from connector.store.scope import Connection
from connector.store.sql import named

_SQL = named("event_lists")

#: History is read in windows of so many days: recent pages touch few partitions. Planning a statement costs
#: a fifth of a millisecond for each partition, so that a screen goes no further than `PATIENCE` at once.
_WINDOWS = (2, 8, *(32,) * 13)
#: Days that a list on a screen is looked for from its cursor; then it says up to where.
PATIENCE = 42
#: Rows that one statement looks at when a filter has no index of its own, and all statements of one list.
SCAN, MOST_SCANNED = 4_000, 20_000
#: Beyond every event.
LAST = UUID(int=(1 << 128) - 1)
_FIRST = UUID(int=0)
_EPOCH = datetime.fromtimestamp(0, UTC)
#: Clocks and zones may be wrong by so much.
_SLACK = timedelta(days=1)
_KINDS = [kind.value for kind in Kind]
#: What events in history ended with.
FINAL = tuple(outcome for outcome in Outcome if outcome is not Outcome.HELD)
_INBOX = (
    "id, kind, account_id, bling_id, source, action, provider_event_id, event_date, received_at,"
    " NULL::timestamptz AS settled_at, due_at, attempts,"
    " CASE WHEN due_at IS NULL THEN outcome END AS outcome, reason, detail, NULL::uuid AS sync_id"
)
_EVENT = (
    "id, kind, account_id, bling_id, source, action, provider_event_id, event_date, received_at, settled_at,"
    " NULL::timestamptz AS due_at, attempts, outcome, reason, detail, sync_id, bitrix_id,"
    " coalesce(label, bling_id::text) AS label, sku"
)


class Filter(msgspec.Struct, frozen=True, kw_only=True):
    """Which events; None = all. `held` is in the inbox, the final outcomes are in history."""

    kind: Kind | None = None
    #: A record's events, whatever its kind (or of `kind`).
    bling_id: int | None = None
    outcome: Outcome | None = None
    reason: Reason | None = None
    source: Source | None = None
    #: Received at `since` or later, and before `until`.
    since: datetime | None = None
    until: datetime | None = None
    #: What a search found: events of these records, or these events.
    records: tuple[tuple[Kind, int], ...] | None = None
    events: tuple[UUID, ...] | None = None


class EventRow(msgspec.Struct, frozen=True, kw_only=True):
    """An event, settled or not."""

    id: UUID
    record: RecordKey
    bitrix_id: int | None
    label: str
    sku: str | None
    source: Source
    action: Action
    provider_event_id: str
    event_date: datetime | None
    received_at: datetime
    settled_at: datetime | None
    #: When an unsettled one is tried; None for a held and a settled one.
    due_at: datetime | None
    attempts: int
    #: None until settled; `held` while it waits for a person.
    outcome: Outcome | None
    reason: Reason | None
    detail: str | None
    sync_id: UUID | None


class Found(msgspec.Struct, frozen=True):
    """A page, newest first. `beyond`: the list goes on past this id; None when it is at its end.

    Fewer rows than wanted with something beyond: so far was looked, and there may be more.
    """

    rows: list[EventRow]
    beyond: UUID | None


class Count(msgspec.Struct, frozen=True):
    """So many events; `more` when counting stopped there."""

    n: int
    more: bool


class Way(Enum):
    """Where a list goes from its cursor."""

    OLDER = "DESC"
    NEWER = "ASC"


class _Span(msgspec.Struct, frozen=True):
    """Ids from `low` on and below `high`."""

    low: UUID
    high: UUID
    #: Here patience ends: this part was not looked through.
    ends: bool = False

    def rest(self, seen: UUID, way: Way) -> _Span:
        """What lies past a row."""
        return _Span(self.low, seen) if way is Way.OLDER else _Span(_next(seen), self.high)


async def events(
    conn: Connection, tenant_id: UUID, wanted: Filter, after: UUID | None, limit: int
) -> list[EventRow]:
    """The newest first; `after` = the id that the page before ended with."""
    return (await page(conn, tenant_id, wanted, after, limit)).rows


async def page(
    conn: Connection,
    tenant_id: UUID,
    wanted: Filter,
    cursor: UUID | None,
    limit: int,
    way: Way = Way.OLDER,
    *,
    days: int | None = None,
) -> Found:
    """At most `limit` events past `cursor`, newest first whichever way they were looked for.

    `days` = how far history is looked through at once (None: all of it).
    """
    span = _span(wanted, cursor, way)
    # The inbox first: what settles in between is then found twice, never missed.
    looks = [
        await _waiting(conn, tenant_id, wanted, span, limit + 1, way),
        await _settled(conn, tenant_id, wanted, span, limit + 1, way, days),
    ]
    found = {row.id: row for look in looks for row in look.rows}
    order = sorted(found, reverse=way is Way.OLDER)
    ends = [look.beyond for look in looks if look.beyond is not None]
    near = (max if way is Way.OLDER else min)(ends, default=None)
    if near is not None:  # past the nearer end one of the two was not looked through
        order = [one for one in order if (one >= near if way is Way.OLDER else one <= near)]
    shown = order[:limit]
    beyond = shown[-1] if len(order) > limit else near
    return Found([found[one] for one in sorted(shown, reverse=True)], beyond)


async def count(
    conn: Connection, tenant_id: UUID, wanted: Filter, most: int, *, days: int | None = None
) -> Count:
    """How many settled events fit, up to `most`; `days` as for `page`."""
    n, budget = 0, max(MOST_SCANNED, most)
    road = _road(wanted)
    async for window in _parts(conn, tenant_id, _span(wanted, None, Way.OLDER), Way.OLDER, days):
        if window.ends:
            return Count(n, True)
        rest = window
        while budget > 0:
            looked = min(most - n, budget) if road.exact else min(SCAN, budget)
            values = (*_values(tenant_id, wanted, rest, looked, looked), *road.values)
            row = await conn.fetchrow(_text("count", road.name, Way.OLDER), *values)
            n, budget = n + row["n"], budget - row["looked"]
            if n >= most:
                return Count(most, True)
            if row["looked"] < looked:
                break
            rest = rest.rest(row["last"], Way.OLDER)
        else:
            return Count(n, True)
    return Count(n, False)


async def _waiting(
    conn: Connection, tenant_id: UUID, wanted: Filter, span: _Span, limit: int, way: Way
) -> Found:
    if wanted.outcome not in (None, Outcome.HELD) or span.low >= span.high:
        return Found([], None)
    return await _look(conn, tenant_id, wanted, _whole(span), _waiting_road(wanted), limit, way)


async def _settled(
    conn: Connection,
    tenant_id: UUID,
    wanted: Filter,
    span: _Span,
    limit: int,
    way: Way,
    days: int | None,
) -> Found:
    if wanted.outcome is Outcome.HELD:
        return Found([], None)
    parts = _parts(conn, tenant_id, span, way, days)
    return await _look(conn, tenant_id, wanted, parts, _road(wanted), limit, way)


async def _look(
    conn: Connection,
    tenant_id: UUID,
    wanted: Filter,
    spans: AsyncIterator[_Span],
    road: _Road,
    limit: int,
    way: Way,
) -> Found:
    """Walk the road until there are enough rows, nothing is left, or enough was looked at."""
    found: list[EventRow] = []
    budget = MOST_SCANNED
    async for span in spans:
        if span.ends:
            return Found(found, span.high if way is Way.OLDER else UUID(int=max(span.low.int - 1, 0)))
        rest = span
        while rest.low < rest.high:
            missing = limit - len(found)
            looked = missing if road.exact else SCAN
            values = (*_values(tenant_id, wanted, rest, looked, missing), *road.values)
            rows = await conn.fetch(_text("page", road.name, way), *values)
            found += [event_row(row) for row in rows if row["fits"]]
            if len(found) >= limit:
                return Found(found, found[-1].id)
            if not rows or rows[-1]["place"] < looked:
                break
            budget -= looked
            rest = rest.rest(rows[-1]["id"], way)
            if budget <= 0:
                return Found(found, rows[-1]["id"])
    return Found(found, None)


class _Road(msgspec.Struct, frozen=True):
    """An index to go by; `exact`: all that it leads to is wanted."""

    name: str
    values: tuple[Any, ...]
    exact: bool


def _road(wanted: Filter) -> _Road:
    """The index that leaves least to be looked at in vain."""
    rest = (wanted.outcome, wanted.reason, wanted.source)
    if wanted.events is not None:
        return _Road("by_id", (list(wanted.events),), False)
    if wanted.records is not None or wanted.bling_id is not None:
        kinds, numbers = _records(wanted)
        return _Road("by_record", (kinds, numbers), not any(rest))
    if wanted.reason is not None:
        return _Road("by_reason", (), not any((wanted.kind, wanted.outcome, wanted.source)))
    if wanted.source not in (None, Source.BLING):
        return _Road("by_source", (), not any((wanted.kind, wanted.outcome)))
    if wanted.outcome is not None or wanted.kind is not None:
        kinds = _KINDS if wanted.kind is None else [wanted.kind.value]
        outcomes = [one.value for one in FINAL if wanted.outcome in (None, one)]
        return _Road("by_outcome", (kinds, outcomes), wanted.source is None)
    return _Road("by_time", (), wanted.source is None)


def _waiting_road(wanted: Filter) -> _Road:
    """The same in the inbox, which is small: by record, what is held, or all of it."""
    road = _road(wanted)
    if road.name in ("by_record", "by_id"):
        return _Road(f"waiting_{road.name}", road.values, road.exact)
    rest = (wanted.kind, wanted.reason, wanted.source)
    if wanted.outcome is Outcome.HELD:
        return _Road("waiting_held", (), not any(rest))
    return _Road("waiting_by_time", (), not any(rest))


def _records(wanted: Filter) -> tuple[list[str], list[int]]:
    pairs = wanted.records
    if pairs is None:
        assert wanted.bling_id is not None
        pairs = tuple((kind, wanted.bling_id) for kind in Kind)
    fit = [one for one in pairs if wanted.kind in (None, one[0])]
    return [kind.value for kind, _ in fit], [number for _, number in fit]


@cache
def _text(form: str, road: str, way: Way) -> str:
    """The statement that walks this road this way."""
    waiting = road.startswith("waiting_")
    inner = _SQL[form].format(road=_SQL[road].format(columns=_INBOX if waiting else _EVENT))
    text = _SQL["labelled"].format(page=inner) if waiting and form == "page" else inner
    return text.replace("id DESC", f"id {way.value}")


def _values(tenant_id: UUID, wanted: Filter, span: _Span, looked: int, limit: int) -> tuple[Any, ...]:
    choices = (wanted.kind, wanted.outcome, wanted.reason, wanted.source)
    return (tenant_id, span.low, span.high, looked, limit, *choices)


def _span(wanted: Filter, cursor: UUID | None, way: Way) -> _Span:
    span = _Span(_bound(wanted.since, _FIRST), _bound(wanted.until, LAST))
    if wanted.events:
        span = _Span(max(span.low, min(wanted.events)), min(span.high, _next(max(wanted.events))))
    if cursor is None:
        return span
    rest = span.rest(cursor, way)
    return _Span(max(span.low, rest.low), min(span.high, rest.high))


def _bound(at: datetime | None, otherwise: UUID) -> UUID:
    return otherwise if at is None else ids.bound_at(max(at, _EPOCH))


def _next(one: UUID) -> UUID:
    return min(LAST, UUID(int=min(one.int + 1, LAST.int)))


async def _whole(span: _Span) -> AsyncIterator[_Span]:
    yield span


async def _parts(
    conn: Connection, tenant_id: UUID, span: _Span, way: Way, days: int | None
) -> AsyncIterator[_Span]:
    """Windows of the span, each past the one before; none reaches to before the tenant was there."""
    low, high = await _floor(conn, tenant_id, span), min(span.high, _soon())
    looked = 0
    for window in _WINDOWS:
        if low >= high:
            return
        if days is not None and looked >= days:
            yield _Span(low, high, ends=True)
            return
        looked += window
        step = timedelta(days=window)
        if way is Way.OLDER:
            middle = max(low, ids.bound_at(ids.time_of(high) - step))
            yield _Span(middle, high)
            high = middle
        else:
            middle = min(high, ids.bound_at(ids.time_of(low) + step))
            yield _Span(low, middle)
            low = middle


async def _floor(conn: Connection, tenant_id: UUID, span: _Span) -> UUID:
    """Where the span begins at the earliest: nothing came before the tenant, and no history is older."""
    oldest = datetime.now(UTC) - timedelta(days=sum(_WINDOWS) - 1)
    since: datetime | None = await conn.fetchval(_SQL["begun"], tenant_id)
    floor = oldest if since is None else max(oldest, since - _SLACK)
    return max(span.low, ids.bound_at(floor))


def _soon() -> UUID:
    return ids.bound_at(datetime.now(UTC) + _SLACK)


def windows() -> Iterator[tuple[UUID, UUID]]:
    """All of history as ranges of ids, the newest first, each before the one that came before."""
    high = datetime.now(UTC) + _SLACK
    for days in _WINDOWS:
        low = high - timedelta(days=days)
        yield ids.bound_at(low), ids.bound_at(high)
        high = low


def event_values(row: Any) -> dict[str, Any]:
    """The fields of an `EventRow`, of a row with these columns."""
    return {
        **{name: row[name] for name in _PLAIN},
        "record": RecordKey(Kind(row["kind"]), row["account_id"], row["bling_id"]),
        "source": Source(row["source"]),
        "action": Action(row["action"]),
        "outcome": row["outcome"] and Outcome(row["outcome"]),
        "reason": row["reason"] and Reason(row["reason"]),
    }


def event_row(row: Any) -> EventRow:
    """An event of a row."""
    return EventRow(**event_values(row))


_PLAIN = (
    *("id", "bitrix_id", "label", "sku", "provider_event_id", "event_date", "received_at", "settled_at"),
    *("due_at", "attempts", "detail", "sync_id"),
)
