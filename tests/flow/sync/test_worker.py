"""Wake-ups, the sweeper and arq's worker around the drain."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from uuid import UUID

import pytest
from arq.connections import ArqRedis
from arq.worker import Worker

from connector.account import connect_bitrix24, connect_bling
from connector.account.clock import Clock
from connector.account.connect import Connecting
from connector.account.connections import Connections
from connector.account.people import PONTE
from connector.account.signup import create_tenant
from connector.security.vault import Vault
from connector.settings import Settings
from connector.store import lease as lease_rows
from connector.store.scope import Database
from connector.sync.drain import drain
from connector.sync.wake import Waker
from tests.support.house import House
from tests.support.waiting import until
from worker import main


@pytest.fixture
async def real_house(house: House, settings: Settings, database: Database, redis: ArqRedis) -> House:
    """The house of a tenant that connected through the vendors' own consent: its tokens are Ponte's."""
    clock = Clock(settings)
    vault = Vault.from_setting(settings.vault_keys)
    connections = Connections(settings, database, redis, house.engine.http, vault, clock)
    connecting = Connecting(settings, database, redis, house.engine.http, vault, connections)
    async with database.system() as conn:
        for table in ("portal_route", "account_route", "tenant"):
            await conn.execute(f"DELETE FROM {table}")
    house.tenant_id = await create_tenant(database, "Casa", clock.now(), clock.business_now())
    grant = house.sandbox.control("grant", {"provider": "bling", "company_id": house.company_id})
    account = await connect_bling.connect(connecting, house.tenant_id, grant["code"], PONTE)
    house.account_id = account.id
    form = house.sandbox.control("grant", {"provider": "bitrix24", "member_id": house.portal.member_id})
    await connect_bitrix24.connect(connecting, house.tenant_id, form, PONTE)
    await house.tick("product.create", "product.update", "product.delete")
    return house


@contextlib.asynccontextmanager
async def working(settings: Settings) -> AsyncIterator[Worker]:
    """A worker in this process."""
    worker = main.make(settings)
    worker.allow_abort_jobs = False
    task = asyncio.create_task(worker.async_run())
    try:
        yield worker
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await worker.close()


async def test_a_woken_tenant_is_drained(real_house: House, settings: Settings, redis: ArqRedis):
    async with working(settings):
        await real_house.told()
        await Waker(redis).wake([real_house.tenant_id])
        await until(real_house.products)
    assert real_house.product()["price"] == 4.99


async def test_a_product_made_in_the_portal_reaches_bling(
    real_house: House, settings: Settings, redis: ArqRedis
):
    await real_house.tick("product.export_create")
    async with working(settings):
        # The worker's own round binds the portal's events.
        await until(lambda: _is_bound(real_house))
        real_house.portal.product(name="Jarra", xmlId="J-1")
        await Waker(redis).look(real_house.tenant_id)
        await until(lambda: "J-1" in _codes_in_bling(real_house))


def _is_bound(house: House) -> bool:
    return any("CATALOG.PRODUCT.ON.ADD" in command for command in house.commands("event.bind"))


def _codes_in_bling(house: House) -> list[str]:
    dump = house.sandbox.control(f"dump?provider=bling&tenant={house.company_id}", method="GET")
    return [product["codigo"] for product in dump["products"]]


async def test_the_sweeper_finds_whom_nobody_woke(real_house: House, settings: Settings):
    await real_house.told()
    async with working(settings):
        await until(real_house.products)
    assert len(real_house.products()) == 1


async def test_events_that_come_during_a_drain_are_not_forgotten(
    real_house: House, settings: Settings, redis: ArqRedis
):
    waker = Waker(redis)
    async with working(settings):
        for bling_id in range(1001, 1041):
            await real_house.told(bling_id)
            await waker.wake([real_house.tenant_id])
            await asyncio.sleep(0.02)
        await until(lambda: len(real_house.products()) == 40)


async def test_a_wiped_redis_loses_nothing(real_house: House, settings: Settings, redis: ArqRedis):
    await real_house.told()
    await Waker(redis).wake([real_house.tenant_id])
    await redis.flushdb()
    async with working(settings):
        await until(real_house.products)


async def test_one_wake_up_is_queued_however_many_events_come(redis: ArqRedis):
    waker = Waker(redis)
    tenant = UUID(int=1)
    for _ in range(5):
        await waker.wake([tenant, tenant])
    assert len(await redis.queued_jobs()) == 1


async def test_an_event_after_the_drain_began_queues_another(redis: ArqRedis):
    waker = Waker(redis)
    tenant = UUID(int=1)
    await waker.wake([tenant])
    await waker.begun(tenant)
    await waker.wake([tenant])
    assert len(await redis.queued_jobs()) == 2


async def test_a_drain_that_finds_the_lease_taken_makes_the_holder_go_on(open_house: House, redis: ArqRedis):
    """The window: an event is stored after the holder's last claim and before it gives up."""
    async with open_house.database.tenant(open_house.tenant_id) as conn:
        fence = await lease_rows.take(conn, open_house.tenant_id, "holder", 30)
    await drain(open_house.engine, open_house.tenant_id, "other")
    async with open_house.database.tenant(open_house.tenant_id) as conn:
        gave_up = await lease_rows.give_up(conn, open_house.tenant_id, fence, datetime.now(UTC))
    assert not gave_up


async def test_two_drains_at_once_write_everything_once(open_house: House):
    for bling_id in range(1001, 1031):
        await open_house.told(bling_id)
    await asyncio.gather(*(open_house.drain() for _ in range(4)))
    await open_house.drain()
    assert sorted(row["link"] for row in open_house.products()) == [str(n) for n in range(1001, 1031)]


async def test_redis_away_means_no_call_and_no_loss(open_house: House, monkeypatch: pytest.MonkeyPatch):
    from redis.exceptions import ConnectionError as RedisAway

    async def away(*_: object, **__: object) -> None:
        raise RedisAway("gone")

    event = await open_house.told()
    redis = open_house.engine.redis
    monkeypatch.setattr(redis, "evalsha", away)
    await open_house.drain()
    assert await open_house.outcome(event) == (None, None)
    assert open_house.calls("bitrix24") == []
    monkeypatch.undo()
    await open_house.due_now()
    await open_house.drain()
    assert await open_house.outcome(event) == ("created", None)
