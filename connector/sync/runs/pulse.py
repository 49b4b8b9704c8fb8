"""How fast a run gets on, and when it will be through. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

#: Looks that are kept, and the least time between two of them: the pace is that of the last minute or so.
MOST, APART = 8, timedelta(seconds=8)


class Beat(msgspec.Struct, frozen=True, array_like=True):
    """How far a run was at a moment."""

    at: datetime
    done: int


def beat(before: Sequence[Beat], now: datetime, done: int) -> tuple[Beat, ...]:
    """The looks with the present one; looks from before a pause are forgotten."""
    fresh = [one for one in before if now - one.at < MOST * 2 * APART]
    if fresh and now - fresh[-1].at < APART:
        return tuple(fresh)
    return (*fresh[-(MOST - 1) :], Beat(now, done))


def per_second(beats: Sequence[Beat], now: datetime, done: int) -> float | None:
    """Records a second of late; None while too little is known."""
    if not beats:
        return None
    seconds = (now - beats[0].at).total_seconds()
    return (done - beats[0].done) / seconds if seconds >= 1 and done > beats[0].done else None


def left(beats: Sequence[Beat], now: datetime, done: int, total: int | None) -> timedelta | None:
    """How long the rest will take; None while nobody can say."""
    pace = per_second(beats, now, done)
    return None if pace is None or total is None else timedelta(seconds=max(0, total - done) / pace)
