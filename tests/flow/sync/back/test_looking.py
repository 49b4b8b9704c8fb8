"""Looking at portals.

The queue loses nothing, sweeps find what no queue told, and neither asks more than needed.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from arq.connections import ArqRedis

from connector.settings import Settings
from connector.store import portal_intake
from connector.store.scope import Database
from connector.sync.portal import intake
from tests.support import house as houses
from tests.support.returns import BOTH, Returns
from tests.support.sandbox import Sandbox
from tests.support.sink import listening
from tests.support.waiting import until


class Died(BaseException):
    """The worker was killed."""


async def test_a_look_that_died_between_reading_and_storing_loses_nothing(
    returns: Returns, monkeypatch: pytest.MonkeyPatch
):
    returns.add(name="Copo", xmlId="B-1")

    async def die(*_: Any) -> None:
        raise Died

    with monkeypatch.context() as patch:
        patch.setattr(intake, "store", die)
        with pytest.raises(Died):
            await returns.look()
    assert _waiting(returns) == 1
    await returns.rest()
    assert [product["codigo"] for product in returns.bling_products()] == ["B-1"]
    assert _waiting(returns) == 0


async def test_a_look_that_died_before_clearing_tells_nothing_twice(
    returns: Returns, monkeypatch: pytest.MonkeyPatch
):
    returns.add(name="Copo", xmlId="B-1")
    returns.house.fault(
        provider="bitrix24", method="event.offline.clear", status=500, error="INTERNAL_SERVER_ERROR"
    )
    await returns.look()
    await returns.look()
    row = await returns.house.row("SELECT count(*) AS n FROM inbox WHERE tenant_id = $1")
    assert row["n"] == 1
    assert _waiting(returns) == 0


async def test_more_changes_than_a_page_are_read_in_one_look(returns: Returns):
    for number in range(60):
        returns.add(name=f"Copo {number}", xmlId=f"B-{number}")
    await returns.look()
    row = await returns.house.row("SELECT count(*) AS n FROM inbox WHERE tenant_id = $1")
    assert row["n"] == 60


async def test_our_own_writes_are_not_told_to_us(returns: Returns):
    returns.in_bling(codigo="B-1")
    await returns.hear()
    await returns.house.drain()
    assert len(returns.house.products()) == 1
    assert _waiting(returns) == 0


async def test_the_portal_says_when_there_is_something_in_its_queue(returns: Returns):
    returns.add(name="Copo")
    await until(lambda: any(b"ONOFFLINEEVENT" in post.body for post in returns.sink.posts))


async def test_being_told_makes_the_next_look_due_now(returns: Returns):
    engine, tenant_id = returns.house.engine, returns.house.tenant_id
    async with returns.house.database.system() as conn:
        assert await portal_intake.due(conn, engine.clock(), 10) == []
        await portal_intake.wanted(conn, tenant_id, engine.clock(), houses.timedelta(seconds=5))
        assert await portal_intake.due(conn, engine.clock(), 10) == [tenant_id]


async def test_a_change_that_the_queue_did_not_tell_is_swept_up(returns: Returns):
    bling_id, product_id = await returns.pair()
    returns.edit(product_id, name="Caneca")
    returns.portal.call("event.offline.get", auth_connector="ponte")
    await returns.sweep_due()
    await returns.rest()
    assert returns.bling_product(bling_id)["nome"] == "Caneca"


async def test_a_sweep_makes_no_events_of_what_is_as_we_left_it(returns: Returns):
    for number in range(5):
        await returns.pair(nome=f"Copo {number}")
    before = await returns.house.row("SELECT count(*) AS n FROM event WHERE tenant_id = $1")
    await returns.sweep_due()
    await returns.rest()
    after = await returns.house.row("SELECT count(*) AS n FROM event WHERE tenant_id = $1")
    assert after["n"] == before["n"]


@pytest.fixture
async def plain(
    settings: Settings, sandbox: Sandbox, http: httpx.AsyncClient, redis: ArqRedis, database: Database
) -> AsyncIterator[Returns]:
    """A tenant whose portal has no offline events."""
    number = _without_queue(sandbox)
    house = await houses.build(settings, sandbox, http, redis, database, number)
    form = sandbox.control("grant", {"provider": "bitrix24", "member_id": house.portal.member_id})
    assert form["member_id"] == house.portal.member_id
    sandbox.control("limits", {"enforce": False})
    async with listening(urlsplit(settings.app_url).port or 0) as sink:
        returns = Returns(house, sink)
        await house.tick(*BOTH)
        await returns.look()
        house.forget_calls()
        yield returns


async def test_without_a_queue_changes_are_swept(plain: Returns):
    made = plain.add(name="Copo", xmlId="B-1", price=3)
    await plain.sweep_due()
    await plain.rest()
    (product,) = plain.bling_products()
    assert (product["codigo"], product["preco"]) == ("B-1", 3)
    plain.edit(made, price=4)
    await plain.sweep_due()
    await plain.rest()
    assert plain.bling_product(product["id"])["preco"] == 4


async def test_without_a_queue_what_we_write_comes_to_rest(plain: Returns):
    plain.add(name="Copo", xmlId="B-1", price=3)
    await plain.sweep_due()
    await plain.rest()
    events = await plain.house.row("SELECT count(*) AS n FROM event WHERE tenant_id = $1")
    for _ in range(3):
        await plain.sweep_due()
        await plain.rest()
    again = await plain.house.row("SELECT count(*) AS n FROM event WHERE tenant_id = $1")
    assert again["n"] == events["n"]
    assert len(plain.bling_products()) == len(plain.house.products()) == 1


async def test_without_a_queue_the_portal_tells_of_each_change(plain: Returns):
    plain.add(name="Copo")
    await until(lambda: any(b"CATALOG.PRODUCT.ON.ADD" in post.body for post in plain.sink.posts))
    await asyncio.sleep(0)


def _waiting(returns: Returns) -> int:
    return len(returns.portal.call("event.offline.list", auth_connector="ponte"))


def _without_queue(sandbox: Sandbox) -> int:
    """The number of a portal whose plan has no offline events."""
    for number, row in enumerate(sandbox.ready["portals"]):
        answer = sandbox.client.post(
            sandbox.ready["bitrix24"]["rest_url"].replace("{member_id}", row["member_id"]) + "feature.get",
            json={"auth": row["access_token"], "CODE": "rest_offline_extended"},
        )
        if answer.json()["result"]["value"] == "N":
            return number
    raise AssertionError("every portal has a queue")
