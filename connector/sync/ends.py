"""How a turn ends: for real, or on paper. Everything before that is the same for both."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

import structlog

from connector.domain.events import Lane, Outcome, RecordKey, Source
from connector.domain.guard_rail import Side
from connector.domain.vendor import Call
from connector.store import inbox, runs
from connector.store import links as link_rows
from connector.store.scope import UNHURRIED
from connector.store.settle import settle
from connector.sync import live, logged
from connector.sync.asking import arrival_of
from connector.sync.context import Context
from connector.sync.engine import Engine
from connector.sync.faults import Faults
from connector.sync.guarding import Asked, Guard, Ruling
from connector.sync.lease import Lease
from connector.sync.settler import Settler
from connector.sync.settling import turn_of
from connector.sync.work import Work

log = structlog.get_logger(__name__)


class Ends(Protocol):
    """What a turn does with its plans and its outcomes."""

    @property
    def real(self) -> bool:
        """Whether plans are carried out."""

    def lasts(self, seconds: float) -> bool:
        """Whether a request that may take so long may be sent."""

    async def mark_creating(self, labels: Mapping[RecordKey, str], at: datetime) -> None:
        """Remember what is about to be created."""

    async def judge(
        self, side: Side, asked: Sequence[Asked], mended: Collection[RecordKey], context: Context
    ) -> dict[RecordKey, Ruling]:
        """What the guard rail says of odd plans; what it says nothing of passes."""

    async def ask_for(self, records: Iterable[RecordKey], at: datetime) -> None:
        """Let records that others need be synced soon."""

    async def leave_stopped(self, works: Iterable[Work]) -> None:
        """Leave open records whose run a person has paused or cancelled."""

    async def settle(
        self, works: Sequence[Work], context: Context, calls: list[Call], scopes: dict[UUID, str]
    ) -> None:
        """Let the records go."""

    async def broken(self, faults: Faults) -> bool:
        """Tell of connections that broke meanwhile; True if there were any."""


class ForReal:
    """Writes in Bitrix24 and settles in the store, under a lease."""

    def __init__(self, engine: Engine, tenant_id: UUID, lease: Lease) -> None:
        self._engine = engine
        self._tenant_id = tenant_id
        self._lease = lease
        self.lasts = lease.lasts
        self._calls: list[Call] = []
        self._scopes: dict[UUID, str] = {}
        self._context: Context | None = None
        self._settler = Settler(self._write)
        self._guard = Guard(engine.database, tenant_id, lease.fence, engine.clock)

    real = True

    async def mark_creating(self, labels: Mapping[RecordKey, str], at: datetime) -> None:
        async with self._engine.database.tenant(self._tenant_id) as conn:
            await link_rows.mark_creating(conn, self._tenant_id, self._lease.fence, labels, at)

    async def judge(
        self, side: Side, asked: Sequence[Asked], mended: Collection[RecordKey], context: Context
    ) -> dict[RecordKey, Ruling]:
        return await self._guard.judge(side, asked, mended, context.guard, context.business_now)

    async def ask_for(self, records: Iterable[RecordKey], at: datetime) -> None:
        arrivals = [
            arrival_of(self._tenant_id, record, Source.IMPORT, Lane.LIVE, "asked", at) for record in records
        ]
        async with self._engine.database.system() as conn:
            await inbox.insert(conn, arrivals)

    async def leave_stopped(self, works: Iterable[Work]) -> None:
        named = {work: events for work in works if work.open and (events := _run_events_of(work))}
        if not named:
            return
        async with self._engine.database.tenant(self._tenant_id) as conn:
            hushed = await runs.hushed(conn, self._tenant_id, set().union(*named.values()))
        for work, events in named.items():
            if events <= hushed:
                work.leave()

    async def settle(
        self, works: Sequence[Work], context: Context, calls: list[Call], scopes: dict[UUID, str]
    ) -> None:
        self._calls += calls
        self._scopes |= scopes
        self._context = context
        await self._settler.settle(list(works))

    async def _write(self, works: list[Work]) -> None:
        assert self._context is not None
        now = self._engine.clock()
        calls, self._calls = self._calls, []
        scopes, self._scopes = self._scopes, {}
        turn = turn_of(works, self._context, calls, scopes, now)
        async with self._engine.database.tenant(self._tenant_id, manner=UNHURRIED) as conn:
            await settle(conn, self._tenant_id, self._lease.fence, turn, now)
        logged.tell(works)
        await live.publish(self._engine.redis, self._tenant_id, turn)

    async def broken(self, faults: Faults) -> bool:
        told = False
        while faults.broken:
            (provider, account_id), (state, text) = faults.broken.popitem()
            log.warning("connection_broken", provider=provider, account=str(account_id), state=state)
            await self._engine.connections.broken(self._tenant_id, provider, account_id, state, text)
            told = True
        return told


class OnPaper:
    """Writes nothing anywhere and keeps the records for whoever wants to see their plans."""

    def __init__(self) -> None:
        self.works: list[Work] = []
        #: Calls that the plans took, and the accounts of Bling's: nothing is written, but they were made.
        self.calls: list[Call] = []
        self.scopes: dict[UUID, str] = {}

    def lasts(self, seconds: float) -> bool:
        return True

    real = False

    async def mark_creating(self, labels: Mapping[RecordKey, str], at: datetime) -> None:
        return None

    async def judge(
        self, side: Side, asked: Sequence[Asked], mended: Collection[RecordKey], context: Context
    ) -> dict[RecordKey, Ruling]:
        """On paper nothing waits: the plan is what is wanted to be seen."""
        return {}

    async def ask_for(self, records: Iterable[RecordKey], at: datetime) -> None:
        return None

    async def leave_stopped(self, works: Iterable[Work]) -> None:
        return None

    async def settle(
        self, works: Sequence[Work], context: Context, calls: list[Call], scopes: dict[UUID, str]
    ) -> None:
        self.works += works
        self.calls += calls
        self.scopes |= scopes

    async def broken(self, faults: Faults) -> bool:
        return False


class Pencil:
    """Ends records as their plans would, if all went well."""

    async def merge_doubles(self, works: Iterable[Work]) -> None:
        """Leave them alone."""

    async def carry_out(self, works: Iterable[Work], now: datetime) -> None:
        """Nothing is written."""
        for work in works:
            if not work.open:
                continue
            if work.creates:
                work.bitrix_id = 0
            work.end(Outcome.CREATED if work.creates else Outcome.UPDATED)


def _run_events_of(work: Work) -> set[UUID]:
    """The runs' events that want this record; none if anything else does."""
    events = work.events or [work.event]
    is_runs = all(runs.run_named(event.provider_event_id) is not None for event in events)
    return {event.id for event in events} if is_runs else set()
