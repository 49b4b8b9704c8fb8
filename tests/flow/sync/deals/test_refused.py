"""What portals refuse, and answers that never come: never half a deal, never two."""

from __future__ import annotations

import asyncio
import dataclasses
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connector.domain.retries import ATTEMPTS
from connector.store import lease as lease_rows
from connector.store import links as link_rows
from connector.sync import ends
from tests.support.clerk import ATENDIDO, CPF, item
from tests.support.order_desk import OrderDesk

ADD, ROWS = "entityTypeId=2&fields", "crm.item.productrow.set"


def whole(desk: OrderDesk, order: int) -> bool:
    """One deal, with its rows and its customer."""
    deal = desk.deal(order)
    return bool(deal["opportunity"] == 21 and len(deal["rows"]) == 1 and deal["contactId"])


async def test_a_required_field_fails_the_deal_in_the_portal_s_words(desk: OrderDesk):
    desk.require("CRM_DEAL", "Origem da venda")
    order = desk.order()
    event = await desk.told(order, action="created")
    assert await desk.outcome(event) == ("failed", "refused_by_bitrix24")
    assert "Origem da venda" in await desk.detail(event)
    assert "Origem da venda" in (await desk.house.link(order))["detail"]
    assert desk.deals() == []


async def test_a_required_field_that_came_later_fails_the_update(desk: OrderDesk):
    order = await desk.synced()
    desk.require("CRM_DEAL", "Origem da venda")
    desk.change(order, observacoes="urgente", itens=[item(valor=1)])
    event = await desk.told(order, seconds=5)
    assert await desk.outcome(event) == ("failed", "refused_by_bitrix24")
    assert desk.deal(order)["comments"] == ""


async def test_rows_that_are_refused_take_the_new_deal_with_them(desk: OrderDesk):
    order = desk.order(items=[item(desconto=10)])
    desk.wire.spelt["discountRate"] = "discountNone"
    event = await desk.told(order, action="created")
    assert await desk.outcome(event) == ("failed", "refused_by_bitrix24")
    assert "Discount Rate" in await desk.detail(event)
    assert desk.deals() == []
    assert desk.house.commands("crm.item.delete")
    desk.wire.spelt.clear()
    assert await desk.outcome(await desk.told(order, seconds=5)) == ("created", None)
    assert whole(desk, order)


@pytest.mark.parametrize(
    "fault",
    [{"drop": True}, {"status": 500, "error": "INTERNAL_SERVER_ERROR"}, {"status": 502, "error": "html"}],
    ids=["drop", "500", "html"],
)
@pytest.mark.parametrize("method", [ADD, ROWS], ids=["add", "rows"])
async def test_an_answer_that_was_lost_makes_no_double(desk: OrderDesk, method: str, fault: dict[str, Any]):
    order = desk.order()
    desk.spoil(method, **fault)
    event = await desk.told(order, action="created")
    await desk.house.drain()
    assert desk.wire.before == {}
    await desk.retried(2)
    assert (await desk.house.outcome(event))[0] in ("created", "updated")
    assert len(desk.deals()) == 1
    assert whole(desk, order)
    assert await desk.replayed(order) == ("unchanged", None)


async def test_a_deal_without_its_rows_is_finished_even_if_updates_are_off(closed_desk: OrderDesk):
    await closed_desk.house.tick("order.create")
    order = closed_desk.order()
    closed_desk.spoil(ROWS, status=500, error="INTERNAL_SERVER_ERROR")
    await closed_desk.outcome(await closed_desk.told(order, action="created"))
    assert closed_desk.deal(order)["rows"] == []
    await closed_desk.retried()
    assert whole(closed_desk, order)


async def test_lost_answers_in_a_burst_make_no_doubles(desk: OrderDesk):
    contact = desk.contact(numeroDocumento=CPF)
    orders = [desk.order(contact) for _ in range(12)]
    for order in orders:
        await desk.told(order, action="created")
    desk.house.fault(provider="bitrix24", method="batch", drop=True, times=4)
    await desk.house.drain()
    await desk.retried(6)
    assert len(desk.deals()) == 12
    assert all(whole(desk, order) for order in orders)
    assert len(desk.house.dump()["contacts"]) == 1


async def test_an_update_whose_answer_was_lost_is_made_again(desk: OrderDesk):
    order = await desk.synced()
    desk.change(order, itens=[item(valor=3)], observacoes="urgente")
    desk.spoil("crm.item.update", drop=True)
    event = await desk.told(order, seconds=5)
    assert await desk.outcome(event) == (None, None)
    await desk.retried()
    assert await desk.house.outcome(event) == ("updated", None)
    assert (desk.deal(order)["opportunity"], desk.deal(order)["comments"]) == (6, "urgente")


async def test_of_two_deals_with_one_origin_the_older_is_taken(desk: OrderDesk):
    order = desk.order()
    fields = {"title": "Antigo", "originatorId": "ponte", "originId": f"{desk.house.company_id}:{order}"}
    older, younger = (
        desk.house.portal.call("crm.item.add", entityTypeId=2, fields=fields)["item"]["id"] for _ in range(2)
    )
    event = await desk.told(order, action="created")
    assert await desk.outcome(event) == ("updated", None)
    deals = {deal["id"]: deal for deal in desk.deals()}
    assert (deals[older]["opportunity"], len(deals[older]["rows"])) == (21, 1)
    assert (deals[younger]["title"], deals[younger]["rows"]) == ("Antigo", [])
    assert (await desk.house.link(order))["bitrix_id"] == older


@pytest.mark.parametrize("rows", [False, True], ids=["with its customer", "with its rows"])
async def test_a_crash_between_the_answer_and_the_commit_makes_no_double(
    desk: OrderDesk, monkeypatch: pytest.MonkeyPatch, rows: bool
):
    order = desk.order(desk.contact(numeroDocumento=CPF))
    event = await desk.told(order, action="created")

    async def dies(*_: object) -> None:
        raise asyncio.CancelledError

    with monkeypatch.context() as patch:
        patch.setattr(ends, "settle", dies)
        if not rows:
            desk.spoil(ROWS, status=500, error="INTERNAL_SERVER_ERROR")
        with pytest.raises(asyncio.CancelledError):
            await desk.house.drain()
    assert (await desk.house.link(order))["creating_at"] is not None
    await desk.house.lease_ends()
    await desk.retried()
    assert (await desk.house.outcome(event))[0] in ("created", "updated", "unchanged")
    assert len(desk.deals()) == 1
    assert whole(desk, order)
    assert len(desk.house.dump()["contacts"]) == 1


async def test_a_create_in_doubt_is_not_repeated_before_it_has_settled(desk: OrderDesk):
    desk.house.engine = dataclasses.replace(desk.house.engine, create_settles=timedelta(seconds=60))
    order = desk.order()
    event = await desk.told(order, action="created")
    async with desk.house.database.tenant(desk.house.tenant_id) as conn:
        fence = await lease_rows.take(conn, desk.house.tenant_id, "killed", 30)
        labels = {desk.key(order): "Pedido"}
        await link_rows.mark_creating(conn, desk.house.tenant_id, fence, labels, datetime.now(UTC))
        await lease_rows.hand_on(conn, desk.house.tenant_id, fence)
    assert await desk.outcome(event) == (None, None)
    assert desk.deals() == []


async def test_a_deal_that_is_written_in_a_loop_is_held(desk: OrderDesk):
    order = await desk.synced()
    async with desk.house.database.system() as conn:
        await conn.execute(
            "UPDATE link SET writes = 30, writes_since = now() WHERE tenant_id = $1", desk.house.tenant_id
        )
    desk.situation(order, ATENDIDO)
    assert await desk.outcome(await desk.told(order, seconds=5)) == ("held", "loop")
    assert desk.deal(order)["stageId"] == "NEW"


async def test_it_gives_up_after_twelve_attempts(desk: OrderDesk):
    event = await desk.told(desk.order(), action="created")
    async with desk.house.database.system() as conn:
        await conn.execute(
            "UPDATE inbox SET attempts = $2 WHERE tenant_id = $1", desk.house.tenant_id, ATTEMPTS - 1
        )
    desk.house.fault(provider="bling", method="pedidos", status=500, error="SERVER_ERROR", times=5)
    assert await desk.outcome(event) == ("dead", "gave_up")


async def test_bling_s_day_limit_puts_orders_off_without_counting(desk: OrderDesk):
    event = await desk.told(desk.order(), action="created")
    desk.house.fault(provider="bling", method="pedidos", status=429, error="day")
    assert await desk.outcome(event) == (None, None)
    row = await desk.house.row("SELECT attempts, due_at FROM inbox WHERE tenant_id = $1")
    assert row["attempts"] == 0
    assert row["due_at"] > datetime.now(UTC)


async def test_a_company_without_the_scope_of_orders_holds(desk: OrderDesk):
    event = await desk.told(desk.order(), action="created")
    desk.house.fault(provider="bling", method="pedidos", status=403, error="insufficient_scope", times=3)
    assert await desk.outcome(event) == ("held", "scope_missing")
    assert len(desk.house.connections.breaks) == 1
