"""JSON bodies as Bling writes them."""

from __future__ import annotations

from math import isfinite
from typing import Any

import msgspec

from sandbox.core.http import Answer

Body = dict[str, Any]
"""A JSON object with the vendor's own keys."""

encode = msgspec.json.Encoder().encode


def ok(data: object, status: int = 200) -> Answer:
    """Bling's envelope around every successful answer."""
    return Answer(status, encode({"data": data}))


def bare(body: object, status: int = 200) -> Answer:
    """The few answers that come without the envelope."""
    return Answer(status, encode(body))


NO_CONTENT = Answer(204)


def fresh(template: bytes) -> Body:
    """A new copy of a body kept as JSON text: decoding is much cheaper than a deep copy."""
    decoded: Body = msgspec.json.decode(template)
    return decoded


def copy(body: Body) -> Body:
    """A deep copy of a JSON body."""
    return fresh(encode(body))


def reference(value: object) -> int:
    """The id inside `{"id": n}`; 0 when there is none, null, absent or unreadable."""
    if isinstance(value, dict):
        value = value.get("id")
    return whole(value) or 0


def whole(value: object) -> int | None:
    """An integer that may come as text, None if it is none."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, str) and value.strip().lstrip("-").isdecimal():
        return int(value)
    return None


def number(value: object) -> float | int | None:
    """A number that may come as text (PHP casts it), None if it is none."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return value
    if isinstance(value, str):
        try:
            parsed = float(value)
        except ValueError:
            return None
        return parsed if isfinite(parsed) else None
    return None


def merged(old: Any, sent: object) -> Any:
    """A sent value over a blank one, of the blank's type; what does not fit is lost.

    Numbers may come as text (PHP casts them), keys that the blank lacks are passed over.
    """
    match old:
        case dict():
            known = sent if isinstance(sent, dict) else {}
            return old | {key: merged(old[key], known[key]) for key in known.keys() & old.keys()}
        case list():
            return sent if isinstance(sent, list) else old
        case bool():
            return sent if isinstance(sent, bool) else old
        case int() | float():
            found = number(sent)
            return old if found is None else found
        case _:
            return old if isinstance(sent, dict | list | None) else str(sent)
