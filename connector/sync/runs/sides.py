"""One record on both sides at this moment, by the planner's word; kept for when a vendor is silent."""

from __future__ import annotations

import asyncio
from datetime import datetime
from uuid import UUID

import msgspec

from connector.domain.drift import What, Why
from connector.domain.events import Outcome, Reason, RecordKey, Source
from connector.domain.products import Unchanged
from connector.store import calls
from connector.sync.asking import question_of
from connector.sync.ends import OnPaper
from connector.sync.engine import Engine
from connector.sync.preview.cache import Shelf
from connector.sync.runs import verdicts
from connector.sync.turn import Turning
from connector.sync.work import Ended, Held, Work

#: Seconds for both vendors together.
PATIENCE_S = 3.0
#: Seconds for which what was seen last can be shown instead.
KEPT_S = 7 * 86_400


class SideField(msgspec.Struct, frozen=True, kw_only=True):
    """One field: what Bling says through the mapping, and what Bitrix24 holds; canonical texts."""

    field: str
    bling: str | None
    bitrix24: str | None
    equal: bool
    #: An edit by hand that the field's rule keeps: no difference.
    kept: bool = False


class Sides(msgspec.Struct, frozen=True, kw_only=True):
    """Both sides as they were seen at `at`; `what` and `why` are None when they agree.

    With a `reason` the record takes no part, or something keeps it; then there may be no fields.
    """

    at: datetime
    fields: tuple[SideField, ...]
    what: What | None = None
    why: Why | None = None
    reason: Reason | None = None
    #: A vendor did not answer just now: this is what was seen the last time.
    stale: bool = False


async def look(
    engine: Engine, tenant_id: UUID, record: RecordKey, patience: float = PATIENCE_S
) -> Sides | None:
    """Read both sides now; what was seen last where that takes longer; None when nothing ever was.

    Nothing is written at any vendor. The reads are logged and counted as all calls are.
    """
    shelf = Shelf(engine.redis, tenant_id, "sides", KEPT_S)
    name = f"{record.kind}:{record.account_id}:{record.bling_id}"
    found = await _fresh(engine, tenant_id, record, patience)
    if found is not None:
        await shelf.keep({name: msgspec.to_builtins(found)})
        return found
    kept = (await shelf.load([name])).get(name)
    if kept is None:
        return None
    return msgspec.structs.replace(msgspec.convert(kept, type=Sides), stale=True)


async def _fresh(engine: Engine, tenant_id: UUID, record: RecordKey, patience: float) -> Sides | None:
    now = engine.clock()
    paper = OnPaper()
    turning = Turning(engine, tenant_id, paper)
    try:
        async with asyncio.timeout(patience):
            await turning.process({record: [question_of(record, Source.RECONCILE, now)]})
    except TimeoutError:
        return None
    finally:
        await turning.close()
        async with engine.database.tenant(tenant_id) as conn:
            await calls.record(conn, tenant_id, paper.calls, paper.scopes)
    work = next((work for work in paper.works if work.key == record), None)
    return None if work is None else sides_of(work, now)


def sides_of(work: Work, now: datetime) -> Sides | None:
    """What the planner saw; None when it could not see both sides. Pure."""
    found = verdicts.judged(work, (), is_shared=False)
    if found is None:
        return None
    first = found[0].difference if found else None
    seen = bool(work.changes) or isinstance(work.plan, Unchanged) or _agreed(work)
    return Sides(
        at=now,
        fields=tuple(_fields(work)) if seen else (),
        what=first.what if first is not None else None,
        why=first.why if first is not None else None,
        reason=work.ending.reason if isinstance(work.ending, Ended | Held) else None,
    )


def _agreed(work: Work) -> bool:
    return isinstance(work.ending, Ended) and work.ending.outcome is Outcome.UNCHANGED


def _fields(work: Work) -> list[SideField]:
    """A field that the planner would not change is the same on both sides, or an edit that stays."""
    changed = {change.field: change for change in work.changes}
    kept: frozenset[str] = getattr(work, "kept", frozenset())
    lines: list[SideField] = []
    for name in dict.fromkeys([*work.target, *changed]):
        if name.startswith("@") and name not in changed:
            continue
        wanted = work.target.get(name)
        if name in changed:
            change = changed[name]
            lines.append(SideField(field=name, bling=change.after, bitrix24=change.before, equal=False))
        elif name in kept:
            held = work.before.get(name)
            lines.append(SideField(field=name, bling=wanted, bitrix24=held, equal=True, kept=True))
        else:
            lines.append(SideField(field=name, bling=wanted, bitrix24=wanted, equal=True))
    return lines
