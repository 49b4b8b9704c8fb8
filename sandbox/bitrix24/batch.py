"""`batch`: up to fifty commands in one request, with all the traps of the real one.

Source: Bitrix's `CRestProvider::methodsBatch`. The answer is HTTP 200 whatever its commands did.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from sandbox.bitrix24.errors import RestError
from sandbox.bitrix24.phpquery import listed, parse_str, split_command
from sandbox.bitrix24.references import resolve
from sandbox.bitrix24.values import as_map

BATCH_MAX_LENGTH = 50
FORBIDDEN = frozenset({"batch", "upload", "download"})

Run = Callable[[str, dict[str, Any]], dict[str, Any]]
"""Carries one command out: method and parameters in, an envelope out; RestError if it fails."""

_EMPTY = ("result", "error", "total", "next", "time")


def commands(params: dict[str, Any]) -> dict[str, str]:
    """The commands that are texts, by key; others are skipped silently, but count as places."""
    return {key: sent for key, sent in _sent(params) if isinstance(sent, str)}


def run_batch(params: dict[str, Any], run: Run) -> dict[str, Any]:
    """Carry the commands out in order; the batch's `result`."""
    halt = _truth(next((value for key, value in params.items() if key.lower() == "halt"), None))
    answers: dict[str, dict[str, Any]] = {name: {} for name in _EMPTY}
    for place, (key, command) in enumerate(_sent(params)):
        if place < BATCH_MAX_LENGTH and not isinstance(command, str):
            continue
        try:
            envelope = _run_one(place, command, answers, run)
        except RestError as failure:
            answers["error"][key] = failure.in_batch()
            if halt:
                break
            continue
        for name, value in envelope.items():
            if value is not None:
                answers[name][key] = value
    return {
        "result": php_array(answers["result"]),
        "result_error": php_array(answers["error"]),
        "result_total": php_array(answers["total"]),
        "result_next": php_array(answers["next"]),
        "result_time": php_array(answers["time"]),
    }


def php_array(value: dict[str, Any]) -> dict[str, Any] | list[Any]:
    """How PHP prints a map: `[]` when empty, a list when its keys are 0, 1, 2 …"""
    if all(key == str(place) for place, key in enumerate(value)):
        return list(value.values())
    return value


def _run_one(place: int, command: str, answers: dict[str, dict[str, Any]], run: Run) -> dict[str, Any]:
    if place >= BATCH_MAX_LENGTH:
        raise RestError("ERROR_BATCH_LENGTH_EXCEEDED", "Max batch length exceeded")
    name, query = split_command(command)
    if name.lower() in FORBIDDEN:
        raise RestError("ERROR_BATCH_METHOD_NOT_ALLOWED", "Method is not allowed for batch usage", 405)
    return run(name, listed(resolve(parse_str(query), answers)))


def _sent(params: dict[str, Any]) -> Iterable[tuple[str, Any]]:
    return as_map(next((value for key, value in params.items() if key.lower() == "cmd"), None)).items()


def _truth(value: Any) -> bool:
    """PHP's `(bool)`: the text "0" is no."""
    return bool(value) and value != "0"
