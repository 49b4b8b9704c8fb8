"""What a person asks for by hand does not wait behind long work; heaps of replays do."""

from __future__ import annotations

import asyncio
from uuid import UUID

from connector.domain.events import Kind, Lane, RecordKey, Source
from connector.store import inbox
from connector.store.inbox import HANDS, Flow, Road
from connector.sync.drain import PACES
from connector.sync.replay import replay
from tests.support import gate
from tests.support.depot import Depot
from tests.support.gate import gate_of

BUSY = PACES[Road.OTHERS, Flow.BACKGROUND]


def record(depot: Depot, bling_id: int) -> RecordKey:
    return RecordKey(Kind.PRODUCT, depot.house.account_id, bling_id)


async def again(depot: Depot, bling_id: int) -> UUID:
    """Somebody presses Reprocessar."""
    house = depot.house
    return await replay(house.engine, house.tenant_id, record(depot, bling_id), of=house.tenant_id)


async def claimed(depot: Depot, flow: Flow, records: int = 100) -> list[int]:
    """The records that a claim of products would take."""
    house = depot.house
    async with house.database.tenant(house.tenant_id) as conn:
        now = house.engine.clock()
        found = await inbox.claim(conn, house.tenant_id, Road.OTHERS, now=now, records=records, flow=flow)
    return [event.record.bling_id for event in found]


async def test_a_replay_settles_while_an_imports_records_are_being_read(depot: Depot) -> None:
    mine = depot.house.in_bling(nome="Meu", codigo="MEU")
    await depot.house.told(mine, nome="Meu", codigo="MEU")
    await depot.house.drain()
    depot.fill(products=BUSY.records * BUSY.chunks)
    run = await depot.start()
    await depot.walk_to_full(run)
    shut = gate_of(depot.house, gate.reads)
    draining = asyncio.create_task(depot.house.drain())
    await shut.reached(BUSY.chunks)
    event = await again(depot, mine)
    assert await depot.house.settled(event) == "unchanged"
    # The import had asked for that very record, too, and nobody had claimed it yet.
    assert (await depot.look(run.id)).done <= 1
    shut.open()
    await draining


async def test_what_bling_told_comes_before_it(depot: Depot) -> None:
    await again(depot, 7)
    for bling_id in (1, 2):
        await depot.house.told(bling_id)
    assert set(await claimed(depot, Flow.LIVE, records=2)) == {1, 2}
    assert set(await claimed(depot, Flow.LIVE)) == {1, 2, 7}


async def test_only_a_few_pass_at_a_time(depot: Depot) -> None:
    for bling_id in range(1, HANDS + 3):
        await again(depot, bling_id)
    assert len(await claimed(depot, Flow.LIVE)) == HANDS
    assert len(await claimed(depot, Flow.BACKGROUND)) == HANDS + 2


async def test_a_heap_of_replays_stays_behind(depot: Depot) -> None:
    await depot.house.told(3, source=Source.REPLAY, provider_event_id="replay:heap:3")
    await depot.house.told(4, source=Source.IMPORT)
    assert await claimed(depot, Flow.LIVE) == []
    assert set(await claimed(depot, Flow.BACKGROUND)) == {3, 4}
    row = await depot.house.row("SELECT lane FROM inbox WHERE tenant_id = $1 AND bling_id = 3")
    assert row["lane"] == Lane.REPLAY


async def test_an_order_asked_for_by_hand_takes_the_deals_road(depot: Depot) -> None:
    house = depot.house
    order = RecordKey(Kind.ORDER, house.account_id, 9)
    await replay(house.engine, house.tenant_id, order, of=house.tenant_id)
    assert await claimed(depot, Flow.LIVE) == []
    async with house.database.tenant(house.tenant_id) as conn:
        now = house.engine.clock()
        found = await inbox.claim(conn, house.tenant_id, Road.DEALS, now=now, records=5, flow=Flow.LIVE)
    assert [event.record for event in found] == [order]
