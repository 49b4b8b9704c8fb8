"""What changes now never waits behind an import, and a pause is heard within a batch or two."""

from __future__ import annotations

import asyncio

from connector.domain.events import Kind
from connector.domain.runs import Deed, RunState
from connector.store.runs import Run
from tests.support.depot import Depot

#: Requests under way at once (bitrix24/packer), the live change's own two, and one that a chunk had begun.
A_COUPLE = 9
#: Seconds for what was being written.
MOST_WAITS = 20


def batches(depot: Depot) -> list[list[str]]:
    """Commands of each request to the portal."""
    return [call.get("commands") or [call["path"]] for call in depot.house.calls("bitrix24")]


async def under_way(depot: Depot, products: int = 600) -> Run:
    """A slow portal, and an import in the middle."""
    depot.fill(products=products)
    depot.house.fault(provider="bitrix24", method="batch", delay_ms=150, times=1_000)
    return await depot.start()


async def at_rest(depot: Depot) -> None:
    """Nobody is called any more: what was being written is finished."""
    for _ in range(MOST_WAITS):
        depot.house.forget_calls()
        await asyncio.sleep(1)
        if not depot.house.calls("bitrix24") and not depot.house.calls("bling"):
            return
    raise AssertionError("it never came to rest")


async def test_a_live_change_is_written_within_a_couple_of_requests(depot: Depot) -> None:
    first = depot.house.in_bling(nome="Antes", codigo="VIVO")
    await depot.finish(await depot.start())
    run = await under_way(depot)
    async with depot.working(run):
        await depot.until(run, lambda now: now.done >= 100)
        depot.house.forget_calls()
        depot.change(first, nome="Depois")
        event = await depot.house.told(first, nome="Depois", codigo="VIVO")
        assert await depot.house.settled(event) == "updated"
        requests = batches(depot)
        now = await depot.look(run.id)
    (place, *_) = [n for n, commands in enumerate(requests) if any("Depois" in one for one in commands)]
    assert place <= A_COUPLE
    assert now.state is RunState.RUNNING
    assert now.done < 500


async def test_the_import_goes_on_to_its_end_beside_live_changes(depot: Depot) -> None:
    run = await under_way(depot, 300)
    ids = [one["id"] for one in depot.in_bling()]
    async with depot.working(run):
        for bling_id in ids[:40]:
            depot.change(bling_id, nome=f"Vivo {bling_id}")
            await depot.house.told(bling_id, seconds=bling_id % 50, nome=f"Vivo {bling_id}")
        done = await depot.until(run, lambda now: now.state is RunState.DONE)
    assert (done.done, done.failed) == (300, 0)
    there = {one["link"]: one["name"] for one in depot.house.products()}
    assert there == {str(one["id"]): one["nome"] for one in depot.in_bling()}


async def test_pausing_acts_within_a_couple_of_batches_and_resuming_goes_on(depot: Depot) -> None:
    run = await under_way(depot)
    async with depot.working(run):
        await depot.until(run, lambda now: now.done >= 60)
        before = (await depot.turn(run, Deed.PAUSE) or run).done
        await at_rest(depot)
        paused = await depot.look(run.id)
        assert paused.state is RunState.PAUSED
        assert paused.done - before <= 150
        await depot.turn(run, Deed.RESUME)
        done = await depot.until(run, lambda now: now.state is RunState.DONE)
    assert (done.done, done.failed, len(depot.house.products())) == (600, 0, 600)


async def test_a_cancelled_import_leaves_what_came_over(depot: Depot) -> None:
    run = await under_way(depot)
    async with depot.working(run):
        await depot.until(run, lambda now: now.done >= 60)
        await depot.turn(run, Deed.CANCEL)
        await at_rest(depot)
        over = await depot.look(run.id)
    assert over.state is RunState.CANCELLED
    assert over.done < 600
    assert len(depot.house.products()) == over.done
    assert (await depot.house.row("SELECT count(*) AS n FROM inbox WHERE tenant_id = $1"))["n"] == 0
    depot.house.sandbox.control("faults", method="DELETE")
    again = await depot.finish(await depot.start())
    assert (again.kind, again.done, len(depot.house.products())) == (Kind.PRODUCT, 600, 600)
