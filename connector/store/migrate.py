"""Brings a database to the present schema: roles, migrations, partitions, and on Citus the distribution.

May run any number of times and in several processes at once: an advisory lock lets one through at a time.
Roles belong to the whole cluster, whose other databases that lock does not cover; making them tolerates that.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from datetime import UTC, datetime
from typing import Any

import asyncpg
import structlog
from piccolo.apps.migrations.auto import migration_manager
from piccolo.apps.migrations.commands import forwards
from piccolo.apps.migrations.commands.forwards import ForwardsMigrationManager
from piccolo.apps.migrations.tables import Migration

from connector.store.engine import ENGINE
from connector.store.partitions import ensure_partitions
from connector.store.scope import is_spread

ROLES = ("ponte_tenant", "ponte_system")
#: Days of history that are made ahead.
DAYS_AHEAD = 7
_LOCK = 0x706F6E7465  # "ponte"
_PATIENCE = 60

_DISTRIBUTABLE = """
SELECT c.relname FROM pg_class c
WHERE c.relnamespace = 'public'::regnamespace AND c.relforcerowsecurity AND NOT c.relispartition
  AND NOT EXISTS (SELECT 1 FROM pg_dist_partition d WHERE d.logicalrelid = c.oid)
ORDER BY c.relname <> 'tenant', c.relname
"""

_MEMBER = """
SELECT 1 FROM pg_auth_members m
WHERE m.roleid = $1::regrole AND m.member = $2::regrole AND m.set_option AND NOT m.inherit_option
"""

log = structlog.get_logger(__name__)


# Piccolo's runner tells its progress with print; standard output belongs to the command that migrates, and
# what ran is logged below.
for _module in (forwards, migration_manager):
    vars(_module)["print"] = lambda *_, **__: None


class MigrationFailed(Exception):
    """The database could not be brought to the present schema; the text says why."""


async def migrate(owner_url: str, login_role: str) -> None:
    """Run what has not run yet, as the tables' owner; `login_role` is the one that the app signs in as."""
    connection = await asyncpg.connect(owner_url)
    try:
        await connection.execute("SELECT pg_advisory_lock($1)", _LOCK)
        await _make_roles(connection, login_role)
        await _run_migrations(connection)
        await ensure_partitions(connection, datetime.now(UTC).date(), DAYS_AHEAD)
        if await is_spread(connection):
            await _distribute(connection)
    finally:
        await connection.close()


async def pending(connection: Any) -> list[str]:
    """Ids of migrations that this version knows and the database has not run; needs the system scope."""
    ran = {
        row["name"] for row in await connection.fetch("SELECT name FROM migration WHERE app_name = 'ponte'")
    }
    return sorted(set(_known()) - ran)


def _runner() -> ForwardsMigrationManager:
    os.environ.setdefault("PICCOLO_CONF", "migrations.piccolo_conf")
    return ForwardsMigrationManager(app_name="ponte", migration_id="1")


def _known() -> list[str]:
    runner = _runner()
    folder = runner.get_app_config("ponte").resolved_migrations_folder_path
    return runner.get_migration_ids(runner.get_migration_modules(folder))


async def _make_roles(connection: Any, login_role: str) -> None:
    if not await connection.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", login_role):
        raise MigrationFailed(f"the login role {login_role} does not exist: create it first")
    for role in ROLES:
        with contextlib.suppress(asyncpg.DuplicateObjectError, asyncpg.UniqueViolationError):
            if not await connection.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", role):
                await connection.execute(f"CREATE ROLE {role} NOLOGIN")
        await _grant(connection, role, login_role)


async def _grant(connection: Any, role: str, login_role: str) -> None:
    """Inherited, the role's policies would apply to the login role itself: it may only switch to it."""
    name = await connection.fetchval("SELECT quote_ident($1)", login_role)
    for _ in range(_PATIENCE):
        if await connection.fetchval(_MEMBER, role, name):
            return
        try:
            await connection.execute(f"GRANT {role} TO {name} WITH INHERIT FALSE, SET TRUE")
        except (asyncpg.InternalServerError, asyncpg.UniqueViolationError):
            await asyncio.sleep(
                0.1
            )  # "tuple concurrently updated": another database of the cluster grants, too
    raise MigrationFailed(f"{role} could not be granted to {login_role}")


async def _run_migrations(connection: Any) -> None:
    runner = _runner()
    token = ENGINE.enter(connection)
    try:
        await runner.create_migration_table()
        while missing := sorted(set(_known()) - set(await Migration.get_migrations_which_ran("ponte"))):
            await _run_next(runner, connection)
            log.info("migrated", migration=missing[0])
    finally:
        ENGINE.leave(token)


async def _run_next(runner: ForwardsMigrationManager, connection: Any) -> None:
    """One migration and the note that it ran, in one transaction."""
    async with connection.transaction():
        result = await runner.run_migrations(runner.get_app_config("ponte"))
        if not result.success:
            raise MigrationFailed(result.message or "Piccolo's runner says no more")


async def _distribute(connection: Any) -> None:
    for row in await connection.fetch(_DISTRIBUTABLE):
        await connection.execute("SELECT create_distributed_table($1, 'tenant_id')", row["relname"])
        log.info("distributed", table=row["relname"])
