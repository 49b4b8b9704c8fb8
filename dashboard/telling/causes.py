"""Precisam de você: each cause that holds events, with its count and its remedy."""

from __future__ import annotations

from collections.abc import Mapping

from connector.domain.events import Kind, Reason, RecordState
from dashboard.reader import _, plural
from dashboard.telling import reasons
from dashboard.telling.notices import CONNECTION_REASONS
from dashboard.views.overview import Cause
from dashboard.views.parts import Action

#: The banner says these already.
IN_BANNER = frozenset({*CONNECTION_REASONS, Reason.LICENCE, Reason.PAUSED, Reason.QUOTA})


def causes(held: Mapping[str, int], states: Mapping[Kind, Mapping[RecordState, int]]) -> tuple[Cause, ...]:
    """The most frequent first; what only failed is one line of its own."""
    waiting = {reason: n for reason, n in held.items() if reason not in IN_BANNER}
    lines = [_held(reason, waiting[reason]) for reason in sorted(waiting, key=lambda one: -waiting[one])]
    failed = sum(one.get(RecordState.NEEDS_YOU, 0) for one in states.values())
    return (*lines, _failed(failed)) if failed and not waiting else tuple(lines)


def _held(reason: str, count: int) -> Cause:
    explained = reasons.told(reason)
    return Cause(
        sentence=explained.sentence if explained else reason,
        count=plural("%(num)s mudança aguarda", "%(num)s mudanças aguardam", count),
        remedy=_remedy(reason),
    )


def _remedy(reason: str) -> Action:
    """Where the cause can be mended at once; else the events, which tell more."""
    if reason == Reason.STAGE_MISSING:
        return Action(label=_("Definir a etapa"), url=f"{reasons.ORDER_PAGE}#etapas")
    if reason == Reason.GUARD_RAIL:
        return Action(label=_("Ver as mudanças"), url=reasons.HOLDS_PAGE)
    return Action(label=_("Ver eventos"), url=f"/eventos?resultado=held&motivo={reason}")


def _failed(count: int) -> Cause:
    return Cause(
        sentence=plural(
            "%(num)s registro não chegou ao Bitrix24.", "%(num)s registros não chegaram ao Bitrix24.", count
        ),
        count=_("Cada evento diz a causa e o que fazer."),
        remedy=Action(label=_("Ver eventos"), url="/eventos?resultado=failed"),
    )
