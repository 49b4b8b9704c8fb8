"""What tenants tick, and which orders take part."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

import pytest

from connector.domain.events import Kind
from connector.sync.deals.wishes import BRAZIL
from tests.support.clerk import ANDAMENTO, item
from tests.support.order_desk import OrderDesk


async def connect_on(desk: OrderDesk, days_ago: int) -> None:
    """The account was connected a little after midnight of that day in Brazil."""
    day = datetime.combine(desk.today - timedelta(days=days_ago), time(0, 5), BRAZIL)
    async with desk.house.database.system() as conn:
        await conn.execute("UPDATE account SET connected_at = $2 WHERE id = $1", desk.house.account_id, day)


def old(desk: OrderDesk, days: int) -> int:
    return desk.order(data=(desk.today - timedelta(days=days)).isoformat())


async def test_nothing_ticked_makes_nothing(closed_desk: OrderDesk):
    order = closed_desk.order()
    event = await closed_desk.told(order)
    closed_desk.house.forget_calls()
    assert await closed_desk.outcome(event) == ("skipped", "create_off")
    assert closed_desk.house.calls("bling") + closed_desk.house.calls("bitrix24") == []


async def test_what_was_not_ticked_is_carried_out_when_replayed_after_ticking(closed_desk: OrderDesk):
    order = closed_desk.order()
    await closed_desk.outcome(await closed_desk.told(order))
    await closed_desk.house.tick("order.create")
    assert await closed_desk.replayed(order) == ("created", None)
    assert closed_desk.deal(order)["opportunity"] == 21


async def test_creating_alone_leaves_deals_as_they_were(closed_desk: OrderDesk):
    await closed_desk.house.tick("order.create")
    order = await closed_desk.synced()
    closed_desk.change(order, itens=[item(valor=1)])
    assert await closed_desk.outcome(await closed_desk.told(order, seconds=5)) == ("skipped", "toggle_off")
    assert closed_desk.deal(order)["opportunity"] == 21


async def test_updating_alone_makes_none_and_keeps_what_is_there(closed_desk: OrderDesk):
    await closed_desk.house.tick("order.create")
    order = await closed_desk.synced()
    await closed_desk.house.tick("order.create", enabled=False)
    await closed_desk.house.tick("order.update")
    other = closed_desk.order()
    assert await closed_desk.outcome(await closed_desk.told(other)) == ("skipped", "create_off")
    closed_desk.change(order, itens=[item(valor=1)])
    assert await closed_desk.outcome(await closed_desk.told(order, seconds=5)) == ("updated", None)
    assert len(closed_desk.deals()) == 1


async def test_orders_older_than_the_connection_make_no_deals(desk: OrderDesk):
    await connect_on(desk, 3)
    events = [await desk.told(old(desk, days)) for days in (4, 3, 2)]
    await desk.house.drain()
    assert [await desk.house.outcome(event) for event in events] == [
        ("skipped", "before_start"),
        ("created", None),
        ("created", None),
    ]


async def test_a_day_of_one_s_own_rules(desk: OrderDesk):
    await connect_on(desk, 0)
    await desk.map(Kind.ORDER, filter={"since": (desk.today - timedelta(days=10)).isoformat()})
    events = [await desk.told(old(desk, days)) for days in (11, 10)]
    await desk.house.drain()
    outcomes = [await desk.house.outcome(event) for event in events]
    assert outcomes == [("skipped", "before_start"), ("created", None)]


async def test_a_linked_order_is_never_too_old(desk: OrderDesk):
    order = await desk.synced(old(desk, 5))
    await connect_on(desk, 0)
    desk.change(order, itens=[item(valor=1)])
    assert await desk.outcome(await desk.told(order, seconds=5)) == ("updated", None)


def shop(desk: OrderDesk, place: int) -> int:
    return int(desk.ask("GET", "/canais-venda")["data"][place]["id"])


def seller(desk: OrderDesk, place: int) -> int:
    return int(desk.ask("GET", "/vendedores?situacaoContato=T")["data"][place]["id"])


@pytest.mark.parametrize(("field", "ids"), [("loja", shop), ("vendedor", seller)], ids=["channel", "seller"])
async def test_only_chosen_channels_and_sellers_take_part(desk: OrderDesk, field: str, ids: Any):
    mine, other = ids(desk, 0), ids(desk, 1)
    await desk.map(Kind.ORDER, filter={field: [mine]})
    orders = [desk.order(**{field: {"id": one}}) for one in (mine, other)] + [desk.order()]
    events = [await desk.told(order) for order in orders]
    await desk.house.drain()
    outcomes = [await desk.house.outcome(event) for event in events]
    assert outcomes == [("created", None), ("skipped", "filtered"), ("skipped", "filtered")]


async def test_only_chosen_situations_take_part_and_leaving_deletes_nothing(desk: OrderDesk):
    await desk.map(Kind.ORDER, filter={"situacao": [6]})
    order = await desk.synced()
    desk.situation(order, ANDAMENTO)
    assert await desk.outcome(await desk.told(order, seconds=5)) == ("skipped", "filtered")
    assert desk.deal(order)["stageId"] == "NEW"
    assert (await desk.house.link(order))["state"] == "excluded"


async def test_a_filtered_message_costs_no_call(desk: OrderDesk):
    await desk.map(Kind.ORDER, filter={"situacao": [9]})
    event = await desk.told(desk.order())
    desk.house.forget_calls()
    assert await desk.outcome(event) == ("skipped", "filtered")
    assert desk.house.calls("bling") + desk.house.calls("bitrix24") == []


async def test_an_order_that_enters_the_filter_makes_its_deal(desk: OrderDesk):
    await desk.map(Kind.ORDER, filter={"situacao": [ANDAMENTO]})
    order = desk.order()
    await desk.outcome(await desk.told(order))
    desk.situation(order, ANDAMENTO)
    assert await desk.outcome(await desk.told(order, seconds=5)) == ("created", None)
