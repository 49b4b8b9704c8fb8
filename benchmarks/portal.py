"""A connected portal of the sandbox, limits on: what is sent to Ponte, and what the vendors then see."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

from benchmarks import messages
from benchmarks.draining import Bench, bench
from benchmarks.ground import Ground
from benchmarks.messages import Notice
from benchmarks.tenants import of_sandbox
from tests.support.sandbox import Sandbox

#: Seconds after which the requests of the set-up have left the portal's bucket.
SETTLED = 6.0


class Portal:
    """A connected sandbox: what is sent to Ponte, and what the vendors then see."""

    def __init__(self, on: Bench, sandbox: Sandbox) -> None:
        self.on, self.sandbox = on, sandbox

    async def burst(self, sent: Iterable[Notice]) -> float:
        """Let all messages wait together and work them off; seconds. The calls are counted afresh."""
        self.sandbox.control("calls", method="DELETE")
        await messages.deliver(self.on.database, self.on.tenant, sent)
        return await self.on.work_off()

    def calls(self, provider: str) -> list[dict[str, Any]]:
        """The requests of the last burst."""
        rows: list[dict[str, Any]] = self.sandbox.control(f"calls?provider={provider}", method="GET")
        return rows

    def commands(self) -> list[str]:
        """What Bitrix24 was asked, batches taken apart."""
        return [
            command for call in self.calls("bitrix24") for command in call.get("commands") or [call["method"]]
        ]

    def dump(self, provider: str) -> dict[str, list[dict[str, Any]]]:
        """What a vendor holds."""
        tenant = self.on.tenant
        of = tenant.member_id if provider == "bitrix24" else tenant.company_id
        held: dict[str, list[dict[str, Any]]] = self.sandbox.control(
            f"dump?provider={provider}&tenant={of}", method="GET"
        )
        return held

    def check(self, products: int, cents: int) -> None:
        """Everything arrived, once, with its price."""
        told = self.dump("bitrix24")
        links = {
            one[f"property{self.on.tenant.catalogue.product_link_property}"]["value"]
            for one in told["products"]
        }
        prices = {round(float(one["price"]) * 100) for one in told["prices"]}
        expected = {one.price for one in messages.notices(range(products), "created", cents, messages.now())}
        if not len(told["products"]) == len(links) == len(told["prices"]) == products or prices != expected:
            raise AssertionError(
                f"{len(told['products'])} products, {len(told['prices'])} prices, {len(links)} links"
            )


@asynccontextmanager
async def portal(ground: Ground) -> AsyncIterator[Portal]:
    """A fresh sandbox whose first company and portal are connected."""
    sandbox = ground.sandbox()
    async with bench(ground, None, partial(of_sandbox, sandbox), sandbox.ready["bling"]["api_url"]) as on:
        await asyncio.sleep(SETTLED)
        yield Portal(on, sandbox)
    sandbox.child.stop()
