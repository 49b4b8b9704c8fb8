"""The tests' own ground: clean databases, servers that may be killed."""

from __future__ import annotations

from collections.abc import Callable

import asyncpg
import pytest
import redis.asyncio
import redis.exceptions

from ponte.runtime import databases
from ponte.runtime.postgres import Postgres
from ponte.runtime.redis import Redis


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
