"""An import: what Bling's lists show is put into the inbox, a window at a time.

Listing and feeding go side by side, one page a step, so that neither the inbox nor our memory knows how many
records there are. The events are worked off by the same drain as all others, behind what changes now.

A run is done when all that was listed has its outcome. What waits for a person (an ambiguous product, the
guard rail) does not keep it running: it is counted as held and settles whenever it is decided. What waits for
a licence or a connection does, and the run says so.
"""

from __future__ import annotations

from datetime import timedelta

import msgspec

from connector.domain.events import Kind, Reason, Source
from connector.domain.runs import RunState
from connector.store import runs
from connector.store.runs import Pending
from connector.store.scope import Connection
from connector.sync.context import REASONS
from connector.sync.runs import listing
from connector.sync.runs.listing import Place
from connector.sync.runs.pulse import Beat, beat
from connector.sync.runs.slices import Asked
from connector.sync.runs.stride import Stride

#: Kinds that have lists to be imported from.
KINDS = (Kind.PRODUCT, Kind.ORDER, Kind.CONTACT)
#: Events of one import that are in the inbox at once; an order is read by itself.
WINDOW = {Kind.PRODUCT: 1_000, Kind.ORDER: 200, Kind.CONTACT: 200}
#: Seconds between looks while the inbox is full, and while everything was put in.
FULL, WAITING = 0.3, 1.0
#: Seconds between looks whether what everything waits for has come.
LOOK_AGAIN = 15.0
#: A sign of life, and of the pace, is kept so often.
BEAT = timedelta(seconds=5)
#: In an event's body: the portal's automations are wanted.
AUTOMATIONS = "automations"
#: Nothing of these passes by a person's choice about one record.
OUTER = frozenset({*REASONS.values(), Reason.LICENCE, Reason.QUOTA, Reason.PAUSED})


class Wish(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What somebody asked to be imported."""

    asked: Asked = Asked()
    #: Let the portal's automations run for what is made.
    automations: bool = False


class Tally(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the screen tells beside the run's own counts."""

    #: Records that wait for a person.
    held: int = 0
    #: How far it was at the last few looks, oldest first.
    beats: tuple[Beat, ...] = ()


class Importing:
    """The task of imports."""

    async def step(self, stride: Stride) -> None:
        wish, place = _wish(stride), _place(stride)
        if place is None:
            place = listing.begin(stride.run.kind, wish.asked, stride.context, stride.engine.clock())
            async with stride.commit(place=place):
                return
        async with stride.engine.database.tenant(stride.tenant_id) as conn:
            pending = await runs.pending(conn, stride.run)
        room = max(0, WINDOW[stride.run.kind] - pending.due)
        backlog = stride.run.listed - stride.run.queued
        if not place.over and backlog < WINDOW[stride.run.kind]:
            await self._list(stride, wish, place, room)
        elif backlog and room:
            await self._feed(stride, wish, room)
        elif backlog or pending.due:
            await self._wait(stride, FULL if backlog else WAITING)
        else:
            await self._finish(stride, pending)

    async def _list(self, stride: Stride, wish: Wish, place: Place, room: int) -> None:
        kind = stride.run.kind
        page = await listing.read(stride, kind, wish.asked, place)
        async with stride.commit(place=page.place, counts=_tally(stride), detail=None) as conn:
            fresh = await runs.list_items(conn, stride.run, page.account_id, page.labels(kind))
            listed = stride.run.listed + fresh
            stride.change(listed=listed, total=listed if page.place.over else None)
            await _queue(stride, conn, wish, room)
        await stride.engine.waker.wake([stride.tenant_id])

    async def _feed(self, stride: Stride, wish: Wish, room: int) -> None:
        async with stride.commit(counts=_tally(stride), detail=None) as conn:
            await _queue(stride, conn, wish, room)
        await stride.engine.waker.wake([stride.tenant_id])

    async def _wait(self, stride: Stride, seconds: float) -> None:
        """The drain has enough to do."""
        if stride.engine.clock() - stride.run.updated_at > BEAT:
            async with stride.commit(counts=_tally(stride), detail=None):
                pass
        stride.rest(seconds)

    async def _finish(self, stride: Stride, pending: Pending) -> None:
        """Everything was put in, and nothing of it is due."""
        now = stride.engine.clock()
        async with stride.engine.database.system() as conn:
            held = await runs.held_for(conn, stride.run) if pending.held else {}
            if Reason.RUN_PAUSED in held:
                # Settled just after it was resumed.
                await runs.release(conn, stride.run, Reason.RUN_PAUSED, now)
        if Reason.RUN_PAUSED in held:
            await stride.engine.waker.wake([stride.tenant_id])
        elif outer := OUTER & held.keys():
            async with stride.commit(counts=_tally(stride), detail=str(min(outer))):
                pass
            stride.rest(LOOK_AGAIN)
        else:
            async with stride.commit(counts=_tally(stride, sum(held.values())), detail=None):
                pass
            await stride.end(RunState.DONE)


async def _queue(stride: Stride, conn: Connection, wish: Wish, room: int) -> None:
    """The next records go into the inbox."""
    if not room:
        return
    records = await runs.next_items(conn, stride.run, room)
    await stride.queue(conn, records, Source.IMPORT, body_of(wish))
    stride.change(queued=stride.run.queued + len(records))


def body_of(wish: Wish) -> dict[str, str]:
    """What an event of the import says of it."""
    return {AUTOMATIONS: "yes"} if wish.automations else {}


def _wish(stride: Stride) -> Wish:
    return msgspec.json.decode(stride.run.wish, type=Wish)


def _place(stride: Stride) -> Place | None:
    place = stride.run.place
    return None if place is None else msgspec.json.decode(place, type=Place)


def tally_of(counts: msgspec.Raw | None) -> Tally:
    """An import's counts as they are kept."""
    return Tally() if counts is None else msgspec.json.decode(counts, type=Tally)


def _tally(stride: Stride, held: int = 0) -> Tally:
    beats = beat(tally_of(stride.run.counts).beats, stride.engine.clock(), stride.run.done)
    return Tally(held=held, beats=beats)
