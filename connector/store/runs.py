"""Imports, rehearsals, reconciliations, exports as rows: what was asked, how far they are, who has them.

Whoever works on a run holds it for a while (`take`), and every step it commits says so again (`advance`): a
step of one that lost it, or whose run was paused meanwhile, raises `Lost` and leaves nothing behind.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from connector.domain.events import Kind, Outcome, Reason, RecordKey
from connector.domain.runs import DEEDS, Deed, RunState, Task
from connector.store import ids, lease
from connector.store.columns import recordset
from connector.store.scope import Connection
from connector.store.sql import named

_SQL = named("runs")

#: Seconds for which a run stays its holder's without a sign of life.
HELD = 30.0


class Lost(Exception):
    """The run is not this worker's any more: paused, cancelled, or taken over."""


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """A row of `run`. What `wish`, `place` and `counts` hold is the task's own business."""

    tenant_id: UUID
    id: UUID
    task: Task
    kind: Kind
    state: RunState
    wish: msgspec.Raw
    place: msgspec.Raw | None
    counts: msgspec.Raw | None
    #: Why it waits or failed, for people.
    detail: str | None
    #: Records that lists have shown so far, each once.
    listed: int
    #: All of them, once the lists are through.
    total: int | None
    #: Put into the inbox.
    queued: int
    #: Settled; `failed` of these failed.
    done: int
    failed: int
    #: Steps that went wrong since the last good one.
    stumbles: int
    started_by: UUID | None
    started_at: datetime
    updated_at: datetime
    ended_at: datetime | None
    due_at: datetime | None
    holder: str | None


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """A record of a run, and how its event ended."""

    account_id: UUID
    bling_id: int
    n: int
    label: str
    outcome: Outcome | None
    reason: Reason | None
    detail: str | None
    event_id: UUID | None


class Settled(msgspec.Struct, frozen=True):
    """A run's event that has its outcome."""

    run_id: UUID
    account_id: UUID
    bling_id: int
    outcome: Outcome
    reason: Reason | None
    detail: str | None
    event_id: UUID


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """What a reconciliation found of a record, or an example of a rehearsal; `fields` = JSON."""

    n: int
    kind: Kind
    account_id: UUID | None = None
    bling_id: int | None = None
    bitrix_id: int | None = None
    what: str
    label: str = ""
    detail: str | None = None
    fields: msgspec.Raw = msgspec.Raw(b"[]")
    repair: str | None = None
    event_id: UUID | None = None


class Pending(msgspec.Struct, frozen=True):
    """Events of a run in the inbox: those that will be worked on, those that wait for a person."""

    due: int
    held: int


async def start(
    conn: Connection,
    tenant_id: UUID,
    run_id: UUID,
    task: Task,
    kind: Kind,
    wish: msgspec.Struct,
    by: UUID | None,
    now: datetime,
) -> Run | None:
    """A new run that is due at once; None when one of its task and kind is under way."""
    text = msgspec.json.encode(wish).decode()
    row = await conn.fetchrow(_SQL["start"], tenant_id, run_id, task, kind, text, by, now)
    return row and run_of(row)


async def get(conn: Connection, tenant_id: UUID, run_id: UUID) -> Run | None:
    """The run, None if the tenant has no such one."""
    row = await conn.fetchrow(_SQL["get"], tenant_id, run_id)
    return row and run_of(row)


async def under_way(conn: Connection, tenant_id: UUID, task: Task, kind: Kind) -> Run | None:
    """The run of this task and kind that runs or is paused."""
    row = await conn.fetchrow(_SQL["under_way"], tenant_id, task, kind)
    return row and run_of(row)


async def newest(
    conn: Connection, tenant_id: UUID, task: Task, kind: Kind | None = None, limit: int = 1
) -> list[Run]:
    """The last ones, newest first."""
    return list(map(run_of, await conn.fetch(_SQL["newest"], tenant_id, task, kind, limit)))


async def history(
    conn: Connection, tenant_id: UUID, task: Task, before: UUID | None, limit: int
) -> list[Run]:
    """A task's runs, newest first; `before` = the id that the page before ended with."""
    rows = await conn.fetch(_SQL["history"], tenant_id, task, before, limit)
    return list(map(run_of, rows))


async def due(conn: Connection, now: datetime, limit: int) -> list[tuple[UUID, UUID]]:
    """Runs whose next step is due and that nobody holds, as (tenant, run) (system scope; no locks)."""
    return [(row["tenant_id"], row["id"]) for row in await conn.fetch(_SQL["due"], now, limit)]


async def take(conn: Connection, tenant_id: UUID, run_id: UUID, holder: str) -> Run | None:
    """The run, held by `holder` from now on; None when it does not run or is another's."""
    row = await conn.fetchrow(_SQL["take"], tenant_id, run_id, holder, HELD)
    return row and run_of(row)


async def keep(conn: Connection, run: Run) -> bool:
    """Say that its holder lives; False when it is not held by that one any more."""
    return await conn.fetchval(_SQL["keep"], run.tenant_id, run.id, run.holder, HELD) is not None


async def let_go(conn: Connection, run: Run) -> None:
    """Leave it to whoever comes when it is due."""
    await conn.execute(_SQL["let_go"], run.tenant_id, run.id, run.holder)


async def advance(conn: Connection, run: Run, now: datetime) -> Run:
    """Keep what a step has changed (`place` to `stumbles` and `due_at`); raises `Lost`."""
    row = await conn.fetchrow(
        _SQL["advance"],
        run.tenant_id,
        run.id,
        run.holder,
        *(None if one is None else bytes(one).decode() for one in (run.place, run.counts)),
        *(run.listed, run.total, run.queued, run.detail, run.due_at, run.stumbles),
        *(now, HELD),
    )
    return _held(row)


async def end(conn: Connection, run: Run, state: RunState, detail: str | None, now: datetime) -> Run:
    """The run is over; raises `Lost`."""
    return _held(await conn.fetchrow(_SQL["end"], run.tenant_id, run.id, run.holder, state, detail, now))


async def turn(conn: Connection, run: Run, deed: Deed, now: datetime) -> Run | None:
    """Pause, resume or cancel, with its events in the inbox; None when that does not fit (any more).

    Nothing of the tenant's is settled meanwhile: settling touches the same rows the other way round. What a
    drain has in hand keeps its event: a cancelled run is due until that drain is through (`withdraw`).
    """
    states, after = DEEDS[deed]
    drain = await lease.still(conn, run.tenant_id)
    has_hands = deed is Deed.CANCEL and drain is not None
    due_at = now if deed is Deed.RESUME or has_hands else None
    holder = f"drain:{drain}" if has_hands else None
    place = (run.tenant_id, run.id, list(states), after, due_at, now, holder)
    if (row := await conn.fetchrow(_SQL["turn"], *place)) is None:
        return None
    between = _events_of(run.id)
    if deed is Deed.RESUME:
        await conn.execute(_SQL["go_on"], run.tenant_id, *between, now)
    elif deed is Deed.CANCEL and not has_hands:
        await conn.execute(_SQL["withdraw"], run.tenant_id, *between)
    else:
        await conn.execute(_SQL["hush"], run.tenant_id, *between, now)
    return run_of(row)


async def withdraw(conn: Connection, tenant_id: UUID, run_id: UUID) -> bool:
    """Drop what is left of a cancelled run, once the drain that had some of it in hand is through.

    False when there is nothing to be dropped, or not yet.
    """
    if await conn.fetchval(_SQL["through"], tenant_id, run_id) is None:
        return False
    await lease.expire(conn, tenant_id)
    await conn.execute(_SQL["withdraw_left"], tenant_id, *_events_of(run_id))
    return True


async def accounts_with_deletions(
    conn: Connection, tenant_id: UUID, kind: Kind, since: datetime
) -> set[UUID]:
    """Accounts of which a deletion was heard since then, settled or not."""
    rows = await conn.fetch(_SQL["deletions"], tenant_id, kind, ids.bound_at(since))
    return {row["account_id"] for row in rows}


async def hushed(conn: Connection, tenant_id: UUID, events: Iterable[UUID]) -> set[UUID]:
    """Which of these events nobody wants now: their run was paused or cancelled after they were claimed."""
    return {row["id"] for row in await conn.fetch(_SQL["hushed"], tenant_id, list(events))}


async def held_for(conn: Connection, run: Run) -> dict[Reason, int]:
    """Why events of a run wait without a due time, and how many for each reason."""
    rows = await conn.fetch(_SQL["held_for"], run.tenant_id, *_events_of(run.id))
    return {Reason(row["reason"]): row["n"] for row in rows}


async def release(conn: Connection, run: Run, reason: Reason, now: datetime) -> None:
    """Make the events of a run that are held for this reason due again."""
    await conn.execute(_SQL["release"], run.tenant_id, *_events_of(run.id), now, reason)


async def pending(conn: Connection, run: Run) -> Pending:
    """How much of a run is in the inbox."""
    row = await conn.fetchrow(_SQL["pending"], run.tenant_id, *_events_of(run.id))
    return Pending(row["due"], row["held"])


def event_name(run_id: UUID, record: RecordKey) -> str:
    """The provider's id of a run's event: the same record of the same run is one event."""
    return f"run:{run_id}:{record.account_id}:{record.bling_id}"


def run_named(provider_event_id: str) -> UUID | None:
    """The run that an event belongs to, None for any other event."""
    head, _, rest = provider_event_id.partition(":")
    return UUID(rest[:36]) if head == "run" else None


async def list_items(conn: Connection, run: Run, account_id: UUID, labels: Mapping[int, str]) -> int:
    """Remember records of one account (Bling ids with what people call them); how many were new."""
    if not labels:
        return 0
    place = (run.tenant_id, run.id, account_id, run.listed)
    return int(await conn.fetchval(_SQL["list_items"], *place, list(labels), list(labels.values())))


async def next_items(conn: Connection, run: Run, limit: int) -> list[RecordKey]:
    """Records that were not put into the inbox yet; they count as put from here on."""
    rows = await conn.fetch(_SQL["next_items"], run.tenant_id, run.id, limit)
    rows.sort(key=lambda row: row["n"])
    return [RecordKey(run.kind, row["account_id"], row["bling_id"]) for row in rows]


async def settled(conn: Connection, tenant_id: UUID, ended: Sequence[Settled], now: datetime) -> None:
    """Mark the items and raise the runs' counts; part of the transaction that settles."""
    rows = zip(*map(msgspec.structs.astuple, ended), strict=True)
    await conn.execute(_SQL["settled"], tenant_id, *map(list, rows), now)


async def fresh_items(conn: Connection, run: Run, account_id: UUID, bling_ids: Sequence[int]) -> set[int]:
    """Which of these records of an account were not listed yet."""
    place = (run.tenant_id, run.id, account_id)
    return {row["bling_id"] for row in await conn.fetch(_SQL["fresh_items"], *place, list(bling_ids))}


async def count_done(conn: Connection, run: Run, done: int, failed: int) -> None:
    """Raise the counts of a run whose items have no events."""
    await conn.execute(_SQL["count_done"], run.tenant_id, run.id, done, failed)


async def judged(conn: Connection, run: Run, account_id: UUID, found: Mapping[int, tuple[str, str]]) -> None:
    """Remember a rehearsal's class and the code of records, by Bling id."""
    rows = [(bling_id, kind, code) for bling_id, (kind, code) in found.items()]
    if rows:
        lists = map(list, zip(*rows, strict=True))
        await conn.execute(_SQL["judged"], run.tenant_id, run.id, account_id, *lists)


async def same_codes(conn: Connection, run: Run, kind: str) -> int:
    """How many records of a class carry the code of another one before them."""
    return int(await conn.fetchval(_SQL["same_codes"], run.tenant_id, run.id, kind))


async def failures(conn: Connection, run: Run, after: int, limit: int) -> list[Item]:
    """Items that failed, by their order."""
    rows = await conn.fetch(_SQL["failures"], run.tenant_id, run.id, after, limit)
    return list(map(_item_of, rows))


async def add_findings(conn: Connection, run: Run, findings: Sequence[Finding]) -> None:
    """Keep what was found; a number that exists already stays as it is."""
    if findings:
        await conn.execute(_SQL["add_findings"], run.tenant_id, run.id, recordset(findings))


async def findings(
    conn: Connection, run: Run, after: int, limit: int, what: str | None = None
) -> list[Finding]:
    """What was found, by its number; `what` narrows."""
    rows = await conn.fetch(_SQL["findings"], run.tenant_id, run.id, after, what, limit)
    return list(map(_finding_of, rows))


async def forget(conn: Connection, tenant_id: UUID, before: datetime) -> None:
    """Delete runs that ended before."""
    await conn.execute(_SQL["forget"], tenant_id, before)


def run_of(row: Any) -> Run:
    """A `Run` of a whole row."""
    values = {name: row[name] for name in Run.__struct_fields__}
    values |= {"task": Task(row["task"]), "kind": Kind(row["kind"]), "state": RunState(row["state"])}
    return Run(**values | {name: _raw(row[name]) for name in ("wish", "place", "counts")})


def _item_of(row: Any) -> Item:
    values = {name: row[name] for name in Item.__struct_fields__}
    outcome, reason = row["outcome"], row["reason"]
    return Item(**values | {"outcome": outcome and Outcome(outcome), "reason": reason and Reason(reason)})


def _finding_of(row: Any) -> Finding:
    values = {name: row[name] for name in Finding.__struct_fields__}
    return Finding(**values | {"kind": Kind(row["kind"]), "fields": _raw(row["fields"])})


def _raw(text: str | None) -> msgspec.Raw | None:
    return None if text is None else msgspec.Raw(text.encode())


def _held(row: Any) -> Run:
    if row is None:
        raise Lost
    return run_of(row)


def _events_of(run_id: UUID) -> tuple[str, str]:
    """The bounds of a run's events by their provider's id (byte order)."""
    return f"run:{run_id}:", f"run:{run_id};"
