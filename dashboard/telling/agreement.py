"""Conferências: all comparisons, how far both sides agreed at each, and what a night mends by itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import urlencode
from uuid import UUID

import msgspec

from connector.account.drift import Reconciliation as Found
from connector.account.people import Viewer
from connector.domain.drift import Mending
from connector.domain.events import Kind
from connector.domain.runs import RunState
from connector.store.drift import Score
from connector.store.runs import Run
from connector.sync.runs.comparison import KINDS, Wish
from dashboard import formats
from dashboard.reader import _
from dashboard.telling import words
from dashboard.telling.drift_curve import curve
from dashboard.telling.reconciliation import LENGTHS, PATH, share, state_chip
from dashboard.views.parts import Nav
from dashboard.views.reconciliation import Agreement, Card, Nightly, Past

OPTIONS = f"{PATH}/opcoes"


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What the address asks for."""

    kind: Kind = KINDS[0]
    last: int = LENGTHS[0]
    #: The comparison that the list's page before ended with.
    before: UUID | None = None

    def url(self, **changed: object) -> str:
        """The same page with another kind, length or place in its list."""
        one = msgspec.structs.replace(self, **changed)
        given = {
            "tipo": one.kind if one.kind is not KINDS[0] else "",
            "ultimas": one.last if one.last != LENGTHS[0] else "",
            "antes": one.before or "",
        }
        query = urlencode({name: value for name, value in given.items() if value})
        return PATH + (f"?{query}" if query else "")


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """What the page is told from."""

    viewer: Viewer
    card: Card
    scores: Sequence[Score]
    mending: Mending
    #: The list's runs, one more than are shown where there are further ones.
    past: Sequence[Found]
    #: Names by person.
    people: Mapping[UUID, str]
    #: An option was saved just now.
    saved: bool = False


def agreement(known: Known, asked: Asked, size: int) -> Agreement:
    """The whole page, `size` comparisons in its list."""
    shown = known.past[:size]
    return Agreement(
        card=msgspec.structs.replace(known.card, all_url=""),
        nightly=nightly(known.mending, known.viewer, saved=known.saved),
        kinds=tuple(_kinds(asked)),
        curve=curve(
            asked.kind, known.scores, asked.last, lambda last: asked.url(last=last, before=None) + "#evolucao"
        ),
        past=tuple(_past(one, known.people) for one in shown),
        next_url=asked.url(before=shown[-1].run.id) if len(known.past) > size else "",
    )


def nightly(mending: Mending, viewer: Viewer, *, saved: bool) -> Nightly:
    """The choice about nights."""
    return Nightly(
        url=OPTIONS,
        everything=mending is Mending.ALL,
        editable=viewer.may_change,
        said=_("Salvo") if saved else "",
    )


def _kinds(asked: Asked) -> Iterable[Nav]:
    for kind in KINDS:
        url = asked.url(kind=kind, before=None) + "#evolucao"
        yield Nav(label=words.many(kind), url=url, current=kind is asked.kind)


def _past(one: Found, people: Mapping[UUID, str]) -> Past:
    run = one.run
    told = run.state is RunState.DONE
    return Past(
        at=run.started_at,
        url=f"{PATH}/{run.id}",
        kind=words.many(run.kind),
        who=_who(run, people),
        share=share(one.compared, one.differing) if told else "–",
        differing=formats.number(one.differing) if told else "–",
        took=_took(run),
        chip=state_chip(run.state),
    )


def _who(run: Run, people: Mapping[UUID, str]) -> str:
    if run.started_by is not None:
        return people.get(run.started_by, "–")
    return _("Ponte, à noite") if msgspec.json.decode(run.wish, type=Wish).night else _("Ponte")


def _took(run: Run) -> str:
    if run.ended_at is None:
        return "–"
    return formats.duration(round((run.ended_at - run.started_at).total_seconds() * 1000))
