"""The store on a real, migrated database without rows."""

from __future__ import annotations

from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import asyncpg
import pytest

from connector.store.scope import Database


@pytest.fixture
async def db(database_url: str) -> AsyncIterator[Database]:
    """As the app opens it."""
    database = await Database.open(database_url, 5)
    yield database
    await database.close()


@pytest.fixture
async def owner(postgres_url: str) -> AsyncIterator[asyncpg.Connection]:
    """The owner of the tables, past all policies."""
    connection = await asyncpg.connect(postgres_url)
    yield connection
    await connection.close()


@pytest.fixture
def tenant_id() -> UUID:
    """A tenant."""
    return uuid4()


@pytest.fixture
def stranger() -> UUID:
    """Another tenant."""
    return uuid4()
