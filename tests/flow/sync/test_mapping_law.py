"""The law of the lens on a whole account, both ways; a thousand products are in tests/chaos."""

from __future__ import annotations

import httpx
import msgspec
import pytest
from arq.connections import ArqRedis

from connector.settings import Settings
from connector.store.scope import Database
from tests.support import house as houses
from tests.support.house import House
from tests.support.lens_law import prove_both_ways
from tests.support.sandbox import Sandbox


@pytest.fixture
async def wide_house(
    settings: Settings, sandbox: Sandbox, http: httpx.AsyncClient, redis: ArqRedis, database: Database
) -> House:
    """A tenant whose vendors have all the time in the world."""
    quick = msgspec.structs.replace(settings, bling_per_second=300)
    house = await houses.build(quick, sandbox, http, redis, database)
    sandbox.control("webhooks", {"mode": "off"})
    sandbox.control("limits", {"enforce": False})
    await house.tick("product.create", "product.update")
    return house


async def test_what_goes_over_comes_back_byte_for_byte(wide_house: House) -> None:
    await prove_both_ways(wide_house, 60)
