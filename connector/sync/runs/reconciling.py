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

import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

import msgspec

from connector import pace
from connector.bitrix24.packer import Packer
from connector.bling.client import Record
from connector.domain.drift import Mending, What, Why
from connector.domain.events import Kind, RecordKey
from connector.domain.runs import RunState
from connector.store import drift as rows
from connector.store import links as link_rows
from connector.store import runs
from connector.store.drift import Doubt, Standing
from connector.store.runs import Finding
from connector.store.scope import Connection
from connector.sync.runs import listing, repairing
from connector.sync.runs.deal_look import DealLook
from connector.sync.runs.looks import Look, Mark
from connector.sync.runs.product_look import ProductLook
from connector.sync.runs.second_look import SETTLES, SecondLook
from connector.sync.runs.slices import Asked
from connector.sync.runs.stride import Stride

#: Kinds that can be compared: contacts belong to their deals, and an invoice is written once.
KINDS = (Kind.PRODUCT, Kind.ORDER)
#: Bling's pages of one step, and the seconds after which it is committed with fewer.
PAGES, STEP_S = 10, 8.0
#: Pairs, and doubts, of one step; fewer where each is read by itself, three a second.
LINKS, DOUBTS, SINGLY = 500, 100, 20
#: Bling's clock and ours may differ by so much.
OVERLAP = timedelta(minutes=10)
#: Findings of the last comparison that are looked at once more, whatever Bling's lists say.
AGAIN = 10_000


class Phase(StrEnum):
    """What a step does."""

    CHANGED = "changed"
    BLING = "bling"
    LINKS = "links"
    PORTAL = "portal"
    DOUBTS = "doubts"
    REPAIR = "repair"


class Wish(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What was asked for."""

    #: Repair everything that is found.
    repair: bool = False
    #: Else what is mended by itself.
    mending: Mending = Mending.NOTHING
    #: The night that it is the reconciliation of, as `YYYY-MM-DD`.
    night: str = ""


class Place(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where it goes on."""

    phase: Phase
    began_at: datetime
    lists: listing.Place
    changed: listing.Place | None = None
    accounts: tuple[UUID, ...] = ()
    #: Pairs up to this one were looked through.
    link: RecordKey | None = None
    #: Which of Bitrix24's lists, and from which id on.
    side: int = 0
    after: int = 0
    #: Findings up to this one were repaired, if they are to be.
    repaired: int = 0


class Counts(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Records of a reconciliation so far."""

    compared: int = 0
    #: They do not take part: filter, toggles, age.
    excluded: int = 0
    #: Could not be read, or never came to rest.
    unread: int = 0
    findings: int = 0
    differing: int = 0


@dataclass(slots=True)
class _Sight:
    """What one step works with."""

    stride: Stride
    place: Place
    counts: Counts
    look: Look


class Reconciling:
    """The task; `settles` = between two looks at a record that seems to differ."""

    def __init__(self, settles: timedelta = SETTLES) -> None:
        self._settles = settles

    async def step(self, stride: Stride) -> None:
        """As `connector.sync.runs.stride.Task` says."""
        pace.urgency.set(pace.Urgency.LATER)
        look = look_of(stride)
        if stride.run.place is None:
            await self._begin(stride, look)
            return
        place = msgspec.json.decode(stride.run.place, type=Place)
        counts = msgspec.json.decode(stride.run.counts or b"{}", type=Counts)
        sight = _Sight(stride, place, counts, look)
        match place.phase:
            case Phase.CHANGED:
                await _changed(sight)
            case Phase.BLING:
                await _bling(sight)
            case Phase.LINKS:
                await _links(sight)
            case Phase.PORTAL:
                await _portal(sight)
            case Phase.DOUBTS:
                await self._doubts(sight)
            case Phase.REPAIR:
                await _repair(sight)

    async def _begin(self, stride: Stride, look: Look) -> None:
        now = stride.engine.clock()
        kind, tenant_id = stride.run.kind, stride.tenant_id
        lists = listing.begin(kind, Asked(), stride.context, now)
        accounts = tuple(sorted({one.account for one in lists.lists}))
        changed: listing.Place | None = None
        suspects: list[Finding] = []
        if not look.whole:
            async with stride.engine.database.tenant(tenant_id) as conn:
                since, suspects = await _since(conn, tenant_id, kind)
            if since is not None:
                changed = listing.begin(kind, Asked(since=since - OVERLAP), stride.context, now)
        phase = Phase.CHANGED if changed is not None else Phase.BLING
        place = Place(phase=phase, began_at=now, lists=lists, changed=changed, accounts=accounts)
        async with stride.commit(place=place, counts=Counts()) as conn:
            for account in accounts:
                mine = [one.bling_id for one in suspects if one.account_id == account and one.bling_id]
                await rows.mark_changed(conn, stride.run, account, mine)

    async def _doubts(self, sight: _Sight) -> None:
        """Decide what can be decided now."""
        stride, counts = sight.stride, sight.counts
        now = stride.engine.clock()
        async with stride.engine.database.tenant(stride.tenant_id) as conn:
            limit = DOUBTS if sight.look.whole else SINGLY
            doubts = await rows.due_doubts(conn, stride.run, now, limit)
            due_at = await rows.next_doubt(conn, stride.run)
        if due_at is None:
            await _compared(sight)
            return
        if not doubts:
            stride.rest(max(0.1, (due_at - now).total_seconds()))
            return
        look = SecondLook(stride, self._settles)
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


def look_of(stride: Stride) -> Look:
    """The first look at a kind's records; raises `ValueError` for a kind that is not compared."""
    context, packer = stride.context, Packer(stride.portal())
    match stride.run.kind:
        case Kind.PRODUCT:
            assert context.catalogue is not None, "a run is walked with a portal only"
            return ProductLook(context, context.catalogue, packer)
        case Kind.ORDER:
            return DealLook(context, packer)
        case kind:
            raise ValueError(f"{kind} is not compared")


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


async def _changed(sight: _Sight) -> None:
    """A page of what Bling changed."""
    stride, place = sight.stride, sight.place
    assert place.changed is not None
    if place.changed.over:
        async with stride.commit(place=msgspec.structs.replace(place, phase=Phase.BLING, changed=None)):
            return
    page = await listing.read(stride, stride.run.kind, Asked(since=place.began_at), place.changed)
    after = msgspec.structs.replace(place, changed=page.place)
    async with stride.commit(place=after) as conn:
        await rows.mark_changed(conn, stride.run, page.account_id, [int(row["id"]) for row in page.rows])


async def _bling(sight: _Sight) -> None:
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
    counts = _counted(sight.counts, looked.compared, looked.excluded)
    changed: dict[str, object] = {
        "place": msgspec.structs.replace(place, lists=lists, phase=phase),
        "counts": counts,
        "listed": run.listed + len(fresh),
    }
    if lists.over:
        changed["total"] = run.listed + len(fresh)
    async with stride.commit(**changed) as conn:
        for account in accounts:
            await rows.see(conn, run, account, _ids_of(fresh, account))
        await rows.doubt(conn, run, _doubts(looked.doubts, stride.engine.clock()))


async def _pages(sight: _Sight) -> tuple[dict[RecordKey, Record], listing.Place]:
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


async def _links(sight: _Sight) -> None:
    """Pairs whose Bling record was in no list: gone, or moved from page to page."""
    stride, place = sight.stride, sight.place
    async with stride.engine.database.tenant(stride.tenant_id) as conn:
        found = await rows.unseen_links(conn, stride.run, place.accounts, place.link, LINKS)
    mine = [link.record for link in found if sight.look.is_listed(link)]
    is_last = len(found) < LINKS
    after = msgspec.structs.replace(
        place,
        phase=Phase.PORTAL if is_last else Phase.LINKS,
        link=None if is_last else found[-1].record,
    )
    async with stride.commit(place=after, counts=_counted(sight.counts, len(mine), 0)) as conn:
        await rows.doubt(conn, stride.run, _doubts(mine, stride.engine.clock()))


async def _portal(sight: _Sight) -> None:
    """Bitrix24's own list: marks that belong to no pair."""
    stride, place, look = sight.stride, sight.place, sight.look
    if place.side >= look.sides:
        await _shared(sight)
        return
    marks = await look.marks(place.side, place.after, stride.run.listed)
    async with stride.engine.database.tenant(stride.tenant_id) as conn:
        doubts, bad = await _strangers(sight, conn, marks.found)
    after = msgspec.structs.replace(
        place,
        side=place.side if marks.after is not None else place.side + 1,
        after=marks.after or 0,
    )
    counts = _counted(sight.counts, len(bad), 0)
    counts = msgspec.structs.replace(counts, findings=counts.findings + len(bad))
    async with stride.commit(place=after, counts=counts) as conn:
        await rows.doubt(conn, stride.run, doubts)
        await runs.add_findings(conn, stride.run, bad)


async def _strangers(
    sight: _Sight, conn: Connection, marks: Iterable[Mark]
) -> tuple[list[Doubt], list[Finding]]:
    """Doubts about records that carry our mark and are no pair's; findings where the mark is no Bling id."""
    stride, look, kind = sight.stride, sight.look, sight.stride.run.kind
    tenant_id, now = stride.tenant_id, stride.engine.clock()
    found = {mark.bitrix_id: mark for mark in marks}
    paired = {one.bitrix_id for one in await rows.of_bitrix(conn, tenant_id, kind, found)}
    named = {mark: look.bling_id(mark) for one, mark in found.items() if one not in paired}
    ids = {one for one in named.values() if one}
    links = {one.record.bling_id: one for one in await rows.of_bling(conn, tenant_id, kind, ids)}
    seen = await rows.who_has_seen(conn, stride.run, ids)
    doubts: list[Doubt] = []
    for mark, bling_id in named.items():
        if bling_id:
            link = links.get(bling_id)
            home = link.record.account_id if link is not None else sight.place.accounts[0]
            account = seen.get(bling_id, home)
            doubts.append(
                Doubt(
                    account_id=account,
                    bling_id=bling_id,
                    bitrix_id=mark.bitrix_id,
                    doubted_at=now,
                    due_at=now,
                )
            )
    strays = [mark for mark, bling_id in named.items() if bling_id is None and mark.active]
    return doubts, [_stray(kind, mark, sight.counts.findings + n) for n, mark in enumerate(strays, 1)]


async def _shared(sight: _Sight) -> None:
    """Records of Bling with one pair between them; then on to the doubts."""
    stride = sight.stride
    place = msgspec.structs.replace(sight.place, phase=Phase.DOUBTS)
    async with stride.commit(place=place) as conn:
        if stride.run.kind is Kind.PRODUCT:
            found = await rows.shared_links(conn, stride.tenant_id, stride.run.kind)
            mine = [one.record for one in found]
            await rows.doubt(conn, stride.run, _doubts(mine, stride.engine.clock()))


async def _compared(sight: _Sight) -> None:
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


async def _repair(sight: _Sight) -> None:
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


def _stray(kind: Kind, mark: Mark, number: int) -> Finding:
    """A record whose mark names nothing."""
    return Finding(
        n=number,
        kind=kind,
        bitrix_id=mark.bitrix_id,
        what=What.ORPHAN,
        label=mark.label,
        detail=Why.BAD_MARK,
    )


def _doubts(records: Iterable[RecordKey], now: datetime) -> list[Doubt]:
    return [
        Doubt(account_id=one.account_id, bling_id=one.bling_id, doubted_at=now, due_at=now) for one in records
    ]


def _ids_of(records: Iterable[RecordKey], account: UUID) -> list[int]:
    return [one.bling_id for one in records if one.account_id == account]


def _counted(counts: Counts, compared: int, excluded: int) -> Counts:
    return msgspec.structs.replace(
        counts, compared=counts.compared + compared, excluded=counts.excluded + excluded
    )
