"""Repairing what a reconciliation found, all of it or what is chosen, by the same planner."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from connector.domain.drift import Mending, What, Why, is_mended
from connector.domain.events import LANES, Kind, RecordKey, Source
from connector.domain.runs import RunState, Task
from connector.store import drift as rows
from connector.store import inbox, runs
from connector.store.runs import Finding, Run
from connector.store.scope import Connection
from connector.sync.asking import named_arrival
from connector.sync.engine import Engine

#: Findings of one transaction.
CHUNK = 500


class NotOver(Exception):
    """The reconciliation is still comparing."""


async def repair(
    engine: Engine, tenant_id: UUID, run_id: UUID, bling_ids: Collection[int] | None = None
) -> int | None:
    """Put what was found in the inbox, or only what was found of these Bling ids; how many records.

    None for an unknown reconciliation. Raises `NotOver`. What is under way or done already is left alone.
    """
    after = queued = 0
    while True:
        async with engine.database.system() as conn:
            run = await runs.get(conn, tenant_id, run_id)
            if run is None or run.task is not Task.RECONCILIATION:
                return None
            if run.state in (RunState.RUNNING, RunState.PAUSED):
                raise NotOver
            found = await rows.to_repair(conn, run, after, CHUNK, bling_ids)
            queued += await queue(conn, run, found, engine.clock())
        if len(found) < CHUNK:
            break
        after = found[-1].n
    if queued:
        await engine.waker.wake([tenant_id])
    return queued


async def queue(conn: Connection, run: Run, findings: Sequence[Finding], now: datetime) -> int:
    """Repair these (system scope): what their sort asks for, then an event of each record; how many."""
    mine = [one for one in findings if can_be_repaired(one)]
    await rows.not_repaired(conn, run, [one for one in findings if not can_be_repaired(one)])
    again = [_key(one) for one in mine if one.detail == Why.DELETED_IN_BITRIX24]
    if again:
        await rows.make_again(conn, run, again, now)
    apart = [_key(one) for one in mine if one.detail == Why.TWO_IN_BLING]
    if apart:
        await rows.part(conn, run, apart)
    records = sorted({_key(one) for one in mine})
    if mine:
        await rows.repairing(conn, run, mine)
        await inbox.insert(conn, [_arrival(run, key, now) for key in records])
    return len(records)


def can_be_repaired(finding: Finding) -> bool:
    """Whether there is a Bling record to sync; two deals of one order, or one of none, are a person's.

    A deal may be worked on by somebody: Ponte neither deletes nor hides it.
    """
    if finding.account_id is None or not finding.bling_id:
        return False
    is_deals_own = finding.kind is Kind.ORDER and finding.detail in (Why.TWO_IN_BITRIX24, Why.GONE_IN_BLING)
    return not (is_deals_own and finding.what != What.DELETED)


def chosen(findings: Sequence[Finding], *, everything: bool, mending: Mending) -> list[Finding]:
    """What a reconciliation repairs at its end."""
    if everything:
        return list(findings)
    return [one for one in findings if is_mended(What(one.what), Why(one.detail or ""), mending)]


def _key(finding: Finding) -> RecordKey:
    assert finding.account_id is not None
    assert finding.bling_id is not None
    return RecordKey(finding.kind, finding.account_id, finding.bling_id)


def _arrival(run: Run, record: RecordKey, now: datetime) -> inbox.Arrival:
    name = runs.event_name(run.id, record)
    source = Source.RECONCILE
    return named_arrival(run.tenant_id, record, source, LANES[source], name, now)
