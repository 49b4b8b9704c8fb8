"""The only ways to the database: as one tenant, or as the system. Each is one transaction.

Opening costs one round trip and closing one: `BEGIN` and its `SET LOCAL`s travel as one string.
`ponte.tenant` is set by the statement, not by `set_config()`, because only that travels to Citus' workers.
"""

from __future__ import annotations

import asyncio
import contextlib
from types import TracebackType
from typing import Any, TypeAlias
from uuid import UUID

import asyncpg

from connector.store.engine import ENGINE

#: asyncpg is untyped; this is a connection inside an open scope.
Connection: TypeAlias = Any

#: Seconds for a new connection: a door must still answer 503 within a second.
CONNECT_TIMEOUT = 0.7

#: For a claim: its tables are queue-like, so their statistics lie; walking the right index in order is right
#: whatever they say.
WALKING = "; SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off; SET LOCAL enable_sort = off"
#: For a settling: the commit does not wait for the disk. One that a crash of Postgres takes back is worked
#: off again from the inbox, and Bitrix24 is found as it was left (docs/decisions/0007).
UNHURRIED = "; SET LOCAL synchronous_commit = off"

#: What asyncpg raises when Postgres is not there, goes away, or comes up.
AWAY = (
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.CannotConnectNowError,
    asyncpg.TooManyConnectionsError,
)


#: The inbox is empty one second and holds 100,000 rows the next, tenants differ a thousandfold: a plan that
#: is kept would be made for another table. Planning costs a turn about 1 ms.
_PLAN_ANEW = "SET LOCAL plan_cache_mode = force_custom_plan"


#: Data is on an SSD or in memory; statements are short, so compiling them would cost more than it saves.
_SERVER_SETTINGS = {"application_name": "ponte", "jit": "off", "random_page_cost": "1.1"}


class DatabaseAway(Exception):
    """Postgres cannot be reached; what was under way in this scope is rolled back or its end is unknown."""


class Database:
    """One pool, which Piccolo and raw SQL share. A lost server costs the present scopes, no restart."""

    def __init__(self, pool: Any) -> None:
        self._pool = pool
        self._spread: bool | None = None

    @classmethod
    async def open(cls, url: str, size: int) -> Database:
        """Make the pool of at most `size` connections; needs no server yet."""
        pool = await asyncpg.create_pool(
            url,
            min_size=0,
            max_size=size,
            timeout=CONNECT_TIMEOUT,
            reset=_nothing_to_reset,
            max_cacheable_statement_size=0,
            server_settings=_SERVER_SETTINGS,
        )
        return cls(pool)

    async def close(self) -> None:
        """Wait for open scopes, then close the connections."""
        await self._pool.close()

    def tenant(self, tenant_id: UUID, *, patience: float | None = None, manner: str = "") -> Scope:
        """A transaction that sees this tenant's rows alone; `patience` = seconds to wait for a place.

        `manner` is one of the constants above: how statements are planned, or how the commit is made.
        """
        if not isinstance(tenant_id, UUID):
            raise TypeError(f"a tenant's id is a UUID, not {type(tenant_id).__name__}")
        sets = f"SET LOCAL ROLE ponte_tenant; SET LOCAL ponte.tenant = '{tenant_id}'; {_PLAN_ANEW}{manner}"
        return Scope(self, sets, patience)

    def system(self, *, patience: float | None = None) -> Scope:
        """A transaction of the directory, ingest, sweeper and operators: all tenants' rows."""
        return Scope(self, "SET LOCAL ROLE ponte_system", patience)

    async def acquire(self, patience: float | None) -> Any:
        """A connection of the pool; raises `DatabaseAway`."""
        try:
            async with asyncio.timeout(patience):
                return await self._pool.acquire()
        except AWAY as error:
            raise DatabaseAway(str(error) or type(error).__name__) from error

    async def release(self, connection: Any) -> None:
        """Give it back; a broken one is replaced when next asked for."""
        await self._pool.release(connection)

    async def opening(self, connection: Any, sets: str) -> str:
        """The string that begins a scope; on Citus the settings must be told to travel."""
        if self._spread is None:
            self._spread = await is_spread(connection)
        travel = "SET LOCAL citus.propagate_set_commands = 'local'; " if self._spread else ""
        return f"BEGIN; {travel}{sets}"


class Scope:
    """`async with` gives the connection; leaving commits, or rolls back when an exception passes."""

    __slots__ = ("_connection", "_database", "_patience", "_sets", "_token")

    def __init__(self, database: Database, sets: str, patience: float | None) -> None:
        self._database = database
        self._sets = sets
        self._patience = patience

    async def __aenter__(self) -> Connection:
        # A connection may have died in the pool unseen; a second one is either fresh or Postgres is away.
        try:
            self._connection = await self._begun()
        except DatabaseAway:
            self._connection = await self._begun()
        self._token = ENGINE.enter(self._connection)
        return self._connection

    async def _begun(self) -> Any:
        connection = await self._database.acquire(self._patience)
        try:
            await connection.execute(await self._database.opening(connection, self._sets))
        except BaseException as error:
            await self._database.release(connection)
            if is_away(error):
                raise DatabaseAway(str(error)) from error
            raise
        return connection

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        ENGINE.leave(self._token)
        try:
            await self._end(error)
        finally:
            await self._database.release(self._connection)
        if error is not None and is_away(error):
            raise DatabaseAway(str(error)) from error

    async def _end(self, error: BaseException | None) -> None:
        if error is not None:
            # A lost or cancelled connection cannot be asked to roll back; the pool sees to those.
            with contextlib.suppress(asyncpg.InterfaceError, *AWAY):
                await self._connection.execute("ROLLBACK")
            return
        try:
            await self._connection.execute("COMMIT")
        except BaseException as failure:
            if is_away(failure):
                raise DatabaseAway(str(failure)) from failure
            raise


def is_away(error: BaseException) -> bool:
    """Whether asyncpg says that the server is gone, as opposed to a refused statement."""
    if isinstance(error, asyncpg.InterfaceError):
        return "connection is closed" in str(error) or "connection was closed" in str(error)
    return isinstance(error, AWAY) and not isinstance(error, TimeoutError)


async def is_spread(connection: Any) -> bool:
    """Whether this database is spread over machines with Citus."""
    return bool(await connection.fetchval("SELECT 1 FROM pg_extension WHERE extname = 'citus'"))


async def _nothing_to_reset(_: Any) -> None:
    """Scopes change settings with SET LOCAL only, so a round trip of RESET ALL would be wasted."""
