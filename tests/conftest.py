"""Fixtures on real parts. Only what a test asks for is started; all of a run's workers share the servers.

| fixture | is |
|---|---|
| `postgres_url` | the owner's address of this worker's database, emptied before each test |
| `database_url` | the same database for the app's login role |
| `redis_url` | this worker's logical database, flushed before each test |
| `sandbox` | this worker's sandbox process, reset before each test |
| `settings` | `Settings` that point at all of these |
| `http` | an `httpx.AsyncClient` |
| `own_postgres`, `own_redis` | factories of servers that a test may kill |
"""

from __future__ import annotations

import base64
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import asyncpg
import httpx
import pytest
import redis.asyncio
from hypothesis import HealthCheck
from hypothesis import settings as properties

from connector.settings import Settings
from ponte.runtime import databases
from ponte.runtime.addresses import LOCALHOST, free_port
from ponte.runtime.postgres import Postgres
from ponte.runtime.redis import Redis
from tests.support import cleaning
from tests.support import sandbox as sandboxes
from tests.support import servers as run_servers

RUN_FOLDER, RUN_PID = "PONTE_TEST_FOLDER", "PONTE_TEST_PID"
VAULT_KEYS = f"test:{base64.b64encode(bytes(range(32))).decode()}"

#: A busy machine makes no law false: no example has a time to keep. The same examples in every run, so that a
#: change is blamed for what it broke alone; `--hypothesis-profile hunting` looks for new ones.
properties.register_profile("hunting", deadline=None, suppress_health_check=[HealthCheck.too_slow])
properties.register_profile("steady", properties.get_profile("hunting"), derandomize=True)
properties.load_profile("steady")


def pytest_configure(config: pytest.Config) -> None:
    """The process that was started first (xdist's controller, or the only one) owns the run's folder."""
    if not hasattr(config, "workerinput"):
        os.environ[RUN_FOLDER] = tempfile.mkdtemp(prefix="ponte-test-")
        os.environ[RUN_PID] = str(os.getpid())


def pytest_unconfigure(config: pytest.Config) -> None:
    """Nothing of a run is left behind."""
    if not hasattr(config, "workerinput") and (folder := os.environ.pop(RUN_FOLDER, None)):
        run_servers.stop(Path(folder))
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def worker_number(request: pytest.FixtureRequest) -> int:
    """This xdist worker's number; 0 without xdist."""
    name: str = getattr(request.config, "workerinput", {}).get("workerid", "gw0")
    return int(name.removeprefix("gw"))


@pytest.fixture(scope="session")
def servers() -> run_servers.Servers:
    """The run's PostgreSQL and Redis."""
    return run_servers.servers(Path(os.environ[RUN_FOLDER]), int(os.environ[RUN_PID]))


@pytest.fixture(scope="session")
async def worker_database(
    servers: run_servers.Servers, worker_number: int
) -> AsyncIterator[asyncpg.Connection]:
    """The owner's connection to this worker's own copy of the migrated template."""
    name = f"ponte_test_{worker_number}"
    await databases.create_database(servers.owner_url, name, run_servers.TEMPLATE)
    connection = await asyncpg.connect(databases.at(servers.owner_url, database=name))
    yield connection
    await connection.close()


@pytest.fixture(scope="session")
async def filled_tables(worker_database: asyncpg.Connection, servers: run_servers.Servers) -> tuple[str, ...]:
    """The tables that tests fill: those that the migrations left empty."""
    return await cleaning.empty_tables(databases.at(servers.owner_url, database=run_servers.TEMPLATE))


@pytest.fixture
async def postgres_url(
    worker_database: asyncpg.Connection,
    worker_number: int,
    servers: run_servers.Servers,
    filled_tables: tuple[str, ...],
) -> str:
    """The owner's address of a database without rows."""
    await cleaning.clean(worker_database, filled_tables)
    return databases.at(servers.owner_url, database=f"ponte_test_{worker_number}")


@pytest.fixture
def database_url(postgres_url: str) -> str:
    """The login role's address of a database without rows."""
    return databases.at(postgres_url, role=databases.LOGIN_ROLE)


@pytest.fixture
async def redis_url(servers: run_servers.Servers, worker_number: int) -> str:
    """The address of an empty logical database."""
    url = servers.redis_url.rsplit("/", 1)[0] + f"/{worker_number}"
    async with redis.asyncio.from_url(url) as client:
        await client.flushdb()
    return url


@pytest.fixture(scope="session")
def app_port() -> int:
    """Where this worker's tests may start the app, so that the sandbox's webhooks find it."""
    return free_port()


@pytest.fixture(scope="session")
def worker_sandbox(tmp_path_factory: pytest.TempPathFactory, app_port: int) -> Iterator[sandboxes.Sandbox]:
    """This worker's sandbox process."""
    sandbox = sandboxes.start(tmp_path_factory.mktemp("sandbox"), f"http://{LOCALHOST}:{app_port}")
    yield sandbox
    sandbox.client.close()
    sandbox.child.stop()


@pytest.fixture
def sandbox(worker_sandbox: sandboxes.Sandbox) -> sandboxes.Sandbox:
    """The sandbox as right after its start: two companies and portals, no records."""
    worker_sandbox.reset()
    return worker_sandbox


@pytest.fixture
def settings(database_url: str, redis_url: str, sandbox: sandboxes.Sandbox, app_port: int) -> Settings:
    """Settings of this worker's database, Redis and sandbox."""
    bling, bitrix24, stripe = (sandbox.ready[name] for name in ("bling", "bitrix24", "stripe"))
    return Settings(
        env="test",
        database_url=database_url,
        redis_url=redis_url,
        app_url=f"http://{LOCALHOST}:{app_port}",
        vault_keys=VAULT_KEYS,
        clock_url=f"{sandbox.url}/control/clock",
        bling_api_url=bling["api_url"],
        bling_authorize_url=bling["authorize_url"],
        bling_token_url=bling["token_url"],
        bling_client_id=bling["client_id"],
        bling_client_secret=bling["client_secret"],
        bitrix24_oauth_urls=bitrix24["oauth_url"],
        bitrix24_script_url=f"{sandbox.url}/bitrix24/api/v1/",
        bitrix24_client_id=bitrix24["client_id"],
        bitrix24_client_secret=bitrix24["client_secret"],
        stripe_api_url=stripe["api_url"],
        stripe_api_key=sandbox.ready["own"]["stripe_api_key"],
        stripe_webhook_secret=stripe["webhook_secret"],
        mail_url=f"{sandbox.url}/mail",
        pool_size=5,
        log_format="console",
    )


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    """A client that keeps nothing of the environment's proxies."""
    async with httpx.AsyncClient(timeout=30, trust_env=False) as client:
        yield client


@pytest.fixture
def own_postgres(tmp_path: Path) -> Iterator[Callable[[], Postgres]]:
    """Makes clusters that a test may kill; each is created and started."""
    made: list[Postgres] = []

    def make() -> Postgres:
        postgres = Postgres(tmp_path / f"postgres{len(made)}", free_port(), durable=False)
        postgres.create()
        postgres.start()
        made.append(postgres)
        return postgres

    yield make
    for postgres in made:
        postgres.stop()


@pytest.fixture
def own_redis(tmp_path: Path) -> Iterator[Callable[[], Redis]]:
    """Makes Redis servers that a test may kill; each is started."""
    made: list[Redis] = []

    def make() -> Redis:
        server = Redis(tmp_path / f"redis{len(made)}", free_port())
        server.start()
        made.append(server)
        return server

    yield make
    for server in made:
        server.stop()
