"""Lists of events by every filter, names by their words. Runs before the new version is deployed (pre)."""

from __future__ import annotations

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from migrations.sql import statements_of

ID = "0014"
VERSION = "1.38.0"
DESCRIPTION = "Lists of events by every filter, and names by their words"


async def forwards() -> MigrationManager:
    """Piccolo's runner calls this once."""
    return statements_of(__file__, ID, DESCRIPTION)
