"""What the benchmarks stand on: a PostgreSQL that waits for its disk, a Redis, sandboxes on demand.

`DATABASE_URL` (an owner's) and `REDIS_URL` are used instead where they are set.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from arq.connections import RedisSettings, create_pool

from connector.store.migrate import migrate
from ponte.runtime import databases
from ponte.runtime.addresses import LOCALHOST, free_port
from ponte.runtime.postgres import Postgres
from ponte.runtime.redis import Redis
from tests.support import sandbox as sandboxes
from tests.support.sandbox import Sandbox

_TEMPLATE = "ponte_bench_template"


class Ground:
    """Servers of this run; all of them end with it."""

    def __init__(self, folder: Path, owner_url: str, redis_url: str, stack: AsyncExitStack) -> None:
        self.folder, self.owner_url, self.redis_url = folder, owner_url, redis_url
        self._stack = stack
        self._made = 0

    async def database(self) -> str:
        """The owner's address of a fresh, migrated database."""
        self._made += 1
        name = f"ponte_bench_{self._made}"
        await databases.create_database(self.owner_url, name, _TEMPLATE)
        return databases.at(self.owner_url, database=name)

    async def empty_redis(self) -> str:
        """Redis, with nothing in it."""
        client = await create_pool(RedisSettings.from_dsn(self.redis_url))
        await client.flushdb()
        await client.aclose()
        return self.redis_url

    def sandbox(self, app_url: str | None = None) -> Sandbox:
        """A sandbox without records, with all limits on; `app_url` is where its webhooks go."""
        folder = Path(tempfile.mkdtemp(prefix="sandbox-", dir=self.folder))
        sandbox = sandboxes.start(folder, app_url or f"http://{LOCALHOST}:{free_port()}")
        self._stack.callback(sandbox.child.stop)
        self._stack.callback(sandbox.client.close)
        return sandbox


@asynccontextmanager
async def ground() -> AsyncIterator[Ground]:
    """Start the servers, end them and remove their files."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ponte-bench-")))
        owner_url = os.environ.get("DATABASE_URL") or _postgres(folder, stack)
        redis_url = os.environ.get("REDIS_URL") or _redis(folder, stack)
        await databases.create_login_role(owner_url)
        await databases.create_database(owner_url, _TEMPLATE)
        await migrate(databases.at(owner_url, database=_TEMPLATE), databases.LOGIN_ROLE)
        yield Ground(folder, owner_url, redis_url, stack)


def _postgres(folder: Path, stack: AsyncExitStack) -> str:
    postgres = Postgres(folder / "postgres", free_port(), durable=True)
    postgres.create()
    stack.callback(postgres.stop)
    postgres.start()
    return postgres.url()


def _redis(folder: Path, stack: AsyncExitStack) -> str:
    server = Redis(folder / "redis", free_port())
    stack.callback(server.stop)
    server.start()
    return server.url()
