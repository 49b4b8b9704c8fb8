"""Registros: records by state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from connector.domain.events import Kind, Outcome, RecordState
from connector.store.links import Link
from dashboard import formats
from dashboard.reader import N_, _
from dashboard.telling import reasons, words
from dashboard.views.parts import Chip, Nav
from dashboard.views.records import Line, Records, StateTab

#: Kinds with a list, in its order.
SHOWN = (Kind.PRODUCT, Kind.ORDER, Kind.SALE, Kind.CONTACT)
LEADS: dict[Kind, str] = {
    Kind.PRODUCT: N_("Cada produto que a Ponte conhece, e como ele está."),
    Kind.ORDER: N_("Cada pedido que a Ponte conhece, e como está o negócio dele."),
    Kind.SALE: N_("Cada venda que a Ponte conhece, e como está o negócio dela."),
    Kind.CONTACT: N_("Cada cliente de um pedido, e quem ele é no Bitrix24."),
}

Counts = Mapping[Kind, Mapping[RecordState, int]]


def records(
    kind: Kind, state: RecordState | None, counts: Counts, rows: Sequence[Link], size: int
) -> Records:
    """The whole screen."""
    last = rows[size - 1] if len(rows) > size else None
    place = f"{last.record.account_id}.{last.record.bling_id}" if last else ""
    states = counts.get(kind, {})
    shown = [one for one in RecordState if states.get(one) or one is state]
    total = formats.number(sum(states.values()))
    return Records(
        title=words.many(kind),
        lead=_(LEADS[kind]),
        icon=words.icon(kind),
        kinds=tuple(Nav(label=words.many(one), url=_url(one), current=one is kind) for one in SHOWN),
        tabs=(
            StateTab(_("Todos"), total, _url(kind), "", state is None),
            *(_tab(kind, one, states.get(one, 0), state is one) for one in shown),
        ),
        rows=tuple(_line(link) for link in rows[:size]),
        older=_url(kind, estado=state, depois=place) if last else "",
    )


def _url(kind: Kind, **more: str | None) -> str:
    asked = {"tipo": None if kind is Kind.PRODUCT else kind.value, **more}
    query = urlencode({name: value for name, value in asked.items() if value})
    return f"/registros?{query}" if query else "/registros"


def _tab(kind: Kind, state: RecordState, count: int, current: bool) -> StateTab:
    one, many, tone = words.STATES[state]
    label = _capital(_(one) if count == 1 else _(many))
    return StateTab(label, formats.number(count), _url(kind, estado=state), tone, current)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def state_chip(state: RecordState) -> Chip:
    """`Em dia`."""
    one, _many, tone = words.STATES[state]
    return Chip(_capital(_(one)), tone)


def ended(link: Link) -> Outcome | None:
    """How the last change ended of a record that is left out on purpose."""
    return Outcome.SKIPPED if link.state is RecordState.EXCLUDED else None


def _line(link: Link) -> Line:
    explained = reasons.told(link.reason, link.record.kind, ended(link))
    return Line(
        url=f"/registros/{link.record.kind}/{link.record.bling_id}",
        icon=words.icon(link.record.kind),
        label=link.label or f"{words.kind(link.record.kind)} {link.record.bling_id}",
        key=(link.sku or "") if link.record.kind is Kind.PRODUCT else "",
        chip=state_chip(link.state),
        detail=explained.short if explained else link.detail or "",
        bitrix_id=str(link.bitrix_id or ""),
        at=link.synced_at,
    )
