"""Reading lists out of answers."""

from __future__ import annotations

from typing import Any

from connector.domain.vendor import Transient


def listed(result: Any, name: str) -> list[dict[str, Any]]:
    """The rows of a list, bare or under `name`; PHP's list may be a map of positions, its empty map `[]`.

    Raises `Transient` for a form that we do not know.
    """
    rows = result.get(name) if isinstance(result, dict) else result
    if isinstance(rows, dict):
        rows = list(rows.values())
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise Transient(f"the answer has no {name}", code="unreadable")
    return rows
