"""What it costs to make sure of a message before answering: the door beside doors that do less."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from statistics import median

import asyncpg

from benchmarks.door import OWNER_URL
from benchmarks.ground import Ground
from benchmarks.load import Order, load
from benchmarks.results import Rows, alternate, ratio, row
from benchmarks.tenants import Tenant, connect, imagined
from connector.settings import Settings, to_environment
from connector.store.scope import Database
from ponte.demo.programs import Program
from ponte.runtime import databases
from ponte.runtime.addresses import LOCALHOST, free_port
from tests.conftest import VAULT_KEYS

REQUESTS, CONNECTIONS = 5_000, 64
ROUNDS = 5
SECRET = "bench"
PATHS = {
    "door": "/webhooks/bling",
    "empty": "/bench/empty",
    "blind": "/bench/blind",
    "bare": "/bench/bare",
    "single": "/bench/single",
}
#: These leave a row for each request.
STORING = ("door", "single")


async def ingest(ground: Ground) -> Rows:
    """Requests answered per second: Bling's door, an empty handler, one INSERT a request."""
    async with _server(ground) as server:
        sides = {name: partial(server.rate, name) for name in PATHS}
        for measure in sides.values():
            await measure()  # imports, connections, statements
        told = await alternate(ROUNDS, **sides)
    rates = {name: round(median(each)) for name, each in told.items()}
    yield row("ingest_vs_empty_handler", ratio(told, "door", "empty"), ">=", 0.80, per_s=rates)
    yield row("ingest_vs_insert_per_request", ratio(told, "door", "single"), ">=", 1.7, per_s=rates)


class _Server:
    def __init__(self, port: int, tenant: Tenant, owner: asyncpg.Connection) -> None:
        self._port, self._tenant, self._owner = port, tenant, owner

    async def rate(self, name: str) -> float:
        """Requests per second, from an empty inbox; every message must be there afterwards."""
        await self._owner.execute("TRUNCATE inbox")
        order = Order(
            port=self._port,
            path=PATHS[name],
            company_id=self._tenant.company_id,
            secret=SECRET,
            requests=REQUESTS,
            connections=CONNECTIONS,
        )
        figures = await load(order)
        stored = await self._owner.fetchval("SELECT count(*) FROM inbox")
        if figures.refused or stored != (REQUESTS if name in STORING else 0):
            raise AssertionError(f"{name}: {figures.refused} refused, {stored} stored")
        return REQUESTS / figures.seconds


@asynccontextmanager
async def _server(ground: Ground) -> AsyncIterator[_Server]:
    """A server process as in production, one tenant, no worker."""
    owner_url, port = await ground.database(), free_port()
    settings = Settings(
        env="test",
        database_url=databases.at(owner_url, role=databases.LOGIN_ROLE),
        redis_url=await ground.empty_redis(),
        app_url=f"http://{LOCALHOST}:{port}",
        port=port,
        vault_keys=VAULT_KEYS,
        bling_client_secret=SECRET,
        log_level="warning",
    )
    database, tenant = await Database.open(settings.database_url, 1), imagined("http://127.0.0.1:9/rest/")
    await connect(database, tenant)
    await database.close()
    environ = {**to_environment(settings), OWNER_URL: owner_url}
    program = Program("server", ("benchmarks.door",), ground.folder / "server.log", environ, port)
    owner = await asyncpg.connect(owner_url)
    program.start()
    try:
        await asyncio.to_thread(program.wait_until_it_answers, f"{settings.app_url}/health/live", 30)
        yield _Server(port, tenant, owner)
    finally:
        program.stop()
        await owner.close()
