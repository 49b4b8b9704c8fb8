"""What no list of Bling's has shown: pairs of what is gone, and marks in Bitrix24 that belong to no pair."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

import msgspec

from connector.bitrix24.batch import MOST, Command, Done
from connector.bitrix24.packer import Packer
from connector.domain.drift import What, Why
from connector.domain.events import Kind
from connector.domain.vendor import Transient
from connector.store import drift as rows
from connector.store import runs
from connector.store.drift import Doubt
from connector.store.runs import Finding
from connector.store.scope import Connection
from connector.sync.runs.comparison import Phase, Side, Sight, counted, doubts_of
from connector.sync.runs.looks import LIST_PAGE, Look, Mark, asked

#: Pairs of one step.
LINKS = 500


async def pairs(sight: Sight) -> None:
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
    async with stride.commit(place=after, counts=counted(sight.counts, len(mine))) as conn:
        await rows.doubt(conn, stride.run, doubts_of(mine, stride.engine.clock()))


async def marked(sight: Sight) -> None:
    """Bitrix24's own lists, as many of their pages as one request holds: marks that belong to no pair."""
    stride, place = sight.stride, sight.place
    sides = place.sides if place.sides is not None else await _sides(sight)
    if not sides:
        await _shared(sight)
        return
    marks, left = await read_marks(sight.look, sight.packer, sides)
    async with stride.engine.database.tenant(stride.tenant_id) as conn:
        doubts, bad = await _strangers(sight, conn, marks)
    counts = counted(sight.counts, len(bad))
    counts = msgspec.structs.replace(counts, findings=counts.findings + len(bad))
    async with stride.commit(place=msgspec.structs.replace(place, sides=left), counts=counts) as conn:
        await rows.doubt(conn, stride.run, doubts)
        await runs.add_findings(conn, stride.run, bad)


async def _sides(sight: Sight) -> tuple[Side, ...]:
    """The lists that there are, with how many records of ours are in each."""
    stride = sight.stride
    async with stride.engine.database.tenant(stride.tenant_id) as conn:
        shapes = await rows.pairs_by_shape(conn, stride.tenant_id, stride.run.kind)
    expected: Counter[int | None] = Counter()
    for shape, n in shapes.items():
        expected[sight.look.side_of(shape)] += n
    return tuple(Side(number, expected[number]) for number in sight.look.sides)


async def read_marks(
    look: Look, packer: Packer, sides: Sequence[Side]
) -> tuple[list[Mark], tuple[Side, ...]]:
    """One request's worth of marks, and the rest of the lists; raises `Transient` for one that stands."""
    questions: list[tuple[Side, list[Command]]] = []
    room = MOST
    for side in sides:
        starts = range(0, min(side.expected // LIST_PAGE + 1, room) * LIST_PAGE, LIST_PAGE)
        questions.append((side, [look.page(side.number, side.after, start) for start in starts]))
        room -= len(starts)
    answers = await asked(packer, [one for _, commands in questions for one in commands])
    marks: list[Mark] = []
    left: list[Side] = []
    for side, commands in questions:
        mine, answers = answers[: len(commands)], answers[len(commands) :]
        found = [mark for answer in mine for mark in look.marks(side.number, answer.result)]
        marks += found
        left += _left(side, mine, found)
    return marks, tuple(left)


def _left(side: Side, answers: Sequence[Done], found: Sequence[Mark]) -> list[Side]:
    """The rest of a list."""
    if not answers:
        return [side]
    if answers[-1].next is None:
        return []
    last = max((mark.bitrix_id for mark in found), default=side.after)
    if last <= side.after:
        raise Transient("the list goes on where it was", code="unreadable")
    rest = side.expected - len(found)
    return [Side(side.number, rest if rest > 0 else MOST * LIST_PAGE, last)]


async def _strangers(
    sight: Sight, conn: Connection, marks: Iterable[Mark]
) -> tuple[list[Doubt], list[Finding]]:
    """Doubts about records that carry our mark and are no pair's; findings where the mark is no Bling id."""
    stride, kind = sight.stride, sight.stride.run.kind
    tenant_id, now = stride.tenant_id, stride.engine.clock()
    found = {mark.bitrix_id: mark for mark in marks}
    paired = {one.bitrix_id for one in await rows.of_bitrix(conn, tenant_id, kind, found)}
    named = {mark: sight.look.bling_id(mark) for one, mark in found.items() if one not in paired}
    ids = {one for one in named.values() if one}
    links = {
        one.record.bling_id: one.record.account_id for one in await rows.of_bling(conn, tenant_id, kind, ids)
    }
    homes = links | await rows.who_has_seen(conn, stride.run, ids)
    first = (*sight.place.accounts, *sorted(stride.context.accounts))[0]
    doubts = [
        Doubt(
            account_id=homes.get(bling_id, first),
            bling_id=bling_id,
            bitrix_id=mark.bitrix_id,
            doubted_at=now,
            due_at=now,
        )
        for mark, bling_id in named.items()
        if bling_id
    ]
    strays = [mark for mark, bling_id in named.items() if bling_id is None and mark.active]
    return doubts, [_stray(kind, mark, sight.counts.findings + n) for n, mark in enumerate(strays, 1)]


async def _shared(sight: Sight) -> None:
    """Records of Bling with one pair between them; then on to the doubts."""
    stride = sight.stride
    place = msgspec.structs.replace(sight.place, phase=Phase.DOUBTS)
    async with stride.commit(place=place) as conn:
        if stride.run.kind is Kind.PRODUCT:
            found = await rows.shared_links(conn, stride.tenant_id, stride.run.kind)
            await rows.doubt(
                conn, stride.run, doubts_of((one.record for one in found), stride.engine.clock())
            )


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
