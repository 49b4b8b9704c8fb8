"""The whole of Ponte as `ponte demo` runs it: how soon it is there, and how soon a change arrives."""

from __future__ import annotations

import asyncio
import hmac
import random
import time
from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256

import httpx

from benchmarks import messages
from benchmarks.ground import Ground
from benchmarks.messages import Notice
from benchmarks.results import Rows, row
from benchmarks.running import Ready, running
from connector.store.ids import new_id

STARTS = 2
#: Few enough changes of each product that nobody takes them for a loop (30 in ten minutes).
CHANGES, PRODUCTS = 100, 10
#: Price of the first change in cents; each has one of its own, by which its write is known again.
FIRST = 2_000
#: Seconds after which everything has arrived, and the portal's bucket is empty.
LINKED_S = 4.0
#: Between changes, so that each meets an idle system and the portal's bucket stays empty; a little irregular,
#: so that no clock of ours keeps step with it.
PAUSE_S = (0.5, 0.7)


async def demo(ground: Ground) -> Rows:
    """Seconds until the ready line, the slowest of two starts; then changes one at a time."""
    starts: list[float] = []
    for number in range(STARTS):
        async with running(ground.folder) as (ready, seconds):
            starts.append(seconds)
            if number == STARTS - 1:
                latencies = sorted(await _latencies(ready))
    told = [round(seconds, 2) for seconds in starts]
    yield row("demo_ready_s", max(starts), "<=", 10, starts=told)
    yield row("latency_p50_s", _percentile(latencies, 50), "<=", 0.25, changes=CHANGES)
    yield row("latency_p99_s", _percentile(latencies, 99), "<=", 1.0, slowest=round(latencies[-1], 4))


async def _latencies(ready: Ready) -> list[float]:
    """Seconds from the sending of a webhook to the portal's carrying out of the write, for each change."""
    tenant = ready["tenants"][0]
    async with httpx.AsyncClient(timeout=10, trust_env=False) as client:
        headers = {"authorization": f"Bearer {tenant['api_key']}"}
        toggles = {"product.create": True, "product.update": True}
        answer = await client.put(f"{ready['app_url']}/api/v1/toggles", json=toggles, headers=headers)
        answer.raise_for_status()
        for number in range(PRODUCTS):
            await _send(client, ready, number, "created")
        await asyncio.sleep(LINKED_S)
        sent = {FIRST + change: await _send(client, ready, change, "updated") for change in range(CHANGES)}
        await asyncio.sleep(LINKED_S)
        calls = await client.get(f"{ready['sandbox_url']}/control/calls", params={"provider": "bitrix24"})
    seen = _seen(calls.json())
    if missing := sent.keys() - seen.keys():
        raise AssertionError(f"{len(missing)} changes did not arrive")
    return [seen[price] - at for price, at in sent.items()]


async def _send(client: httpx.AsyncClient, ready: Ready, change: int, event: str) -> float:
    """Deliver a webhook as Bling does, then pause; when it was sent (unix)."""
    price = FIRST + change - (CHANGES if event == "created" else 0)
    date = messages.after(messages.now(), change if event == "updated" else -1)
    notice = Notice(number=change % PRODUCTS, event=event, price=price, date=date)
    body = messages.body(notice, ready["tenants"][0]["bling_company_id"], str(new_id()))
    signature = hmac.new(ready["bling"]["client_secret"].encode(), body, sha256).hexdigest()
    headers = {"content-type": "application/json", "x-bling-signature-256": f"sha256={signature}"}
    at = time.time()
    answer = await client.post(f"{ready['app_url']}/webhooks/bling", content=body, headers=headers)
    answer.raise_for_status()
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


def _percentile(ascending: list[float], percent: int) -> float:
    """Nearest rank."""
    return ascending[-(-len(ascending) * percent // 100) - 1]
