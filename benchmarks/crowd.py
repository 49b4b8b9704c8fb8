"""A worker of ten thousand connected tenants, a hundred of which are busy at any time: what it holds in RAM.

The worker is `ponte work` as in production, with everything that it does on a clock; the vendors answer at
once. Every few seconds other tenants are the busy ones, so that whatever a process keeps of each tenant would
pile up. `LONG=1` looks for an hour instead of five minutes.
"""

from __future__ import annotations

import asyncio
import os
import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from statistics import median

import msgspec

from benchmarks import messages
from benchmarks.ground import Ground
from benchmarks.machine import resident_mib
from benchmarks.messages import Notice
from benchmarks.results import Rows, row
from benchmarks.tenants import Tenant, connect, imagined
from benchmarks.vendors import vendors
from connector.account.places import account_name, portal_name
from connector.account.tokens import Pair, sealed
from connector.security.vault import Vault
from connector.settings import Settings, to_environment
from connector.store import inbox
from connector.store.scope import Database
from ponte.demo.programs import Program
from ponte.runtime import databases
from tests.conftest import VAULT_KEYS

TENANTS, BUSY = 10_000, 100
#: Seconds until others are busy; how many of the busy ones change products in a second, and how many of them.
BUSY_S, AT_ONCE, CHANGES = 5, 20, 3
PRODUCTS = 50
#: Cents, near enough to each other that no guard rail holds a change.
PRICES = range(1_000, 1_200)
SECONDS = 3_600 if os.environ.get("LONG") else 300
#: Of the measurement: what is compared with its last part.
PARTS, MIDDLE = 5, 2
TARGET_MIB, FLAT = 250, 1.03
#: As long as Bling's tokens are.
TOKEN = "t" * 2_000
#: Seconds after which nothing may wait any more.
LAST_S = 60.0


async def crowd(on: Ground) -> Rows:
    """The most that the worker held, in MiB, and whether it grew from the middle to the end."""
    async with _town(on) as town:
        begun, held = time.monotonic(), list[float]()
        while (second := int(time.monotonic() - begun)) < SECONDS:
            if second % BUSY_S == 0:
                town.choose()
            await town.change()
            held.append(town.mib())
            await asyncio.sleep(begun + second + 1 - time.monotonic())
        await town.rest()
        held.append(town.mib())
    parts = [held[len(held) * part // PARTS : len(held) * (part + 1) // PARTS] for part in range(PARTS)]
    told = [round(median(part), 1) for part in parts]
    detail: dict[str, object] = {"tenants": TENANTS, "changes": town.changes, "mib_by_fifth": told}
    yield row("worker_mib_of_10000_tenants", max(held), "<=", TARGET_MIB, **detail)
    yield row("worker_growth_of_10000_tenants", told[-1] / told[MIDDLE], "<=", FLAT, **detail)


class _Town:
    """Ten thousand tenants and their worker."""

    def __init__(self, database: Database, tenants: list[Tenant], worker: Program) -> None:
        self.changes = 0
        self._database, self._tenants, self._worker = database, tenants, worker
        self._busy = tenants[:BUSY]
        self._second = messages.now()

    def choose(self) -> None:
        """Others are busy from now on."""
        self._busy = random.sample(self._tenants, BUSY)

    async def change(self) -> None:
        """Some of the busy ones change products; the sweeper finds them, as when a wake-up gets lost."""
        self._second += timedelta(seconds=1)
        arrivals = [
            messages.arrival(
                Notice(number=product, price=random.randrange(100, 9_999), date=self._second), one
            )
            for one in random.sample(self._busy, AT_ONCE)
            for product in random.sample(range(PRODUCTS), CHANGES)
        ]
        async with self._database.system() as conn:
            await inbox.insert(conn, arrivals)
        self.changes += len(arrivals)

    def mib(self) -> float:
        """What the worker holds; raises `StartError` when it is gone."""
        assert self._worker.child is not None
        self._worker.child.check_alive()
        return resident_mib(self._worker.child.pid)

    async def rest(self) -> None:
        """Let everything be worked off; raises `AssertionError` when that does not happen."""
        until = time.monotonic() + LAST_S
        while left := await self._depth():
            if time.monotonic() > until:
                raise AssertionError(f"{left} changes were not worked off")
            await asyncio.sleep(1)

    async def _depth(self) -> int:
        async with self._database.system() as conn:
            left: int = await conn.fetchval("SELECT count(*) FROM inbox")
            return left


@asynccontextmanager
async def _town(on: Ground) -> AsyncIterator[_Town]:
    async with vendors(on) as address:
        settings = Settings(
            env="test",
            database_url=databases.at(await on.database(), role=databases.LOGIN_ROLE),
            redis_url=await on.empty_redis(),
            vault_keys=VAULT_KEYS,
            bling_api_url=address,
            log_level="warning",
        )
        worker = Program("worker", ("ponte", "work"), on.folder / "worker.log", to_environment(settings))
        database = await Database.open(settings.database_url, 2)
        try:
            tenants = [imagined(f"{address}/rest/") for _ in range(TENANTS)]
            tenants = [msgspec.structs.replace(one, company_id=one.account_id.hex) for one in tenants]
            await connect(database, *tenants)
            await _give_tokens(database, tenants)
            worker.start()
            yield _Town(database, tenants, worker)
        finally:
            worker.stop()
            await database.close()


async def _give_tokens(database: Database, tenants: list[Tenant]) -> None:
    """Tokens that live longer than the run, sealed as ours are."""
    vault = Vault.from_setting(VAULT_KEYS)
    pair = Pair(access=TOKEN, refresh=TOKEN, expires_at=datetime.now(UTC) + timedelta(days=1))
    accounts = [(one.id, sealed(vault, account_name(one.account_id), pair)) for one in tenants]
    portals = [(one.id, sealed(vault, portal_name(one.id), pair)) for one in tenants]
    async with database.system() as conn:
        for table, owners in (("account", accounts), ("portal", portals)):
            await conn.executemany(
                f"UPDATE {table} SET access_token = $2, refresh_token = $3, expires_at = $4, refreshed_at ="
                " now() WHERE tenant_id = $1",
                [(tenant, one.access_token, one.refresh_token, one.expires_at) for tenant, one in owners],
            )
