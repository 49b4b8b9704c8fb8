"""Cancelling drops what waits; what a drain has in hand settles and keeps its history."""

from __future__ import annotations

import asyncio

from connector.domain.runs import Deed, RunState
from connector.store import runs
from connector.store.runs import Run
from connector.sync.runs.retrying import retry
from tests.support import gate
from tests.support.depot import Depot
from tests.support.gate import Gate, Shuts, gate_of

Task = asyncio.Task[None]


async def waiting(depot: Depot) -> int:
    """Events of the tenant in the inbox."""
    row = await depot.house.row("SELECT count(*) AS n FROM inbox WHERE tenant_id = $1")
    return int(row["n"])


async def cancelled_in_hand(depot: Depot, products: int, shuts: Shuts) -> tuple[Run, Gate, Task]:
    """An import that is cancelled while a drain stands at a gate on its way to Bitrix24."""
    depot.fill(products=products)
    run = await depot.start()
    await depot.walk_to_full(run)
    shut = gate_of(depot.house, shuts)
    draining = asyncio.create_task(depot.house.drain())
    await shut.reached()
    await depot.turn(run, Deed.CANCEL)
    return run, shut, draining


async def settled(depot: Depot) -> int:
    """Records that history says were made by the import."""
    sql = "SELECT count(*) AS n FROM event WHERE tenant_id = $1 AND source = 'import' AND outcome = 'created'"
    return int((await depot.house.row(sql))["n"])


async def test_what_is_being_written_keeps_its_history_and_the_rest_is_dropped(depot: Depot) -> None:
    run, shut, draining = await cancelled_in_hand(depot, 300, gate.writes)
    await depot.walk(run)
    assert await waiting(depot) == 300
    shut.open()
    await draining
    there = len(depot.house.products())
    assert 0 < there < 300
    assert await settled(depot) == there
    assert (await depot.look(run.id)).done == there
    assert await waiting(depot) == 300 - there
    await depot.walk(run)
    assert await waiting(depot) == 0
    assert len(depot.house.products()) == there


async def test_what_could_not_be_written_then_is_dropped_with_the_rest(depot: Depot) -> None:
    depot.house.fault(provider="bitrix24", method="batch", status=503, error="INTERNAL_SERVER_ERROR", times=9)
    run, shut, draining = await cancelled_in_hand(depot, 3, lambda request: b"batch" in request.url.raw_path)
    shut.open()
    await draining
    row = await depot.house.row("SELECT count(due_at) AS due, count(*) AS n FROM inbox WHERE tenant_id = $1")
    assert (row["due"], row["n"]) == (0, 3)
    await depot.walk(run)
    assert await waiting(depot) == 0


async def test_what_a_drain_left_behind_that_died_is_dropped_when_its_lease_is_over(depot: Depot) -> None:
    run, shut, draining = await cancelled_in_hand(depot, 20, gate.writes)
    async with depot.house.database.system() as conn:
        assert not await runs.withdraw(conn, depot.house.tenant_id, run.id)
        await conn.execute("UPDATE lease SET expires_at = now() - interval '1 second'")
        assert (depot.house.tenant_id, run.id) in await runs.due(conn, depot.house.engine.clock(), 10)
    await depot.walk(run)
    assert await waiting(depot) == 0
    async with depot.house.database.system() as conn:
        assert await runs.due(conn, depot.house.engine.clock(), 10) == []
    shut.open()
    await draining


async def test_a_failure_is_tried_again_though_its_import_was_cancelled(depot: Depot) -> None:
    depot.fill(products=2)
    run = await depot.start()
    await depot.walk_to_full(run)
    await depot.turn(run, Deed.CANCEL)
    assert (await depot.look(run.id)).state is RunState.CANCELLED
    async with depot.house.database.system() as conn:
        await conn.execute("UPDATE run_item SET outcome = 'failed' WHERE run_id = $1", run.id)
    assert await retry(depot.house.engine, await depot.look(run.id)) == 2
    await depot.house.drain()
    assert len(depot.house.products()) == 2
    assert await waiting(depot) == 0
