"""Thirty days as geometry: what was written and failed, and how long it took; the template only draws it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import date

import msgspec

from dashboard import formats
from dashboard.reader import _
from dashboard.views.chart import GAP, Mark, scale_top

DAYS = 30
HEIGHT, TOP = 160.0, 18.0
BASE = TOP + HEIGHT
#: Every so many days has its date below.
DATED = 7
#: Milliseconds at the ends of the scale of latencies, unless one is longer.
SHORTEST, LONGEST = 100, 10_000


class Day(msgspec.Struct, frozen=True, kw_only=True):
    """Counts and latencies of one day; None where nothing was written."""

    day: date
    created: int = 0
    updated: int = 0
    failed: int = 0
    median: int | None = None
    p95: int | None = None


class Piece(msgspec.Struct, frozen=True):
    """A part of a day's bar: y and height in px."""

    y: float
    height: float
    tone: str


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """A day's bar: x and width in percent; what it says when it is pointed at."""

    x: float
    width: float
    pieces: tuple[Piece, ...]
    title: str


class Line(msgspec.Struct, frozen=True):
    """Between two days that follow each other: x in percent, y in px."""

    x1: float
    y1: float
    x2: float
    y2: float
    tone: str


class Dot(msgspec.Struct, frozen=True):
    """A day's latency."""

    x: float
    y: float
    tone: str
    title: str


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """The same day in words."""

    day: str
    created: str
    updated: str
    failed: str
    median: str
    p95: str


class Month(msgspec.Struct, frozen=True, kw_only=True):
    """Both charts, and the same as a table; `empty` where nothing happened."""

    columns: tuple[Column, ...]
    scale: tuple[Mark, ...]
    lines: tuple[Line, ...]
    dots: tuple[Dot, ...]
    times: tuple[Mark, ...]
    dates: tuple[Mark, ...]
    rows: tuple[Row, ...]
    summary: str
    speed: str
    empty: bool
    base: float = BASE


def draw(days: Sequence[Day]) -> Month:
    """Lay out the days, oldest first."""
    totals = [one.created + one.updated + one.failed for one in days]
    top = scale_top(max(totals))
    slowest = max([LONGEST, *(one.p95 for one in days if one.p95 is not None)])
    dots = [dot for index, one in enumerate(days) for dot in _dots(index, one, slowest, len(days))]
    return Month(
        columns=tuple(_column(index, one, top, len(days)) for index, one in enumerate(days) if totals[index]),
        scale=tuple(Mark(BASE - HEIGHT * part / 4, formats.number(top * part // 4)) for part in (2, 4)),
        lines=tuple(_lines(dots, len(days))),
        dots=tuple(dots),
        times=tuple(Mark(_height(ms, slowest), formats.duration(ms)) for ms in (1000, 10_000)),
        dates=tuple(
            Mark(round((index + 0.5) * 100 / len(days), 2), _short(one.day))
            for index, one in enumerate(days)
            if (len(days) - 1 - index) % DATED == 0
        ),
        rows=tuple(_row(one) for one in reversed(days)),
        summary=_summary(days),
        speed=_("Mediana e 95 de cada 100 por dia, do recebimento à gravação"),
        empty=not any(totals),
    )


def _column(index: int, one: Day, top: int, count: int) -> Column:
    width = 100 / count
    pieces: list[Piece] = []
    y = BASE
    for n, tone in ((one.updated, "done"), (one.created, "created"), (one.failed, "failed")):
        if n:
            height = max(HEIGHT * n / top, 2.0)
            y -= height
            pieces.append(Piece(round(y, 1), round(height, 1), tone))
            y -= GAP
    return Column(
        x=round(index * width + width * 0.12, 3),
        width=round(width * 0.76, 3),
        pieces=tuple(pieces),
        title=_("%(day)s: %(created)s criados, %(updated)s atualizados, %(failed)s falharam")
        % {
            "day": _short(one.day),
            "created": formats.number(one.created),
            "updated": formats.number(one.updated),
            "failed": formats.number(one.failed),
        },
    )


def _dots(index: int, one: Day, slowest: int, count: int) -> Iterable[Dot]:
    x = round((index + 0.5) * 100 / count, 3)
    for ms, tone, text in (
        (one.median, "median", _("%(day)s: metade em até %(time)s")),
        (one.p95, "p95", _("%(day)s: 95 de cada 100 em até %(time)s")),
    ):
        if ms is not None:
            title = text % {"day": _short(one.day), "time": formats.duration(ms)}
            yield Dot(x, _height(ms, slowest), tone, title)


def _lines(dots: Iterable[Dot], count: int) -> Iterable[Line]:
    """Days without writes leave a gap."""
    before: dict[str, Dot] = {}
    for dot in dots:
        last = before.get(dot.tone)
        if last is not None and dot.x - last.x < 150 / count:
            yield Line(last.x, last.y, dot.x, dot.y, dot.tone)
        before[dot.tone] = dot


def _height(ms: int, slowest: int) -> float:
    """By the logarithm: what is told is known by powers of two."""
    share = math.log(max(ms, SHORTEST) / SHORTEST) / math.log(slowest / SHORTEST)
    return round(BASE - HEIGHT * share, 1)


def _row(one: Day) -> Row:
    return Row(
        day=_short(one.day),
        created=formats.number(one.created),
        updated=formats.number(one.updated),
        failed=formats.number(one.failed),
        median="–" if one.median is None else formats.duration(one.median),
        p95="–" if one.p95 is None else formats.duration(one.p95),
    )


def _summary(days: Iterable[Day]) -> str:
    found = list(days)
    return _(
        "Mudanças por dia em 30 dias: %(created)s criados, %(updated)s atualizados, %(failed)s falharam"
    ) % {
        "created": formats.number(sum(one.created for one in found)),
        "updated": formats.number(sum(one.updated for one in found)),
        "failed": formats.number(sum(one.failed for one in found)),
    }


def _short(day: date) -> str:
    return f"{day:%d/%m}"
