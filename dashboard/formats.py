"""How dates, numbers and money look to the reader."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from babel import dates, numbers

from dashboard.reader import Language, _, reader

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def local(moment: datetime) -> datetime:
    """In the tenant's zone."""
    return moment.astimezone(reader().zone)


def date_time(moment: datetime) -> str:
    """`23/11/2026 14:05`."""
    return local(moment).strftime(f"{_date_pattern()} %H:%M")


def date_clock(moment: datetime) -> str:
    """`23/11/2026 14:05:12`."""
    return local(moment).strftime(f"{_date_pattern()} %H:%M:%S")


def date(moment: datetime) -> str:
    """`23/11/2026`."""
    return local(moment).strftime(_date_pattern())


def clock(moment: datetime) -> str:
    """`14:05:12` today, `22/11 14:05` before."""
    mine = local(moment)
    if mine.date() == local(reader().now).date():
        return mine.strftime("%H:%M:%S")
    return mine.strftime("%d/%m %H:%M" if reader().language is Language.PORTUGUESE else "%-d %b %H:%M")


def milliseconds_clock(moment: datetime) -> str:
    """`14:05:11,802`: for the steps of one event."""
    mine = local(moment)
    mark = numbers.get_decimal_symbol(reader().language.locale)
    return f"{mine:%H:%M:%S}{mark}{mine.microsecond // 1000:03d}"


def weekday(moment: datetime) -> str:
    """`Segunda, 23/11/2026 14:05`."""
    name: str = dates.format_date(local(moment), "EEEE", locale=reader().language.locale)
    return f"{name.removesuffix('-feira').capitalize()}, {date_time(moment)}"


def ago(moment: datetime) -> str:
    """`há 12 s`, `há 3 min`, `há 2 h`; the date when it is longer than a day."""
    passed = max(reader().now - moment, timedelta())
    if passed < MINUTE:
        return _("há %(count)s s") % {"count": int(passed.total_seconds())}
    if passed < HOUR:
        return _("há %(count)s min") % {"count": passed // MINUTE}
    if passed < DAY:
        return _("há %(count)s h") % {"count": passed // HOUR}
    return date_time(moment)


def iso(moment: datetime) -> str:
    """For `<time datetime>`."""
    return moment.isoformat(timespec="milliseconds")


def number(value: int) -> str:
    """`4.790`."""
    written: str = numbers.format_decimal(value, locale=reader().language.locale)
    return written


def percent(share: float, digits: int = 0) -> str:
    """`99,8 %` of 0.998: cut, not rounded, so that 100 % means all."""
    scale = 10 ** (digits + 2)
    cut = Decimal(int(share * scale + 1e-9)).scaleb(-digits)
    written = numbers.format_decimal(cut, "#,##0." + "0" * digits if digits else "#,##0", locale=_locale())
    return f"{written} %" if reader().language is Language.PORTUGUESE else f"{written}%"


def duration(ms: int) -> str:
    """`240 ms`, `0,50 s`, `12,4 s`, `3 min`."""
    if ms < 100:
        return f"{ms} ms"
    if ms < 60_000:
        digits = "0.00" if ms < 10_000 else "0.0"
        return f"{numbers.format_decimal(Decimal(ms) / 1000, digits, locale=_locale())} s"
    if ms < 3_600_000:
        return f"{ms // 60_000} min"
    return f"{number(ms // 3_600_000)} h"


def money(value: Decimal) -> str:
    """`R$ 1.234,56`, in any language: the money is Brazilian."""
    written: str = numbers.format_currency(value, "BRL", "¤ #,##0.00", locale="pt_BR")
    return written


def price(value: Decimal) -> str:
    """`R$ 33,3333`: as many decimals as it has, two at least."""
    pattern = "¤ #,##0.00######"
    written: str = numbers.format_currency(value, "BRL", pattern, "pt_BR", currency_digits=False)
    return written


def decimal(value: Decimal) -> str:
    """`2,5`: as many decimals as it has."""
    written: str = numbers.format_decimal(value, "#,##0.####", locale=_locale())
    return written


def day(text: str) -> str:
    """`23/11/2026` of an ISO date, or of a moment in the tenant's zone; what is no date stands for itself."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    return (moment if moment.tzinfo is None else local(moment)).strftime(_date_pattern())


def size(count: int) -> str:
    """`519 bytes`, `12 kB`."""
    return f"{number(count)} bytes" if count < 10_000 else f"{number(count // 1000)} kB"


def initials(name: str) -> str:
    """`HM` of Helena Martins."""
    words = [word for word in name.replace("@", " ").split() if word[0].isalnum()]
    if not words:
        return "?"
    return (words[0][0] + (words[-1][0] if len(words) > 1 else words[0][1:2])).upper()


def _date_pattern() -> str:
    return "%d/%m/%Y" if reader().language is Language.PORTUGUESE else "%-d %b %Y"


def _locale() -> str:
    return reader().language.locale
