"""The guard rail on the way of a product: many odd changes wait for a person, a single one never does."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from connector.account import holds as account
from connector.account.people import Actor
from connector.domain.events import Source
from connector.store import holds
from connector.store.holds import Hold, ItemState
from connector.store.inbox import Flow, Road
from connector.sync import drain
from tests.support.house import House

OWNER = Actor("Dona")
RUN = UUID(int=7)


@pytest.fixture
async def stocked(open_house: House) -> House:
    """Twelve products at R$ 50."""
    for bling_id in range(1, 13):
        await open_house.told(bling_id, action="created", preco=50)
    await open_house.drain()
    open_house.forget_calls()
    return open_house


async def zero(house: House, *bling_ids: int, seconds: int = 1, **fields: Any) -> list[UUID]:
    """Prices go to zero in Bling."""
    return [await house.told(one, seconds=seconds, **{"preco": 0, **fields}) for one in bling_ids]


async def outcomes(house: House, events: list[UUID]) -> set[tuple[str | None, str | None]]:
    return {await house.outcome(one) for one in events}


def prices(house: House) -> dict[int, float]:
    return {int(row["link"]): row["price"] for row in house.products()}


async def found(house: House) -> list[Hold]:
    async with house.database.tenant(house.tenant_id) as conn:
        return await holds.holds(conn, house.tenant_id, None, None, 50)


async def the_hold(house: House) -> Hold:
    (one,) = await found(house)
    return one


async def listed(house: House, hold_id: UUID, state: ItemState = ItemState.HELD) -> set[int]:
    async with house.database.tenant(house.tenant_id) as conn:
        return {one.record.bling_id for one in await holds.items(conn, house.tenant_id, hold_id, state, 500)}


async def decide(house: House, hold_id: UUID, how: Any) -> Hold:
    now = house.engine.clock()
    decided: Hold = await how(
        house.database, house.engine.waker.wake, house.tenant_id, hold_id, OWNER, now, now
    )
    return decided


async def age(house: House, minutes: int) -> None:
    """Time passes for what was let pass."""
    async with house.database.system() as conn:
        await conn.execute("UPDATE guard_pass SET at = at - make_interval(mins => $1)", minutes)


HELD = {("held", "guard_rail")}


async def test_three_prices_that_go_to_zero_together_wait(stocked: House):
    events = await zero(stocked, 1, 2, 3)
    await stocked.drain()
    assert await outcomes(stocked, events) == HELD
    assert set(prices(stocked).values()) == {50}
    assert (await the_hold(stocked)).records == 3


async def test_two_pass_and_the_third_waits_with_those_named_as_written(stocked: House):
    first = await zero(stocked, 1, 2)
    await stocked.drain()
    third = await zero(stocked, 3)
    await stocked.drain()
    assert await outcomes(stocked, first) == {("updated", None)}
    assert await outcomes(stocked, third) == HELD
    hold = await the_hold(stocked)
    assert await listed(stocked, hold.id, ItemState.WRITTEN) == {1, 2}
    assert await listed(stocked, hold.id) == {3}


async def test_ten_minutes_later_the_count_begins_anew(stocked: House):
    await zero(stocked, 1, 2)
    await stocked.drain()
    await age(stocked, 11)
    third = await zero(stocked, 3)
    await stocked.drain()
    assert await outcomes(stocked, third) == {("updated", None)}
    assert await found(stocked) == []


async def test_one_record_that_goes_to_zero_again_and_again_is_one(stocked: House):
    for seconds in range(1, 9, 2):
        (event,) = await zero(stocked, 1, seconds=seconds)
        await stocked.drain()
        assert await stocked.outcome(event) == ("updated", None)
        await stocked.told(1, seconds=seconds + 1, preco=50)
        await stocked.drain()


async def test_what_comes_while_people_are_asked_joins(stocked: House):
    await zero(stocked, 1, 2, 3)
    await stocked.drain()
    later = await zero(stocked, 4, 5, 6, 7)
    await stocked.drain()
    assert await outcomes(stocked, later) == HELD
    hold = await the_hold(stocked)
    assert (hold.records, await listed(stocked, hold.id)) == (7, {1, 2, 3, 4, 5, 6, 7})


async def test_other_changes_pass_meanwhile(stocked: House):
    await zero(stocked, 1, 2, 3)
    other = await stocked.told(4, seconds=1, preco=55)
    await stocked.drain()
    assert await stocked.outcome(other) == ("updated", None)


async def test_approved_changes_are_written_and_do_not_count(stocked: House):
    events = await zero(stocked, 1, 2, 3, 4)
    await stocked.drain()
    await decide(stocked, (await the_hold(stocked)).id, account.approve)
    await stocked.drain()
    assert await outcomes(stocked, events) == {("updated", None)}
    assert [prices(stocked)[one] for one in (1, 2, 3, 4)] == [0, 0, 0, 0]
    another = await zero(stocked, 5)
    await stocked.drain()
    assert await outcomes(stocked, another) == {("updated", None)}


async def test_an_approval_is_of_these_changes_alone(stocked: House):
    await zero(stocked, 1, 2, 3)
    await stocked.drain()
    first = await the_hold(stocked)
    await decide(stocked, first.id, account.approve)
    worse = await stocked.told(3, seconds=2, preco=1)
    await stocked.drain()
    assert [prices(stocked)[one] for one in (1, 2, 3)] == [0, 0, 50]
    assert await stocked.outcome(worse) == ("held", "guard_rail")
    second = next(one for one in await found(stocked) if one.id != first.id)
    assert (second.cause, second.state, second.records) == ("price_jump", "open", 1)


async def test_a_released_record_that_was_mended_meanwhile_is_written_as_it_is(stocked: House):
    await zero(stocked, 1, 2, 3)
    await stocked.drain()
    await decide(stocked, (await the_hold(stocked)).id, account.approve)
    await stocked.told(3, seconds=2, preco=51)
    await stocked.drain()
    assert [prices(stocked)[one] for one in (1, 2, 3)] == [0, 0, 51]


async def test_discarded_changes_end_and_are_never_written(stocked: House):
    events = await zero(stocked, 1, 2, 3)
    await stocked.drain()
    await decide(stocked, (await the_hold(stocked)).id, account.discard)
    await stocked.drain()
    assert await outcomes(stocked, events) == {("skipped", "guard_rail")}
    assert set(prices(stocked).values()) == {50}
    link = await stocked.link(1)
    assert (link["state"], link["reason"]) == ("excluded", "guard_rail")


async def test_an_unrelated_update_leaves_a_discarded_price_out(stocked: House):
    await discarded(stocked)
    event = await stocked.told(1, seconds=2, preco=0, nome="Copo novo")
    await stocked.drain()
    assert await stocked.outcome(event) == ("updated", "guard_rail")
    product = stocked.product(1)
    assert (product["name"], product["price"]) == ("Copo novo", 50)
    again = await stocked.told(1, seconds=3, preco=0, nome="Copo azul")
    await stocked.drain()
    assert await stocked.outcome(again) == ("updated", "guard_rail")
    assert stocked.product(1)["price"] == 50


async def test_a_later_price_is_written_and_ends_the_refusal(stocked: House):
    await discarded(stocked)
    await stocked.told(1, seconds=2, preco=60)
    await stocked.drain()
    assert stocked.product(1)["price"] == 60
    assert (await stocked.link(1))["state"] == "in_step"
    async with stocked.database.system() as conn:
        await conn.execute("UPDATE hold_item SET at = at - interval '5 minutes'")
    await zero(stocked, 1, seconds=3)
    await stocked.drain()
    assert stocked.product(1)["price"] == 0


async def test_a_replay_by_hand_writes_what_was_discarded(stocked: House):
    bling_id = stocked.in_bling(preco=40)
    await stocked.told(bling_id, preco=40, codigo="")
    await stocked.drain()
    await zero(stocked, bling_id, 1, 2, codigo="")
    await stocked.drain()
    await decide(stocked, (await the_hold(stocked)).id, account.discard)
    await stocked.drain()
    put_price(stocked, bling_id, 0)
    await stocked.told(bling_id, source=Source.RECONCILE, provider_event_id="run:1:2")
    await stocked.drain()
    assert prices(stocked)[bling_id] == 40
    await stocked.told(bling_id, source=Source.REPLAY, provider_event_id="replay:1")
    await stocked.drain()
    assert prices(stocked)[bling_id] == 0


async def test_what_was_mended_in_bling_needs_nobody(stocked: House):
    events = await zero(stocked, 1, 2, 3)
    await stocked.drain()
    for one in (1, 2, 3):
        await stocked.told(one, seconds=2, preco=50 if one < 3 else 52)
    await stocked.drain()
    hold = await the_hold(stocked)
    assert (hold.state, hold.records) == ("over", 0)
    await stocked.drain()
    assert await outcomes(stocked, events) == {("skipped", "stale")}
    assert (await stocked.row("SELECT resolved_at FROM alert WHERE tenant_id = $1"))["resolved_at"]


async def test_a_run_counts_as_a_whole_whatever_time_it_takes(stocked: House):
    ids = [stocked.in_bling(preco=50, codigo=f"R{n}") for n in range(3)]
    for one, number in zip(ids, range(3), strict=True):
        await stocked.told(one, preco=50, codigo=f"R{number}")
    await stocked.drain()
    for one in ids:
        put_price(stocked, one, 0)
    events = []
    for one in ids:
        name = f"run:{RUN}:{one}"
        events.append(await stocked.told(one, source=Source.IMPORT, provider_event_id=name))
        await stocked.drain()
        await age(stocked, 60)
    assert [await stocked.outcome(one) for one in events] == [
        ("updated", None),
        ("updated", None),
        ("held", "guard_rail"),
    ]
    hold = await the_hold(stocked)
    assert (hold.run, await listed(stocked, hold.id, ItemState.WRITTEN)) == (f"run:{RUN}", set(ids[:2]))


async def test_a_run_and_live_changes_are_counted_apart(stocked: House):
    bling_id = stocked.in_bling(preco=50, codigo="R")
    await stocked.told(bling_id, preco=50, codigo="R")
    await stocked.drain()
    put_price(stocked, bling_id, 0)
    await zero(stocked, 1, 2)
    event = await stocked.told(bling_id, source=Source.IMPORT, provider_event_id=f"run:{RUN}:{bling_id}")
    await stocked.drain()
    assert await stocked.outcome(event) == ("updated", None)
    assert await found(stocked) == []


async def test_prices_out_of_proportion_wait_from_ten_on(stocked: House):
    nine = [await stocked.told(one, seconds=1, preco=5) for one in range(1, 10)]
    await stocked.drain()
    tenth = await stocked.told(10, seconds=1, preco=500)
    await stocked.drain()
    assert await outcomes(stocked, nine) == {("updated", None)}
    assert await stocked.outcome(tenth) == ("held", "guard_rail")
    assert (await the_hold(stocked)).cause == "price_jump"


async def test_deactivations_wait_as_the_tenant_chose(stocked: House):
    await stocked.prefer("guard_rail", {"deactivated": {"records": 4}})
    three = [await stocked.told(one, seconds=1, action="deleted") for one in (1, 2, 3)]
    await stocked.drain()
    more = [await stocked.told(one, seconds=1, situacao="I", preco=50) for one in (4, 5)]
    await stocked.drain()
    assert await outcomes(stocked, three) == {("updated", None)}
    assert await outcomes(stocked, more) == HELD


async def test_a_limit_that_is_off_stops_nothing(stocked: House):
    await stocked.prefer("guard_rail", {"price_zero": {"on": False, "records": 3}})
    events = await zero(stocked, *range(1, 13))
    await stocked.drain()
    assert await outcomes(stocked, events) == {("updated", None)}


async def test_people_are_told_once_and_at_once(stocked: House):
    await zero(stocked, 1, 2, 3)
    await stocked.drain()
    await zero(stocked, 4)
    await stocked.drain()
    row = await stocked.row("SELECT cause, told, due_at - opened_at AS waits FROM alert WHERE tenant_id = $1")
    assert (row["cause"], row["told"], row["waits"]) == ("guard:price_zero", 0, timedelta(0))


async def test_adopted_records_that_wait_are_found_again(open_house: House):
    products = [await adoptable(open_house, f"A{n}") for n in range(3)]
    events = [await open_house.told(n + 1, preco=0, codigo=f"A{n}") for n in range(3)]
    await open_house.drain()
    assert await outcomes(open_house, events) == HELD
    assert (await open_house.link(1))["bitrix_id"] is None
    await decide(open_house, (await the_hold(open_house)).id, account.approve)
    await open_house.drain()
    assert await outcomes(open_house, events) == {("updated", None)}
    assert {row["id"] for row in open_house.products()} == set(products)
    assert set(prices(open_house).values()) == {0}


async def test_a_decision_between_planning_and_settling_strands_nothing(
    stocked: House, monkeypatch: pytest.MonkeyPatch
):
    settle = holds.lock_open

    async def decided_first(conn: Any, tenant_id: UUID) -> None:
        monkeypatch.setattr(holds, "lock_open", settle)
        await decide(stocked, (await the_hold(stocked)).id, account.approve)
        await settle(conn, tenant_id)

    monkeypatch.setattr(holds, "lock_open", decided_first)
    events = await zero(stocked, 1, 2, 3)
    await stocked.drain()
    await stocked.drain()
    assert await outcomes(stocked, events) == {("updated", None)}


async def test_a_crash_between_asking_and_writing_counts_nobody_twice(
    stocked: House, monkeypatch: pytest.MonkeyPatch
):
    stocked.fault(provider="bitrix24", method="batch", status=503, times=1)
    events = await zero(stocked, 1, 2)
    await stocked.drain()
    await stocked.due_now()
    await stocked.drain()
    assert await outcomes(stocked, events) == {("updated", None)}
    row = await stocked.row("SELECT count(*) AS n FROM guard_pass WHERE tenant_id = $1")
    assert row["n"] == 2


async def test_ordinary_changes_ask_nothing(stocked: House, monkeypatch: pytest.MonkeyPatch):
    async def never(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(holds, "look", never)
    monkeypatch.setattr(holds, "decided", never)
    event = await stocked.told(1, seconds=1, preco=45)
    await stocked.drain()
    assert await stocked.outcome(event) == ("updated", None)


async def test_variations_read_along_wait_and_are_written_once_approved(open_house: House):
    parent = family(open_house, preco=30)
    await open_house.told(parent, action="created", formato="V", codigo="PAI")
    await open_house.drain()
    reprice(open_house, parent, 0)
    await open_house.told(parent, seconds=1, formato="V", codigo="PAI", nome="Camiseta nova")
    await open_house.drain()
    hold = await the_hold(open_house)
    assert hold.records == 3
    await decide(open_house, hold.id, account.approve)
    await open_house.drain()
    assert [row["price"] for row in open_house.products() if row["price"] is not None] == [0, 0, 0]


async def discarded(house: House) -> None:
    """Three zero prices were discarded."""
    await zero(house, 1, 2, 3)
    await house.drain()
    await decide(house, (await the_hold(house)).id, account.discard)
    await house.drain()


def put_price(house: House, bling_id: int, price: float) -> None:
    """In Bling, without a webhook."""
    house.sandbox.control("limits", {"enforce": False})
    bling = house.sandbox.ready["bling"]["api_url"]
    body = {"nome": "Copo", "tipo": "P", "situacao": "A", "formato": "S", "preco": price}
    house.sandbox.client.put(
        f"{bling}/produtos/{bling_id}", json=body, headers=house.bling_headers
    ).raise_for_status()


def family(house: House, preco: float) -> int:
    """A parent with three variations in Bling."""
    return house.in_bling(
        nome="Camiseta",
        codigo="PAI",
        formato="V",
        variacoes=[
            {
                "nome": f"Camiseta {size}",
                "codigo": f"VAR-{size}",
                "preco": preco,
                "tipo": "P",
                "situacao": "A",
                "formato": "S",
                "variacao": {"nome": f"Tamanho:{size}", "ordem": order, "produtoPai": {"cloneInfo": False}},
            }
            for order, size in enumerate("PMG", 1)
        ],
    )


def reprice(house: House, parent: int, preco: float) -> None:
    """All variations of a parent in Bling."""
    house.sandbox.control("limits", {"enforce": False})
    bling = house.sandbox.ready["bling"]["api_url"]
    answer = house.sandbox.client.get(f"{bling}/produtos/variacoes/{parent}", headers=house.bling_headers)
    for one in answer.raise_for_status().json()["data"]["variacoes"]:
        answer = house.sandbox.client.patch(
            f"{bling}/produtos/{one['id']}", json={"preco": preco}, headers=house.bling_headers
        )
        answer.raise_for_status()


async def adoptable(house: House, sku: str) -> int:
    """A product of the portal's own, at R$ 70."""
    catalogue = house.catalogue
    fields = {"iblockId": catalogue.product_iblock_id, "name": "Copo", "xmlId": sku, "active": "Y"}
    made = house.portal.call("catalog.product.add", fields=fields)
    product_id: int = made["element"]["id"]
    price = {
        "productId": product_id,
        "catalogGroupId": catalogue.base_price_type,
        "price": 70,
        "currency": "BRL",
    }
    house.portal.call("catalog.price.add", fields=price)
    return product_id


async def test_chunks_side_by_side_are_counted_together(stocked: House, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(drain.PACES, (Road.OTHERS, Flow.LIVE), drain.Pace(2, 4))
    events = await zero(stocked, *range(1, 13))
    await stocked.drain()
    passed = [one for one in events if await stocked.outcome(one) == ("updated", None)]
    assert len(passed) == 2
    hold = await the_hold(stocked)
    assert (hold.records, len(await listed(stocked, hold.id, ItemState.WRITTEN))) == (10, 2)
