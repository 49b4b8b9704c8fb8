"""Why records stand as they do, choices, nights, mornings. Runs before the new version is deployed (pre)."""

from __future__ import annotations

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from migrations.sql import statements_of

ID = "0013"
VERSION = "1.38.0"
DESCRIPTION = "Why records stand as they stand, choices, nights and mornings"


async def forwards() -> MigrationManager:
    """Piccolo's runner calls this once."""
    return statements_of(__file__, ID, DESCRIPTION)
