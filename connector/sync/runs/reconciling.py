"""Reconciliation: both sides compared by the mapping, a step at a time.

1. *changed*: where lists do not carry every field that the rules read, what Bling changed since the last
   comparison; the rest is believed to be as it was written.
2. *bling*: Bling's lists, 100 records a call, against Bitrix24's, 50 a command, 50 commands a request.
3. *links*: pairs that no list has shown.
4. *portal*: everything in Bitrix24 that carries our mark: orphans and doubles.
5. *doubts*: what seems to differ is looked at twice more, by the planner itself (`second_look`).
6. *repair*: what is to be mended without asking, or was asked for.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from connector import pace
from connector.bitrix24.packer import Packer
from connector.domain.events import Kind
from connector.store import drift as rows
from connector.store import runs
from connector.store.runs import Finding
from connector.store.scope import Connection
from connector.sync.runs import bling_lists, concluding, listing, strays
from connector.sync.runs.comparison import Counts, Phase, Place, Sight, look_of
from connector.sync.runs.looks import Look
from connector.sync.runs.second_look import SETTLES
from connector.sync.runs.slices import Asked
from connector.sync.runs.stride import Stride

#: Bling's clock and ours may differ by so much.
OVERLAP = timedelta(minutes=10)
#: Findings of the last comparison that are looked at once more, whatever Bling's lists say.
AGAIN = 10_000


class Reconciling:
    """The task; `settles` = between two looks at a record that seems to differ."""

    def __init__(self, settles: timedelta = SETTLES) -> None:
        self._settles = settles

    async def step(self, stride: Stride) -> None:
        """As `connector.sync.runs.stride.Task` says."""
        pace.urgency.set(pace.Urgency.LATER)
        packer = Packer(stride.portal())
        look = look_of(stride, packer)
        if stride.run.place is None:
            await _begin(stride, look)
            return
        place = msgspec.json.decode(stride.run.place, type=Place)
        counts = msgspec.json.decode(stride.run.counts or b"{}", type=Counts)
        sight = Sight(stride, place, counts, look, packer)
        match place.phase:
            case Phase.CHANGED:
                await bling_lists.changed(sight)
            case Phase.BLING:
                await bling_lists.compared(sight)
            case Phase.LINKS:
                await strays.pairs(sight)
            case Phase.PORTAL:
                await strays.marked(sight)
            case Phase.DOUBTS:
                await concluding.decided(sight, self._settles)
            case Phase.REPAIR:
                await concluding.repaired(sight)


async def _begin(stride: Stride, look: Look) -> None:
    now, kind = stride.engine.clock(), stride.run.kind
    lists = listing.begin(kind, Asked(), stride.context, now)
    accounts = tuple(sorted({one.account for one in lists.lists}))
    changed: listing.Place | None = None
    suspects: list[Finding] = []
    if not look.whole:
        async with stride.engine.database.tenant(stride.tenant_id) as conn:
            since, suspects = await _since(conn, stride.tenant_id, kind)
        if since is not None:
            changed = listing.begin(kind, Asked(since=since - OVERLAP), stride.context, now)
    phase = Phase.CHANGED if changed is not None else Phase.BLING
    place = Place(phase=phase, began_at=now, lists=lists, changed=changed, accounts=accounts)
    async with stride.commit(place=place, counts=Counts()) as conn:
        for account in accounts:
            mine = [one.bling_id for one in suspects if one.account_id == account and one.bling_id]
            await rows.mark_changed(conn, stride.run, account, mine)


async def _since(conn: Connection, tenant_id: UUID, kind: Kind) -> tuple[datetime | None, list[Finding]]:
    """Since when Bling's changes are not known, and what differed then and may differ still."""
    last = next((one for one in await rows.standings(conn, tenant_id) if one.kind is kind), None)
    run = await runs.get(conn, tenant_id, last.run_id) if last is not None else None
    if last is None or run is None:
        return await rows.oldest_sync(conn, tenant_id, kind), []
    found = await rows.findings(conn, tenant_id, run.id, 0, AGAIN)
    if len(found) == AGAIN:
        return await rows.oldest_sync(conn, tenant_id, kind), []
    return last.began_at, found
