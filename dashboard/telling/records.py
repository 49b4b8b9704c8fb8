"""Registros: records by state."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import urlencode

import msgspec

from connector.account.people import Viewer
from connector.domain.events import Kind, Outcome, Reason, RecordKey, RecordState
from connector.store.links import Link, ReasonCount
from connector.store.record_lists import Wanted
from dashboard import formats
from dashboard.reader import N_, _
from dashboard.telling import reasons, remedies, words
from dashboard.views.parts import Chip, Fact, Nav
from dashboard.views.records import Line, Records, StateTab
from dashboard.views.remedies import Bar

#: Kinds with a list, in its order.
SHOWN = (Kind.PRODUCT, Kind.ORDER, Kind.SALE, Kind.CONTACT)
LEADS: dict[Kind, str] = {
    Kind.PRODUCT: N_("Cada produto que a Ponte conhece, e como ele está."),
    Kind.ORDER: N_("Cada pedido que a Ponte conhece, e como está o negócio dele."),
    Kind.SALE: N_("Cada venda que a Ponte conhece, e como está o negócio dela."),
    Kind.CONTACT: N_("Cada cliente de um pedido, e quem ele é no Bitrix24."),
}


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What the address asks for."""

    kind: Kind
    state: RecordState | None = None
    reason: Reason | None = None
    search: str = ""
    #: The record that the page before ended with.
    after: RecordKey | None = None
    #: So many were put in the queue just now.
    queued: int | None = None

    @property
    def wanted(self) -> Wanted:
        """As the store takes it."""
        return Wanted(kind=self.kind, state=self.state, reason=self.reason, q=self.search or None)

    def url(self, **changes: str | None) -> str:
        """The same list with some things changed; the place is not kept."""
        kind = None if self.kind is Kind.PRODUCT else self.kind.value
        names = {"tipo": kind, "estado": self.state, "motivo": self.reason, "q": self.search}
        query = urlencode({name: value for name, value in (names | changes).items() if value})
        return f"/registros?{query}" if query else "/registros"


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """What the store says."""

    counts: Mapping[Kind, Mapping[RecordState, int]]
    reasons: Sequence[ReasonCount]
    rows: Sequence[Link]
    #: Any address of Bling's site.
    bling: str


def records(asked: Asked, known: Known, viewer: Viewer, size: int) -> Records:
    """The whole screen."""
    kind = asked.kind
    last = known.rows[size - 1] if len(known.rows) > size else None
    place = f"{last.record.account_id}.{last.record.bling_id}" if last else ""
    return Records(
        title=words.many(kind),
        lead=_(LEADS[kind]),
        icon=words.icon(kind),
        kinds=tuple(
            Nav(label=words.many(one), url=Asked(kind=one).url(), current=one is kind) for one in SHOWN
        ),
        tabs=tuple(_tabs(asked, known.counts.get(kind, {}))),
        rows=tuple(_line(link, asked, viewer, known.bling) for link in known.rows[:size]),
        older=asked.url(depois=place) if last else "",
        search=asked.search,
        asked=tuple(_hidden(asked)),
        reasons=tuple(_reasons(asked, known.reasons)),
        bar=_bar(asked, known.reasons, viewer),
        said=remedies.queued(asked.queued) if asked.queued is not None else "",
        all_url=Asked(kind=kind).url(),
    )


def _hidden(asked: Asked) -> Iterable[Fact]:
    named = (("tipo", asked.kind), ("estado", asked.state), ("motivo", asked.reason))
    return (Fact(name, value) for name, value in named if value)


def _tabs(asked: Asked, counts: Mapping[RecordState, int]) -> Iterable[StateTab]:
    total = formats.number(sum(counts.values()))
    yield StateTab(_("Todos"), total, asked.url(estado=None, motivo=None), "", asked.state is None)
    for state in RecordState:
        n = counts.get(state, 0)
        if n or state is asked.state:
            one, many, tone = words.STATES[state]
            label = _capital(_(one) if n == 1 else _(many))
            url = asked.url(estado=state, motivo=None)
            yield StateTab(label, formats.number(n), url, tone, asked.state is state)


def _reasons(asked: Asked, counts: Sequence[ReasonCount]) -> Iterable[StateTab]:
    """Why they stand as they stand, where there is more than one answer or one is chosen."""
    mine = [one for one in counts if one.kind is asked.kind and asked.state in (None, one.state)]
    if asked.state is None and asked.reason is None:
        return
    for one in sorted(mine, key=lambda one: -one.n):
        explained = reasons.told(one.reason, one.kind, ended(one.state))
        label = _capital(explained.short) if explained else one.reason
        current = asked.reason is one.reason
        url = asked.url(motivo=None if current else one.reason)
        yield StateTab(label, formats.number(one.n), url, "", current)


def _bar(asked: Asked, counts: Sequence[ReasonCount], viewer: Viewer) -> Bar | None:
    """What the chosen reason means, and what can be done about all its records."""
    explained = reasons.told(asked.reason, asked.kind, ended(asked.state))
    if asked.reason is None or explained is None:
        return None
    n = sum(one.n for one in counts if (one.kind, one.reason) == (asked.kind, asked.reason))
    mending = remedies.mend(asked.reason, asked.kind)
    if mending is not None and mending.url.startswith("/registros"):
        mending = None
    again = remedies.for_all(asked.reason, asked.kind, n, viewer)
    step = f" {explained.remedy}" if explained.remedy else ""
    return Bar(
        sentence=explained.sentence + step,
        actions=tuple(action for action in (mending, again) if action is not None),
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def state_chip(state: RecordState) -> Chip:
    """`Em dia`."""
    one, _many, tone = words.STATES[state]
    return Chip(_capital(_(one)), tone)


def ended(state: RecordState | None) -> Outcome | None:
    """How the last change ended of a record that is left out on purpose."""
    return Outcome.SKIPPED if state is RecordState.EXCLUDED else None


def _line(link: Link, asked: Asked, viewer: Viewer, bling: str) -> Line:
    explained = reasons.told(link.reason, link.record.kind, ended(link.state))
    action = remedies.of_record(link.reason, link.record, viewer, bling)
    one_by_one = link.state in (RecordState.NEEDS_YOU, RecordState.DELETED)
    return Line(
        url=f"/registros/{link.record.kind}/{link.record.bling_id}",
        icon=words.icon(link.record.kind),
        label=link.label or f"{words.kind(link.record.kind)} {abs(link.record.bling_id)}",
        key=(link.sku or "") if link.record.kind is Kind.PRODUCT else "",
        chip=state_chip(link.state),
        detail=explained.short if explained else link.detail or "",
        bitrix_id=str(link.bitrix_id or link.record.in_bitrix24 or ""),
        at=link.synced_at,
        reason_url=asked.url(motivo=link.reason) if link.reason and not asked.reason else "",
        action=action if one_by_one else None,
    )
