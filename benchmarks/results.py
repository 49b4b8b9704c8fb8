"""What a benchmark says: one row for each promise."""

from __future__ import annotations

import operator
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from statistics import median
from typing import Literal, TypeAlias

import msgspec


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A measured value beside its target; `detail` holds the figures that it was made of."""

    name: str
    value: float | str
    target: str
    ok: bool
    detail: dict[str, object] = {}


Rows: TypeAlias = AsyncIterator[Row]

_COMPARE: dict[str, Callable[[float, float], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    "=": operator.eq,
}


def row(name: str, value: float, compared: Literal[">=", "<=", "="], target: float, **detail: object) -> Row:
    """A row that is fine when `value` `compared` to `target` holds."""
    told = round(value, 4)
    return Row(
        name=name,
        value=told,
        target=f"{compared} {target:g}",
        ok=_COMPARE[compared](told, target),
        detail=detail,
    )


async def alternate(rounds: int, **sides: Callable[[], Awaitable[float]]) -> dict[str, list[float]]:
    """Measure the sides in turn (A B A B …), so that a busy moment of the machine meets all of them."""
    told: dict[str, list[float]] = {name: [] for name in sides}
    for _ in range(rounds):
        for name, measure in sides.items():
            told[name].append(await measure())
    return told


def ratio(told: dict[str, list[float]], ours: str, theirs: str) -> float:
    """Median of one side over median of the other."""
    return median(told[ours]) / median(told[theirs])


def percentile(ascending: Sequence[float], percent: int) -> float:
    """Nearest rank."""
    return ascending[-(-len(ascending) * percent // 100) - 1]
