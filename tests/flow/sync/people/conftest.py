"""Portals for the tests of orders' customers."""

from __future__ import annotations

import httpx
import pytest
from redis.asyncio import Redis

from connector import pace
from tests.support.people_desk import FOREIGN, Desk
from tests.support.sandbox import Sandbox


@pytest.fixture
async def desk(sandbox: Sandbox, redis: Redis, http: httpx.AsyncClient) -> Desk:
    """A Brazilian portal without limits."""
    return await _desk(sandbox, redis, http, 0)


@pytest.fixture
async def foreign(sandbox: Sandbox, redis: Redis, http: httpx.AsyncClient) -> Desk:
    """A portal without the Brazilian presets."""
    return await _desk(sandbox, redis, http, FOREIGN)


async def _desk(sandbox: Sandbox, redis: Redis, http: httpx.AsyncClient, number: int) -> Desk:
    sandbox.control("limits", {"enforce": False})
    await pace.assume_idle(redis)
    return Desk(sandbox, redis, http, number)
