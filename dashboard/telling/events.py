"""Eventos: the list, its filters, and what is new."""

from __future__ import annotations

from uuid import UUID

import msgspec

from connector.domain.events import Kind, Outcome, Source
from connector.store import ids
from connector.store.event_lists import Count
from connector.store.history import EventRow, SyncRow
from connector.store.links import Link
from dashboard import formats
from dashboard.reader import _, plural
from dashboard.telling import history, reasons, words
from dashboard.telling.asked import Asked
from dashboard.views.events import Events, Filters, Match, Newer, Tab
from dashboard.views.parts import Action, Choice

#: In the order of interest.
OUTCOMES = (
    Outcome.CREATED,
    Outcome.UPDATED,
    Outcome.UNCHANGED,
    Outcome.SKIPPED,
    Outcome.HELD,
    Outcome.FAILED,
    Outcome.DEAD,
)


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """A page of events, and the records that a search may have meant."""

    rows: tuple[EventRow, ...] = ()
    syncs: dict[UUID, SyncRow] = {}
    choices: tuple[Link, ...] = ()
    #: Where the page after this one begins, and the one before; None: there is none.
    older: UUID | None = None
    newer: UUID | None = None
    #: So far was looked, and the page is not full yet.
    searched: UUID | None = None
    #: Settled events of the filter; None where they are not offered to be run again.
    count: Count | None = None


def events(asked: Asked, found: Found) -> Events:
    """The whole screen."""
    shown = found.rows
    newest = str(shown[0].id) if shown else ""
    return Events(
        filters=_filters(asked),
        tabs=_tabs(asked),
        matches=tuple(_match(asked, link) for link in found.choices),
        rows=tuple(history.row(event, found.syncs) for event in shown),
        said=_said(asked),
        replay=_replay(asked, found.count),
        searched=_searched(found.searched),
        newer_url=asked.url("/eventos/novos", desde=newest),
        same_url=asked.url(ate=newest) if any(event.outcome is None for event in shown) else "",
        older=asked.url(depois=str(found.older)) if found.older else "",
        newer=asked.url(antes=str(found.newer)) if found.newer else "",
        newest_url=asked.url(),
        first_page=found.newer is None,
    )


def _replay(asked: Asked, count: Count | None) -> Action | None:
    """To the page that asks once more before a whole filter is run again."""
    if count is None or not count.n:
        return None
    if count.more:
        label = _("Reprocessar %(num)s ou mais eventos deste filtro") % {"num": formats.number(count.n)}
    else:
        label = plural(
            "Reprocessar %(num)s evento deste filtro", "Reprocessar os %(num)s eventos deste filtro", count.n
        )
    return Action(label=label, url=asked.url("/eventos/reprocessar"), icon="rotate-ccw")


def _searched(upto: UUID | None) -> str:
    if upto is None:
        return ""
    return _("Procurado até %(time)s. Há eventos mais antigos.") % {
        "time": formats.date_time(ids.time_of(upto))
    }


def _said(asked: Asked) -> str:
    """After a bulk replay was asked for."""
    if asked.replayed is None:
        return ""
    if not asked.replayed:
        return _("Nenhum registro novo para reprocessar: todos já estão na fila.")
    return plural(
        "%(num)s registro entrou na fila. Acompanhe aqui.",
        "%(num)s registros entraram na fila. Acompanhe aqui.",
        asked.replayed,
    )


def newer(asked: Asked, count: int, most: int) -> Newer | None:
    """The line above the list; none when nothing is new."""
    if not count:
        return None
    if count > most:
        return Newer(text=_("Mais de %(num)s eventos novos.") % {"num": most}, url=asked.url())
    return Newer(text=plural("%(num)s evento novo.", "%(num)s eventos novos.", count), url=asked.url())


def _filters(asked: Asked) -> Filters:
    reason = reasons.told(asked.reason, asked.kind)
    return Filters(
        search=asked.search,
        outcome=asked.outcome or "",
        reason=asked.reason or "",
        reason_text=reason.short if reason else "",
        without_reason_url=asked.url(motivo=None),
        kinds=(
            Choice("", _("todos"), asked.kind is None),
            *(Choice(kind, words.kind(kind), kind is asked.kind) for kind in Kind),
        ),
        sources=(
            Choice("", _("todas"), asked.source is None),
            *(Choice(source, words.source(source), source is asked.source) for source in Source),
        ),
        first=asked.first.isoformat() if asked.first else "",
        last=asked.last.isoformat() if asked.last else "",
        active=asked.is_filtered,
    )


def _tabs(asked: Asked) -> tuple[Tab, ...]:
    every = Tab(label=_("Todos"), url=asked.url(resultado=None), tone="", current=asked.outcome is None)
    return (every, *(_tab(asked, outcome) for outcome in OUTCOMES))


def _tab(asked: Asked, outcome: Outcome) -> Tab:
    chip = words.outcome(outcome)
    url = asked.url(resultado=outcome)
    return Tab(label=chip.label, url=url, tone=chip.tone, current=asked.outcome is outcome)


def _match(asked: Asked, link: Link) -> Match:
    return Match(
        label=link.label or str(link.record.bling_id),
        key=link.sku or str(link.record.bling_id),
        icon=words.icon(link.record.kind),
        url=asked.url(q=str(link.record.bling_id), tipo=link.record.kind),
    )
