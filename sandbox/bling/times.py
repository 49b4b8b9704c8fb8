"""Dates as Bling writes and reads them: local time of São Paulo, without a zone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

from sandbox.bling import errors

SAO_PAULO = timezone(timedelta(hours=-3))
"""Brazil has had no summer time since 2019; a fixed offset needs no zone database."""

NO_DATE = "0000-00-00"
_ONE_YEAR = timedelta(days=366)


def day_of(unix: float) -> str:
    """The calendar day in São Paulo."""
    return datetime.fromtimestamp(unix, SAO_PAULO).strftime("%Y-%m-%d")


def moment_of(unix: float) -> str:
    """Date and time in São Paulo."""
    return datetime.fromtimestamp(unix, SAO_PAULO).strftime("%Y-%m-%d %H:%M:%S")


def event_date(unix: float, *, zoned: bool) -> str:
    """An event's date with one-second resolution, in UTC; the bare form says no zone."""
    moment = datetime.fromtimestamp(unix, UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ" if zoned else "%Y-%m-%d %H:%M:%S")


def parse(text: str, *, end_of_day: bool = False) -> float:
    """Unix seconds of a date filter; BlingError 400 if it is none. A bare day may mean its end."""
    for form in ("%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d"):
        try:
            moment = datetime.strptime(text, form).replace(tzinfo=SAO_PAULO)
        except ValueError:
            continue
        if end_of_day and form == "%Y-%m-%d":
            moment += timedelta(days=1) - timedelta(microseconds=1)
        return moment.timestamp()
    raise errors.invalid([errors.field(7, f"A data {text} é inválida.", "data", "FILTROS")])


def span(start: str | None, end: str | None, now: float) -> tuple[float, float] | None:
    """The stretch a pair of date filters asks for; 400 if it is longer than one year (facts §2)."""
    if not start and not end:
        return None
    last = parse(end, end_of_day=True) if end else now
    first = parse(start) if start else last - _ONE_YEAR.total_seconds()
    if last - first > _ONE_YEAR.total_seconds():
        text = "O intervalo entre as datas não pode ser maior que um ano."
        raise errors.invalid([errors.field(8, text, "data", "FILTROS")])
    return first, last
