"""Conferência: how far both sides agreed at the last comparisons of a kind."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from uuid import UUID

from connector.domain.events import Kind
from connector.store.drift import Score
from dashboard import formats
from dashboard.reader import _
from dashboard.telling import words
from dashboard.telling.reconciliation import LENGTHS, PATH, share
from dashboard.views.chart import Mark
from dashboard.views.drift_chart import (
    DOT,
    FEW,
    LARGE,
    SMALL,
    Curve,
    Length,
    Point,
    Row,
    dated,
    depth_of,
    digits_of,
    height,
    lines,
    strip,
)


def curve(
    kind: Kind, scores: Sequence[Score], last: int, url: Callable[[int], str], current: UUID | None = None
) -> Curve:
    """The curve of these comparisons, oldest first; `last` of them were asked for, `url` asks for others."""
    depth = depth_of([one.score for one in scores])
    points = [_point(n, one, depth, len(scores), current) for n, one in enumerate(scores)]
    return Curve(
        points=tuple(points),
        lines=lines(points),
        scale=_scale(depth) if scores else (),
        dates=tuple(Mark(points[n].x, _day(scores[n])) for n in dated(len(scores))),
        rows=tuple(_row(one, current) for one in reversed(scores)),
        lengths=tuple(Length(formats.number(n), url(n), n == last) for n in LENGTHS),
        summary=_summary(kind, scores),
    )


def _point(n: int, one: Score, depth: float, count: int, current: UUID | None) -> Point:
    left, width = strip(n, count)
    is_current = one.run_id == current
    told = _("%(time)s: %(share)s iguais, %(differing)s de %(compared)s diferem") % {
        "time": formats.date_time(one.ended_at),
        "share": share(one.compared, one.differing),
        "differing": formats.number(one.differing),
        "compared": formats.number(one.compared),
    }
    return Point(
        x=round(left + width / 2, 3),
        y=height(one.score, depth),
        left=left,
        width=width,
        title=told,
        radius=LARGE if is_current else DOT if count <= FEW else SMALL,
        current=is_current,
    )


def _scale(depth: float) -> tuple[Mark, ...]:
    digits = max(digits_of(depth), digits_of(depth / 2))
    return (
        Mark(height(0, depth), formats.percent(1)),
        *(Mark(height(part, depth), formats.percent(1 - part, digits)) for part in (depth / 2, depth)),
    )


def _row(one: Score, current: UUID | None) -> Row:
    return Row(
        at=one.ended_at,
        url=f"{PATH}/{one.run_id}",
        share=share(one.compared, one.differing),
        compared=formats.number(one.compared),
        differing=formats.number(one.differing),
        current=one.run_id == current,
    )


def _day(one: Score) -> str:
    return f"{formats.local(one.ended_at):%d/%m}"


def _summary(kind: Kind, scores: Sequence[Score]) -> str:
    if not scores:
        return ""
    worst = max(scores, key=lambda one: one.score)
    return _("%(kind)s, %(count)s conferências: a última com %(last)s iguais, a pior com %(worst)s") % {
        "kind": words.many(kind),
        "count": formats.number(len(scores)),
        "last": share(scores[-1].compared, scores[-1].differing),
        "worst": share(worst.compared, worst.differing),
    }
