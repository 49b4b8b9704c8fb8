"""What events waited for, and silences that were told. Runs before the new version is deployed (pre)."""

from __future__ import annotations

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from migrations.sql import statements_of

ID = "0018"
VERSION = "1.38.0"
DESCRIPTION = "What events waited for, and silences that were told"


async def forwards() -> MigrationManager:
    """Piccolo's runner calls this once."""
    return statements_of(__file__, ID, DESCRIPTION)
