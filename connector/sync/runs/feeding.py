"""A run that puts records into the inbox, a window at a time: what an import and an export share.

Listing and feeding go side by side, one page a step, so that neither the inbox nor our memory knows how many
records there are. The events are worked off by the same drain as all others, behind what changes now.

A run is done when all that was listed has its outcome. What waits for a person (an ambiguous product, the
guard rail) does not keep it running: it is counted as held and settles whenever it is decided. What waits for
a licence or a connection does, and the run says so.
"""

from __future__ import annotations

import abc
from datetime import timedelta
from typing import Protocol

import msgspec

from connector.domain.events import Kind, Reason, RecordKey
from connector.domain.runs import RunState
from connector.store import runs
from connector.store.runs import Pending
from connector.store.scope import Connection
from connector.sync.context import REASONS
from connector.sync.runs.pulse import Beat, beat
from connector.sync.runs.stride import Stride

#: Events of one run that are in the inbox at once; an order is read by itself.
WINDOW = {Kind.PRODUCT: 1_000, Kind.ORDER: 200, Kind.CONTACT: 200}
#: Seconds between looks while the inbox is full, and while everything was put in.
FULL, WAITING = 0.3, 1.0
#: Seconds between looks whether what everything waits for has come.
LOOK_AGAIN = 15.0
#: A sign of life, and of the pace, is kept so often.
BEAT = timedelta(seconds=5)
#: Nothing of these passes by a person's choice about one record.
OUTER = frozenset({*REASONS.values(), Reason.LICENCE, Reason.QUOTA, Reason.PAUSED})


class Tally(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the screen tells beside the run's own counts."""

    #: Records that wait for a person.
    held: int = 0
    #: How far it was at the last few looks, oldest first.
    beats: tuple[Beat, ...] = ()


class Goes(Protocol):
    """Where a run goes on listing; a Struct."""

    @property
    def over(self) -> bool:
        """Whether everything was listed."""


class Feeding(abc.ABC):
    """The task of such a run."""

    @abc.abstractmethod
    def place(self, stride: Stride) -> Goes | None:
        """Where listing goes on; None before the first step."""

    @abc.abstractmethod
    def begin(self, stride: Stride) -> msgspec.Struct:
        """Where listing begins."""

    @abc.abstractmethod
    async def read(self, stride: Stride, room: int) -> None:
        """Read a page, remember its records and put up to `room` into the inbox, in one commit."""

    @abc.abstractmethod
    async def put(self, stride: Stride, conn: Connection, records: list[RecordKey]) -> None:
        """Put these records into the inbox."""

    async def step(self, stride: Stride) -> None:
        """The next page, the next window, or a wait."""
        place, window = self.place(stride), WINDOW[stride.run.kind]
        if place is None:
            async with stride.commit(place=self.begin(stride)):
                return
        async with stride.engine.database.tenant(stride.tenant_id) as conn:
            pending = await runs.pending(conn, stride.run)
        room = max(0, window - pending.due)
        backlog = stride.run.listed - stride.run.queued
        if not place.over and backlog < window:
            await self.read(stride, room)
        elif backlog and room:
            await self._feed(stride, room)
        elif backlog or pending.due:
            await self._wait(stride, FULL if backlog else WAITING)
        else:
            await self._finish(stride, pending)

    async def feed(self, stride: Stride, conn: Connection, room: int) -> None:
        """The next records go into the inbox, within a commit."""
        if not room:
            return
        records = await runs.next_items(conn, stride.run, room)
        await self.put(stride, conn, records)
        stride.change(queued=stride.run.queued + len(records))

    async def _feed(self, stride: Stride, room: int) -> None:
        async with stride.commit(counts=tally(stride), detail=None) as conn:
            await self.feed(stride, conn, room)
        await stride.engine.waker.wake([stride.tenant_id])

    async def _wait(self, stride: Stride, seconds: float) -> None:
        """The drain has enough to do."""
        if stride.engine.clock() - stride.run.updated_at > BEAT:
            async with stride.commit(counts=tally(stride), detail=None):
                pass
        stride.rest(seconds)

    async def _finish(self, stride: Stride, pending: Pending) -> None:
        """Everything was put in, and nothing of it is due."""
        async with stride.engine.database.system() as conn:
            held = await runs.held_for(conn, stride.run) if pending.held else {}
        if Reason.RUN_PAUSED in held:
            # Most likely it was paused this very moment: then the commit raises `Lost` and releases nothing.
            async with stride.commit() as conn:
                await runs.release(conn, stride.run, Reason.RUN_PAUSED, stride.engine.clock())
            await stride.engine.waker.wake([stride.tenant_id])
        elif outer := OUTER & held.keys():
            async with stride.commit(counts=tally(stride), detail=str(min(outer))):
                pass
            stride.rest(LOOK_AGAIN)
        else:
            async with stride.commit(counts=tally(stride, sum(held.values())), detail=None):
                pass
            await stride.end(RunState.DONE)


def tally_of(counts: msgspec.Raw | None) -> Tally:
    """A run's counts as they are kept."""
    return Tally() if counts is None else msgspec.json.decode(counts, type=Tally)


def tally(stride: Stride, held: int = 0) -> Tally:
    """The counts as they are now."""
    beats = beat(tally_of(stride.run.counts).beats, stride.engine.clock(), stride.run.done)
    return Tally(held=held, beats=beats)
