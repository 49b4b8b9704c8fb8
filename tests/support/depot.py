"""A house whose Bling is full of records, and somebody who imports them."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import msgspec

from connector.domain.events import Kind
from connector.domain.runs import Deed, RunState, Task
from connector.settings import MOST_BLING_PER_SECOND
from connector.store import runs
from connector.store.runs import Finding, Run
from connector.sync.runs import deeds, rehearsing
from connector.sync.runs.importing import Wish
from connector.sync.runs.slices import Asked
from connector.sync.runs.tasks import TASKS
from connector.sync.runs.walk import walk
from tests.support.house import House
from tests.support.order_desk import OrderDesk

#: Rounds after which a run that does not end is stuck.
MOST = 400
#: Looks at a run that is walked in small steps.
MOST_LOOKS = 5_000


class Depot:
    """Imports into the house, by hand: walker and drain run when the test says so."""

    def __init__(self, house: House, *, hurried: bool = True) -> None:
        self.house = house
        house.sandbox.control("webhooks", {"mode": "off"})
        if hurried:
            settings = msgspec.structs.replace(house.engine.settings, bling_per_second=MOST_BLING_PER_SECOND)
            house.engine = dataclasses.replace(house.engine, settings=settings)
            house.sandbox.control("limits", {"enforce": False})

    def fill(self, products: int = 0, orders: int = 0) -> None:
        """Records in Bling, whose webhooks are lost."""
        self.house.sandbox.control(
            "seed", {"tenant": self.house.company_id, "products": products, "orders": orders}
        )
        self.house.forget_calls()

    def change(self, bling_id: int, **fields: Any) -> None:
        """Change a product in Bling; its webhook is lost."""
        api, sandbox = self.house.sandbox.ready["bling"]["api_url"], self.house.sandbox
        answer = sandbox.client.patch(
            f"{api}/produtos/{bling_id}", json=fields, headers=self.house.bling_headers
        )
        answer.raise_for_status()

    def remove(self, bling_id: int) -> None:
        """Delete a product in Bling; its webhook is lost."""
        api, sandbox = self.house.sandbox.ready["bling"]["api_url"], self.house.sandbox
        sandbox.client.delete(
            f"{api}/produtos/{bling_id}", headers=self.house.bling_headers
        ).raise_for_status()

    def in_bling(self) -> list[dict[str, Any]]:
        """All products of the company."""
        path = f"dump?provider=bling&tenant={self.house.company_id}"
        found: list[dict[str, Any]] = self.house.sandbox.control(path, method="GET")["products"]
        return found

    async def start(
        self, kind: Kind = Kind.PRODUCT, asked: Asked | None = None, *, automations: bool = False
    ) -> Run:
        """Ask for an import."""
        wish = Wish(asked=asked or Asked(), automations=automations)
        return await deeds.start(self.house.engine, self.house.tenant_id, Task.IMPORT, kind, wish)

    async def rehearse(self, kind: Kind = Kind.PRODUCT, asked: Asked | None = None) -> Run:
        """Ask for a rehearsal, and let it end."""
        wish = rehearsing.Wish(asked=asked or Asked())
        run = await deeds.start(self.house.engine, self.house.tenant_id, Task.REHEARSAL, kind, wish)
        while (run := await self.look(run.id)).state is RunState.RUNNING:
            await self.walk(run)
        return run

    async def examples(self, run: Run, what: str) -> list[Finding]:
        """What a rehearsal shows of a class."""
        async with self.house.database.tenant(self.house.tenant_id) as conn:
            return await runs.findings(conn, run, 0, 100, what)

    async def turn(self, run: Run, deed: Deed) -> Run | None:
        """Pause, resume or cancel."""
        return await deeds.turn(self.house.engine, self.house.tenant_id, run.id, deed)

    async def walk(self, run: Run, holder: str = "walker") -> float | None:
        """One turn of the walker."""
        return await walk(self.house.engine, TASKS, self.house.tenant_id, run.id, holder)

    async def pages_listed(self, run: Run, pages: int) -> None:
        """Walk until so many pages were listed; the walker falls over then."""
        await self._walk_until(run, lambda now: now.listed >= pages * 100)

    async def walk_to_full(self, run: Run) -> None:
        """Walk until everything was listed and queued; the walker falls over then."""
        await self._walk_until(run, lambda now: now.total is not None and now.queued == now.listed)

    async def _walk_until(self, run: Run, done: Callable[[Run], bool]) -> None:
        task = asyncio.create_task(self.walk(run, "short"))
        for _ in range(MOST_LOOKS):
            if task.done() or done(await self.look(run.id)):
                break
            await asyncio.sleep(0.002)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        async with self.house.database.system() as conn:
            await conn.execute("UPDATE run SET holder = NULL, held_until = NULL WHERE id = $1", run.id)

    async def finish(self, run: Run) -> Run:
        """Walk and drain until the run is over or paused."""
        async with self.working(run):
            return await self.until(run, lambda now: now.state is not RunState.RUNNING)

    @asynccontextmanager
    async def working(self, run: Run) -> AsyncIterator[None]:
        """A walker and drains, side by side."""
        tasks = [asyncio.create_task(self._walking(run)), asyncio.create_task(self._draining())]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def until(self, run: Run, done: Any) -> Run:
        """Look at the run until it is as wanted."""
        for _ in range(MOST):
            now = await self.look(run.id)
            if done(now):
                return now
            await asyncio.sleep(0.1)
        raise AssertionError(f"it never happened: {now}")

    async def look(self, run_id: UUID) -> Run:
        """The run as it is kept."""
        async with self.house.database.tenant(self.house.tenant_id) as conn:
            run = await runs.get(conn, self.house.tenant_id, run_id)
        assert run is not None
        return run

    async def _walking(self, run: Run) -> None:
        while True:
            await self.walk(run)
            await asyncio.sleep(0.05)

    async def _draining(self) -> None:
        while True:
            await self.house.drain()
            await asyncio.sleep(0.05)

    async def pages(self) -> list[str]:
        """The pages of lists that were asked for (reads of records by their ids are none)."""
        return [one for one in await self._asked() if "pagina=" in one and "idsProdutos" not in one]

    async def reads(self) -> list[str]:
        """Reads of products by their ids."""
        return [one for one in await self._asked() if "idsProdutos" in one]

    async def _asked(self) -> list[str]:
        async with self.house.database.system() as conn:
            rows = await conn.fetch(
                "SELECT request FROM api_call WHERE tenant_id = $1 AND provider = 'bling' ORDER BY id",
                self.house.tenant_id,
            )
        return [row["request"] for row in rows]


def clerk_of(depot: Depot) -> OrderDesk:
    """Somebody who makes orders and contacts in the depot's Bling."""
    return OrderDesk(depot.house)
