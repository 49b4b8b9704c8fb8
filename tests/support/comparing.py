"""Many products in step, hands that change them on either side, and reconciliations of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec

from connector.domain.events import LANES, Kind, RecordKey, Source
from connector.domain.runs import RunState, Task
from connector.store import drift, inbox, runs
from connector.store.ids import new_id
from connector.store.runs import Finding, Run
from connector.sync.asking import named_arrival
from connector.sync.runs import deeds
from connector.sync.runs.comparison import Counts, Wish
from connector.sync.runs.reconciling import Reconciling
from connector.sync.runs.repairing import repair
from connector.sync.runs.walk import walk
from tests.support.house import House


class Comparing:
    """Reconciliations of one house; no webhook leaves, nothing waits between two looks."""

    def __init__(self, house: House) -> None:
        self.house, self.engine, self.tenant_id = house, house.engine, house.tenant_id
        self.task = Reconciling(settles=timedelta(0))
        self._bling = house.sandbox.ready["bling"]["api_url"]
        house.sandbox.control("webhooks", {"mode": "off"})
        house.sandbox.control("limits", {"enforce": False})

    # Both sides

    async def in_step(self, products: int) -> list[int]:
        """So many products in Bling and in Bitrix24; their Bling ids."""
        seed = {"tenant": self.house.company_id, "products": products, "orders": 0}
        made: list[int] = self.house.sandbox.control("seed", seed)["products"]
        await self.synced(made)
        return made

    async def synced(self, bling_ids: Sequence[int], kind: Kind = Kind.PRODUCT) -> None:
        """Let these be synced as they are."""
        now = self.engine.clock()
        arrivals = [
            named_arrival(
                self.tenant_id,
                RecordKey(kind, self.house.account_id, one),
                Source.IMPORT,
                LANES[Source.IMPORT],
                f"test:{new_id()}",
                now,
            )
            for one in bling_ids
        ]
        async with self.house.database.system() as conn:
            await inbox.insert(conn, arrivals)
        await self.house.drain()
        self.house.forget_calls()

    def at_bling(self, method: str, path: str, body: Any = None) -> Any:
        """Somebody works in Bling."""
        answer = self.house.sandbox.client.request(
            method, self._bling + path, json=body, headers=self.house.bling_headers
        )
        assert answer.status_code < 300, answer.text
        return answer.json() if answer.content else None

    def change(self, bling_id: int, **fields: Any) -> None:
        """A product is changed in Bling."""
        self.at_bling("PATCH", f"/produtos/{bling_id}", fields)

    def edit(self, bling_id: int, **fields: Any) -> None:
        """A product is edited in Bitrix24."""
        product = self.house.product(bling_id)
        self.house.portal.call("catalog.product.update", id=product["id"], fields=fields)

    def copy(self, bling_id: int, **fields: Any) -> int:
        """A product of Bitrix24 is copied there, its mark with it; gives the copy's id."""
        catalogue = self.house.catalogue
        sent = {
            "iblockId": catalogue.product_iblock_id,
            "name": "Cópia",
            f"property{catalogue.product_link_property}": str(bling_id),
            **fields,
        }
        answer = self.house.portal.call("catalog.product.add", fields=sent)
        return int(answer["element"]["id"])

    # Reconciliations

    async def begin(self, kind: Kind = Kind.PRODUCT, **wish: Any) -> Run:
        """One that nobody has walked yet."""
        return await deeds.start(self.engine, self.tenant_id, Task.RECONCILIATION, kind, Wish(**wish))

    async def compare(self, kind: Kind = Kind.PRODUCT, **wish: Any) -> list[Finding]:
        """A whole one; what it found."""
        run = await self.begin(kind, **wish)
        await self.walk(run)
        return await self.found(run)

    async def walk(self, run: Run) -> Run:
        """Walk it to its end."""
        await walk(self.engine, {Task.RECONCILIATION: self.task}, self.tenant_id, run.id, "test")
        ended = await self.run(run.id)
        assert ended.state is RunState.DONE, (ended.state, ended.detail, ended.place)
        return ended

    async def run(self, run_id: UUID) -> Run:
        """As it stands."""
        async with self.house.database.tenant(self.tenant_id) as conn:
            found = await runs.get(conn, self.tenant_id, run_id)
        assert found is not None
        return found

    async def last(self) -> Run:
        """The newest one."""
        async with self.house.database.tenant(self.tenant_id) as conn:
            (run,) = await drift.newest_runs(conn, self.tenant_id, 1)
        return run

    async def counts(self) -> Counts:
        """What the newest one counted."""
        return msgspec.json.decode((await self.last()).counts or b"{}", type=Counts)

    async def found(self, run: Run) -> list[Finding]:
        """What a reconciliation found."""
        async with self.house.database.tenant(self.tenant_id) as conn:
            return await drift.findings(conn, self.tenant_id, run.id, 0, 10_000)

    async def repair(self, bling_ids: Sequence[int] | None = None) -> int | None:
        """Repair what the last one found, to its end."""
        run = await self.last()
        queued = await repair(self.engine, self.tenant_id, run.id, bling_ids)
        await self.house.drain()
        await self.house.due_now()
        await self.house.drain()
        return queued


def told(findings: Sequence[Finding]) -> set[tuple[str, str | None, int | None]]:
    """What, why, which."""
    return {(one.what, one.detail, one.bling_id) for one in findings}
