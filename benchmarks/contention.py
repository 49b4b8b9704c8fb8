"""What one tenant with a hundred thousand changes waiting costs the others, and the door.

On a running `ponte demo`, all of the sandbox's limits on: everything is measured while nothing waits, and
once more while 100,000 new products of one tenant are worked off, as quickly as its portal takes them.
`LONG=1` measures for an hour instead of five minutes.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit
from uuid import UUID

import asyncpg
import httpx
import msgspec

from benchmarks import messages
from benchmarks.arriving import Arriving
from benchmarks.ground import Ground
from benchmarks.load import Order, load
from benchmarks.results import Row, Rows, percentile, row
from benchmarks.running import Ready, housed
from benchmarks.tenants import Tenant, imagined
from connector.store.scope import Database
from ponte.runtime import databases

#: New products of one tenant that wait.
WAITING = 100_000
#: Far from the prices by which the neighbour's writes are known.
THEIR_PRICE = 500_000
#: Operating time of a command in the sandbox: the portal's bucket decides how quickly they are worked off.
COST_S = 0.02
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
    async with housed(on) as (ready, owner_url), _street(ready, owner_url) as street:
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
async def _street(ready: Ready, owner_url: str) -> AsyncIterator[_Street]:
    busy = ready["tenants"][0]
    async with httpx.AsyncClient(trust_env=False, timeout=10) as client:
        limits = {"enforce": True, "operating_cost_s": COST_S}
        (await client.post(f"{ready['sandbox_url']}/control/limits", json=limits)).raise_for_status()
        headers = {"authorization": f"Bearer {busy['api_key']}"}
        toggles = f"{ready['app_url']}/api/v1/toggles"
        (await client.put(toggles, json={"product.create": True}, headers=headers)).raise_for_status()
    conn = await asyncpg.connect(owner_url)
    account: UUID = await conn.fetchval("SELECT id FROM account WHERE tenant_id = $1", UUID(busy["id"]))
    await conn.close()
    tenant = msgspec.structs.replace(
        imagined(""), id=UUID(busy["id"]), account_id=account, company_id=busy["bling_company_id"]
    )
    database = await Database.open(databases.at(owner_url, role=databases.LOGIN_ROLE), 2)
    street = _Street(ready, database, tenant)
    try:
        yield street
    finally:
        await street.close()
        await database.close()
