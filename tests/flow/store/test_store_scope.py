"""Scopes: a tenant sees its own rows and no others, whatever the query says; a lost server is no end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from uuid import UUID

import asyncpg
import pytest

from connector.store.engine import OutOfScope
from connector.store.migrate import migrate
from connector.store.scope import Database, DatabaseAway
from connector.store.tables import names
from connector.store.tables.columns import Class
from connector.store.tables.tenants import Tenant
from ponte.runtime import databases
from ponte.runtime.postgres import Postgres
from tests.support.rows import fill, now

TENANT, DIRECTORY = names(Class.TENANT), names(Class.DIRECTORY)


@pytest.mark.parametrize("table", TENANT)
async def test_a_tenant_sees_nothing_of_another(
    db: Database, owner: asyncpg.Connection, tenant_id: UUID, stranger: UUID, table: str
) -> None:
    await fill(owner, table, tenant_id)
    async with db.tenant(stranger) as conn:
        assert await conn.fetch(f"SELECT FROM {table}") == []
        assert await conn.fetch(f"SELECT FROM {table} WHERE tenant_id = $1", tenant_id) == []
    async with db.tenant(tenant_id) as conn:
        assert len(await conn.fetch(f"SELECT FROM {table}")) == 1
    async with db.system() as conn:
        assert len(await conn.fetch(f"SELECT FROM {table}")) == 1


@pytest.mark.parametrize("table", [table for table in TENANT if table != "audit"])
async def test_a_tenant_changes_nothing_of_another(
    db: Database, owner: asyncpg.Connection, tenant_id: UUID, stranger: UUID, table: str
) -> None:
    await fill(owner, table, tenant_id)
    async with db.tenant(stranger) as conn:
        assert await conn.execute(f"UPDATE {table} SET tenant_id = tenant_id") == "UPDATE 0"
        assert await conn.execute(f"DELETE FROM {table}") == "DELETE 0"


async def test_a_tenant_cannot_write_as_another(db: Database, tenant_id: UUID, stranger: UUID) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with db.tenant(stranger) as conn:
            await conn.execute("INSERT INTO usage VALUES ($1, current_date, 1)", tenant_id)


@pytest.mark.parametrize("table", DIRECTORY)
async def test_a_tenant_cannot_read_the_directory(db: Database, tenant_id: UUID, table: str) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with db.tenant(tenant_id) as conn:
            await conn.fetch(f"SELECT FROM {table}")


async def test_the_login_role_alone_reads_nothing(database_url: str) -> None:
    connection = await asyncpg.connect(database_url)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.fetch("SELECT FROM inbox")
    await connection.close()


async def test_nothing_of_a_scope_is_left_on_its_connection(
    database_url: str, owner: asyncpg.Connection, tenant_id: UUID
) -> None:
    await fill(owner, "usage", tenant_id)
    db = await Database.open(database_url, 1)
    async with db.tenant(tenant_id) as conn:
        assert len(await conn.fetch("SELECT FROM usage")) == 1
    async with db.system() as conn:
        await conn.execute("SET LOCAL ROLE ponte_tenant")
        assert await conn.fetch("SELECT FROM usage") == []
    await db.close()


async def test_only_a_uuid_names_a_tenant(db: Database) -> None:
    with pytest.raises(TypeError):
        db.tenant("'; DROP TABLE inbox --")  # type: ignore[arg-type]


async def test_an_exception_rolls_back(db: Database, tenant_id: UUID) -> None:
    async def fail() -> None:
        async with db.tenant(tenant_id) as conn:
            await conn.execute("INSERT INTO usage VALUES ($1, current_date, 1)", tenant_id)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    async with db.tenant(tenant_id) as conn:
        assert await conn.fetch("SELECT FROM usage") == []


async def test_piccolo_uses_the_open_scope(db: Database, tenant_id: UUID, stranger: UUID) -> None:
    row = Tenant(tenant_id=tenant_id, name="Loja", created_at=now())
    async with db.tenant(tenant_id):
        await Tenant.insert(row)
        assert await Tenant.count() == 1
    async with db.tenant(stranger):
        assert await Tenant.count() == 0


async def test_piccolo_outside_a_scope_is_refused(db: Database) -> None:
    with pytest.raises(OutOfScope):
        await Tenant.count()


async def test_an_inner_scope_ends_where_it_ends(db: Database, tenant_id: UUID, stranger: UUID) -> None:
    async with db.tenant(tenant_id):
        await Tenant.insert(Tenant(tenant_id=tenant_id, name="Loja", created_at=now()))
        async with db.tenant(stranger):
            assert await Tenant.count() == 0
        assert await Tenant.count() == 1


async def test_concurrent_scopes_do_not_mix(db: Database) -> None:
    async def add(number: int) -> int:
        async with db.tenant(UUID(int=number)):
            await Tenant.insert(Tenant(tenant_id=UUID(int=number), name=str(number), created_at=now()))
            await asyncio.sleep(0)
            return int(await Tenant.count())

    assert await asyncio.gather(*map(add, range(1, 20))) == [1] * 19


async def test_a_database_that_is_not_there_is_told_at_once() -> None:
    db = await Database.open("postgresql://ponte@127.0.0.1:1/ponte", 2)
    with pytest.raises(DatabaseAway):
        async with db.system():
            pass
    await db.close()


async def test_waiting_for_a_place_has_an_end(database_url: str) -> None:
    db = await Database.open(database_url, 1)
    async with db.system():
        with pytest.raises(DatabaseAway):
            async with db.system(patience=0.05):
                pass
    await db.close()


async def test_a_cancelled_query_gives_its_connection_back(database_url: str) -> None:
    db = await Database.open(database_url, 1)

    async def sleep() -> None:
        async with db.system() as conn:
            await conn.execute("SELECT pg_sleep(60)")

    sleeping = asyncio.create_task(sleep())
    await asyncio.sleep(0.1)
    sleeping.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sleeping
    async with db.system() as conn:
        assert await conn.fetchval("SELECT 1") == 1
    await db.close()


async def test_a_killed_postgres_costs_the_open_scopes_alone(own_postgres: Callable[[], Postgres]) -> None:
    postgres = own_postgres()
    await databases.create_login_role(postgres.url())
    await migrate(postgres.url(), databases.LOGIN_ROLE)
    db = await Database.open(databases.at(postgres.url(), role=databases.LOGIN_ROLE), 3)

    async def read(before: Callable[[], None]) -> list[object]:
        async with db.system() as conn:
            before()
            rows: list[object] = await conn.fetch("SELECT FROM inbox")
            return rows

    with pytest.raises(DatabaseAway):
        await read(postgres.stop)
    with pytest.raises(DatabaseAway):
        async with db.system():
            pass
    postgres.start()
    assert await read(lambda: None) == []
    await db.close()
