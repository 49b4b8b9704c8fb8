"""Batch commands as text, encoded so that PHP's `parse_url` and `parse_str` give back what was meant.

Names and values are percent-encoded once, everything but letters, digits and `-_.~` (facts of Bitrix24,
batch). What cannot survive that way (types, references that nobody meant, names that PHP changes) has to go
as a direct JSON call: `encoded` says so by giving None.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any
from urllib.parse import quote

#: Parameters of one command; beyond that PHP's `max_input_vars` may cut (?).
MAX_PARAMETERS = 500

#: Characters of one command; a longer one (a picture) is no text for PHP to take apart.
MAX_LENGTH = 300_000

#: Wider than Bitrix24's own search for references, on purpose.
_REFERENCE = re.compile(r"\$(result|next|total|time|error).*\[", re.IGNORECASE | re.DOTALL)
_SAFE = re.compile(r"[A-Za-z0-9_.~-]*").fullmatch
_SAFE_ENCODED = re.compile(r"[A-Za-z0-9_.~%-]*").fullmatch
#: PHP turns blanks and dots of a top name into `_`, cuts at NUL, and reads brackets as nesting.
_CHANGED_NAME = re.compile(r"[\[\]\0]")
_CHANGED_TOP = re.compile(r"[. ]")

Params = Mapping[str, Any]


class _NotBatchable(ValueError):
    """The parameters would not arrive as they are meant."""


def encoded(method: str, params: Params) -> str | None:
    """`method?query`, or None if only a direct call carries the parameters unchanged."""
    pairs: list[str] = []
    try:
        for name, value in params.items():
            _put(pairs, _top(name), value)
    except _NotBatchable:
        return None
    if len(pairs) > MAX_PARAMETERS:
        return None
    text = f"{method}?{'&'.join(pairs)}" if pairs else method
    return text if len(text) <= MAX_LENGTH else None


def _put(pairs: list[str], name: str, value: Any) -> None:
    kind = type(value)
    if kind is str:
        pairs.append(f"{name}={_text(value)}")
    elif kind is int:
        pairs.append(f"{name}={value}")
    elif kind is dict:
        _put_all(pairs, name, value.items())
    elif kind is list or kind is tuple:
        _put_all(pairs, name, enumerate(value))
    else:
        _put_rare(pairs, name, value)


def _put_all(pairs: list[str], name: str, items: Any) -> None:
    before = len(pairs)
    for key, item in items:
        _put(pairs, _below(name, key), item)
    if len(pairs) == before:
        raise _NotBatchable("an empty list or map has no form in a query")


def _put_rare(pairs: list[str], name: str, value: Any) -> None:
    match value:
        case bool():
            raise _NotBatchable("a query has no booleans")
        case Decimal():
            pairs.append(f"{name}={_text(format(value, 'f'))}")
        case float():
            pairs.append(f"{name}={_text(repr(value))}")
        case str() | int():
            pairs.append(f"{name}={_text(str(value))}")
        case Mapping():
            _put_all(pairs, name, value.items())
        case Sequence() if not isinstance(value, bytes | bytearray):
            _put_all(pairs, name, enumerate(value))
        case _:
            raise _NotBatchable(f"a query has no {type(value).__name__}")


def _text(value: str) -> str:
    if _SAFE(value):
        return value
    if "$" in value and _REFERENCE.search(value):
        raise _NotBatchable("the portal would take a part of the text for a reference")
    if "%" not in value and _SAFE_ENCODED(spaced := value.replace(" ", "%20")):
        return spaced
    return _quoted(value)


def _quoted(value: str) -> str:
    try:
        return quote(value, safe="")
    except UnicodeEncodeError as error:
        raise _NotBatchable("half a character") from error


@lru_cache(maxsize=4096)
def _top(name: str) -> str:
    if not name or _CHANGED_NAME.search(name) or _CHANGED_TOP.search(name):
        raise _NotBatchable(f"PHP would change the name {name!r}")
    return _quoted(name)


@lru_cache(maxsize=8192)
def _below(name: str, key: str | int) -> str:
    text = str(key)
    if not text.strip() or _CHANGED_NAME.search(text):
        raise _NotBatchable(f"PHP would change the name {text!r}")
    return f"{name}%5B{_quoted(text)}%5D"
