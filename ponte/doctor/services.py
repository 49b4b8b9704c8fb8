"""Checks of what Ponte stands on: PostgreSQL, its roles and schema, and Redis."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import redis.asyncio
from redis.exceptions import RedisError

from connector.settings import Settings
from connector.store.migrate import ROLES, pending
from connector.store.scope import Database
from ponte.doctor.findings import Finding

PATIENCE_SECONDS = 5.0

_ROLE = "SELECT rolsuper OR rolbypassrls AS almighty FROM pg_roles WHERE rolname = current_user"
_KNOWN_ROLES = "SELECT rolname FROM pg_roles WHERE rolname = ANY($1)"
_INHERITS = "SELECT pg_has_role(current_user, $1, 'USAGE')"
_MAY_SET = "SELECT pg_has_role(current_user, $1, 'SET')"


async def examine(settings: Settings) -> AsyncIterator[Finding]:
    """All findings about the services."""
    async for finding in _database(settings):
        yield finding
    yield await _redis(settings)


async def _database(settings: Settings) -> AsyncIterator[Finding]:
    try:
        connection = await asyncpg.connect(settings.database_url, timeout=PATIENCE_SECONDS)
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError, ValueError) as error:
        text = f"cannot be reached: {error or type(error).__name__}"
        yield Finding("database", text, "check DATABASE_URL, and that PostgreSQL runs there")
        return
    try:
        yield Finding(
            "database", f"answers (PostgreSQL {'.'.join(map(str, connection.get_server_version()[:2]))})"
        )
        roles = await _roles(connection)
        yield roles
        yield await _connections(connection, settings)
    finally:
        await connection.close()
    if roles.is_right:
        yield await _schema(settings)


async def _roles(connection: Any) -> Finding:
    """The login role must see nothing by itself: rows are seen in a scope alone."""
    if await connection.fetchval(_ROLE):
        mend = "let DATABASE_URL name a plain role, and PONTE_MIGRATE_URL the owner"
        return Finding("roles", "the app signs in as a role that row-level security does not bind", mend)
    known = {row["rolname"] for row in await connection.fetch(_KNOWN_ROLES, list(ROLES))}
    if missing := sorted(set(ROLES) - known):
        return Finding("roles", f"missing: {', '.join(missing)}", "run `ponte migrate`")
    for role in ROLES:
        if await connection.fetchval(_INHERITS, role):
            mend = f"GRANT {role} TO the login role WITH INHERIT FALSE, SET TRUE"
            return Finding("roles", f"the login role inherits {role}, and so sees every tenant's rows", mend)
        if not await connection.fetchval(_MAY_SET, role):
            return Finding("roles", f"the login role may not switch to {role}", "run `ponte migrate`")
    return Finding("roles", "the login role sees nothing by itself")


async def _connections(connection: Any, settings: Settings) -> Finding:
    offered = int(await connection.fetchval("SHOW max_connections"))
    wanted = settings.pool_size * (settings.web_processes + 1)
    text = f"{wanted} of {offered} connections for one server and one worker"
    if wanted >= offered:
        return Finding("connections", text, "lower PONTE_POOL_SIZE or raise max_connections")
    return Finding("connections", text)


async def _schema(settings: Settings) -> Finding:
    database = await Database.open(settings.database_url, size=1)
    try:
        async with database.system() as connection:
            missing = await pending(connection)
    except asyncpg.PostgresError as error:
        return Finding("schema", f"cannot be read: {error}", "run `ponte migrate`")
    finally:
        await database.close()
    if missing:
        return Finding("schema", f"{len(missing)} migrations have not run", "run `ponte migrate`")
    return Finding("schema", "is up to date")


async def _redis(settings: Settings) -> Finding:
    client: redis.asyncio.Redis = redis.asyncio.Redis.from_url(
        settings.redis_url, socket_connect_timeout=PATIENCE_SECONDS
    )
    try:
        await client.ping()
    except (OSError, RedisError) as error:
        return Finding("redis", f"cannot be reached: {error}", "check REDIS_URL, and that Redis runs there")
    finally:
        await client.aclose()
    return Finding("redis", "answers")
