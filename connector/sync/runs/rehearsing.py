"""A rehearsal: the whole account through the planner, and nothing is written on either side.

Everything counts as ticked: the rehearsal says what an import would do once it may. Orders and contacts have
to be read one by one, so only the first of them are planned; the others are told apart by what the lists and
our links say of them.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from enum import StrEnum

import msgspec

from connector.bling.client import Record
from connector.domain import deals
from connector.domain.deals import CreateDeal, UpdateDeal
from connector.domain.events import Kind, Outcome, Reason, RecordKey, Source
from connector.domain.orders import outside
from connector.domain.products import Allowed, Create, Update
from connector.domain.runs import RunState
from connector.store import links as link_rows
from connector.store import runs
from connector.store.links import Link
from connector.store.runs import Finding
from connector.sync.asking import question_of
from connector.sync.context import Context
from connector.sync.ends import OnPaper
from connector.sync.runs import listing
from connector.sync.runs.listing import Page, Place
from connector.sync.runs.slices import Asked
from connector.sync.runs.stride import Stride
from connector.sync.turn import Turning
from connector.sync.work import Ended, Held, Work

#: Records that are read one by one at most.
SAMPLE = 100
#: Examples of each class.
EXAMPLES = 20


class Wish(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What somebody wants rehearsed."""

    asked: Asked = Asked()
    #: For the import that may follow: let the portal's automations run for what is made.
    automations: bool = False


class Class(StrEnum):
    """What would become of a record."""

    LINKED = "linked"
    ADOPTED = "adopted"
    AMBIGUOUS = "ambiguous"
    NEW = "new"
    EXCLUDED = "excluded"
    FAILED = "failed"


class Counts(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Records of each class, which add up to all; `differing` of the linked and adopted would be changed."""

    linked: int = 0
    adopted: int = 0
    ambiguous: int = 0
    new: int = 0
    excluded: int = 0
    failed: int = 0
    differing: int = 0
    #: Why records are excluded or would fail, by code.
    reasons: dict[str, int] = {}
    #: Records that were told apart without being read.
    guessed: int = 0
    #: Examples that were kept, by class.
    shown: dict[str, int] = {}


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What the planner would do with one record."""

    key: RecordKey
    kind: Class
    label: str
    code: str = ""
    reason: str = ""
    detail: str | None = None
    bitrix_id: int | None = None
    #: Fields that would be written: name, before, after.
    fields: tuple[tuple[str, str | None, str | None], ...] = ()
    guessed: bool = False

    @property
    def differs(self) -> bool:
        """The record is there, and would be changed."""
        return self.kind in (Class.LINKED, Class.ADOPTED) and bool(self.fields)


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """A field of an example, as findings keep it."""

    field: str
    bling: str | None
    bitrix24: str | None


class Rehearsing:
    """The task of rehearsals."""

    async def step(self, stride: Stride) -> None:
        wish = msgspec.json.decode(stride.run.wish, type=Wish)
        place, kind = stride.run.place, stride.run.kind
        if place is None:
            begun = listing.begin(kind, wish.asked, stride.context, stride.engine.clock())
            async with stride.commit(place=begun, counts=Counts()):
                return
        known = msgspec.json.decode(place, type=Place)
        if known.over:
            await _finish(stride)
        else:
            page = await listing.read(stride, kind, wish.asked, known)
            await _keep(stride, page, await _judge(stride, page))


def counts_of(raw: msgspec.Raw | None) -> Counts:
    """A rehearsal's counts as they are kept."""
    return Counts() if raw is None else msgspec.json.decode(raw, type=Counts)


async def _keep(stride: Stride, page: Page, verdicts: Sequence[Verdict]) -> None:
    """The page's records, each counted once however often a list shows it."""
    run, labels = stride.run, page.labels(stride.run.kind)
    async with stride.commit(place=page.place, detail=None) as conn:
        fresh = await runs.fresh_items(conn, run, page.account_id, list(labels))
        listed = run.listed + await runs.list_items(conn, run, page.account_id, labels)
        mine = [one for one in verdicts if one.key.bling_id in fresh]
        before = counts_of(run.counts)
        examples = _examples(before, mine, sum(before.shown.values()))
        await runs.judged(
            conn, run, page.account_id, {one.key.bling_id: (one.kind, one.code) for one in mine}
        )
        await runs.add_findings(conn, run, examples)
        await runs.count_done(conn, run, len(mine), sum(one.kind is Class.FAILED for one in mine))
        counts = _added(before, mine, examples)
        total = listed if page.place.over else None
        stride.change(listed=listed, total=total, counts=counts)


async def _finish(stride: Stride) -> None:
    """Of new records with one code the second would find the first: then a person has to choose."""
    run, counts = stride.run, counts_of(stride.run.counts)
    async with stride.engine.database.tenant(stride.tenant_id) as conn:
        same = await runs.same_codes(conn, run, Class.NEW) if run.kind is Kind.PRODUCT else 0
    settled = msgspec.structs.replace(counts, new=counts.new - same, ambiguous=counts.ambiguous + same)
    async with stride.commit(counts=settled):
        pass
    await stride.end(RunState.DONE)


async def _judge(stride: Stride, page: Page) -> list[Verdict]:
    keys = {RecordKey(stride.run.kind, page.account_id, int(row["id"])): row for row in page.rows}
    async with stride.engine.database.tenant(stride.tenant_id) as conn:
        links = await link_rows.load(conn, stride.tenant_id, keys)
    kind = stride.run.kind
    room = len(keys) if kind is Kind.PRODUCT else max(0, SAMPLE - stride.run.listed)
    outer = {key: why for key, row in keys.items() if (why := _outside(stride.context, key, row, links))}
    planned = [key for key in keys if key not in outer][:room]
    found = await _plan(stride, planned) if planned else {}
    return [found.get(key) or _guess(key, row, links.get(key), outer.get(key)) for key, row in keys.items()]


async def _plan(stride: Stride, keys: Sequence[RecordKey]) -> dict[RecordKey, Verdict]:
    """By the very rooms of a drain."""
    paper = OnPaper()
    turning = Turning(stride.engine, stride.tenant_id, paper, _all_ticked)
    try:
        await turning.process({key: [question_of(key, Source.IMPORT, stride.engine.clock())] for key in keys})
    finally:
        await turning.close()
    stride.called(paper.calls, paper.scopes)
    return {work.key: _verdict(work) for work in paper.works if work.events}


def _all_ticked(context: Context) -> Context:
    allowed = Allowed(create=True, update=True, delete=True, adopt=context.allowed.adopt)
    wishes = dataclasses.replace(context.deals, allowed=deals.Allowed(create=True, update=True), sales=True)
    return dataclasses.replace(context, allowed=allowed, deals=wishes)


def _verdict(work: Work) -> Verdict:
    kind, reason, detail = _class_of(work)
    return Verdict(
        key=work.key,
        kind=kind,
        label=work.label,
        code=work.sku or "",
        reason=reason,
        detail=detail,
        bitrix_id=work.bitrix_id or None,
        fields=tuple((one.field, one.before, one.after) for one in work.changes),
    )


def _class_of(work: Work) -> tuple[Class, str, str | None]:
    was_linked = work.link is not None and work.link.bitrix_id is not None and work.link.gone_at is None
    match work.ending:
        case Held(reason=Reason.AMBIGUOUS as reason, detail=detail):
            return Class.AMBIGUOUS, reason, detail
        case (
            Held(reason=reason, detail=detail)
            | Ended(outcome=Outcome.FAILED | Outcome.DEAD, reason=reason, detail=detail)
        ):
            return Class.FAILED, str(reason or ""), detail
        case Ended(outcome=Outcome.SKIPPED, reason=reason, detail=detail):
            return Class.EXCLUDED, str(reason or ""), detail
        case Ended(detail=detail):
            if was_linked:
                return Class.LINKED, "", detail
            makes = isinstance(work.plan, Create | CreateDeal)
            return Class.NEW if makes or not work.bitrix_id else Class.ADOPTED, "", detail
        case _ if isinstance(work.plan, Create | CreateDeal | Update | UpdateDeal):
            return Class.FAILED, "", "o fornecedor não respondeu agora"
        case _:
            # Put off because another one with its code is being made.
            return Class.NEW, "", None


def _outside(context: Context, key: RecordKey, row: Record, links: Mapping[RecordKey, Link]) -> Reason | None:
    """What the list alone says against an order."""
    if key.kind is not Kind.ORDER:
        return None
    wishes, link = context.deals, links.get(key)
    connected = wishes.connected.get(key.account_id)
    linked = link is not None and link.bitrix_id is not None
    unseen = msgspec.structs.replace(wishes.filter, vendedor=frozenset())
    return outside(row, unseen, connected, linked=linked)


def _guess(key: RecordKey, row: Record, link: Link | None, why: Reason | None) -> Verdict:
    """Without a look at the record itself."""
    linked = link is not None and link.bitrix_id is not None and link.gone_at is None
    kind = Class.EXCLUDED if why else Class.LINKED if linked else Class.NEW
    return Verdict(
        key=key,
        kind=kind,
        label=listing.label(key.kind, row),
        reason=str(why or ""),
        bitrix_id=link.bitrix_id if link is not None and linked else None,
        guessed=why is None,
    )


def _added(before: Counts, verdicts: Sequence[Verdict], examples: Sequence[Finding]) -> Counts:
    counts = msgspec.structs.asdict(before)
    reasons, shown = dict(before.reasons), dict(before.shown)
    for one in verdicts:
        counts[one.kind] += 1
        counts["differing"] += one.differs
        counts["guessed"] += one.guessed
        if one.reason:
            reasons[one.reason] = reasons.get(one.reason, 0) + 1
    for example in examples:
        shown[example.what] = shown.get(example.what, 0) + 1
    return Counts(**counts | {"reasons": reasons, "shown": shown})


def _examples(before: Counts, verdicts: Sequence[Verdict], number: int) -> list[Finding]:
    """A few of each class, those that would be changed as a class of their own."""
    shown = dict(before.shown)
    found: list[Finding] = []
    for one in verdicts:
        what = "differing" if one.differs else str(one.kind)
        if one.guessed or shown.get(what, 0) >= EXAMPLES:
            continue
        shown[what] = shown.get(what, 0) + 1
        found.append(_finding(one, what, number + len(found) + 1))
    return found


def _finding(one: Verdict, what: str, n: int) -> Finding:
    fields = [Shown(field=name, bling=after, bitrix24=before) for name, before, after in one.fields]
    return Finding(
        n=n,
        kind=one.key.kind,
        account_id=one.key.account_id,
        bling_id=one.key.bling_id,
        bitrix_id=one.bitrix_id,
        what=what,
        label=one.label,
        detail=one.detail or one.reason or None,
        fields=msgspec.Raw(msgspec.json.encode(fields)),
    )
