"""The store on a real, migrated database without rows."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID, uuid4

import asyncpg
import pytest

from connector.domain.vendor import ConnectionState
from connector.store import connections
from connector.store.connections import Account
from connector.store.scope import Database
from connector.store.tables.tenants import Tenant
from tests.support.rows import ACCOUNT, now
from tests.support.shelf import MANY, OTHER, TABLES, Shelf


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


@pytest.fixture
async def shelf(db: Database, tenant_id: UUID) -> Shelf:
    """A tenant with two accounts and no history."""
    at = now()
    begun = at - timedelta(days=365)
    async with db.tenant(tenant_id) as conn:
        await Tenant.insert(Tenant(tenant_id=tenant_id, name="Loja", created_at=begun))
        for account_id in (ACCOUNT, OTHER):
            await connections.add_account(
                conn,
                tenant_id,
                Account(
                    id=account_id,
                    company_id=account_id.hex,
                    name="Matriz",
                    account_key=account_id.hex,
                    main=False,
                    state=ConnectionState.CONNECTED,
                    state_since=at,
                    created_at=at,
                ),
            )
    return Shelf(db, tenant_id)


@pytest.fixture
async def crowd(shelf: Shelf, owner: asyncpg.Connection) -> Shelf:
    """The tenant among three, with thousands of rows each."""
    tenants = [shelf.tenant_id, uuid4(), uuid4()]
    for statement in MANY:
        await owner.execute(statement, tenants, ACCOUNT)
    await owner.execute(f"ANALYZE {TABLES}")
    return shelf
