"""`$result[…]` and its kin in the values of batch commands.

Source: Bitrix's `CRestUtil::processBatchElement`. Every decoded value is scanned and there is
no escape; a path that cannot be followed to its end yields whatever was reached on the way.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_REFERENCE = re.compile(r"\$(result|next|total|time|error)([^ \t\n\v\f\r]*)", re.IGNORECASE)
_SUBSCRIPT = re.compile(r"\[([^\]]+)\]")
_NUMBER = re.compile(r"[ \t\n\v\f\r]*[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?[ \t\n\v\f\r]*\Z")

Answers = Mapping[str, Mapping[str, Any]]
"""What the batch answered so far: `result`, `next`, `total`, `time`, `error`, each by command key."""


def resolve(params: Any, answers: Answers) -> Any:
    """`params` with the references in all its values replaced."""
    if isinstance(params, dict):
        return {key: resolve(value, answers) for key, value in params.items()}
    if isinstance(params, str) and "$" in params:
        return _resolve_text(params, answers)
    return params


def _resolve_text(text: str, answers: Answers) -> Any:
    for match in list(_REFERENCE.finditer(text)):
        steps = _SUBSCRIPT.findall(match.group(2))
        if not steps:
            continue
        reached = _follow(answers.get(match.group(1)), steps)
        if match.group(0) == text:
            return reached
        inserted = _as_text(reached)
        if inserted is not None:
            text = text.replace(match.group(0), inserted)
    return text


def _follow(value: Any, steps: list[str]) -> Any:
    for step in steps:
        found = _item(value, step)
        if found is None:
            break
        value = found
    return value


def _item(value: Any, step: str) -> Any:
    """PHP's `$value[$step]` where `isset` says yes, else None. Strings have letters by number."""
    if isinstance(value, Mapping):
        return value.get(step)
    if isinstance(value, list | str) and re.fullmatch(r"0|-?[1-9]\d*", step):
        index = int(step)
        if isinstance(value, list):
            return value[index] if 0 <= index < len(value) else None
        return value[index] if -len(value) <= index < len(value) else None
    return None


def _as_text(value: Any) -> str | None:
    """`value` as it is put inside a text: numbers and strings only."""
    if isinstance(value, str):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return php_number(value)
    return None


def php_number(value: float) -> str:
    """How PHP writes a number into a text: whole floats lose their point."""
    return str(int(value)) if float(value).is_integer() else repr(value)


def is_numeric(text: str) -> bool:
    """PHP's `is_numeric` of a string."""
    return _NUMBER.match(text) is not None
