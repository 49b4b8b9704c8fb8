"""A reconciliation's way through Bling's lists: what Bling changed, and every page against Bitrix24."""

from __future__ import annotations

import time
from collections.abc import Iterable
from uuid import UUID

import msgspec

from connector.bling.client import Record
from connector.domain.events import RecordKey
from connector.store import drift as rows
from connector.store import links as link_rows
from connector.sync.runs import listing
from connector.sync.runs.comparison import Phase, Sight, counted, doubts_of
from connector.sync.runs.slices import Asked

#: Bling's pages of one step, and the seconds after which it is committed with fewer. So many products are 22
#: commands for themselves, 22 for their prices and a few for variations: one request.
PAGES, STEP_S = 11, 8.0


async def changed(sight: Sight) -> None:
    """A page of what Bling changed since the last comparison."""
    stride, place = sight.stride, sight.place
    assert place.changed is not None
    if place.changed.over:
        async with stride.commit(place=msgspec.structs.replace(place, phase=Phase.BLING, changed=None)):
            return
    page = await listing.read(stride, stride.run.kind, Asked(since=place.began_at), place.changed)
    after = msgspec.structs.replace(place, changed=page.place)
    async with stride.commit(place=after) as conn:
        await rows.mark_changed(conn, stride.run, page.account_id, [int(row["id"]) for row in page.rows])


async def compared(sight: Sight) -> None:
    """Some pages of Bling's lists, compared."""
    stride, place = sight.stride, sight.place
    listed, lists = await _pages(sight)
    tenant_id, run = stride.tenant_id, stride.run
    accounts = {key.account_id for key in listed}
    async with stride.engine.database.tenant(tenant_id) as conn:
        known = {
            RecordKey(run.kind, account, bling_id): is_seen
            for account in accounts
            for bling_id, is_seen in (await rows.seen(conn, run, account, _ids_of(listed, account))).items()
        }
        fresh = {key: row for key, row in listed.items() if not known.get(key)}
        links = await link_rows.load(conn, tenant_id, fresh)
    looked = await sight.look.compare(fresh, links, frozenset(known.keys() & fresh.keys()))
    phase = Phase.LINKS if lists.over else Phase.BLING
    kept: dict[str, object] = {
        "place": msgspec.structs.replace(place, lists=lists, phase=phase),
        "counts": counted(sight.counts, looked.compared, looked.excluded),
        "listed": run.listed + len(fresh),
    }
    if lists.over:
        kept["total"] = run.listed + len(fresh)
    async with stride.commit(**kept) as conn:
        for account in accounts:
            await rows.see(conn, run, account, _ids_of(fresh, account))
        await rows.doubt(conn, run, doubts_of(looked.doubts, stride.engine.clock()))


async def _pages(sight: Sight) -> tuple[dict[RecordKey, Record], listing.Place]:
    """Rows by key; a row that comes twice counts as it came last."""
    stride, lists = sight.stride, sight.place.lists
    kind, begun = stride.run.kind, time.monotonic()
    found: dict[RecordKey, Record] = {}
    for _ in range(PAGES):
        if lists.over or time.monotonic() - begun > STEP_S:
            break
        page = await listing.read(stride, kind, Asked(), lists)
        found |= {RecordKey(kind, page.account_id, int(row["id"])): row for row in page.rows}
        lists = page.place
    return found, lists


def _ids_of(records: Iterable[RecordKey], account: UUID) -> list[int]:
    return [one.bling_id for one in records if one.account_id == account]
