"""A running demo whose first tenant sells: orders in Bling, deals in Bitrix24, workers that are killed."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
from redis.asyncio import Redis

from benchmarks.books import Books
from benchmarks.ground import Ground
from benchmarks.running import Ready, running
from connector.bitrix24.limits import ENTERPRISE, PortalLimiter

#: Reads a second, below what one address may do; three would make 2,000 orders last twenty minutes.
BLING_PER_SECOND = 50
TOGGLES = ("product.create", "product.update", "order.create", "order.update", "sale.create")
#: Operating time of a command, small enough that ten minutes of it never decide.
COST_S = 0.005
#: Nothing has changed for so long: something is stuck. A lease lasts 30 s, a create in doubt 60 s.
STUCK_S = 150.0
LOOK_S = 1.0
#: Looks at an empty inbox after which nothing more is expected.
CALM_LOOKS = 3


class Shop:
    """One tenant of a demo, its vendors' limits off; Ponte keeps its own pace all the same."""

    def __init__(self, ready: Ready, client: httpx.AsyncClient) -> None:
        self._tenant = ready["tenants"][0]
        self._app, self._sandbox = ready["app_url"], ready["sandbox_url"]
        self._bling = ready["bling"]["api_url"]
        self._client = client

    async def open(self) -> None:
        """Tick everything; the vendors refuse nothing."""
        await self._ponte("PUT", "/toggles", dict.fromkeys(TOGGLES, True))
        await self._control("POST", "limits", {"enforce": False, "operating_cost_s": COST_S})

    async def bring_products(self) -> None:
        """Touch every product in Bling, as one does on the day of connecting: orders then find them."""
        listed = await self._at_bling("GET", "/produtos?criterio=2&limite=100")
        for product in listed.json()["data"]:
            await self._at_bling("PATCH", f"/produtos/{product['id']}", {"observacoes": "à venda"})
        await self.settled()

    async def disturb(self) -> None:
        """From now on each webhook is sent twice, in no order."""
        await self._control("POST", "webhooks", {"mode": "shuffle", "also": f"{self._app}/webhooks/bling"})

    async def sow(self, orders: int, customers: int) -> list[int]:
        """Sell so much to so many; the orders' ids. The vendors' calls are counted from here."""
        await self._control("DELETE", "calls")
        seed = {"tenant": self._tenant["id"], "orders": orders, "customers": customers}
        made: list[int] = (await self._control("POST", "seed", seed))["orders"]
        return made

    async def move(self, order_ids: list[int], situation: int) -> None:
        """Put orders into a situation, as somebody in Bling."""
        for one in order_ids:
            await self._at_bling("PATCH", f"/pedidos/vendas/{one}/situacoes/{situation}")

    async def in_step(self) -> int:
        """Orders whose deal is as it should be."""
        summary = await self._ponte("GET", "/records/summary")
        return int(summary["order"]["in_step"])

    async def depth(self) -> int:
        """Events that wait or are worked on."""
        return int((await self._ponte("GET", "/status"))["inbox"]["depth"])

    async def settled(self) -> None:
        """Wait until nothing waits any more; raises when nothing moves for too long."""
        last, changed, calm = -1, time.monotonic(), 0
        while calm < CALM_LOOKS:
            await asyncio.sleep(LOOK_S)
            depth = await self.depth()
            calm = calm + 1 if depth == 0 else 0
            if depth != last:
                last, changed = depth, time.monotonic()
            elif time.monotonic() - changed > STUCK_S:
                raise AssertionError(f"{depth} events have been waiting for {STUCK_S:.0f} s")

    async def kill_worker_at(self, in_step: int) -> int:
        """Kill the worker, without a warning, once so many orders are in step; how many were."""
        while (there := await self.in_step()) < in_step:  # noqa: ASYNC110 - Ponte tells nobody
            await asyncio.sleep(LOOK_S / 4)
        pid = await self._worker()
        os.kill(pid, signal.SIGKILL)
        while await self._worker() == pid:  # noqa: ASYNC110 - nor does the demo
            await asyncio.sleep(LOOK_S / 4)
        return there

    async def books(self, order_ids: list[int]) -> Books:
        """What both vendors hold of these orders."""
        bling, bitrix24 = [await self._dump(provider) for provider in ("bling", "bitrix24")]
        return Books(bling, bitrix24, self._tenant["bling_company_id"], order_ids)

    async def calls(self, provider: str) -> list[dict[str, Any]]:
        """Ponte's requests to a vendor since the orders were sown, token calls aside."""
        rows = await self._control("GET", f"calls?provider={provider}")
        return [row for row in rows if not row["outsider"] and row["method"] != "oauth"]

    async def outcomes(self, outcome: str) -> list[dict[str, Any]]:
        """The first events that ended so."""
        items: list[dict[str, Any]] = (await self._ponte("GET", f"/events?outcome={outcome}&limit=200"))[
            "items"
        ]
        return items

    @property
    def member_id(self) -> str:
        """The portal's."""
        return str(self._tenant["bitrix24_member_id"])

    async def _worker(self) -> int:
        return int((await self._control("GET", "pids"))["worker"])

    async def _dump(self, provider: str) -> Any:
        return await self._control("GET", f"dump?provider={provider}&tenant={self._tenant['id']}")

    async def _at_bling(self, method: str, path: str, body: object = None) -> httpx.Response:
        headers = {"authorization": f"Bearer {self._tenant['bling_access_token']}"}
        answer = await self._client.request(method, self._bling + path, json=body, headers=headers)
        return answer.raise_for_status()

    async def _ponte(self, method: str, path: str, body: object = None) -> Any:
        headers = {"authorization": f"Bearer {self._tenant['api_key']}"}
        answer = await self._client.request(method, f"{self._app}/api/v1{path}", json=body, headers=headers)
        return answer.raise_for_status().json()

    async def _control(self, method: str, path: str, body: object = None) -> Any:
        answer = await self._client.request(method, f"{self._sandbox}/control/{path}", json=body)
        return answer.raise_for_status().json()


@asynccontextmanager
async def shop(ground: Ground, *, enterprise: bool = False) -> AsyncIterator[Shop]:
    """A fresh demo on the ground's servers; `enterprise` gives its portal the larger plan's request rate."""
    redis_url = await ground.empty_redis()
    environ = {
        "DATABASE_URL": ground.owner_url,
        "REDIS_URL": redis_url,
        "PONTE_BLING_PER_SECOND": str(BLING_PER_SECOND),
    }
    async with (
        running(ground.folder, environ) as (ready, _),
        httpx.AsyncClient(timeout=300, trust_env=False) as client,
        Redis.from_url(redis_url) as redis,
    ):
        opened = Shop(ready, client)
        if enterprise:
            await PortalLimiter(redis, opened.member_id).learn(ENTERPRISE)
        await opened.open()
        yield opened
