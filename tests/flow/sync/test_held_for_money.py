"""What waits for money is not lost: released, newest first and once, or ended with its reason in a month."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from connector.account import held, licence
from connector.account.people import PONTE
from connector.domain.events import Reason, Source
from connector.domain.licence import KEPT
from connector.domain.plans import PLANS
from connector.store import inbox
from connector.store.inbox import Road
from tests.support.house import House

LIMIT = PLANS["profissional"].synced_per_month
PRODUCTS, CHANGES = 100, 5


async def pay(house: House, plan: str = "profissional") -> None:
    """The right is back, as a payment or a grant brings it."""
    now = house.engine.clock()
    await licence.grant(
        house.database,
        house.tenant_id,
        plan=plan,
        until=None,
        note="",
        by=PONTE,
        now=now,
        business_now=house.engine.business_clock(),
    )


async def use(house: House, synced: int) -> None:
    """So many syncs were counted in this month."""
    period = licence.period_of(house.engine.business_clock())
    async with house.database.system() as conn:
        await conn.execute(
            "INSERT INTO usage (tenant_id, period, synced) VALUES ($1, $2, $3)"
            " ON CONFLICT (tenant_id, period) DO UPDATE SET synced = $3",
            house.tenant_id,
            period,
            synced,
        )


async def used(house: House) -> int:
    row = await house.row("SELECT coalesce(sum(synced), 0) AS n FROM usage WHERE tenant_id = $1")
    return int(row["n"])


async def waiting(house: House) -> dict[str, int]:
    async with house.database.tenant(house.tenant_id) as conn:
        return await inbox.held(conn, house.tenant_id)


def now(house: House, **later: Any) -> tuple[datetime, datetime]:
    """Real time, and business time so much later."""
    return house.engine.clock(), house.engine.business_clock() + timedelta(**later)


async def test_five_hundred_held_changes_of_a_hundred_products_are_a_hundred_writes(
    open_house: House,
) -> None:
    await open_house.licence("suspended")
    for change in range(CHANGES):
        for number in range(PRODUCTS):
            await open_house.told(1001 + number, seconds=change, preco=10 + change)
    await open_house.drain()
    assert await waiting(open_house) == {"licence": PRODUCTS * CHANGES}
    assert open_house.calls("bitrix24") == []
    await pay(open_house)
    assert await waiting(open_house) == {}
    await open_house.drain()
    assert len(open_house.commands("catalog.product.add")) == PRODUCTS
    assert open_house.commands("catalog.product.update") == []
    assert {row["price"] for row in open_house.products()} == {10 + CHANGES - 1}
    assert await used(open_house) == PRODUCTS


async def test_live_changes_are_released_before_everything_else(open_house: House) -> None:
    await open_house.licence("suspended")
    for number in range(20):
        await open_house.told(2001 + number, source=Source.IMPORT)
    live = await open_house.told(1001)
    await open_house.drain()
    await pay(open_house)
    async with open_house.database.tenant(open_house.tenant_id) as conn:
        (first,) = await inbox.claim(
            conn, open_house.tenant_id, Road.OTHERS, now=open_house.engine.clock(), records=1
        )
    assert first.id == live


async def test_the_plans_limit_holds_and_the_next_month_releases(open_house: House) -> None:
    await open_house.licence("active")
    await use(open_house, LIMIT)
    event = await open_house.told()
    await open_house.drain()
    assert await open_house.outcome(event) == ("held", "quota")
    assert await held.look_again(open_house.database, *now(open_house)) == 0
    assert await held.look_again(open_house.database, *now(open_house, days=31)) == 1


async def test_a_larger_plan_releases_at_once(open_house: House) -> None:
    await use(open_house, LIMIT)
    event = await open_house.told()
    await open_house.drain()
    await pay(open_house, "escala")
    await open_house.drain()
    assert await open_house.outcome(event) == ("created", None)


async def test_a_licence_that_is_back_over_the_limit_releases_nothing_for_the_plan(open_house: House) -> None:
    await use(open_house, LIMIT)
    await open_house.told(1001)
    await open_house.drain()
    await open_house.licence("suspended")
    await open_house.told(1002)
    await open_house.drain()
    assert await waiting(open_house) == {"quota": 1, "licence": 1}
    await pay(open_house)
    await open_house.drain()
    assert await waiting(open_house) == {"quota": 2}


async def test_what_a_late_drain_held_after_the_payment_is_found_by_the_next_look(open_house: House) -> None:
    """A drain that believes its context for a second may hold what came just then."""
    await open_house.licence("suspended")
    event = await open_house.told()
    await open_house.drain()
    await open_house.licence("active")
    assert await held.look_again(open_house.database, *now(open_house)) == 1
    await open_house.drain()
    assert await open_house.outcome(event) == ("created", None)


async def test_after_thirty_days_a_held_event_ends_and_says_why(open_house: House) -> None:
    await open_house.licence("suspended")
    event = await open_house.told()
    await open_house.drain()
    early = now(open_house, seconds=KEPT.total_seconds() - 60)
    assert await held.let_go(open_house.database, "test", *early) == 0
    late = now(open_house, seconds=KEPT.total_seconds() + 60)
    assert await held.let_go(open_house.database, "test", *late) == 1
    assert await open_house.outcome(event) == ("dead", "expired")
    link = await open_house.link()
    assert (link["state"], link["reason"]) == ("needs_you", Reason.EXPIRED)
    counted = await open_house.row("SELECT state, n FROM link_count WHERE tenant_id = $1 AND n > 0")
    assert (counted["state"], counted["n"]) == ("needs_you", 1)


async def test_the_thirty_days_are_business_time(open_house: House) -> None:
    """An event that came long after the trial's end waits thirty days of its own, wherever the clock is."""
    await open_house.licence("suspended")
    await open_house.told()
    await open_house.drain()
    row = await open_house.row("SELECT held_at, received_at FROM inbox WHERE tenant_id = $1")
    assert abs(row["held_at"] - row["received_at"]) < timedelta(seconds=30)


async def test_what_waits_for_something_else_waits_on(open_house: House) -> None:
    async with open_house.database.system() as conn:
        await conn.execute("UPDATE account SET state = 'needs_reconnect'")
    event = await open_house.told()
    await open_house.drain()
    assert await held.let_go(open_house.database, "test", *now(open_house, days=60)) == 0
    assert await open_house.outcome(event) == ("held", "needs_reconnect")


async def test_a_tenant_that_is_being_drained_is_let_go_later(open_house: House) -> None:
    await open_house.licence("suspended")
    await open_house.told()
    await open_house.drain()
    async with open_house.database.system() as conn:
        await conn.execute("UPDATE lease SET holder = 'somebody', expires_at = now() + interval '1 minute'")
    assert await held.let_go(open_house.database, "test", *now(open_house, days=31)) == 0


async def test_a_sync_counts_once_and_only_if_it_wrote(open_house: House) -> None:
    for _ in range(3):
        await open_house.told(1001)
    await open_house.drain()
    assert await used(open_house) == 1
    await open_house.told(1001, seconds=1)
    await open_house.drain()
    assert await used(open_house) == 1
    await open_house.told(1001, seconds=2, preco=7)
    await open_house.drain()
    assert await used(open_house) == 2


async def causes(house: House) -> dict[str, bool]:
    async with house.database.system() as conn:
        found = await conn.fetch("SELECT cause, resolved_at IS NULL AS open FROM alert")
    return {row["cause"]: row["open"] for row in found}


async def test_four_fifths_and_all_of_the_plan_are_told_and_so_is_room_again(open_house: House) -> None:
    await use(open_house, LIMIT * 4 // 5 - 1)
    await held.watch_usage(open_house.database, now(open_house)[1])
    assert await causes(open_house) == {}
    await use(open_house, LIMIT * 4 // 5)
    await held.watch_usage(open_house.database, now(open_house)[1])
    assert await causes(open_house) == {"quota:80": True}
    await use(open_house, LIMIT)
    await held.watch_usage(open_house.database, now(open_house)[1])
    assert await causes(open_house) == {"quota:100": True}
    await held.watch_usage(open_house.database, now(open_house, days=31)[1])
    assert await causes(open_house) == {"quota:100": False}
