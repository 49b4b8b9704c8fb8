"""The 24-hour chart as geometry: the template only draws it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

import msgspec

from dashboard.reader import _, reader

SLOT = timedelta(minutes=30)
SLOTS = 48
HEIGHT = 246.0
TOP = 18.0
BASE = TOP + HEIGHT
GAP = 1.0
#: Upper ends of the scale that read well: 1, 2, 4, 8 … of a power of ten, divisible by four.
NICE = (4, 8, 12, 20, 40, 60, 80, 120, 200, 400, 600, 800, 1200, 2000, 4000, 8000, 12000, 20000, 40000, 80000)


class Slot(msgspec.Struct, frozen=True, kw_only=True):
    """Counts of one half hour."""

    start: datetime
    done: int = 0
    held: int = 0
    failed: int = 0


class Bar(msgspec.Struct, frozen=True):
    """A rectangle: x and width in percent, y and height in px."""

    x: float
    width: float
    y: float
    height: float
    tone: str
    unfinished: bool


class Mark(msgspec.Struct, frozen=True):
    """A line of the scale with its number, or an hour below."""

    at: float
    text: str


class Chart(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that is drawn, and the same in words."""

    bars: tuple[Bar, ...]
    scale: tuple[Mark, ...]
    hours: tuple[Mark, ...]
    summary: str
    base: float = BASE
    empty: bool = False


def draw(slots: Iterable[Slot], now: datetime) -> Chart:
    """Lay out the 48 half hours that end with the present one."""
    by_start = {slot.start: slot for slot in slots}
    first = first_slot(now)
    row = [by_start.get(first + SLOT * index, Slot(start=first + SLOT * index)) for index in range(SLOTS)]
    totals = [slot.done + slot.held + slot.failed for slot in row]
    top = scale_top(max(totals))
    return Chart(
        bars=tuple(bar for index, slot in enumerate(row) for bar in _bars(index, slot, top)),
        scale=tuple(
            Mark(BASE - HEIGHT * part / 4, str(top * part // 4)) for part in (1, 2, 3, 4) if any(totals)
        ),
        hours=tuple(_hours(row)),
        summary=_summary(row),
        empty=not any(totals),
    )


def first_slot(now: datetime) -> datetime:
    """The start of the oldest half hour that is drawn."""
    return floor(now) - SLOT * (SLOTS - 1)


def floor(moment: datetime) -> datetime:
    """The start of the moment's half hour."""
    return moment.replace(minute=moment.minute - moment.minute % 30, second=0, microsecond=0)


def scale_top(highest: int) -> int:
    """The smallest readable upper end that holds the highest bar."""
    return next((top for top in NICE if top >= highest), -(-highest // 40000) * 40000)


def _bars(index: int, slot: Slot, top: int) -> Iterable[Bar]:
    width = 100 / SLOTS
    y = BASE
    for count, tone in ((slot.done, "done"), (slot.held, "held"), (slot.failed, "failed")):
        if count:
            height = max(HEIGHT * count / top, 2.0)
            y -= height
            yield Bar(
                round(index * width + width * 0.12, 3),
                round(width * 0.76, 3),
                round(y, 1),
                round(height, 1),
                tone,
                index == SLOTS - 1,
            )
            y -= GAP


def _hours(row: list[Slot]) -> Iterable[Mark]:
    """Every fourth hour of the tenant's day, none so late that it would touch *agora*."""
    for index, slot in enumerate(row[:-9]):
        mine = slot.start.astimezone(reader().zone)
        if mine.minute == 0 and mine.hour % 4 == 0:
            yield Mark(round(index * 100 / SLOTS, 2), f"{mine.hour}h")


def _summary(row: list[Slot]) -> str:
    return _(
        "Mudanças por meia hora nas últimas 24 horas: "
        "%(done)s concluídas, %(held)s aguardaram, %(failed)s falharam"
    ) % {
        "done": sum(slot.done for slot in row),
        "held": sum(slot.held for slot in row),
        "failed": sum(slot.failed for slot in row),
    }
