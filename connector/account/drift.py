"""How far both sides agree, as the owner sees it; and what a night may mend by itself."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec

from connector.account.people import Actor
from connector.domain.drift import MENDS_ALL, Mending, mending_of, score
from connector.domain.events import Kind
from connector.domain.runs import Task
from connector.store import audit, runs
from connector.store import drift as rows
from connector.store import toggles as preferences
from connector.store.drift import Repair, Standing
from connector.store.runs import Finding, Run
from connector.store.scope import Connection, Database

#: Reconciliations that a screen lists.
LISTED = 20


class Agreement(msgspec.Struct, frozen=True, kw_only=True):
    """All kinds together; `at` = when the one was compared that was compared longest ago."""

    kinds: tuple[Standing, ...]
    at: datetime

    @property
    def compared(self) -> int:
        """Records that take part."""
        return sum(one.compared for one in self.kinds)

    @property
    def differing(self) -> int:
        """Records that are not the same on both sides."""
        return sum(one.differing for one in self.kinds)

    @property
    def score(self) -> float:
        """Differing ÷ compared, 0 to 1."""
        return score(self.compared, self.differing)


class Reconciliation(msgspec.Struct, frozen=True, kw_only=True):
    """One reconciliation with what it found."""

    run: Run
    #: Records compared and differing, so far or at its end.
    compared: int
    excluded: int
    unread: int
    differing: int
    counts: dict[str, int]
    repair: Repair
    findings: list[Finding]

    @property
    def score(self) -> float | None:
        """Differing ÷ compared; None while it is still comparing."""
        return None if self.run.ended_at is None else score(self.compared, self.differing)


class _Counts(msgspec.Struct, frozen=True):
    compared: int = 0
    excluded: int = 0
    unread: int = 0
    differing: int = 0


async def agreement(conn: Connection, tenant_id: UUID) -> Agreement | None:
    """How far both sides agreed when they were compared last; None before the first time."""
    found = tuple(await rows.standings(conn, tenant_id))
    return Agreement(kinds=found, at=min(one.ended_at for one in found)) if found else None


async def reconciliation(
    database: Database, tenant_id: UUID, run_id: UUID, after: int, limit: int, what: str | None = None
) -> Reconciliation | None:
    """One of the tenant's, with a page of its findings; None when there is no such one."""
    async with database.tenant(tenant_id) as conn:
        run = await runs.get(conn, tenant_id, run_id)
        if run is None or run.task is not Task.RECONCILIATION:
            return None
        return Reconciliation(
            run=run,
            **_counts_of(run),
            counts=await rows.counts(conn, tenant_id, run_id),
            repair=await rows.repair_state(conn, tenant_id, run_id),
            findings=await rows.findings(conn, tenant_id, run_id, after, limit, what),
        )


async def newest(
    conn: Connection, tenant_id: UUID, limit: int = LISTED, before: UUID | None = None
) -> list[Reconciliation]:
    """Those before a run, newest first, without their findings."""
    found = await runs.history(conn, tenant_id, Task.RECONCILIATION, before, limit)
    return [
        Reconciliation(run=run, **_counts_of(run), counts={}, repair=Repair(), findings=[]) for run in found
    ]


async def under_way(conn: Connection, tenant_id: UUID) -> dict[Kind, Run]:
    """Those that compare at this moment."""
    found = await rows.newest_runs(conn, tenant_id, LISTED)
    return {run.kind: run for run in found if run.ended_at is None}


async def mending(tenant_id: UUID) -> Mending:
    """What a night mends (inside the tenant's scope)."""
    return mending_of(await preferences.preferences(tenant_id))


async def choose_mending(tenant_id: UUID, everything: bool, by: Actor, at: datetime) -> None:
    """Let nights mend everything, or only what was missed (inside the tenant's scope)."""
    if (await mending(tenant_id) is Mending.ALL) is everything:
        return
    await preferences.prefer(tenant_id, MENDS_ALL, everything)
    await audit.add(
        tenant_id,
        at=at,
        person_id=by.person_id,
        actor=by.name,
        action="preference.changed",
        detail={MENDS_ALL: everything},
    )


def _counts_of(run: Run) -> dict[str, int]:
    found = msgspec.json.decode(run.counts, type=_Counts) if run.counts is not None else _Counts()
    return msgspec.to_builtins(found)  # type: ignore[no-any-return]
