"""Days of history: made ahead by the nightly job, dropped when no plan keeps them any more (system scope)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from connector.store.scope import Connection

#: Partitioned by the day that their ids name.
PARTITIONED = ("event", "sync", "api_call")


async def ensure_partitions(conn: Connection, today: date, days_ahead: int) -> int:
    """Make the partitions of today and the days ahead (UTC) that are missing; answers how many."""
    return int(await conn.fetchval("SELECT ensure_partitions($1, $2)", today, days_ahead))


async def drop_partitions(conn: Connection, before: date, tables: Iterable[str] = PARTITIONED) -> int:
    """Drop the partitions of days before `before`; answers how many."""
    return sum([await conn.fetchval("SELECT drop_partitions($1, $2)", table, before) for table in tables])
