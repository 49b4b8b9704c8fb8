"""One walker has a run until it lets go or dies; no page is read twice while nobody dies."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta

import pytest

from connector.domain.events import Outcome
from connector.domain.runs import RunState
from connector.domain.vendor import Call, Provider
from connector.store import calls, runs
from connector.store.ids import new_id
from connector.store.runs import Run, Settled
from connector.store.scope import Connection
from connector.sync.runs import walk
from tests.support import gate
from tests.support.depot import Depot
from tests.support.gate import Gate, Shuts, gate_of
from tests.support.waiting import until_answered


def listed(depot: Depot) -> Counter[str]:
    """How often each page of Bling's list was asked for, as Bling tells it."""
    rows = depot.house.calls("bling")
    return Counter(row["query"] for row in rows if "pagina=" in row["query"] and "ids" not in row["query"])


async def count_a_page(conn: Connection, depot: Depot) -> None:
    """Count calls like those of a page, in this minute and the next, as a settling of records does."""
    now, house = depot.house.engine.clock(), depot.house
    made = [
        Call(
            id=new_id(),
            provider=Provider.BLING,
            method="GET /produtos",
            commands=1,
            status=200,
            error=None,
            ms=1,
            at=at,
            operating={},
            request="",
            response="",
        )
        for at in (now, now + timedelta(minutes=1))
    ]
    await calls.record(conn, house.tenant_id, made, {one.id: str(house.account_id) for one in made})


async def settle_one(conn: Connection, depot: Depot, run: Run) -> None:
    """Count a listed record of the run, as the end of a settling does."""
    house = depot.house
    record = await conn.fetchval("SELECT bling_id FROM run_item WHERE run_id = $1 LIMIT 1", run.id)
    ended = Settled(run.id, house.account_id, record, Outcome.CREATED, None, None, new_id())
    await runs.settled(conn, house.tenant_id, [ended], house.engine.clock())


async def waits_for(depot: Depot, pid: int) -> bool:
    """Whether anybody waits for what that connection holds."""
    async with depot.house.database.system() as conn:
        sql = "SELECT EXISTS (SELECT 1 FROM pg_stat_activity WHERE $1 = ANY(pg_blocking_pids(pid)))"
        return bool(await conn.fetchval(sql, pid))


async def reading(depot: Depot, shuts: Shuts = gate.lists) -> tuple[Run, Gate, asyncio.Task[float | None]]:
    """A walker that stands at a gate on its way to a page, the first one if nothing else is said."""
    run = await depot.start()
    shut = gate_of(depot.house, shuts)
    walking = asyncio.create_task(depot.walk(run))
    await shut.reached()
    return run, shut, walking


async def test_a_page_and_a_settling_never_wait_for_each_other(depot: Depot) -> None:
    depot.fill(products=150)
    run, shut, walking = await reading(depot, lambda request: request.url.params.get("pagina") == "2")
    async with depot.house.database.system() as conn:
        await count_a_page(conn, depot)
        pid = await conn.fetchval("SELECT pg_backend_pid()")
        shut.open()
        await until_answered(lambda: waits_for(depot, pid))
        await settle_one(conn, depot, run)
    await until_answered(lambda: _is_listed(depot, run))
    walking.cancel()
    await asyncio.gather(walking, return_exceptions=True)
    now = await depot.look(run.id)
    assert (now.done, now.stumbles) == (1, 0)
    assert set(listed(depot).values()) == {1}


async def test_a_walker_that_waits_long_for_its_turn_keeps_its_run(
    depot: Depot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(walk, "HEARTBEAT", 0.02)
    depot.fill(products=20)
    run, shut, walking = await reading(depot)
    async with depot.house.database.system() as conn:
        await conn.execute("UPDATE run SET held_until = now() - interval '1 second' WHERE id = $1", run.id)
    await until_answered(lambda: _is_held(depot, run))
    assert await depot.walk(run, "another") is None
    shut.open()
    await until_answered(lambda: _is_listed(depot, run))
    walking.cancel()
    await asyncio.gather(walking, return_exceptions=True)
    assert set(listed(depot).values()) == {1}


async def test_the_calls_of_a_step_that_was_lost_are_known_all_the_same(depot: Depot) -> None:
    depot.fill(products=20)
    run, shut, walking = await reading(depot)
    async with depot.house.database.system() as conn:
        await conn.execute("UPDATE run SET holder = 'another' WHERE id = $1", run.id)
    shut.open()
    assert await walking is None
    now = await depot.look(run.id)
    assert (now.state, now.listed) == (RunState.RUNNING, 0)
    assert len(await depot.pages()) == 1


async def _is_listed(depot: Depot, run: Run) -> bool:
    now = await depot.look(run.id)
    return now.total is not None


async def _is_held(depot: Depot, run: Run) -> bool:
    row = await depot.house.row(
        "SELECT held_until > now() AS held FROM run WHERE tenant_id = $1 AND id = $2", run.id
    )
    return bool(row["held"])
