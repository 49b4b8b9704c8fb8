"""PHP's casual types: what a portal makes of the numbers, yes/no letters and dates it is sent."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

PORTAL_ZONE = timezone(timedelta(hours=-3))
"""Every portal of the sandbox lives in Brasília's time."""

_LEADING_INT = re.compile(r"\s*([+-]?\d+)")
_LEADING_NUMBER = re.compile(r"\s*([+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)")


def intval(value: Any) -> int:
    """PHP's `(int)`: leading digits of a text, 1 for a filled map, 0 for nothing."""
    match value:
        case bool() | int() | float():
            return int(value)
        case str():
            found = _LEADING_INT.match(value)
            return int(found.group(1)) if found else 0
        case _:
            return 1 if value else 0


def decimal(value: Any) -> Decimal:
    """PHP's `(float)` without its rounding errors."""
    text = value if isinstance(value, str) else repr(value) if isinstance(value, float) else str(value)
    found = _LEADING_NUMBER.match(text)
    try:
        return Decimal(found.group(1)) if found else Decimal(0)
    except InvalidOperation:
        return Decimal(0)


def number(value: Any) -> int | float:
    """A JSON number: whole ones without a point, as PHP prints them."""
    exact = value if isinstance(value, Decimal) else decimal(value)
    return int(exact) if exact == exact.to_integral_value() else float(exact)


def empty(value: Any) -> bool:
    """Nothing, as a field that was left out: null, "" or false."""
    return value is None or value == "" or value is False


def optional_int(value: Any) -> int | None:
    """A whole number or null."""
    return None if empty(value) else intval(value)


def optional_number(value: Any) -> int | float | None:
    """A number or null."""
    return None if empty(value) else number(value)


def optional_text(value: Any) -> str | None:
    """A text or null; "" counts as null."""
    return None if empty(value) else text(value)


def text(value: Any) -> str:
    """PHP's `(string)`."""
    match value:
        case str():
            return value
        case None | False:
            return ""
        case True:
            return "1"
        case int():
            return str(value)
        case float():
            return str(int(value)) if value.is_integer() else repr(value)
        case _:
            return "Array"


def yes_no(value: Any) -> str:
    """`Y` or `N`."""
    return "Y" if value in ("Y", "y", True, 1, "1") else "N"


def as_list(value: Any) -> list[Any]:
    """A list, whether it came as JSON list, as a PHP map, or as one value."""
    if isinstance(value, dict):
        return list(value.values())
    if isinstance(value, list | tuple):
        return list(value)
    return [] if empty(value) else [value]


def as_map(value: Any) -> dict[str, Any]:
    """A map; an empty list is PHP's empty map, a list has its positions as keys."""
    if isinstance(value, dict):
        return value
    if isinstance(value, list):
        return {str(index): item for index, item in enumerate(value)}
    return {}


@lru_cache(maxsize=256)
def iso_second(unix: int) -> str:
    """A moment in the portal's zone, ISO 8601 to the second."""
    return datetime.fromtimestamp(unix, PORTAL_ZONE).isoformat()


def iso(unix: float) -> str:
    """`iso_second` of any moment."""
    return iso_second(int(unix))


def portal_date(value: Any) -> str | None:
    """A date or time that was sent, as the portal gives it back; null if it is none."""
    if empty(value):
        return None
    try:
        moment = datetime.fromisoformat(text(value))
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=PORTAL_ZONE)).isoformat()
