"""Turns the `.sql` file beside a migration into a Piccolo migration, one statement per call.

Citus refuses several DDL commands in one string; statements therefore end with a semicolon and an empty line.
"""

from __future__ import annotations

import re
from pathlib import Path

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from connector.store.engine import ENGINE

_BETWEEN = re.compile(r";\s*\n\s*\n")


def statements_of(migration_file: str, migration_id: str, description: str) -> MigrationManager:
    """The migration that runs the statements beside `migration_file`, in order."""
    manager = MigrationManager(
        migration_id=migration_id,
        app_name="ponte",
        description=description,
        wrap_in_transaction=False,  # the caller's transaction also holds the note that the migration ran
    )

    async def run() -> None:
        for statement in split(Path(migration_file).with_suffix(".sql").read_text()):
            await ENGINE.run_ddl(statement)

    manager.add_raw(run)
    return manager


def split(text: str) -> list[str]:
    """The statements of a file, without the last semicolon of each."""
    return [part.strip().removesuffix(";") for part in _BETWEEN.split(text) if part.strip()]
