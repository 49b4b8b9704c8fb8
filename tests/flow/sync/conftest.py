"""A house for the tests of the drain."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest
from arq.connections import ArqRedis, RedisSettings, create_pool

from connector.settings import Settings
from connector.store.scope import Database
from tests.support import house as houses
from tests.support.house import House
from tests.support.sandbox import Sandbox


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[ArqRedis]:
    pool = await create_pool(RedisSettings.from_dsn(redis_url))
    yield pool
    await pool.aclose()


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = await Database.open(database_url, 5)
    yield opened
    await opened.close()


@pytest.fixture
async def house(
    settings: Settings, sandbox: Sandbox, http: httpx.AsyncClient, redis: ArqRedis, database: Database
) -> House:
    """A connected tenant with nothing ticked."""
    return await houses.build(settings, sandbox, http, redis, database)


@pytest.fixture
async def open_house(house: House) -> House:
    """A connected tenant with all product toggles ticked."""
    await house.tick("product.create", "product.update", "product.delete")
    return house
