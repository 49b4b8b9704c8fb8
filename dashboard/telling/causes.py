"""Precisam de você: each cause that holds events, with its count and its remedy."""

from __future__ import annotations

from collections.abc import Mapping

from connector.domain.events import Reason, RecordState
from dashboard.reader import _, plural
from dashboard.telling import reasons
from dashboard.telling.notices import CONNECTION_REASONS
from dashboard.views.overview import Cause
from dashboard.views.parts import Action

#: The banner says these already.
IN_BANNER = frozenset({*CONNECTION_REASONS, Reason.LICENCE, Reason.PAUSED, Reason.QUOTA})


def causes(held: Mapping[str, int], states: Mapping[RecordState, int]) -> tuple[Cause, ...]:
    """The most frequent first; what only failed is one line of its own."""
    waiting = {reason: n for reason, n in held.items() if reason not in IN_BANNER}
    lines = [_held(reason, waiting[reason]) for reason in sorted(waiting, key=lambda one: -waiting[one])]
    failed = states.get(RecordState.NEEDS_YOU, 0)
    return (*lines, _failed(failed)) if failed and not waiting else tuple(lines)


def _held(reason: str, count: int) -> Cause:
    explained = reasons.told(reason)
    return Cause(
        sentence=explained.sentence if explained else reason,
        count=plural("%(num)s mudança aguarda", "%(num)s mudanças aguardam", count),
        remedy=Action(label=_("Ver eventos"), url=f"/eventos?resultado=held&motivo={reason}"),
    )


def _failed(count: int) -> Cause:
    return Cause(
        sentence=plural(
            "%(num)s produto não chegou ao Bitrix24.", "%(num)s produtos não chegaram ao Bitrix24.", count
        ),
        count=_("Cada evento diz a causa e o que fazer."),
        remedy=Action(label=_("Ver eventos"), url="/eventos?resultado=failed"),
    )
