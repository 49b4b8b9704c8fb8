"""The inbox: duplicates vanish, a claim takes records whole and the most urgent first."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from connector.domain.events import Event, Reason, Source
from connector.store import inbox, lease
from connector.store.inbox import Arrival, Road
from connector.store.scope import Database
from connector.store.settle import Turn, settle
from tests.support.rows import arrival, key, now, settlement

DAY = timedelta(days=1)
_REASONS = (Reason.QUOTA, Reason.QUOTA, Reason.LICENCE)


async def put(db: Database, *arrivals: Arrival) -> None:
    async with db.system() as conn:
        await inbox.insert(conn, arrivals)


async def claim(
    db: Database, tenant_id: UUID, records: int = 100, busy: Collection[UUID] = ()
) -> list[Event]:
    async with db.tenant(tenant_id) as conn:
        return await inbox.claim(conn, tenant_id, Road.OTHERS, now=now(), records=records, busy=busy)


async def claim_one_by_one(db: Database, tenant_id: UUID) -> list[Event]:
    """One record after the other, the most urgent first, each kept in hand."""
    taken: list[Event] = []
    while more := await claim(db, tenant_id, records=1, busy=[event.id for event in taken]):
        taken += more
    return taken


async def finish(db: Database, tenant_id: UUID, events: Sequence[Event]) -> None:
    async with db.tenant(tenant_id) as conn:
        fence = await lease.take(conn, tenant_id, uuid4().hex, 30)
        assert fence is not None
        await settle(conn, tenant_id, fence, Turn(settlements=list(map(settlement, events))), now())


@pytest.mark.parametrize("count", [1, 2, 3, 500, 513, 1100])
async def test_every_arrival_is_stored_once(db: Database, tenant_id: UUID, count: int) -> None:
    await put(db, *(arrival(tenant_id, number) for number in range(1, count + 1)))
    async with db.tenant(tenant_id) as conn:
        assert (await inbox.depth(conn, tenant_id))[0] == count


async def test_no_arrivals_are_no_statement(db: Database) -> None:
    await put(db)


async def test_an_arrival_comes_out_as_it_went_in(db: Database, tenant_id: UUID) -> None:
    came = arrival(tenant_id, 7, body=b"\x00\xff", bare_date=True, event_date=now() - DAY)
    await put(db, came)
    (event,) = await claim(db, tenant_id)
    assert event == Event(
        id=came.id,
        record=key(7),
        source=Source.BLING,
        action=came.action,
        lane=came.lane,
        provider_event_id=came.provider_event_id,
        date=came.event_date,
        bare_date=True,
        received_at=came.received_at,
        attempts=0,
        body=b"\x00\xff",
    )


async def test_duplicates_vanish_within_a_group_and_later(db: Database, tenant_id: UUID) -> None:
    first, again, later = (arrival(tenant_id, provider_event_id="same") for _ in range(3))
    await put(db, first, again)
    await put(db, later)
    assert [event.id for event in await claim(db, tenant_id)] == [first.id]


async def test_another_tenants_event_of_the_same_id_is_no_duplicate(
    db: Database, tenant_id: UUID, stranger: UUID
) -> None:
    await put(db, arrival(tenant_id, provider_event_id="same"), arrival(stranger, provider_event_id="same"))
    assert len(await claim(db, tenant_id)) == len(await claim(db, stranger)) == 1


async def test_a_claim_updates_nothing(db: Database, tenant_id: UUID) -> None:
    await put(db, arrival(tenant_id))
    assert await claim(db, tenant_id) == await claim(db, tenant_id)


async def test_live_events_go_before_replays_before_imports(db: Database, tenant_id: UUID) -> None:
    sources = [Source.RECONCILE, Source.IMPORT, Source.REPLAY, Source.BLING]
    await put(db, *(arrival(tenant_id, number, source=source) for number, source in enumerate(sources, 1)))
    assert [event.source for event in await claim_one_by_one(db, tenant_id)] == sources[::-1]


async def test_the_longest_due_goes_first(db: Database, tenant_id: UUID) -> None:
    at = now()
    await put(db, *(arrival(tenant_id, n, due_at=at - timedelta(seconds=n)) for n in (1, 3, 2)))
    assert [event.record.bling_id for event in await claim_one_by_one(db, tenant_id)] == [3, 2, 1]


async def test_a_claim_takes_so_many_records_and_all_events_of_each(db: Database, tenant_id: UUID) -> None:
    at = now()
    await put(
        db,
        *(arrival(tenant_id, n, due_at=at - timedelta(seconds=60 - n)) for n in range(1, 6)),
        *(arrival(tenant_id, n, due_at=at) for n in range(1, 6) for _ in range(9)),
    )
    events = await claim(db, tenant_id, records=2)
    assert {event.record.bling_id for event in events} == {1, 2}
    assert len(events) == 20


async def test_a_claim_has_an_end(db: Database, tenant_id: UUID) -> None:
    await put(db, *(arrival(tenant_id, 1) for _ in range(inbox.LARGEST_CLAIM + 10)))
    assert len(await claim(db, tenant_id)) == inbox.LARGEST_CLAIM


async def test_what_is_not_due_yet_waits(db: Database, tenant_id: UUID) -> None:
    await put(db, arrival(tenant_id, 1, due_at=now() + DAY), arrival(tenant_id, 2))
    assert [event.record.bling_id for event in await claim(db, tenant_id)] == [2]
    async with db.tenant(tenant_id) as conn:
        assert await inbox.has_due(conn, tenant_id, now())
        assert not await inbox.has_due(conn, tenant_id, now() - DAY)
        assert await inbox.has_due(conn, tenant_id, now() + DAY)


async def test_busy_events_are_passed_over(db: Database, tenant_id: UUID) -> None:
    first, second = arrival(tenant_id, 1), arrival(tenant_id, 1)
    await put(db, first, second)
    assert [event.id for event in await claim(db, tenant_id, busy=[first.id])] == [second.id]


async def test_a_delivery_that_was_settled_before_leaves_without_a_row(db: Database, tenant_id: UUID) -> None:
    first = arrival(tenant_id, 1, provider_event_id="same")
    await put(db, first)
    await finish(db, tenant_id, await claim(db, tenant_id))
    await put(db, arrival(tenant_id, 1, provider_event_id="same"), arrival(tenant_id, 2))
    assert [event.record.bling_id for event in await claim(db, tenant_id)] == [2]
    async with db.tenant(tenant_id) as conn:
        assert (await inbox.depth(conn, tenant_id))[0] == 1
        assert await conn.fetchval("SELECT count(*) FROM event") == 1


@pytest.mark.parametrize("age", [timedelta(days=6), timedelta(hours=1)])
async def test_an_old_delivery_is_found_by_its_date(db: Database, tenant_id: UUID, age: timedelta) -> None:
    happened = now() - age
    await put(db, arrival(tenant_id, at=happened, provider_event_id="same"))
    await finish(db, tenant_id, await claim(db, tenant_id))
    await put(db, arrival(tenant_id, provider_event_id="same", event_date=happened))
    assert await claim(db, tenant_id) == []


async def test_an_undated_delivery_is_looked_for_in_seven_days(db: Database, tenant_id: UUID) -> None:
    await put(db, arrival(tenant_id, at=now() - 6 * DAY, provider_event_id="same", event_date=None))
    await finish(db, tenant_id, await claim(db, tenant_id))
    await put(db, arrival(tenant_id, provider_event_id="same", event_date=None))
    assert await claim(db, tenant_id) == []


async def test_a_replay_is_never_a_duplicate(db: Database, tenant_id: UUID) -> None:
    for _ in range(2):
        await put(db, arrival(tenant_id, source=Source.REPLAY, provider_event_id="same"))
        events = await claim(db, tenant_id)
        assert len(events) == 1
        await finish(db, tenant_id, events)
        async with db.system() as conn:
            await conn.execute("UPDATE lease SET holder = NULL")


async def test_the_sweeper_finds_tenants_with_due_events(
    db: Database, tenant_id: UUID, stranger: UUID
) -> None:
    await put(
        db,
        arrival(tenant_id, due_at=now() - DAY),
        arrival(stranger, due_at=now() - 2 * DAY),
        arrival(uuid4(), due_at=now() + DAY),
    )
    async with db.system() as conn:
        assert await inbox.due_tenants(conn, now(), 10) == [stranger, tenant_id]
        assert await inbox.due_tenants(conn, now(), 1) == [stranger]


async def test_the_sweeper_leaves_tenants_that_are_being_drained(db: Database, tenant_id: UUID) -> None:
    await put(db, arrival(tenant_id))
    async with db.tenant(tenant_id) as conn:
        fence = await lease.take(conn, tenant_id, "one", 30)
    async with db.system() as conn:
        assert await inbox.due_tenants(conn, now(), 10) == []
    async with db.tenant(tenant_id) as conn:
        assert fence is not None
        await lease.beat(conn, tenant_id, fence, -1)
    async with db.system() as conn:
        assert await inbox.due_tenants(conn, now(), 10) == [tenant_id]


async def test_held_events_are_counted_by_reason_and_released(db: Database, tenant_id: UUID) -> None:
    await put(db, *(arrival(tenant_id, number) for number in range(1, 4)))
    events = await claim(db, tenant_id)
    held = [(event.id, reason, "why") for event, reason in zip(events, _REASONS, strict=True)]
    async with db.tenant(tenant_id) as conn:
        fence = await lease.take(conn, tenant_id, "one", 30)
        assert fence is not None
        await settle(conn, tenant_id, fence, Turn(held=held), now())
        assert await inbox.held(conn, tenant_id) == {Reason.QUOTA: 2, Reason.LICENCE: 1}
        assert (await inbox.depth(conn, tenant_id))[0] == 0
        assert await inbox.release(conn, tenant_id, [Reason.QUOTA], now()) == 2
        assert await inbox.held(conn, tenant_id) == {Reason.LICENCE: 1}
    assert {event.id for event in await claim(db, tenant_id)} == {event.id for event in events[:2]}


async def test_a_held_record_does_not_come_with_its_other_events(db: Database, tenant_id: UUID) -> None:
    await put(db, arrival(tenant_id, 1))
    (event,) = await claim(db, tenant_id)
    async with db.tenant(tenant_id) as conn:
        fence = await lease.take(conn, tenant_id, "one", 30)
        assert fence is not None
        await settle(conn, tenant_id, fence, Turn(held=[(event.id, Reason.QUOTA, None)]), now())
    await put(db, later := arrival(tenant_id, 1))
    assert [event.id for event in await claim(db, tenant_id)] == [later.id]


async def test_the_depth_tells_how_long_the_oldest_waits(db: Database, tenant_id: UUID) -> None:
    oldest = now() - DAY
    await put(db, arrival(tenant_id, 1), arrival(tenant_id, 2, at=oldest))
    async with db.tenant(tenant_id) as conn:
        assert await inbox.depth(conn, tenant_id) == (2, oldest)
        assert await inbox.next_due(conn, tenant_id) == oldest
    async with db.tenant(uuid4()) as conn:
        assert await inbox.depth(conn, tenant_id) == (0, None)
