"""What one tenant with a hundred thousand changes waiting costs the others, and the door.

On a running `ponte demo`: everything is measured while nothing waits, and once more while 100,000 new
products of one tenant are worked off, as quickly as a portal takes them. That tenant's portal is a server of
its own, since in life no two portals share one process. `LONG=1` measures for an hour, not five minutes.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit
from uuid import UUID

import asyncpg
import msgspec

from benchmarks import messages
from benchmarks.arriving import Arriving
from benchmarks.ground import Ground
from benchmarks.load import Order, load
from benchmarks.results import Row, Rows, percentile, row
from benchmarks.running import Ready, housed
from benchmarks.tenants import Tenant, imagined
from benchmarks.vendors import vendors
from connector.store.scope import Database
from ponte.runtime import databases

#: New products of one tenant that wait.
WAITING = 100_000
#: Far from the prices by which the neighbour's writes are known.
THEIR_PRICE = 500_000
#: Rounds of each measurement beside the drain: five minutes, or an hour.
ROUNDS = 12 if os.environ.get("LONG") else 1
CHANGES = 120
#: Messages a second at the door, and how many of them.
RATE, MESSAGES, CONNECTIONS = 100.0, 6_000, 16
INGEST_TARGET, NEIGHBOUR_TARGET = 2.0, 1.2


class _Measured(msgspec.Struct):
    """Seconds, ascending."""

    door: list[float] = []
    neighbour: list[float] = []


async def contention(on: Ground) -> Rows:
    """The door's p99 and another tenant's p95, as multiples of what they are while all is quiet."""
    async with housed(on) as (ready, owner_url), _street(on, ready, owner_url) as street:
        quiet, busy = _Measured(), _Measured()
        await street.measure(quiet)
        for _ in range(ROUNDS):
            await street.pile_up()
            await street.measure(busy)
        left = await street.depth()
    door = {name: _told(one.door, 99) for name, one in (("quiet_ms", quiet), ("busy_ms", busy))}
    neighbour = {name: _told(one.neighbour, 95) for name, one in (("quiet_ms", quiet), ("busy_ms", busy))}
    yield _row("ingest_p99_beside_drain", door, INGEST_TARGET, left)
    yield _row("neighbour_p95_beside_drain", neighbour, NEIGHBOUR_TARGET, left)


def _row(name: str, told: dict[str, dict[str, float]], target: float, left: int) -> Row:
    ratio = told["busy_ms"]["decides"] / told["quiet_ms"]["decides"]
    return row(name, ratio, "<=", target, **told, waiting=WAITING, left=left)


def _told(seconds: list[float], percent: int) -> dict[str, float]:
    """Milliseconds; `decides` is what is compared."""
    ascending = sorted(seconds)
    at = {"p50": 50, "p95": 95, "p99": 99, "decides": percent}
    return {name: round(percentile(ascending, one) * 1000, 1) for name, one in at.items()}


class _Street:
    """A busy tenant, its neighbour, and the door that both share."""

    def __init__(self, ready: Ready, database: Database, busy: Tenant) -> None:
        self._ready, self._database, self._busy = ready, database, busy
        self._made = 0
        self._neighbour = Arriving(ready, ready["tenants"][1])

    async def open(self) -> None:
        """Let the busy one's new products go to its portal."""
        shop = Arriving(self._ready, self._ready["tenants"][0])
        await shop.tick("product.create")
        await shop.close()

    async def close(self) -> None:
        """Nothing more is sent."""
        await self._neighbour.close()

    async def measure(self, into: _Measured) -> None:
        """The neighbour's changes one by one, then the door alone: its messages end as switched off."""
        await self._neighbour.tick("product.create", "product.update")
        into.neighbour += await self._neighbour.latencies(CHANGES)
        await self._neighbour.tick()
        port = urlsplit(self._ready["app_url"]).port
        assert port is not None
        order = Order(
            port=port,
            path="/webhooks/bling",
            company_id=self._ready["tenants"][1]["bling_company_id"],
            secret=self._ready["bling"]["client_secret"],
            requests=MESSAGES,
            connections=CONNECTIONS,
            rate=RATE,
        )
        figures = await load(order)
        if figures.refused:
            raise AssertionError(f"{figures.refused} messages were refused")
        into.door += figures.delays

    async def pile_up(self) -> None:
        """Let as many changes wait as there should."""
        numbers = range(self._made, self._made + WAITING - await self.depth())
        await messages.deliver(
            self._database,
            self._busy,
            messages.notices(numbers, "created", THEIR_PRICE, messages.now()),
        )
        self._made = numbers.stop

    async def depth(self) -> int:
        """How many changes of the busy tenant wait; raises `AssertionError` when all are done too soon."""
        async with self._database.system() as conn:
            left: int = await conn.fetchval("SELECT count(*) FROM inbox WHERE tenant_id = $1", self._busy.id)
        if self._made and not left:
            raise AssertionError("everything was worked off before the measurement was over")
        return left


@asynccontextmanager
async def _street(on: Ground, ready: Ready, owner_url: str) -> AsyncIterator[_Street]:
    busy = ready["tenants"][0]
    tenant_id = UUID(busy["id"])
    async with vendors(on) as address:
        conn = await asyncpg.connect(owner_url)
        account: UUID = await conn.fetchval("SELECT id FROM account WHERE tenant_id = $1", tenant_id)
        await conn.execute(
            "UPDATE portal SET client_endpoint = $2 WHERE tenant_id = $1", tenant_id, f"{address}/rest/"
        )
        await conn.close()
        database = await Database.open(databases.at(owner_url, role=databases.LOGIN_ROLE), 2)
        street = _Street(
            ready,
            database,
            msgspec.structs.replace(
                imagined(""), id=tenant_id, account_id=account, company_id=busy["bling_company_id"]
            ),
        )
        try:
            await street.open()
            yield street
        finally:
            await street.close()
            await database.close()
