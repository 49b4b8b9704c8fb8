"""Which stage an order's deal stands in, and what people do to it by hand."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from connector.domain.events import Kind, Reason
from connector.domain.mapping import Rule
from connector.domain.transforms import Choice, Constant
from connector.store import inbox
from tests.support.clerk import ANDAMENTO, ATENDIDO, CANCELADO, DESPACHADO, item
from tests.support.order_desk import OrderDesk

WHOLESALE = 9


def stages(**table: str) -> Rule:
    """A saved table; situations without their underscore."""
    saved = {name.strip("_"): stage for name, stage in table.items()}
    return Rule(id="etapa", bling="situacao.id", bitrix24="stageId", transform=Choice(table=saved))


def pipeline(number: int) -> Rule:
    return Rule(
        id="funil",
        bling="",
        bitrix24="categoryId",
        transform=Constant(value=str(number)),
        direction="import",
    )


@pytest.mark.parametrize(
    ("situation", "stage"),
    [
        (None, "NEW"),
        (ATENDIDO, "WON"),
        (CANCELADO, "LOSE"),
        (ANDAMENTO, "PREPARATION"),
        (18, "PREPARATION"),
        (21, "NEW"),
        (24, "PREPARATION"),
        (DESPACHADO, "PREPARATION"),
    ],
)
async def test_suggested_stages(desk: OrderDesk, situation: int | None, stage: str):
    order = desk.order()
    if situation is not None:
        desk.situation(order, situation)
    await desk.synced(order)
    assert desk.deal(order)["stageId"] == stage


async def test_an_order_goes_with_its_situation(desk: OrderDesk):
    order = await desk.synced()
    for seconds, (situation, stage) in enumerate([(ANDAMENTO, "PREPARATION"), (ATENDIDO, "WON")], 5):
        desk.situation(order, situation)
        assert await desk.outcome(await desk.told(order, seconds=seconds)) == ("updated", None)
        assert desk.deal(order)["stageId"] == stage


async def test_a_saved_table_rules_by_the_exact_situation(desk: OrderDesk):
    await desk.map(Kind.ORDER, stages(_6="PREPARATION", _15="NEW", _83955="WON"))
    orders = [desk.order() for _ in range(3)]
    desk.situation(orders[1], ANDAMENTO)
    desk.situation(orders[2], DESPACHADO)
    for order in orders:
        await desk.synced(order)
    assert [desk.deal(order)["stageId"] for order in orders] == ["PREPARATION", "NEW", "WON"]


async def test_a_situation_without_a_stage_waits_and_is_released(desk: OrderDesk):
    await desk.map(Kind.ORDER, stages(_6="NEW"))
    order = desk.order()
    desk.situation(order, DESPACHADO)
    event = await desk.told(order)
    assert await desk.outcome(event) == ("held", "stage_missing")
    assert desk.deals() == []
    await desk.map(Kind.ORDER, stages(_6="NEW", _83955="PREPARATION"))
    async with desk.house.database.tenant(desk.house.tenant_id) as conn:
        await inbox.release(conn, desk.house.tenant_id, (Reason.STAGE_MISSING,), datetime.now(UTC))
    assert await desk.outcome(event) == ("created", None)
    assert desk.deal(order)["stageId"] == "PREPARATION"


async def test_a_stage_that_was_removed_from_the_pipeline_waits(desk: OrderDesk):
    await desk.map(Kind.ORDER, stages(_6="UC_REMOVED"))
    event = await desk.told(desk.order())
    assert await desk.outcome(event) == ("held", "stage_missing")
    assert desk.deals() == []


async def test_a_deal_whose_new_situation_has_no_stage_waits_whole(desk: OrderDesk):
    await desk.map(Kind.ORDER, stages(_6="NEW"))
    order = await desk.synced()
    desk.situation(order, ATENDIDO)
    desk.change(order, observacoes="urgente")
    event = await desk.told(order, seconds=5)
    assert await desk.outcome(event) == ("held", "stage_missing")
    assert (desk.deal(order)["stageId"], desk.deal(order)["comments"]) == ("NEW", "")


async def test_a_stage_moved_by_hand_stays_when_something_else_changes(desk: OrderDesk):
    order = await desk.synced()
    desk.by_hand(order, stageId="PREPARATION")
    desk.change(order, itens=[item(valor=1)], observacoes="urgente")
    assert await desk.outcome(await desk.told(order, seconds=5)) == ("updated", None)
    deal = desk.deal(order)
    assert (deal["stageId"], deal["comments"], deal["opportunity"]) == ("PREPARATION", "urgente", 2)


async def test_a_stage_moved_by_hand_survives_a_replay(desk: OrderDesk):
    order = await desk.synced()
    desk.by_hand(order, stageId="PREPARATION")
    assert await desk.replayed(order) == ("unchanged", None)
    assert desk.deal(order)["stageId"] == "PREPARATION"


async def test_a_stage_moved_by_hand_moves_with_the_situation(desk: OrderDesk):
    order = await desk.synced()
    desk.by_hand(order, stageId="LOSE")
    desk.situation(order, ATENDIDO)
    await desk.outcome(await desk.told(order, seconds=5))
    assert desk.deal(order)["stageId"] == "WON"


async def test_another_situation_with_the_same_stage_moves_it_back(desk: OrderDesk):
    order = desk.order()
    desk.situation(order, ANDAMENTO)
    await desk.synced(order)
    desk.by_hand(order, stageId="NEW")
    desk.situation(order, DESPACHADO)
    assert await desk.outcome(await desk.told(order, seconds=5)) == ("updated", None)
    assert desk.deal(order)["stageId"] == "PREPARATION"


async def test_orders_go_into_the_pipeline_that_was_chosen(desk: OrderDesk):
    await desk.map(Kind.ORDER, pipeline(WHOLESALE))
    order = await desk.synced()
    assert (desk.deal(order)["categoryId"], desk.deal(order)["stageId"]) == (WHOLESALE, "C9:NEW")
    desk.situation(order, ATENDIDO)
    await desk.outcome(await desk.told(order, seconds=5))
    assert desk.deal(order)["stageId"] == "C9:WON"


async def test_a_deal_stays_in_its_pipeline_when_another_is_chosen(desk: OrderDesk):
    order = await desk.synced()
    await desk.map(Kind.ORDER, pipeline(WHOLESALE))
    desk.situation(order, ATENDIDO)
    await desk.outcome(await desk.told(order, seconds=5))
    assert (desk.deal(order)["categoryId"], desk.deal(order)["stageId"]) == (0, "WON")


async def test_a_deal_moved_to_another_pipeline_by_hand_gets_that_one_s_stage(desk: OrderDesk):
    order = await desk.synced()
    desk.by_hand(order, categoryId=WHOLESALE)
    desk.situation(order, ATENDIDO)
    await desk.outcome(await desk.told(order, seconds=5))
    assert (desk.deal(order)["categoryId"], desk.deal(order)["stageId"]) == (WHOLESALE, "C9:WON")


async def test_a_pipeline_that_is_not_there_waits(desk: OrderDesk):
    await desk.map(Kind.ORDER, pipeline(77))
    assert await desk.outcome(await desk.told(desk.order())) == ("held", "stage_missing")


async def test_a_replay_leaves_the_end_that_the_portal_dated(desk: OrderDesk):
    order = await desk.synced()
    desk.situation(order, ATENDIDO)
    await desk.outcome(await desk.told(order, seconds=5))
    assert desk.deal(order)["closedate"][:10] == desk.today.isoformat()
    assert await desk.replayed(order) == ("unchanged", None)
    assert desk.deal(order)["closedate"][:10] == desk.today.isoformat()
