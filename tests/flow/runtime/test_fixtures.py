"""The tests' own ground: clean databases, servers that may be killed."""

from __future__ import annotations

from collections.abc import Callable

import asyncpg
import httpx
import pytest
import redis.asyncio
import redis.exceptions

from connector.settings import Settings
from ponte.runtime import databases
from ponte.runtime.postgres import Postgres
from ponte.runtime.redis import Redis
from tests.support.sandbox import Sandbox


@pytest.mark.parametrize("turn", [1, 2])
async def test_redis_is_empty_at_each_test(redis_url: str, turn: int) -> None:
    async with redis.asyncio.from_url(redis_url) as client:
        assert await client.dbsize() == 0
        await client.set("left", turn)


async def test_the_app_signs_in_as_a_plain_role(database_url: str) -> None:
    connection = await asyncpg.connect(database_url)
    role = await connection.fetchrow(
        "SELECT rolname, rolsuper, rolinherit FROM pg_roles WHERE rolname = current_user"
    )
    await connection.close()
    assert tuple(role) == (databases.LOGIN_ROLE, False, False)


async def test_postgres_comes_back_with_its_data_after_a_crash(own_postgres: Callable[[], Postgres]) -> None:
    postgres = own_postgres()
    connection = await asyncpg.connect(postgres.url())
    await connection.execute("CREATE TABLE kept AS SELECT 7 AS value")
    postgres.kill()
    postgres.start()
    again = await asyncpg.connect(postgres.url())
    assert await again.fetchval("SELECT value FROM kept") == 7
    await again.close()


async def test_redis_comes_back_empty_after_a_crash(own_redis: Callable[[], Redis]) -> None:
    server = own_redis()
    async with redis.asyncio.from_url(server.url()) as client:
        await client.set("gone", 1)
        server.kill()
        with pytest.raises(redis.exceptions.ConnectionError):
            await client.ping()
        server.start()
        assert await client.get("gone") is None


@pytest.mark.parametrize("turn", [1, 2])
async def test_the_database_is_migrated_and_empty_at_each_test(postgres_url: str, turn: int) -> None:
    connection = await asyncpg.connect(postgres_url)
    assert await connection.fetchval("SELECT count(*) FROM migration") > 0
    assert await connection.fetchval("SELECT count(*) FROM tenant") == 0
    await connection.execute(
        "INSERT INTO tenant (tenant_id, name, created_at) VALUES (gen_random_uuid(), 'left', now())"
    )
    await connection.close()


@pytest.mark.parametrize("turn", [1, 2])
def test_the_sandbox_has_no_faults_at_each_test(sandbox: Sandbox, turn: int) -> None:
    url = f"{sandbox.ready['bling']['api_url']}/produtos"
    headers = {"Authorization": f"Bearer {sandbox.ready['companies'][0]['access_token']}"}
    assert httpx.get(url, headers=headers, trust_env=False).status_code == 200
    sandbox.control("faults", {"provider": "bling", "status": 500, "times": 9})
    assert httpx.get(url, headers=headers, trust_env=False).status_code == 500


async def test_settings_point_at_all_of_it(settings: Settings, http: httpx.AsyncClient) -> None:
    clock = (await http.get(settings.clock_url)).json()
    assert clock["offset_s"] == 0
    assert settings.env == "test"
