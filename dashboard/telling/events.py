"""Eventos: the list, its filters, and what is new."""

from __future__ import annotations

from uuid import UUID

import msgspec

from connector.domain.events import Kind, Outcome
from connector.store.history import EventRow, SyncRow
from connector.store.links import Link
from dashboard.reader import _, plural
from dashboard.telling import history, reasons, words
from dashboard.telling.asked import Asked
from dashboard.views.events import Events, Filters, Match, Newer, Tab
from dashboard.views.parts import Choice

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
    """A page of events and one more; or records to choose from."""

    rows: tuple[EventRow, ...] = ()
    syncs: dict[UUID, SyncRow] = {}
    choices: tuple[Link, ...] = ()


def events(asked: Asked, found: Found, size: int) -> Events:
    """The whole screen."""
    shown = found.rows[:size]
    newest = str(shown[0].id) if shown else ""
    return Events(
        filters=_filters(asked),
        tabs=_tabs(asked),
        matches=tuple(_match(asked, link) for link in found.choices),
        rows=tuple(history.row(event, found.syncs) for event in shown),
        newer_url=asked.url("/eventos/novos", desde=newest),
        same_url=asked.url(ate=newest) if any(event.outcome is None for event in shown) else "",
        older=asked.url(depois=str(shown[-1].id)) if len(found.rows) > size else "",
        newest_url=asked.url(),
        first_page=asked.before is None,
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
        url=asked.url(q=str(link.record.bling_id)),
    )
