"""Imports survive whatever falls over: walkers, drains, portals, pages that move, records that vanish."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from connector.domain.events import Kind, Source
from connector.domain.runs import RunState, Task
from connector.domain.vendor import ConnectionState
from connector.store import runs
from connector.sync.runs import deeds
from connector.sync.runs.deeds import UnderWay
from connector.sync.runs.importing import Wish
from connector.sync.runs.slices import Asked
from tests.support.depot import Depot


async def fall_over(depot: Depot, run: runs.Run, after: float) -> None:
    """A walker that is cancelled in the middle of whatever it does; its hold is over at once."""
    task = asyncio.create_task(depot.walk(run, str(uuid4())))
    await asyncio.sleep(after)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    async with depot.house.database.system() as conn:
        await conn.execute("UPDATE run SET holder = NULL, held_until = NULL WHERE id = $1", run.id)


async def test_a_walker_that_falls_over_at_any_moment_loses_nothing(depot: Depot) -> None:
    depot.fill(products=450)
    run = await depot.start()
    for after in (0.0, 0.004, 0.011, 0.019, 0.028, 0.04, 0.055, 0.07):
        await fall_over(depot, run, after)
    done = await depot.finish(run)
    assert (done.state, done.total, done.done, done.failed) == (RunState.DONE, 450, 450, 0)
    links = Counter(one["link"] for one in depot.house.products())
    assert links == Counter(str(one["id"]) for one in depot.in_bling())
    row = await depot.house.row(
        "SELECT count(*) AS n FROM event WHERE tenant_id = $1 AND source = $2", Source.IMPORT
    )
    assert row["n"] == 450
    assert max(Counter(await depot.pages()).values()) <= 2


async def test_a_drain_that_falls_over_makes_nothing_twice(depot: Depot) -> None:
    depot.fill(products=300)
    run = await depot.start()
    for after in (0.3, 0.5, 0.8):
        await depot.walk_to_full(run)
        task = asyncio.create_task(depot.house.drain())
        await asyncio.sleep(after)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await depot.house.lease_ends()
    done = await depot.finish(run)
    assert (done.done, done.failed) == (300, 0)
    assert sorted(one["link"] for one in depot.house.products()) == sorted(
        str(one["id"]) for one in depot.in_bling()
    )


async def test_an_import_started_twice_is_one(depot: Depot) -> None:
    first = await depot.start()
    with pytest.raises(UnderWay) as refusal:
        await depot.start()
    assert refusal.value.run.id == first.id
    both = await asyncio.gather(
        *(
            deeds.start(depot.house.engine, depot.house.tenant_id, Task.IMPORT, Kind.ORDER, Wish())
            for _ in range(2)
        ),
        return_exceptions=True,
    )
    assert sorted(type(one).__name__ for one in both) == ["Run", "UnderWay"]


async def test_a_record_that_vanishes_between_list_and_read_is_counted(depot: Depot) -> None:
    depot.fill(products=20)
    run = await depot.start()
    await depot.walk_to_full(run)
    depot.remove(depot.in_bling()[3]["id"])
    done = await depot.finish(run)
    assert (done.state, done.total, done.done, done.failed) == (RunState.DONE, 20, 20, 0)
    assert len(depot.house.products()) == 19


async def test_rows_that_moved_past_us_are_found_when_a_deletion_was_heard(depot: Depot) -> None:
    depot.fill(products=205)
    run = await depot.start()
    await depot.pages_listed(run, 1)
    newest = depot.in_bling()[-1]["id"]
    depot.remove(newest)
    await depot.house.told(newest, action="deleted")
    done = await depot.finish(run)
    assert done.state is RunState.DONE
    there = {one["link"] for one in depot.house.products() if one["active"] == "Y"}
    assert {str(one["id"]) for one in depot.in_bling()} <= there


async def test_what_is_new_while_paging_comes_over_too(depot: Depot) -> None:
    depot.fill(products=205)
    run = await depot.start()
    await depot.pages_listed(run, 1)
    new = depot.house.in_bling(nome="Recém-chegado", codigo="NOVO-1")
    done = await depot.finish(run)
    assert (done.total, done.done) == (206, 206)
    assert depot.house.product(new)["name"] == "Recém-chegado"


async def test_only_what_changed_since_then_is_asked_for(depot: Depot) -> None:
    depot.fill(products=30)
    later = datetime.now(UTC) + timedelta(hours=1)
    run = await depot.finish(await depot.start(asked=Asked(since=later - timedelta(hours=2))))
    assert run.total == 30
    long_ago = await depot.finish(await depot.start(asked=Asked(since=later - timedelta(days=800))))
    assert long_ago.total == 30
    assert len({one.partition("dataAlteracaoInicial")[2] for one in await depot.pages()}) >= 3
    none = await depot.finish(await depot.start(asked=Asked(since=datetime.now(UTC) + timedelta(seconds=1))))
    assert none.total == 0


async def test_a_portal_that_goes_away_is_waited_for(depot: Depot) -> None:
    depot.fill(products=120)
    depot.house.fault(provider="bitrix24", method="batch", status=503, error="INTERNAL_SERVER_ERROR", times=3)
    run = await depot.start()
    async with depot.working(run):
        for _ in range(8):
            await depot.house.due_now()
            await asyncio.sleep(0.5)
        done = await depot.until(run, lambda now: now.state is not RunState.RUNNING)
    assert (done.state, done.done, done.failed) == (RunState.DONE, 120, 0)
    links = Counter(one["link"] for one in depot.house.products())
    assert set(links.values()) == {1}
    assert len(links) == 120


async def test_a_lapsed_licence_makes_it_wait_and_say_so(depot: Depot) -> None:
    depot.fill(products=20)
    run = await depot.start()
    await depot.house.licence("suspended")
    assert await depot.walk(run) is not None
    waiting = await depot.look(run.id)
    assert (waiting.state, waiting.detail) == (RunState.RUNNING, "licence")
    await depot.house.licence("trial", datetime.now(UTC) + timedelta(days=3))
    done = await depot.finish(run)
    assert (done.state, done.done, done.detail) == (RunState.DONE, 20, None)


async def test_a_broken_account_makes_it_wait_and_is_reported(depot: Depot) -> None:
    depot.fill(products=20)
    run = await depot.start()
    tokens = depot.house.connections.bling_tokens(depot.house.tenant_id, depot.house.account_id)
    tokens.current, tokens.next = "invalid", ["invalid still"]
    await depot.walk(run)
    waiting = await depot.look(run.id)
    assert waiting.state is RunState.RUNNING
    assert waiting.detail
    assert depot.house.connections.breaks[0][3] is ConnectionState.NEEDS_RECONNECT


async def test_what_needs_a_choice_is_held_and_does_not_keep_it_running(depot: Depot) -> None:
    depot.fill(products=5)
    depot.house.in_bling(codigo="DUPLO")
    for _ in range(2):
        depot.house.portal.product(name="Antigo", xmlId="DUPLO")
    done = await depot.finish(await depot.start())
    assert (done.state, done.total, done.done) == (RunState.DONE, 6, 5)
    assert b'"held":1' in bytes(done.counts or b"")


async def test_another_tenants_records_are_never_touched(depot: Depot) -> None:
    depot.fill(products=10)
    run = await depot.finish(await depot.start())
    async with depot.house.database.tenant(uuid4()) as conn:
        assert await runs.get(conn, depot.house.tenant_id, run.id) is None
        assert await runs.failures(conn, run, 0, 10) == []
        assert await conn.fetchval("SELECT count(*) FROM run_item") == 0
