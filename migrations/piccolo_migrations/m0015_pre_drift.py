"""How far both sides agree, and how far missed changes were looked for. Runs before the new version (pre)."""

from __future__ import annotations

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from migrations.sql import statements_of

ID = "0015"
VERSION = "1.38.0"
DESCRIPTION = "How far both sides agree"


async def forwards() -> MigrationManager:
    """Piccolo's runner calls this once."""
    return statements_of(__file__, ID, DESCRIPTION)
