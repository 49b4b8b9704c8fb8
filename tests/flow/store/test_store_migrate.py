"""Migrations: they run once, from several processes at a time, and tell what is missing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import asyncpg
import pytest

from connector.store.ids import bound
from connector.store.migrate import MigrationFailed, migrate, pending
from connector.store.partitions import PARTITIONED, drop_partitions, ensure_partitions
from connector.store.scope import Database
from migrations.sql import split
from ponte.runtime import databases

TODAY = datetime.now(UTC).date()


@pytest.fixture
async def empty_url(postgres_url: str, worker_number: int) -> AsyncIterator[str]:
    """An empty database of its own."""
    name = f"ponte_empty_{worker_number}"
    await databases.create_database(postgres_url, name)
    yield databases.at(postgres_url, database=name)
    connection = await asyncpg.connect(postgres_url)
    await connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await connection.close()


async def test_several_processes_migrate_one_database(empty_url: str) -> None:
    await asyncio.gather(*(migrate(empty_url, databases.LOGIN_ROLE) for _ in range(4)))
    connection = await asyncpg.connect(empty_url)
    ran = [row["name"] for row in await connection.fetch("SELECT name FROM migration ORDER BY id")]
    await connection.close()
    assert ran == sorted(set(ran))
    assert ran


async def test_an_up_to_date_database_lacks_nothing(db: Database) -> None:
    async with db.system() as conn:
        assert await pending(conn) == []


async def test_what_is_missing_is_named(db: Database, owner: asyncpg.Connection) -> None:
    transaction = owner.transaction()
    await transaction.start()
    await owner.execute("DELETE FROM migration WHERE name >= '0003'")
    assert "0003" in await pending(owner)
    await transaction.rollback()


async def test_an_unknown_login_role_is_named(empty_url: str) -> None:
    with pytest.raises(MigrationFailed, match="ninguem"):
        await migrate(empty_url, "ninguem")


def test_statements_end_with_a_semicolon_and_an_empty_line() -> None:
    text = "-- why\nCREATE TABLE a (\n  b int\n);\n\nDO $$ BEGIN x; y; END $$;\n"
    assert split(text) == ["-- why\nCREATE TABLE a (\n  b int\n)", "DO $$ BEGIN x; y; END $$"]


async def test_today_and_the_next_days_have_partitions(owner: asyncpg.Connection) -> None:
    for table in PARTITIONED:
        for days in range(8):
            name = f"{table}_y{TODAY + timedelta(days=days):%Ym%md%d}"
            assert await owner.fetchval("SELECT to_regclass($1)::text", name) == name


async def test_the_job_makes_what_is_missing_once(db: Database, owner: asyncpg.Connection) -> None:
    async with db.system() as conn:
        assert await ensure_partitions(conn, date(2031, 1, 1), 1) == 6
        assert await ensure_partitions(conn, date(2031, 1, 1), 1) == 0
    await _drop(owner, "2031")


async def test_rows_stand_in_the_partition_of_their_day(db: Database, owner: asyncpg.Connection) -> None:
    async with db.system() as conn:
        await ensure_partitions(conn, date(2031, 1, 1), 0)
    assert await _put(owner, date(2031, 1, 1)) == "sync_y2031m01d01"
    assert await _put(owner, date(2031, 1, 2)) == "sync_default"
    await _drop(owner, "2031")


async def test_a_day_whose_rows_came_early_stays_in_the_default_partition(
    db: Database, owner: asyncpg.Connection
) -> None:
    await _put(owner, date(2031, 1, 1))
    async with db.system() as conn:
        assert await ensure_partitions(conn, date(2031, 1, 1), 0) == 2
    await _drop(owner, "2031")


async def test_old_days_are_dropped_and_no_others(db: Database, owner: asyncpg.Connection) -> None:
    async with db.system() as conn:
        await ensure_partitions(conn, date(2020, 2, 28), 2)
        assert await drop_partitions(conn, date(2020, 2, 29)) == 3
        assert await drop_partitions(conn, date(2020, 3, 1), ["event"]) == 1
    assert await owner.fetchval("SELECT to_regclass('sync_y2020m02d29') IS NOT NULL")
    async with db.system() as conn:
        assert await drop_partitions(conn, date(2021, 1, 1)) == 5


async def test_only_tables_with_days_lose_them(db: Database) -> None:
    with pytest.raises(asyncpg.InvalidParameterValueError):
        async with db.system() as conn:
            await drop_partitions(conn, date(2020, 1, 1), ["link"])


async def test_a_tenant_makes_and_drops_no_days(db: Database) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with db.tenant(uuid4()) as conn:
            await drop_partitions(conn, date(2020, 1, 1))


async def _put(owner: asyncpg.Connection, day: date) -> str:
    """A sync of that day; answers where it stands."""
    id_ = bound(day)
    where: str = await owner.fetchval(
        "INSERT INTO sync VALUES ($1, $1, 'product', $1, 1, NULL, $1, 'updated', NULL, 1, now(), now(), '[]',"
        " '[]', '{}') RETURNING tableoid::regclass::text",
        id_,
    )
    return where


async def _drop(owner: asyncpg.Connection, year: str) -> None:
    """Leave the database as it was."""
    await owner.execute("DELETE FROM sync")
    for table in PARTITIONED:
        days = await owner.fetch(
            "SELECT relname FROM pg_class WHERE relname ~ $1", f"^{table}_y{year}m..d..$"
        )
        for day in days:
            await owner.execute(f"DROP TABLE {day['relname']}")
