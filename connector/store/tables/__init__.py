"""The tables as Piccolo sees them: columns for queries that are not hot, and for `connector.store.check`.

Keys, partitions, indexes and policies are in migrations/. Piccolo keeps one primary-key column per table, so
never `.save()` or `.get_or_create()` a row of a tenant table: insert, select, update, delete with a `where`.
"""

from __future__ import annotations

from types import ModuleType

from piccolo.table import Table

from connector.store.tables import directory, drift, history, holds, operator, runs, syncing, tenants
from connector.store.tables.columns import Class


def _of(module: ModuleType) -> tuple[type[Table], ...]:
    """The tables that a module defines, in its order."""
    found = (one for one in vars(module).values() if isinstance(one, type) and issubclass(one, Table))
    return tuple(table for table in found if table is not Table)


TABLES: tuple[type[Table], ...] = (
    *_of(directory),
    *_of(operator),
    *_of(tenants),
    *_of(syncing),
    *_of(history),
    *_of(runs),
    *_of(drift),
    *_of(holds),
)


def names(of: Class) -> list[str]:
    """The names of a class's tables."""
    return [table._meta.tablename for table in TABLES if of in table._meta.tags]
