"""Precisam de você: each cause with its count and its remedy; then what can be brought by now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from connector.account.people import Viewer
from connector.account.toggles import Toggle
from connector.domain.events import Kind, Reason, RecordState
from connector.domain.remedies import KEPT_OUT
from connector.store.links import ReasonCount
from dashboard.reader import _, plural
from dashboard.telling import reasons, remedies, words
from dashboard.telling.records import SHOWN
from dashboard.views.overview import Cause
from dashboard.views.parts import Action


def causes(counts: Sequence[ReasonCount], viewer: Viewer) -> tuple[Cause, ...]:
    """Records that need somebody, by reason and kind, the most frequent first."""
    needing = (one for one in counts if one.state is RecordState.NEEDS_YOU)
    return tuple(_cause(one, viewer) for one in sorted(needing, key=lambda one: -one.n))


def offers(
    counts: Iterable[ReasonCount], toggles: Mapping[Toggle, bool], viewer: Viewer
) -> tuple[Cause, ...]:
    """What was left out while a toggle was off that is on by now."""
    by_now = {KEPT_OUT[name] for name, on in toggles.items() if on and name in KEPT_OUT}
    return tuple(
        _offer(one, viewer)
        for one in counts
        if (one.kind, one.reason) in by_now and one.state is RecordState.EXCLUDED and viewer.may_change
    )


def left_out(
    counts: Iterable[ReasonCount], wanted: Iterable[tuple[Kind, Reason]], viewer: Viewer
) -> list[Action]:
    """Buttons for what can be brought after a choice was saved."""
    asked = set(wanted)
    found = (
        remedies.for_all(one.reason, one.kind, one.n, viewer)
        for one in counts
        if (one.kind, one.reason) in asked and one.state is RecordState.EXCLUDED
    )
    return [action for action in found if action is not None]


def _cause(one: ReasonCount, viewer: Viewer) -> Cause:
    explained = reasons.told(one.reason, one.kind)
    seen = _list(one)
    mending = remedies.mend(one.reason, one.kind)
    again = remedies.for_all(one.reason, one.kind, one.n, viewer)
    first, *others = [action for action in (mending, again) if action is not None] or [seen]
    if seen.url not in (first.url, *(other.url for other in others)):
        others.append(seen)
    return Cause(
        sentence=explained.sentence if explained else one.reason,
        count=_count(one),
        remedy=first,
        others=tuple(others),
    )


def _offer(one: ReasonCount, viewer: Viewer) -> Cause:
    again = remedies.for_all(one.reason, one.kind, one.n, viewer)
    return Cause(
        sentence=_("A opção está ligada agora, e estes ficaram de fora enquanto estava desligada."),
        count=_count(one),
        remedy=again or _list(one),
        others=(_list(one),) if again else (),
        calm=True,
    )


def _list(one: ReasonCount) -> Action:
    seen = plural("Ver %(num)s", "Ver os %(num)s", one.n)
    known = one.kind in SHOWN
    url = remedies.listed(one.reason, one.kind) if known else f"/eventos?motivo={one.reason}&tipo={one.kind}"
    return Action(label=seen, url=url)


def _count(one: ReasonCount) -> str:
    """`10 produtos`."""
    return f"{plural('%(num)s registro', '%(num)s registros', one.n)} · {words.many(one.kind)}"
