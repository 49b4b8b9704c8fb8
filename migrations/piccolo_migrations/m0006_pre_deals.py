"""Orders, sales and the people of deals. Runs before the new version is deployed (pre)."""

from __future__ import annotations

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from migrations.sql import statements_of

ID = "0006"
VERSION = "1.38.0"
DESCRIPTION = "Orders, sales and the people of deals"


async def forwards() -> MigrationManager:
    """Piccolo's runner calls this once."""
    return statements_of(__file__, ID, DESCRIPTION)
