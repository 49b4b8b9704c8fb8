"""Rows as columns: many rows travel to Postgres as one array for each column, for `unnest` to turn back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from operator import attrgetter
from uuid import UUID


def columns(rows: Sequence[object], *names: str) -> list[list[object]]:
    """The values of each named attribute (dots go deeper), in the rows' order."""
    return [list(map(attrgetter(name), rows)) for name in names]


def uuid_array(ids: Iterable[UUID]) -> str:
    """An array as text, for a column of arrays: `unnest` would flatten arrays of arrays."""
    return "{" + ",".join(map(str, ids)) + "}"
