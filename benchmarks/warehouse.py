"""A running demo whose first tenant imports products: its calls to both vendors, and what they hold then."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from random import Random
from typing import Any
from urllib.parse import parse_qs

import httpx
import msgspec

from benchmarks.ground import Ground
from benchmarks.running import running
from benchmarks.shop import LOOK_S, STUCK_S, TOGGLES, Shop

#: Operating time of a command: 20,000 of them stay below what ten minutes allow.
COST_S = 0.02
#: Seconds after which the requests of the demo's start have left the portal's bucket.
SETTLED_S = 25.0
#: Seconds after which a record is no newcomer of the import (connector.sync.runs.listing.MARGIN), and some.
OLD_S = 130.0
#: Live prices stay so near to the first ones that no guard rail holds them.
NEAR = 0.05
#: The least status of a refusal.
REFUSED = 400
WRITES = (".add", ".update", ".delete")
#: Reads of records that are known by name; everything else is a page of a list.
_NAMED = ("idsProdutos[]", "codigos[]")

#: A product as both vendors can tell it: name, code, price, whether it is active.
Told = tuple[str, str, float, bool]
Record = dict[str, Any]
#: Seconds that a comparison may take.
COMPARED_S = 1_800.0


class Sides(msgspec.Struct, frozen=True, kw_only=True):
    """Both vendors held against each other; every number but the first is 0 when they are equal."""

    products: int
    missing: int
    differing: int
    #: Products in Bitrix24 whose Bling id another one carries, too.
    doubles: int
    examples: list[str] = []

    @property
    def equal(self) -> bool:
        """Whether nothing is missing, different or there twice."""
        return not (self.missing or self.differing or self.doubles)


class Warehouse(Shop):
    """One tenant of a demo with a Bling full of products."""

    async def open(self, *, enforce: bool = True) -> None:
        """Tick everything about products; `enforce` = the vendors refuse what is over their limits."""
        await self._ponte("PUT", "/toggles", {name: name.startswith("product.") for name in TOGGLES})
        await self._control("POST", "limits", {"enforce": enforce, "operating_cost_s": COST_S})

    async def fill(self, products: int, rest_s: float = OLD_S) -> list[int]:
        """So many new products in Bling, whose webhooks are lost, and a rest after them; their ids."""
        await self._control("POST", "webhooks", {"mode": "off", "provider": "bling"})
        made = await self._control("POST", "seed", {"tenant": self._tenant["id"], "products": products})
        await self._control("DELETE", "webhooks")
        await asyncio.sleep(rest_s)
        return list(made["products"])

    async def begin(self) -> str:
        """Ask for an import of all products; its id. The vendors' calls are counted from here."""
        await self._control("DELETE", "calls")
        return str((await self._ponte("POST", "/imports", {"kind": "product"}))["id"])

    async def look(self, run: str) -> Record:
        """How far the import is."""
        told: Record = await self._ponte("GET", f"/imports/{run}")
        return told

    async def over(self, run: str) -> Record:
        """Wait for the import's end; raises when it does not move, or ends otherwise than done."""
        last, moved = -1, time.monotonic()
        while (now := await self.look(run))["state"] == "running":
            if now["done"] + now["listed"] != last:
                last, moved = now["done"] + now["listed"], time.monotonic()
            elif time.monotonic() - moved > STUCK_S:
                raise AssertionError(f"the import has not moved for {STUCK_S:.0f} s: {now}")
            await asyncio.sleep(LOOK_S)
        if now["state"] != "done":
            raise AssertionError(f"the import ended as {now['state']}: {now}")
        return now

    async def choose(self) -> None:
        """Give every product that waits for a choice, as two of the demo's have one SKU, one of its own."""
        waiting = await self._ponte("GET", "/records?kind=product&reason=ambiguous")
        for one in waiting["items"]:
            path = f"/records/product/{one['bling_id']}/adopt"
            await self._ponte("POST", path, {"bitrix_id": None})
        await self.settled()

    async def compare(self) -> Record:
        """A reconciliation from its beginning to its end. The vendors' calls are counted from here."""
        await self._control("DELETE", "calls")
        run = (await self._ponte("POST", "/reconciliations", {"kind": "product"}))["id"]
        begun = time.monotonic()
        while time.monotonic() - begun < COMPARED_S:
            told: Record = await self._ponte("GET", f"/reconciliations/{run}")
            if told["state"] != "running":
                return told
            await asyncio.sleep(LOOK_S)
        raise AssertionError(f"the comparison has not ended after {COMPARED_S:.0f} s")

    async def kill_at(self, run: str, done: int) -> int:
        """Kill the worker, without a warning, once so many records are settled; how many were."""
        async for now in self._looks(run):
            if now["state"] != "running":
                raise AssertionError("the import was over before the worker was killed")
            if now["done"] >= done:
                await self.kill_worker_at(0)
                return int(now["done"])
        raise AssertionError("looks never end")

    async def _looks(self, run: str) -> AsyncIterator[Record]:
        while True:
            yield await self.look(run)
            await asyncio.sleep(LOOK_S / 4)

    async def change(self, bling_ids: list[int], per_second: float, chance: Random) -> None:
        """From now on somebody gives products other prices, until this is cancelled."""
        first = {one["id"]: one["preco"] for one in (await self._dump("bling"))["products"]}
        self.changes: Counter[int] = Counter()
        begun = time.monotonic()
        while True:
            one = chance.choice(bling_ids)
            price = round(float(first[one]) * (1 + chance.uniform(-NEAR, NEAR)), 2)
            await self._at_bling("PATCH", f"/produtos/{one}", {"preco": price})
            self.changes[one] += 1
            await asyncio.sleep(max(0.0, begun + self.changes.total() / per_second - time.monotonic()))

    async def asked(self, provider: str) -> list[Record]:
        """Ponte's requests to a vendor for this tenant since the import began."""
        return [row for row in await self.calls(provider) if row["tenant"] == self._tenant["id"]]

    async def sides(self, bling_ids: Iterable[int]) -> Sides:
        """What both vendors hold of these products, from their own dumps."""
        return compared(await self._dump("bling"), await self._dump("bitrix24"), bling_ids)


def compared(bling: Record, bitrix24: Record, bling_ids: Iterable[int]) -> Sides:
    """Bling's products held against those of Bitrix24 that carry their ids."""
    wanted = set(bling_ids)
    sold: dict[str, Told] = {
        str(one["id"]): (one["nome"], one["codigo"], float(one["preco"]), one["situacao"] == "A")
        for one in bling["products"]
        if one["id"] in wanted
    }
    prices = {row["productId"]: float(row["price"]) for row in bitrix24["prices"]}
    there: dict[str, list[Told]] = {}
    for one in bitrix24["products"]:
        if (link := _link(one, sold)) is not None:
            told = (one["name"], one["xmlId"], prices.get(one["id"], 0.0), one["active"] == "Y")
            there.setdefault(link, []).append(told)
    wrong = [link for link, told in there.items() if any(one != sold[link] for one in told)]
    return Sides(
        products=len(sold),
        missing=len(sold.keys() - there.keys()),
        differing=len(wrong),
        doubles=sum(len(told) - 1 for told in there.values()),
        examples=[f"{link}: {sold[link]} is {there[link]}" for link in wrong[:3]],
    )


def writes(requests: Iterable[Record]) -> int:
    """Commands to Bitrix24 that change something, batches taken apart."""
    commands = [one for row in requests for one in row.get("commands") or [row["method"]]]
    return sum(command.partition("?")[0].lower().endswith(WRITES) for command in commands)


def pages(requests: Iterable[Record]) -> Counter[str]:
    """How often each page of Bling's list of products was read; what Bling refused was not."""
    found: Counter[str] = Counter()
    for row in requests:
        query = parse_qs(row.get("query", ""))
        is_list = row["path"].endswith("/produtos") and not any(name in query for name in _NAMED)
        if is_list and row["status"] < REFUSED:
            found[row["query"]] += 1
    return found


def _link(product: Record, known: dict[str, Told]) -> str | None:
    """The Bling id that a product of Bitrix24 carries in one of its properties."""
    values = [value for name, value in product.items() if name.startswith("property")]
    texts = [str(value["value"]) for value in values if isinstance(value, dict)]
    return next((text for text in texts if text in known), None)


@asynccontextmanager
async def warehouse(ground: Ground, *, enforce: bool = True) -> AsyncIterator[Warehouse]:
    """A fresh demo on the ground's servers, at the vendors' own pace."""
    redis_url = await ground.empty_redis()
    environ = {"DATABASE_URL": ground.owner_url, "REDIS_URL": redis_url}
    async with (
        running(ground.folder, environ) as (ready, _),
        httpx.AsyncClient(timeout=300, trust_env=False) as client,
    ):
        opened = Warehouse(ready, client)
        await opened.open(enforce=enforce)
        yield opened
