"""What an event was held for, and when, stays with it in history."""

from __future__ import annotations

from uuid import UUID

from connector.domain.events import Kind, Outcome, Reason
from connector.domain.runs import Deed
from connector.store import history, inbox
from connector.store.history import EventDetail
from tests.support.depot import Depot
from tests.support.house import House


async def seen(house: House, event: UUID) -> EventDetail:
    """The event as the screens read it."""
    async with house.database.tenant(house.tenant_id) as conn:
        found = await history.event(conn, house.tenant_id, event)
    assert found is not None
    return found


async def release(house: House, *reasons: Reason) -> None:
    """The cause is mended."""
    async with house.database.tenant(house.tenant_id) as conn:
        await inbox.release(conn, house.tenant_id, reasons, house.engine.clock())


async def test_a_hold_is_told_with_its_reason_and_its_end(open_house: House) -> None:
    await open_house.licence("suspended")
    event = await open_house.told()
    await open_house.drain()
    (waits,) = (await seen(open_house, event)).waits
    assert (waits.reason, waits.until) == (Reason.LICENCE, None)
    await open_house.licence("active")
    await release(open_house, Reason.LICENCE)
    await open_house.drain()
    settled = await seen(open_house, event)
    (was,) = settled.waits
    assert settled.outcome is Outcome.CREATED
    assert (was.reason, was.since) == (Reason.LICENCE, waits.since)
    assert was.until is not None
    assert settled.settled_at is not None
    assert settled.received_at <= was.since < was.until <= settled.settled_at


async def test_each_hold_of_an_event_is_kept(open_house: House) -> None:
    event = await open_house.told()
    for state in ("suspended", "suspended", "active"):
        await open_house.licence(state)
        await release(open_house, Reason.LICENCE)
        await open_house.drain()
    waits = (await seen(open_house, event)).waits
    assert [one.reason for one in waits] == [Reason.LICENCE, Reason.LICENCE]
    assert all(one.until is not None for one in waits)


async def test_an_event_that_was_never_held_has_none(open_house: House) -> None:
    event = await open_house.told()
    await open_house.drain()
    row = await open_house.row("SELECT waits FROM event WHERE tenant_id = $1 AND id = $2", event)
    assert row["waits"] is None
    assert (await seen(open_house, event)).waits == ()


async def test_a_paused_import_is_told_on_its_events(open_house: House) -> None:
    depot = Depot(open_house)
    depot.fill(products=2)
    run = await depot.start(Kind.PRODUCT)
    await depot.walk_to_full(run)
    await depot.turn(run, Deed.PAUSE)
    await depot.turn(run, Deed.RESUME)
    await depot.finish(run)
    row = await open_house.row("SELECT id FROM event WHERE tenant_id = $1 LIMIT 1")
    (was,) = (await seen(open_house, row["id"])).waits
    assert was.reason == Reason.RUN_PAUSED
    assert was.until is not None
