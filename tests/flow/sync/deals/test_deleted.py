"""Orders deleted in Bling, deals deleted in Bitrix24."""

from __future__ import annotations

import pytest

from connector.domain.events import Kind
from connector.domain.mapping import Rule
from connector.domain.transforms import Constant
from tests.support.clerk import CANCELADO, item
from tests.support.order_desk import OrderDesk


async def gone(desk: OrderDesk, order: int, seconds: int = 9) -> tuple[str | None, str | None]:
    """The message of the order's deletion arrives; what became of it."""
    return await desk.outcome(await desk.told(order, action="deleted", seconds=seconds))


async def test_a_deleted_order_leaves_its_deal_alone_unless_wished(desk: OrderDesk):
    order = await desk.synced()
    desk.delete(order)
    assert await gone(desk, order) == ("skipped", "toggle_off")
    assert (desk.deal(order)["stageId"], desk.comments()) == ("NEW", [])
    assert desk.house.calls("bitrix24") == []


async def test_a_deleted_order_s_deal_is_lost(desk: OrderDesk):
    await desk.house.prefer("order.on_deleted", "lost")
    order = await desk.synced()
    desk.delete(order)
    assert await gone(desk, order) == ("updated", None)
    assert desk.deal(order)["stageId"] == "LOSE"
    link = await desk.house.link(order)
    assert (link["state"], link["reason"]) == ("deleted", "gone_in_bling")


async def test_a_deal_in_another_pipeline_is_lost_there(desk: OrderDesk):
    await desk.house.prefer("order.on_deleted", "lost")
    order = await desk.synced()
    desk.by_hand(order, categoryId=9)
    desk.delete(order)
    assert await gone(desk, order) == ("updated", None)
    assert desk.deal(order)["stageId"] == "C9:LOSE"


async def test_a_deleted_order_is_told_on_the_timeline_once(desk: OrderDesk):
    await desk.house.prefer("order.on_deleted", "comment")
    order = desk.order()
    number = desk.read(order)["numero"]
    await desk.synced(order)
    desk.delete(order)
    assert await gone(desk, order) == ("updated", None)
    assert (await gone(desk, order, 10))[0] == "unchanged"
    assert desk.comments() == [f"Pedido {number} foi excluído no Bling."]
    assert desk.deal(order)["stageId"] == "NEW"


async def test_an_order_that_is_lost_twice_is_lost_once(desk: OrderDesk):
    await desk.house.prefer("order.on_deleted", "lost")
    order = await desk.synced()
    desk.delete(order)
    await gone(desk, order)
    desk.by_hand(order, stageId="PREPARATION")
    assert (await gone(desk, order, 10))[0] == "unchanged"
    assert desk.deal(order)["stageId"] == "PREPARATION"


@pytest.mark.parametrize("together", [True, False], ids=["in one turn", "one after the other"])
async def test_an_order_cancelled_on_its_way_out_is_told_once(desk: OrderDesk, together: bool):
    await desk.house.prefer("order.on_deleted", "comment")
    order = await desk.synced()
    desk.situation(order, CANCELADO)
    cancelled = await desk.told(order, seconds=5)
    if not together:
        assert await desk.outcome(cancelled) == ("updated", None)
        assert desk.deal(order)["stageId"] == "LOSE"
    desk.delete(order)
    assert await gone(desk, order, seconds=5) == ("updated", None)
    assert len(desk.comments()) == 1


async def test_an_order_that_is_gone_when_it_is_read_counts_as_deleted(desk: OrderDesk):
    order = await desk.synced()
    late = await desk.told(order, seconds=12)
    await desk.house.prefer("order.on_deleted", "lost")
    desk.delete(order)
    assert (await desk.outcome(late))[0] == "updated"
    assert desk.deal(order)["stageId"] == "LOSE"


async def test_the_deletion_of_an_unknown_order_is_nothing(desk: OrderDesk):
    order = desk.order()
    desk.delete(order)
    assert await gone(desk, order) == ("skipped", "not_linked")
    assert desk.house.calls("bitrix24") == []


async def test_a_deal_deleted_in_bitrix24_is_not_made_again(desk: OrderDesk):
    order = await desk.synced()
    desk.thrown_away(order)
    for seconds in (5, 6):
        desk.change(order, itens=[item(valor=seconds)])
        event = await desk.told(order, seconds=seconds)
        assert await desk.outcome(event) == ("skipped", "deleted_in_bitrix24")
    assert await desk.replayed(order) == ("skipped", "deleted_in_bitrix24")
    assert desk.deals() == []
    assert (await desk.house.link(order))["gone_at"] is not None


async def test_a_deal_deleted_before_a_replay_is_not_made_again(desk: OrderDesk):
    order = await desk.synced()
    desk.thrown_away(order)
    assert await desk.replayed(order) == ("skipped", "deleted_in_bitrix24")
    assert desk.deals() == []


async def test_it_is_made_again_if_the_tenant_wishes(desk: OrderDesk):
    order = await desk.synced()
    desk.thrown_away(order)
    desk.change(order, itens=[item(valor=5)])
    await desk.outcome(await desk.told(order, seconds=5))
    await desk.house.prefer("order.recreate", True)
    assert await desk.outcome(await desk.told(order, seconds=6)) == ("created", None)
    assert desk.deal(order)["opportunity"] == 10
    assert desk.deal(order)["contactId"]


async def test_a_new_rule_is_written_at_the_next_message(desk: OrderDesk):
    order = await desk.synced()
    rule = Rule(id="fonte", bling="", bitrix24="sourceId", transform=Constant(value="STORE"))
    await desk.map(Kind.ORDER, rule)
    assert await desk.outcome(await desk.told(order, seconds=5)) == ("updated", None)
    assert desk.deal(order)["sourceId"] == "STORE"
