"""How far both sides agreed at each comparison, as geometry: the template only draws it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise

import msgspec

from dashboard.views.chart import Mark

HEIGHT, TOP = 120.0, 18.0
BASE = TOP + HEIGHT
#: Shares of differing records that the scale may end with.
DEPTHS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)
#: Radii in px: of one of few comparisons, of one of many, of the one that the page is about.
DOT, SMALL, LARGE = 3.0, 2.0, 5.0
FEW = 45
#: Dates below the curve, at most.
DATES = 5


class Point(msgspec.Struct, frozen=True, kw_only=True):
    """A comparison: its place in percent and px, the strip that can be pointed at, what that says."""

    x: float
    y: float
    left: float
    width: float
    title: str
    radius: float
    #: It is the one that the page is about.
    current: bool = False


class Line(msgspec.Struct, frozen=True):
    """Between two comparisons that follow each other: x in percent, y in px."""

    x1: float
    y1: float
    x2: float
    y2: float


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """The same comparison in words; `url` opens it."""

    at: datetime
    url: str
    share: str
    compared: str
    differing: str
    current: bool


class Length(msgspec.Struct, frozen=True):
    """So many comparisons are drawn at a choice."""

    label: str
    url: str
    current: bool


class Curve(msgspec.Struct, frozen=True, kw_only=True):
    """What is drawn, and the same as a table, newest first; nothing of either before the first comparison."""

    points: tuple[Point, ...]
    lines: tuple[Line, ...]
    scale: tuple[Mark, ...]
    dates: tuple[Mark, ...]
    rows: tuple[Row, ...]
    lengths: tuple[Length, ...]
    summary: str
    base: float = BASE


def depth_of(scores: Sequence[float]) -> float:
    """The differing share at the foot of a scale that holds all of these; nothing differs at its top."""
    most = max(scores, default=0.0)
    return next((depth for depth in DEPTHS if depth >= most), 1.0)


def digits_of(share: float) -> int:
    """Decimals that a percentage of this share is told with in full; two at most."""
    return next((digits for digits in (0, 1) if round(share * 10 ** (digits + 2), 6).is_integer()), 2)


def height(score: float, depth: float) -> float:
    """Where a differing share stands."""
    return round(TOP + HEIGHT * min(1.0, score / depth), 1)


def strip(index: int, count: int) -> tuple[float, float]:
    """The left edge and the width of a comparison's place, in percent."""
    return round(index * 100 / count, 3), round(100 / count, 3)


def lines(points: Sequence[Point]) -> tuple[Line, ...]:
    """From each comparison to the next."""
    return tuple(Line(one.x, one.y, two.x, two.y) for one, two in pairwise(points))


def dated(count: int) -> list[int]:
    """Which of so many comparisons have their date below: the last one, and others evenly apart."""
    step = max(1, math.ceil(count / DATES))
    return sorted(range(count - 1, -1, -step))
