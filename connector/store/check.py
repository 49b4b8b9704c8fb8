"""`python -m connector.store.check [URL]`: are the tables in step with a migrated database?

Takes the owner's URL, or `DATABASE_URL`. Prints each difference and exits with 1 if there is any.
"""

from __future__ import annotations

import asyncio
import os
import sys
from typing import Any

import asyncpg
from piccolo.columns import Array, Column
from piccolo.table import Table

from connector.store.tables import TABLES

#: Postgres' word for each of Piccolo's.
_WORDS = {
    "BIGINT": "bigint",
    "BOOLEAN": "boolean",
    "BYTEA": "bytea",
    "DATE": "date",
    "INTEGER": "integer",
    "JSON": "json",
    "JSONB": "jsonb",
    "SMALLINT": "smallint",
    "TEXT": "text",
    "TIMESTAMPTZ": "timestamp with time zone",
    "UUID": "uuid",
}

_COLUMNS = """
SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod) AS type, a.attnotnull
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
  AND a.attnum > 0 AND NOT a.attisdropped
"""

#: Piccolo's own: which migrations ran.
_NOT_OURS = {"migration"}
_Columns = dict[str, str]


async def differences(connection: Any) -> list[str]:
    """What a table says and the database does not, or the other way round; one sentence each."""
    found: dict[str, _Columns] = {}
    for row in await connection.fetch(_COLUMNS):
        if row["relname"] not in _NOT_OURS:
            found.setdefault(row["relname"], {})[row["attname"]] = _words(row["type"], not row["attnotnull"])
    described = {table._meta.tablename: _described(table) for table in TABLES}
    return [
        f"{name}.{column}: tables.py says {_word(ours, column)}, the database {_word(theirs, column)}"
        for name in sorted(found.keys() | described.keys())
        for ours, theirs in [(described.get(name, {}), found.get(name, {}))]
        for column in sorted(ours.keys() | theirs.keys())
        if ours.get(column) != theirs.get(column)
    ]


def _described(table: type[Table]) -> _Columns:
    return {column._meta.name: _words(_type(column), column._meta.null) for column in table._meta.columns}


def _type(column: Column) -> str:
    if isinstance(column, Array):
        return _type(column.base_column) + "[]"
    return _WORDS[column.column_type]


def _words(type_: str, null: bool) -> str:
    return f"{type_} null" if null else type_


def _word(columns: _Columns, name: str) -> str:
    return columns.get(name, "missing")


async def _main(url: str) -> int:
    connection = await asyncpg.connect(url)
    try:
        found = await differences(connection)
    finally:
        await connection.close()
    sys.stdout.writelines(f"{difference}\n" for difference in found)
    return 1 if found else 0


if __name__ == "__main__":
    given = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("DATABASE_URL", "")
    if not given:
        sys.exit("give the database's URL as an argument or in DATABASE_URL")
    sys.exit(asyncio.run(_main(given)))
