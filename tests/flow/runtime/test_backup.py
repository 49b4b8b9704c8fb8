"""docs/operations.md, "Backup and restore": tried as it stands there, from one server to another.

Neither the owner nor the login role is a superuser here, as on a managed PostgreSQL.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg

from connector.account.signup import create_tenant
from connector.store import inbox, tenants
from connector.store.check import differences
from connector.store.migrate import migrate, pending
from connector.store.scope import Database
from ponte.runtime import databases
from ponte.runtime.postgres import Postgres, binaries
from tests.support.rows import arrival, now

NAME, KEEPER, BACKUP = "ponte", "ponte_keeper", "ponte_backup"
PASSWORD = "test"


async def _execute(url: str, *statements: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


async def _ground(server: Postgres) -> str:
    """What stands in "First start" before `ponte migrate`; the owner's address."""
    await _execute(
        server.url(),
        f"CREATE ROLE {KEEPER} LOGIN CREATEROLE PASSWORD '{PASSWORD}'",
        f"CREATE DATABASE {NAME} OWNER {KEEPER}",
    )
    owner = _at(server, KEEPER)
    await _execute(owner, f"CREATE ROLE {databases.LOGIN_ROLE} LOGIN NOINHERIT PASSWORD '{PASSWORD}'")
    return owner


def _at(server: Postgres, role: str) -> str:
    host = server.url().rpartition("@")[2].partition("/")[0]
    return f"postgresql://{role}:{PASSWORD}@{host}/{NAME}"


async def _fill(url: str) -> list[UUID]:
    database = await Database.open(url, 2)
    try:
        made = [await create_tenant(database, name, now(), now()) for name in ("Aurora", "Serra Azul")]
        async with database.system() as conn:
            await inbox.insert(conn, [arrival(tenant_id, number) for tenant_id in made for number in (1, 2)])
        return made
    finally:
        await database.close()


def _run(program: str, *arguments: str) -> None:
    done = subprocess.run([binaries() / program, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


async def _seen(url: str, tenant_id: UUID) -> tuple[str | None, int]:
    """As the app sees it: the tenant's name, and how many events of anybody's its scope shows."""
    database = await Database.open(url, 2)
    try:
        async with database.tenant(tenant_id) as conn:
            tenant = await tenants.load(tenant_id)
            return tenant and tenant.name, await conn.fetchval("SELECT count(*) FROM inbox")
    finally:
        await database.close()


async def _inspect(server: Postgres) -> tuple[list[str], list[str], Any]:
    connection = await asyncpg.connect(server.url(NAME))
    try:
        partitions = "SELECT count(*) FROM pg_inherits WHERE inhparent = 'event'::regclass"
        return (
            await differences(connection),
            await pending(connection),
            await connection.fetchval(partitions),
        )
    finally:
        await connection.close()


async def test_a_backup_restores_on_another_server_with_everything_in_force(
    own_postgres: Callable[[], Postgres], tmp_path: Path
) -> None:
    old, new = own_postgres(), own_postgres()
    dump = tmp_path / "ponte.dump"
    await migrate(await _ground(old), databases.LOGIN_ROLE)
    made = await _fill(_at(old, databases.LOGIN_ROLE))
    await _execute(
        old.url(NAME),
        f"CREATE ROLE {BACKUP} LOGIN BYPASSRLS PASSWORD '{PASSWORD}'",
        f"GRANT pg_read_all_data TO {BACKUP}",
    )
    _run("pg_dump", "--format=custom", f"--file={dump}", f"--dbname={_at(old, BACKUP)}")

    owner = await _ground(new)
    await _execute(owner, "CREATE ROLE ponte_tenant NOLOGIN", "CREATE ROLE ponte_system NOLOGIN")
    _run("pg_restore", "--no-owner", "--exit-on-error", f"--dbname={owner}", str(dump))
    await migrate(owner, databases.LOGIN_ROLE)

    login = _at(new, databases.LOGIN_ROLE)
    assert await _seen(login, made[0]) == ("Aurora", 2)
    assert await _seen(login, made[1]) == ("Serra Azul", 2)
    assert await _seen(login, uuid4()) == (None, 0)
    assert await _inspect(new) == ([], [], (await _inspect(old))[2])
