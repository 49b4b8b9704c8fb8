"""PHP's own reading and writing of query strings, which Bitrix24's batches and forms go through.

Source: php-src `php_variables.c` (`php_register_variable_ex`), `url.c` (`php_url_parse_ex2`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import quote_plus, unquote_plus

MAX_INPUT_VARS = 1000
MAX_NESTING = 64

_MANGLED = str.maketrans({" ": "_", ".": "_"})
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_BLANK = " \t\n\v\f\r"

Path = tuple[str | None, ...]
"""Where a value goes: names from outside in; None appends (`a[]`)."""


def parse_str(query: str) -> dict[str, Any]:
    """What PHP's `parse_str` makes of `query`: nested maps whose leaves are all strings.

    Maps keyed 0..n-1 in order stay maps here; `listed` turns them into lists. Everything after
    the thousandth parameter (`max_input_vars`) is lost, as on a server with PHP's defaults.
    """
    result: dict[str, Any] = {}
    count = 0
    for pair in query.split("&"):
        if not pair:
            continue
        count += 1
        if count > MAX_INPUT_VARS:
            break
        raw_name, _, raw_value = pair.partition("=")
        path = _path(raw_name)
        if path:
            _put(result, path, _decoded(raw_value))
    return result


def split_command(command: str) -> tuple[str, str]:
    """Path and query of a batch command as PHP's `parse_url` splits it: `#` ends the command."""
    visible = _CONTROL.sub("_", command.partition("#")[0])
    path, _, query = visible.partition("?")
    return path, query


def build_query(data: Mapping[str, Any]) -> str:
    """PHP's `http_build_query`: the form in which Bitrix24 sends its events. None is left out."""
    return "&".join(f"{quote_plus(name)}={quote_plus(value)}" for name, value in _flat(data))


def listed(value: Any) -> Any:
    """`value` with every map that PHP would print as a JSON list (keys 0..n-1) made one."""
    if not isinstance(value, dict):
        return value
    if value and all(key == str(index) for index, key in enumerate(value)):
        return [listed(item) for item in value.values()]
    return {key: listed(item) for key, item in value.items()}


def _decoded(raw: str) -> str:
    return unquote_plus(raw, errors="replace") if "%" in raw or "+" in raw else raw


@lru_cache(maxsize=8192)
def _path(raw_name: str) -> Path:
    name = _decoded(raw_name).split("\0", 1)[0].lstrip(" ")
    opening = name.find("[")
    if opening < 0:
        return (name.translate(_MANGLED),) if name else ()
    head = name[:opening].translate(_MANGLED)
    if not head:
        return ()
    path, closed = _subscripts(name, opening)
    if not closed and not path:
        # PHP writes `_` over a bracket that never closes and keeps the rest as it is.
        return (f"{head}_{name[opening + 1 :]}",)
    return () if len(path) >= MAX_NESTING else (head, *path)


def _subscripts(name: str, opening: int) -> tuple[Path, bool]:
    """The `[…]` parts from `opening` on, and whether the last bracket was closed."""
    parts: list[str | None] = []
    while opening < len(name) and name[opening] == "[":
        inner = opening + 1
        blank = inner < len(name) and name[inner] in _BLANK
        if name[inner + blank : inner + blank + 1] == "]":
            parts.append(None)
            opening = inner + blank + 1
            continue
        closing = name.find("]", inner)
        if closing < 0:
            return tuple(parts), False
        parts.append(name[inner:closing])
        opening = closing + 1
    return tuple(parts), True


def _put(target: dict[str, Any], path: Path, value: str) -> None:
    for step in path[:-1]:
        key = _next_index(target) if step is None else step
        inner = target.get(key)
        if not isinstance(inner, dict):
            inner = target[key] = {}
        target = inner
    last = path[-1]
    target[_next_index(target) if last is None else last] = value


def _next_index(target: Mapping[str, Any]) -> str:
    return str(max((int(key) for key in target if key.isdecimal()), default=-1) + 1)


def _flat(data: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for key, value in data.items():
        name = f"{prefix}[{key}]" if prefix else str(key)
        match value:
            case None:
                continue
            case bool():
                yield name, "1" if value else "0"
            case Mapping():
                yield from _flat(value, name)
            case list() | tuple():
                yield from _flat({str(index): item for index, item in enumerate(value)}, name)
            case _:
                yield name, str(value)
