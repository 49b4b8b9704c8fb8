"""One change after the other on a running demo: how soon each is in the portal."""

from __future__ import annotations

import asyncio
import hmac
import random
import time
from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256
from typing import Any

import httpx

from benchmarks import messages
from benchmarks.messages import Notice
from benchmarks.running import Ready
from connector.store.ids import new_id

#: Few enough changes of each product that nobody takes them for a loop (30 in ten minutes).
OF_EACH = 10
#: Price of the first change in cents; each has one of its own, by which its write is known again.
FIRST = 2_000
#: Seconds after which everything has arrived, and the portal's bucket is empty.
LINKED_S = 4.0
#: Between changes, so that the portal's bucket stays empty; a little irregular, so that no clock of ours
#: keeps step with it.
PAUSE_S = (0.5, 0.7)


class Arriving:
    """A tenant of a demo whose products are changed one at a time, as a shop does by day."""

    def __init__(self, ready: Ready, tenant: dict[str, Any]) -> None:
        self._ready, self._tenant = ready, tenant
        self._client = httpx.AsyncClient(timeout=10, trust_env=False)
        self._sent = 0
        self._second = messages.now()

    async def close(self) -> None:
        """Nothing more is sent."""
        await self._client.aclose()

    async def tick(self, *names: str) -> None:
        """Switch these options on, and all others of products off."""
        toggles = {name: name in names for name in ("product.create", "product.update")}
        headers = {"authorization": f"Bearer {self._tenant['api_key']}"}
        url = f"{self._ready['app_url']}/api/v1/toggles"
        (await self._client.put(url, json=toggles, headers=headers)).raise_for_status()

    async def latencies(self, changes: int) -> list[float]:
        """Seconds from the sending of a webhook to the portal's carrying out of the write, ascending.

        The products that are changed are made before.
        """
        products = range(self._sent, self._sent + -(-changes // OF_EACH))
        for number in products:
            await self._send(number, "created", FIRST - 1)
        await asyncio.sleep(LINKED_S)
        sent = {}
        for change in range(changes):
            price = FIRST + self._sent
            sent[price] = await self._send(products[change % len(products)], "updated", price)
            self._sent += 1
        await asyncio.sleep(LINKED_S)
        seen = _seen(await self._calls())
        if missing := sent.keys() - seen.keys():
            raise AssertionError(f"{len(missing)} changes did not arrive")
        return sorted(seen[price] - at for price, at in sent.items())

    async def _calls(self) -> list[Ready]:
        url = f"{self._ready['sandbox_url']}/control/calls"
        calls: list[Ready] = (await self._client.get(url, params={"provider": "bitrix24"})).json()
        return calls

    async def _send(self, product: int, event: str, price: int) -> float:
        """Deliver a webhook as Bling does, then pause; when it was sent (unix)."""
        self._second = messages.after(self._second, 1)
        notice = Notice(number=product, event=event, price=price, date=self._second)
        body = messages.body(notice, self._tenant["bling_company_id"], str(new_id()))
        signature = hmac.new(self._ready["bling"]["client_secret"].encode(), body, sha256).hexdigest()
        headers = {"content-type": "application/json", "x-bling-signature-256": f"sha256={signature}"}
        at = time.time()
        url = f"{self._ready['app_url']}/webhooks/bling"
        (await self._client.post(url, content=body, headers=headers)).raise_for_status()
        await asyncio.sleep(random.uniform(*PAUSE_S))
        return at


def _seen(calls: Iterable[Ready]) -> dict[int, float]:
    """By price in cents: when the portal wrote it (unix)."""
    found: dict[int, float] = {}
    for call in calls:
        for command in call.get("commands") or ():
            method, _, query = command.partition("?")
            if method.startswith("catalog.price.") and "price%5D=" in query:
                price = query.partition("price%5D=")[2].partition("&")[0]
                found[round(float(price) * 100)] = datetime.fromisoformat(call["at"]).timestamp()
    return found
