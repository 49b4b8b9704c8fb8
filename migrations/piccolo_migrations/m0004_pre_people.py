"""Mail to send, links in mails, invitations, sessions that can be listed. Runs before the deploy (pre)."""

from __future__ import annotations

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from migrations.sql import statements_of

ID = "0004"
VERSION = "1.38.0"
DESCRIPTION = "Mail to send, links in mails, invitations, sessions that can be listed"


async def forwards() -> MigrationManager:
    """Piccolo's runner calls this once."""
    return statements_of(__file__, ID, DESCRIPTION)
