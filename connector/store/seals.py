"""Where sealed values stand, and how one is exchanged for another. System scope only.

A value is sealed by one key of the vault, and begins with a mark that names it (connector.security.vault).
Nothing here opens any.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import msgspec

from connector.store.scope import Connection

#: A row's primary key.
RowKey: TypeAlias = tuple[Any, ...]
#: Whatever is not even as long as that is nobody's seal; it is left to whoever opens it to complain.
_SHORTEST = 2


class Shelf(msgspec.Struct, frozen=True, kw_only=True):
    """A column of sealed values."""

    table: str
    column: str
    #: The table's primary key, and the types of that.
    key: tuple[str, ...]
    types: tuple[str, ...] = ("uuid",)
    #: The column that the values' names are made of.
    owner: str

    @property
    def name(self) -> str:
        """As people are told."""
        return f"{self.table}.{self.column}"


class Sealed(msgspec.Struct, frozen=True):
    """A value, its row, and whose it is."""

    key: RowKey
    value: bytes
    owner: Any


async def marks(conn: Connection, shelf: Shelf) -> dict[bytes, int]:
    """How many values begin with which mark."""
    column = shelf.column
    rows = await conn.fetch(
        f"SELECT substring({column} FROM 1 FOR 2 + get_byte({column}, 1)) AS mark, count(*) AS n "  # noqa: S608
        f"FROM {shelf.table} WHERE octet_length({column}) >= {_SHORTEST} GROUP BY mark"
    )
    return {row["mark"]: row["n"] for row in rows}


async def others(
    conn: Connection, shelf: Shelf, mark: bytes, after: RowKey | None, limit: int
) -> list[Sealed]:
    """Values that do not begin with this mark, in the order of their rows; reads alone, without locks."""
    key, column = ", ".join(shelf.key), shelf.column
    beyond = f"AND ({key}) > ({_numbered(shelf, 3)})" if after else ""
    rows = await conn.fetch(
        f"SELECT {key}, {column} AS value, {shelf.owner} AS owner FROM {shelf.table} "  # noqa: S608
        f"WHERE octet_length({column}) >= {_SHORTEST} "
        f"AND substring({column} FROM 1 FOR octet_length($1::bytea)) <> $1 {beyond} "
        f"ORDER BY {key} LIMIT $2",
        *(mark, limit, *(after or ())),
    )
    return [Sealed(tuple(row[name] for name in shelf.key), row["value"], row["owner"]) for row in rows]


async def exchange(conn: Connection, shelf: Shelf, sealed: Sealed, new: bytes) -> bool:
    """Put another in this value's place; False where it has been written anew, or has gone."""
    key, column = ", ".join(shelf.key), shelf.column
    changed: str = await conn.execute(
        f"UPDATE {shelf.table} SET {column} = $1 "  # noqa: S608
        f"WHERE ({key}) = ({_numbered(shelf, 3)}) AND {column} = $2",
        *(new, sealed.value, *sealed.key),
    )
    return changed == "UPDATE 1"


def _numbered(shelf: Shelf, first: int) -> str:
    return ", ".join(f"${number}::{kind}" for number, kind in enumerate(shelf.types, first))
