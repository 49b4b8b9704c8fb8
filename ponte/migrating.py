"""`ponte migrate`: the database at the present schema."""

from __future__ import annotations

import asyncio
import sys
from urllib.parse import unquote, urlsplit

import asyncpg

from connector.settings import Settings
from connector.store.migrate import MigrationFailed, migrate


def run(settings: Settings) -> int:
    """Migrate as the owner; the exit code."""
    try:
        asyncio.run(migrate(settings.owner_url, login_role(settings.database_url)))
    except (MigrationFailed, asyncpg.PostgresError, OSError) as error:
        sys.stderr.write(f"ponte: the database could not be migrated: {error}\n")
        return 1
    return 0


def login_role(database_url: str) -> str:
    """Whom the app signs in as."""
    return unquote(urlsplit(database_url).username or "ponte")
