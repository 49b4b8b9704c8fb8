"""Portals that are unlike the usual one."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest
from arq.connections import ArqRedis

from connector.settings import Settings
from connector.store.scope import Database
from tests.support import house as houses
from tests.support.clerk import CNPJ, CPF
from tests.support.order_desk import OrderDesk
from tests.support.people_desk import FIELD, FOREIGN
from tests.support.sandbox import Sandbox


@pytest.fixture
async def foreign(
    settings: Settings, sandbox: Sandbox, http: httpx.AsyncClient, redis: ArqRedis, database: Database
) -> AsyncIterator[OrderDesk]:
    """A desk whose portal lacks the Brazilian presets."""
    house = await houses.build(settings, sandbox, http, redis, database, portal=FOREIGN)
    await house.tick("order.create", "order.update", "sale.create")
    desk = OrderDesk(house)
    yield desk
    await house.engine.http.aclose()


async def test_without_presets_documents_go_into_a_field(foreign: OrderDesk):
    contact = foreign.contact(numeroDocumento=CPF)
    orders = [foreign.order(contact) for _ in range(3)]
    for order in orders:
        await foreign.told(order, action="created")
    await foreign.house.drain()
    (made,) = foreign.house.dump()["contacts"]
    assert made[FIELD] == CPF
    assert {foreign.deal(order)["contactId"] for order in orders} == {made["id"]}


async def test_without_presets_a_firm_is_found_again(foreign: OrderDesk):
    for _ in range(2):
        await foreign.synced(contact=foreign.contact(nome="Loja", tipo="J", numeroDocumento=CNPJ))
    assert len(foreign.house.dump()["companies"]) == 1
    assert len(foreign.deals()) == 2
