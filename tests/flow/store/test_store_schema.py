"""The schema by the catalogue: classes of tables, as Citus and row-level security need them."""

from __future__ import annotations

import asyncio
import sys

import asyncpg
import pytest

from connector.store.check import differences
from connector.store.tables import TABLES, names
from connector.store.tables.columns import Class

TENANT, DIRECTORY = names(Class.TENANT), names(Class.DIRECTORY)
OWN_ROWS = "(tenant_id = (NULLIF(current_setting('ponte.tenant'::text, true), ''::text))::uuid)"

KEYS = """
SELECT i.indexrelid::regclass::text AS name,
       (SELECT bool_or(a.attname = 'tenant_id') FROM pg_attribute a
        WHERE a.attrelid = i.indrelid AND a.attnum = ANY(i.indkey)) AS has_tenant
FROM pg_index i WHERE i.indrelid = $1::regclass AND (i.indisunique OR i.indisprimary)
"""
POLICIES = "SELECT roles::text[], cmd, permissive, qual, with_check FROM pg_policies WHERE tablename = $1"
GRANTS = """
SELECT privilege_type FROM information_schema.role_table_grants WHERE table_name = $1 AND grantee = $2
"""
FOREIGN_KEYS = """
SELECT c.conname, c.confrelid::regclass::text AS target,
       (SELECT array_agg(a.attname::text) FROM pg_attribute a
        WHERE a.attrelid = c.conrelid AND a.attnum = ANY(c.conkey)) AS columns
FROM pg_constraint c WHERE c.contype = 'f' AND c.conrelid = $1::regclass AND c.conparentid = 0
"""


async def test_every_table_has_a_class(owner: asyncpg.Connection) -> None:
    rows = await owner.fetch(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
        " AND relkind IN ('r', 'p') AND NOT relispartition"
    )
    assert {row["relname"] for row in rows} == {*TENANT, *DIRECTORY, "migration"}
    assert len(TENANT) + len(DIRECTORY) == len(TABLES)


@pytest.mark.parametrize("table", TENANT)
async def test_keys_of_a_tenant_table_contain_the_tenant(owner: asyncpg.Connection, table: str) -> None:
    keys = await owner.fetch(KEYS, table)
    assert keys
    assert [row["name"] for row in keys if not row["has_tenant"]] == []


@pytest.mark.parametrize("table", TENANT)
async def test_row_level_security_is_forced_on_a_tenant_table(owner: asyncpg.Connection, table: str) -> None:
    row = await owner.fetchrow(
        "SELECT relrowsecurity, relforcerowsecurity FROM pg_class WHERE oid = $1::regclass", table
    )
    assert tuple(row) == (True, True)


@pytest.mark.parametrize("table", TENANT)
async def test_a_tenant_sees_its_rows_and_the_system_all(owner: asyncpg.Connection, table: str) -> None:
    policies = {tuple(row["roles"]): row for row in await owner.fetch(POLICIES, table)}
    assert policies.keys() == {("ponte_tenant",), ("ponte_system",)}
    assert policies["ponte_tenant",]["qual"] == OWN_ROWS
    assert policies["ponte_system",]["qual"] == "true"
    assert {row["cmd"] for row in policies.values()} == {"ALL"}
    assert {row["with_check"] for row in policies.values()} == {None}


@pytest.mark.parametrize("table", TENANT)
async def test_foreign_keys_stay_within_a_tenant(owner: asyncpg.Connection, table: str) -> None:
    for row in await owner.fetch(FOREIGN_KEYS, table):
        assert row["target"] in TENANT
        assert "tenant_id" in row["columns"]


@pytest.mark.parametrize("table", TENANT)
async def test_tenant_tables_have_no_triggers(owner: asyncpg.Connection, table: str) -> None:
    count = "SELECT count(*) FROM pg_trigger WHERE tgrelid = $1::regclass AND NOT tgisinternal"
    assert await owner.fetchval(count, table) == 0


@pytest.mark.parametrize("table", DIRECTORY)
async def test_a_tenant_cannot_touch_the_directory(owner: asyncpg.Connection, table: str) -> None:
    assert await owner.fetch(GRANTS, table, "ponte_tenant") == []
    granted = {row["privilege_type"] for row in await owner.fetch(GRANTS, table, "ponte_system")}
    assert granted == {"SELECT", "INSERT", "DELETE"} | ({"UPDATE"} if table != "operator_audit" else set())


async def test_a_tenant_cannot_rewrite_the_audit_log(owner: asyncpg.Connection) -> None:
    granted = {row["privilege_type"] for row in await owner.fetch(GRANTS, "audit", "ponte_tenant")}
    assert granted == {"SELECT", "INSERT"}


async def test_partitions_are_reached_through_their_table_alone(owner: asyncpg.Connection) -> None:
    partitions = await owner.fetch(
        "SELECT oid::regclass::text AS name FROM pg_class WHERE relispartition AND relkind = 'r'"
    )
    assert partitions
    for row in partitions:
        for role in ("ponte_tenant", "ponte_system"):
            assert await owner.fetch(GRANTS, row["name"], role) == []


async def test_the_login_role_inherits_nothing(owner: asyncpg.Connection) -> None:
    rows = await owner.fetch(
        "SELECT inherit_option, set_option FROM pg_auth_members"
        " WHERE member = 'ponte'::regrole AND roleid IN ('ponte_tenant'::regrole, 'ponte_system'::regrole)"
    )
    assert [tuple(row) for row in rows] == [(False, True)] * 2


async def test_the_described_columns_are_the_databases(owner: asyncpg.Connection) -> None:
    assert await differences(owner) == []


async def test_a_difference_is_told(owner: asyncpg.Connection) -> None:
    transaction = owner.transaction()
    await transaction.start()
    await owner.execute("ALTER TABLE tenant ADD COLUMN extra integer")
    await owner.execute("ALTER TABLE usage ALTER COLUMN synced TYPE integer")
    assert await differences(owner) == [
        "tenant.extra: tables.py says missing, the database integer null",
        "usage.synced: tables.py says bigint, the database integer",
    ]
    await transaction.rollback()


async def test_the_check_is_a_command(postgres_url: str) -> None:
    arguments = (sys.executable, "-m", "connector.store.check", postgres_url)
    process = await asyncio.create_subprocess_exec(*arguments)
    assert await process.wait() == 0
