"""What a step of a run works with: the run, the tenant's context, its clients, its commit."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

import msgspec

from connector.bitrix24.client import Bitrix24
from connector.bling.client import Bling
from connector.domain.events import LANES, Lane, RecordKey, Source
from connector.domain.runs import RunState
from connector.domain.vendor import Call
from connector.store import calls as call_rows
from connector.store import inbox, runs
from connector.store.runs import Run
from connector.store.scope import Connection
from connector.sync.asking import named_arrival
from connector.sync.clients import bitrix24_client, bling_client
from connector.sync.context import Context
from connector.sync.engine import Engine


class Task(Protocol):
    """One kind of long work."""

    async def step(self, stride: Stride) -> None:
        """Do the next bit and commit it (`commit`, `end`), or say how long there is nothing to do (`rest`).

        Errors of `connector.domain.vendor` may pass: the step is tried again later. So may `runs.Lost`.
        """


@dataclass(slots=True)
class Stride:
    """One worker's hold on a run; `run` is as it was committed last."""

    engine: Engine
    run: Run
    context: Context
    #: Seconds until the next step.
    pause: float = 0.0
    _changed: dict[str, object] = field(default_factory=dict)
    _calls: list[Call] = field(default_factory=list)
    _scopes: dict[UUID, str] = field(default_factory=dict)
    _blings: dict[UUID, Bling] = field(default_factory=dict)
    _portal: Bitrix24 | None = None

    @property
    def tenant_id(self) -> UUID:
        """Whose run it is."""
        return self.run.tenant_id

    def bling(self, account_id: UUID) -> Bling:
        """A Bling account of the tenant; its calls are kept with the next commit."""
        if account_id not in self._blings:
            company = self.context.companies[account_id]
            keep = self._keeper(account_id)
            self._blings[account_id] = bling_client(self.engine, self.tenant_id, account_id, company, keep)
        return self._blings[account_id]

    def portal(self) -> Bitrix24:
        """The tenant's portal; its calls are kept with the next commit."""
        if self._portal is None:
            assert self.context.portal is not None, "a run is walked with a portal only"
            standing = self.context.portal
            self._portal = bitrix24_client(self.engine, self.tenant_id, standing, self._calls.append)
        return self._portal

    @asynccontextmanager
    async def commit(self, **changed: object) -> AsyncIterator[Connection]:
        """A transaction (system scope) that keeps `changed` of the run and what the body writes, or nothing.

        Structs among `changed` (`place`, `counts`) are kept as JSON. Raises `runs.Lost`.

        Calls are counted before the run's row is touched, as settling does: two that lock the same rows the
        other way round would wait for each other, and the page of the one that gives way were read again.
        """
        now = self.engine.clock()
        self._changed = dict(changed)
        async with self.engine.database.system() as conn:
            yield conn
            told = await self._count_calls(conn)
            run = msgspec.structs.replace(self.run, **_plain(self._changed), due_at=now, stumbles=0)
            kept = await runs.advance(conn, run, now)
        self.run = kept
        self._forget_calls(told)

    def change(self, **changed: object) -> None:
        """Keep this, too, with the commit that is under way: what only its body finds out."""
        self._changed |= changed

    async def end(self, state: RunState, detail: str | None = None) -> None:
        """The run is over. Raises `runs.Lost`."""
        async with self.engine.database.system() as conn:
            told = await self._count_calls(conn)
            kept = await runs.end(conn, self.run, state, detail, self.engine.clock())
        self.run = kept
        self._forget_calls(told)

    def rest(self, seconds: float) -> None:
        """Nothing to do for so long."""
        self.pause = seconds

    def called(self, calls: Iterable[Call], scopes: Mapping[UUID, str]) -> None:
        """Keep calls that others made for this run with the next commit; `scopes` = Bling's accounts."""
        self._calls += calls
        self._scopes |= scopes

    async def keep_calls(self) -> None:
        """Keep the calls of a step that came to nothing."""
        if self._calls:
            async with self.engine.database.system() as conn:
                told = await self._count_calls(conn)
            self._forget_calls(told)

    async def queue(
        self,
        conn: Connection,
        records: Iterable[RecordKey],
        source: Source,
        body: dict[str, str] | None = None,
        lane: Lane | None = None,
    ) -> None:
        """Put events of this run into the inbox, one for each record; wake the tenant after the commit."""
        now, run = self.engine.clock(), self.run.id
        behind = LANES[source] if lane is None else lane
        arrivals = [
            named_arrival(self.tenant_id, one, source, behind, runs.event_name(run, one), now, body)
            for one in records
        ]
        await inbox.insert(conn, arrivals)

    async def _count_calls(self, conn: Connection) -> int:
        """Log and count the calls so far; how many. They are forgotten once that is committed."""
        calls = list(self._calls)
        await call_rows.record(conn, self.tenant_id, calls, self._scopes)
        return len(calls)

    def _forget_calls(self, told: int) -> None:
        for call in self._calls[:told]:
            self._scopes.pop(call.id, None)
        del self._calls[:told]

    def _keeper(self, account_id: UUID) -> Callable[[Call], None]:
        def keep(call: Call) -> None:
            self._scopes[call.id] = str(account_id)
            self._calls.append(call)

        return keep


def _plain(changed: dict[str, object]) -> dict[str, object]:
    return {
        name: msgspec.Raw(msgspec.json.encode(value)) if isinstance(value, msgspec.Struct) else value
        for name, value in changed.items()
    }
