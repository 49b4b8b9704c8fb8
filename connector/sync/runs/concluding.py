"""A reconciliation's end: doubts are decided, how the kind stands is kept, what is to be mended is queued."""

from __future__ import annotations

from datetime import timedelta

import msgspec

from connector.domain.runs import RunState
from connector.store import drift as rows
from connector.store import runs
from connector.store.drift import Standing
from connector.sync.runs import repairing
from connector.sync.runs.comparison import Phase, Sight, Wish
from connector.sync.runs.second_look import SecondLook

#: Doubts of one step; fewer where each is read by itself, three a second.
DOUBTS, SINGLY = 100, 20


async def decided(sight: Sight, settles: timedelta) -> None:
    """Decide of the doubts what can be decided now; `settles` = between two looks at one."""
    stride, counts = sight.stride, sight.counts
    now = stride.engine.clock()
    async with stride.engine.database.tenant(stride.tenant_id) as conn:
        limit = DOUBTS if sight.look.whole else SINGLY
        doubts = await rows.due_doubts(conn, stride.run, now, limit)
        due_at = await rows.next_doubt(conn, stride.run)
    if due_at is None:
        await _told(sight)
        return
    if not doubts:
        stride.rest(max(0.1, (due_at - now).total_seconds()))
        return
    look = SecondLook(stride, settles)
    await look.read(doubts)
    async with stride.engine.database.system() as conn:
        seen = await look.decide(conn, doubts, counts.findings)
    counts = msgspec.structs.replace(
        counts,
        findings=counts.findings + len(seen.findings),
        unread=counts.unread + seen.unread,
        compared=counts.compared - seen.unread + seen.strangers,
    )
    async with stride.commit(counts=counts) as conn:
        await rows.doubt_again(conn, stride.run, seen.again)
        await rows.undoubt(conn, stride.run, seen.decided)
        await runs.add_findings(conn, stride.run, seen.findings)


async def _told(sight: Sight) -> None:
    """Nothing is doubted any more: keep how the kind stands."""
    stride, place = sight.stride, sight.place
    async with stride.engine.database.tenant(stride.tenant_id) as conn:
        differing = await rows.differing(conn, stride.run)
    counts = msgspec.structs.replace(
        sight.counts, differing=differing, compared=max(sight.counts.compared, differing)
    )
    standing = Standing(
        kind=stride.run.kind,
        run_id=stride.run.id,
        compared=counts.compared,
        differing=differing,
        began_at=place.began_at,
        ended_at=stride.engine.clock(),
    )
    after = msgspec.structs.replace(place, phase=Phase.REPAIR)
    async with stride.commit(place=after, counts=counts) as conn:
        await rows.prune(conn, stride.run)
        await rows.keep(conn, stride.tenant_id, standing)


async def repaired(sight: Sight) -> None:
    """Put what is to be mended into the inbox, then the run is over."""
    stride, place = sight.stride, sight.place
    wish = msgspec.json.decode(stride.run.wish, type=Wish)
    async with stride.engine.database.tenant(stride.tenant_id) as conn:
        found = await rows.to_repair(conn, stride.run, place.repaired, repairing.CHUNK, None)
    if not found:
        await stride.end(RunState.DONE)
        return
    chosen = repairing.chosen(found, everything=wish.repair, mending=wish.mending)
    after = msgspec.structs.replace(place, repaired=found[-1].n)
    async with stride.commit(place=after, queued=stride.run.queued + len(chosen)) as conn:
        await repairing.queue(conn, stride.run, chosen, stride.engine.clock())
    if chosen:
        await stride.engine.waker.wake([stride.tenant_id])
