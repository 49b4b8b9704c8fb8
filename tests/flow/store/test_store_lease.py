"""The lease: one drainer, no lost wake-up, and an old fence opens nothing."""

from __future__ import annotations

import asyncio
from datetime import datetime
from uuid import UUID, uuid4

import asyncpg
import pytest

from connector.store import inbox, lease
from connector.store.lease import Fenced
from connector.store.scope import Database
from tests.support.rows import arrival, now


async def take(db: Database, tenant_id: UUID, seconds: float = 30) -> int | None:
    async with db.tenant(tenant_id) as conn:
        return await lease.take(conn, tenant_id, uuid4().hex, seconds)


async def taken(db: Database, tenant_id: UUID, seconds: float = 30) -> int:
    fence = await take(db, tenant_id, seconds)
    assert fence is not None
    return fence


async def give_up(db: Database, tenant_id: UUID, fence: int, at: datetime | None = None) -> bool:
    async with db.tenant(tenant_id) as conn:
        return await lease.give_up(conn, tenant_id, fence, at or now())


async def is_wanted(db: Database, tenant_id: UUID) -> bool:
    async with db.tenant(tenant_id) as conn:
        return bool(await conn.fetchval("SELECT wanted FROM lease"))


async def test_one_of_many_takers_gets_it(db: Database, tenant_id: UUID) -> None:
    fences = await asyncio.gather(*(take(db, tenant_id) for _ in range(20)))
    assert [fence for fence in fences if fence is not None] == [1]
    assert await is_wanted(db, tenant_id)


async def test_tenants_do_not_stand_in_each_others_way(db: Database, tenant_id: UUID, stranger: UUID) -> None:
    assert await take(db, tenant_id) == await take(db, stranger) == 1


async def test_each_holder_has_a_higher_fence(db: Database, tenant_id: UUID) -> None:
    for expected in (1, 2, 3):
        fence = await taken(db, tenant_id)
        assert fence == expected
        assert await give_up(db, tenant_id, fence)


async def test_an_expired_lease_is_taken_over(db: Database, tenant_id: UUID) -> None:
    old = await taken(db, tenant_id, seconds=-1)
    new = await taken(db, tenant_id)
    assert new > old
    async with db.tenant(tenant_id) as conn:
        assert not await lease.beat(conn, tenant_id, old, 30)
        assert await lease.beat(conn, tenant_id, new, 30)


async def test_a_heartbeat_keeps_it(db: Database, tenant_id: UUID) -> None:
    fence = await taken(db, tenant_id, seconds=-1)
    async with db.tenant(tenant_id) as conn:
        assert await lease.beat(conn, tenant_id, fence, 30)
    assert await take(db, tenant_id) is None


async def test_an_old_holder_can_neither_write_nor_give_up_nor_hand_on(db: Database, tenant_id: UUID) -> None:
    old = await taken(db, tenant_id, seconds=-1)
    new = await taken(db, tenant_id)
    assert not await give_up(db, tenant_id, old)
    async with db.tenant(tenant_id) as conn:
        assert not await lease.hand_on(conn, tenant_id, old)
        with pytest.raises(Fenced):
            await lease.check(conn, tenant_id, old)
        await lease.check(conn, tenant_id, new)


async def test_who_gave_up_can_write_no_more(db: Database, tenant_id: UUID) -> None:
    fence = await taken(db, tenant_id)
    assert await give_up(db, tenant_id, fence)
    async with db.tenant(tenant_id) as conn:
        assert not await lease.beat(conn, tenant_id, fence, 30)
        with pytest.raises(Fenced):
            await lease.check(conn, tenant_id, fence)


async def test_a_wanted_lease_is_not_given_up_but_handed_on(db: Database, tenant_id: UUID) -> None:
    fence = await taken(db, tenant_id)
    assert await take(db, tenant_id) is None
    assert not await give_up(db, tenant_id, fence)
    async with db.tenant(tenant_id) as conn:
        assert await lease.hand_on(conn, tenant_id, fence)
    assert not await is_wanted(db, tenant_id)
    assert await take(db, tenant_id) == fence + 1


async def test_a_lease_is_not_given_up_while_something_is_due(db: Database, tenant_id: UUID) -> None:
    fence = await taken(db, tenant_id)
    async with db.system() as conn:
        await inbox.insert(conn, [arrival(tenant_id)])
    assert not await give_up(db, tenant_id, fence)


async def test_what_is_due_later_does_not_keep_it(db: Database, tenant_id: UUID) -> None:
    later = arrival(tenant_id, due_at=datetime(2100, 1, 1, tzinfo=now().tzinfo))
    fence = await taken(db, tenant_id)
    async with db.system() as conn:
        await inbox.insert(conn, [later])
    assert await give_up(db, tenant_id, fence)


async def test_a_taker_in_the_middle_of_giving_up_waits_and_gets_it(
    db: Database, owner: asyncpg.Connection, tenant_id: UUID
) -> None:
    fence = await taken(db, tenant_id)
    async with db.tenant(tenant_id) as conn:
        assert await lease.give_up(conn, tenant_id, fence, now())
        taking = asyncio.create_task(take(db, tenant_id))
        await _waits_for_a_lock(owner)
        assert not taking.done()
    assert await taking == fence + 1


async def test_giving_up_in_the_middle_of_a_wish_waits_and_fails(
    db: Database, owner: asyncpg.Connection, tenant_id: UUID
) -> None:
    fence = await taken(db, tenant_id)
    async with db.tenant(tenant_id) as conn:
        assert await lease.take(conn, tenant_id, "another", 30) is None
        giving_up = asyncio.create_task(give_up(db, tenant_id, fence))
        await _waits_for_a_lock(owner)
        assert not giving_up.done()
    assert not await giving_up


async def test_no_wake_up_is_lost_whatever_the_order(db: Database, tenant_id: UUID) -> None:
    """Insert, then try to take; meanwhile the holder gives up: somebody is left who will see the event."""
    for round_ in range(30):
        fence = await taken(db, tenant_id)
        gone, got = await asyncio.gather(
            give_up(db, tenant_id, fence), _arrive_and_take(db, tenant_id, round_)
        )
        assert got is not None or not gone
        async with db.system() as conn:
            await conn.execute("DELETE FROM inbox")
            await conn.execute("UPDATE lease SET holder = NULL")


async def _arrive_and_take(db: Database, tenant_id: UUID, number: int) -> int | None:
    await asyncio.sleep(number * 0.0001)
    async with db.system() as conn:
        await inbox.insert(conn, [arrival(tenant_id)])
    return await take(db, tenant_id)


async def _waits_for_a_lock(owner: asyncpg.Connection) -> None:
    """Until some statement of this database is seen to wait."""
    waiting = (
        "SELECT count(*) FROM pg_locks JOIN pg_stat_activity a USING (pid) WHERE NOT granted AND datname = $1"
    )
    name = await owner.fetchval("SELECT current_database()")
    for _ in range(500):
        if await owner.fetchval(waiting, name):
            return
        await asyncio.sleep(0.01)
    raise AssertionError("nothing waits")
