"""Registros: records by state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from connector.domain.events import RecordState
from connector.store.links import Link
from dashboard import formats
from dashboard.reader import _
from dashboard.telling import reasons, words
from dashboard.views.parts import Chip
from dashboard.views.records import Line, Records, StateTab


def records(
    state: RecordState | None, counts: Mapping[RecordState, int], rows: Sequence[Link], size: int
) -> Records:
    """The whole screen."""
    last = rows[size - 1] if len(rows) > size else None
    place = f"{last.record.account_id}.{last.record.bling_id}" if last else ""
    return Records(
        tabs=(
            StateTab(_("Todos"), formats.number(sum(counts.values())), "/registros", "", state is None),
            *(
                _tab(one, counts.get(one, 0), state is one)
                for one in RecordState
                if counts.get(one) or one is state
            ),
        ),
        rows=tuple(_line(link) for link in rows[:size]),
        older=f"/registros?{f'estado={state}&' if state else ''}depois={place}" if last else "",
    )


def _tab(state: RecordState, count: int, current: bool) -> StateTab:
    one, many, tone = words.STATES[state]
    label = _capital(_(one) if count == 1 else _(many))
    return StateTab(label, formats.number(count), f"/registros?estado={state}", tone, current)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _line(link: Link) -> Line:
    one, _many, tone = words.STATES[link.state]
    explained = reasons.told(link.reason, link.record.kind)
    return Line(
        url=f"/eventos?q={link.record.bling_id}",
        icon=words.icon(link.record.kind),
        label=link.label or str(link.record.bling_id),
        key=link.sku or "",
        chip=Chip(_capital(_(one)), tone),
        detail=explained.short if explained else "",
        bitrix_id=str(link.bitrix_id or ""),
        at=link.synced_at,
    )
