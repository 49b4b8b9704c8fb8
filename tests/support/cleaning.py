"""Empties a test database quickly: rows go, what the migrations put in stays."""

from __future__ import annotations

import asyncpg

_TABLES = """
SELECT format('%I.%I', n.nspname, c.relname)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition
  AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg_%'
"""


async def empty_tables(owner_url: str) -> tuple[str, ...]:
    """The tables without a row: asked right after the migrations, those that tests fill."""
    connection = await asyncpg.connect(owner_url)
    try:
        tables = [row[0] for row in await connection.fetch(_TABLES)]
        return tuple([name for name in tables if not await _has_rows(connection, name)])
    finally:
        await connection.close()


async def clean(connection: asyncpg.Connection, tables: tuple[str, ...]) -> None:
    """Delete all rows of `tables`; triggers and foreign keys don't matter meanwhile."""
    steps = "".join(f"IF EXISTS (SELECT 1 FROM {name}) THEN DELETE FROM {name}; END IF;\n" for name in tables)
    async with connection.transaction():
        await connection.execute("SET LOCAL session_replication_role = replica")
        await connection.execute("SET LOCAL lock_timeout = '10s'")
        await connection.execute(f"DO $do$ BEGIN\n{steps} END $do$")


async def _has_rows(connection: asyncpg.Connection, table: str) -> bool:
    return bool(await connection.fetchval(f"SELECT EXISTS (SELECT 1 FROM {table})"))
