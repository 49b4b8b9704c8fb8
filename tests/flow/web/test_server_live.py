"""The live view: what settles reaches the tenant's own pages; without Redis they are told to poll."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from uuid import UUID, uuid4

import pytest
from redis.asyncio import Redis as Client

from ponte.runtime.redis import Redis
from server import live
from server.live import LiveView
from tests.support.waiting import PATIENCE_S


@pytest.fixture
def server(own_redis: Callable[[], Redis]) -> Redis:
    return own_redis()


@pytest.fixture
async def view(server: Redis) -> AsyncIterator[LiveView]:
    view = LiveView(Client.from_url(server.url(), socket_timeout=5.0))
    view.start()
    yield view
    await view.stop()


class Page:
    """What one open page hears."""

    def __init__(self, view: LiveView, tenant_id: UUID) -> None:
        self._stream = view.stream(tenant_id)

    async def hears(self) -> tuple[str | None, object]:
        message = await asyncio.wait_for(anext(self._stream), PATIENCE_S)
        return message.event, message.data

    async def hears_mode(self, *, live: bool) -> None:
        """Pass over what comes before the page is told whether notices come."""
        while True:
            event, data = await self.hears()
            if event == "mode" and json.loads(data)["live"] is live:
                return

    async def hears_until(self, event: str, data: str) -> None:
        while await self.hears() != (event, data):
            pass


async def _live(view: LiveView, tenant_id: UUID) -> Page:
    page = Page(view, tenant_id)
    await page.hears_mode(live=True)
    return page


async def _publish(server: Redis, tenant_id: UUID, text: str) -> None:
    async with Client.from_url(server.url()) as client:
        await client.publish(f"live:{tenant_id}", text)


async def test_a_message_reaches_all_pages_of_its_tenant_alone(server: Redis, view: LiveView) -> None:
    mine, other = uuid4(), uuid4()
    pages = [await _live(view, mine), await _live(view, mine)]
    stranger = await _live(view, other)
    await _publish(server, mine, '{"ids":["1"]}')
    await _publish(server, other, '{"ids":["2"]}')
    assert [await page.hears() for page in pages] == [("settled", '{"ids":["1"]}')] * 2
    assert await stranger.hears() == ("settled", '{"ids":["2"]}')


async def test_pages_are_told_to_poll_while_redis_is_away(server: Redis, view: LiveView) -> None:
    page = await _live(view, tenant := uuid4())
    server.kill()
    assert await page.hears() == ("mode", '{"live":false}')
    server.start()
    await page.hears_until("mode", '{"live":true}')
    await _publish(server, tenant, "{}")
    assert await page.hears() == ("settled", "{}")


async def test_a_page_that_does_not_read_is_told_to_load_anew() -> None:
    page = live.Page()
    for number in range(live.BACKLOG + 1):
        page.tell("settled", str(number))
    assert await page.next() == ("reload", "{}")


async def test_silence_is_a_heartbeat(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "HEARTBEAT_S", 0.01)
    assert await live.Page().next() is None


async def test_a_page_that_went_away_is_forgotten(view: LiveView) -> None:
    stream = view.stream(tenant := uuid4())
    await anext(stream)
    await stream.aclose()
    assert tenant not in view._pages


async def test_a_new_page_is_told_how_long_it_has_been_quiet(server: Redis, view: LiveView) -> None:
    page = await _live(view, tenant := uuid4())
    await _publish(server, tenant, "{}")
    await page.hears()
    _, first = await Page(view, tenant).hears()
    _, strange = await Page(view, uuid4()).hears()
    assert json.loads(first)["quiet_s"] >= 0
    assert json.loads(strange)["quiet_s"] is None
