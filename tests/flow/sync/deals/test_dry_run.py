"""Dry runs of orders and sales: the plan, and nothing written anywhere."""

from __future__ import annotations

import json
from typing import Any

from connector.domain.events import Kind
from tests.support.clerk import ATENDIDO, CPF, item
from tests.support.order_desk import OrderDesk

WRITES = ("add", "update", "set", "delete", "Import")


def written(desk: OrderDesk) -> list[str]:
    """Commands that change a portal."""
    commands = [
        one for call in desk.house.calls("bitrix24") for one in call.get("commands") or [call["method"]]
    ]
    methods = [command.partition("?")[0] for command in commands]
    return [method for method in methods if method.rpartition(".")[2] in WRITES]


async def rows_of_ponte(desk: OrderDesk) -> list[Any]:
    """Everything that Ponte remembers of records and events."""
    found = []
    for table in ("link", "event", "inbox", "sync", "portal"):
        everything = f"SELECT json_agg(t ORDER BY to_json(t)::text) AS all FROM {table} t"
        found.append((await desk.house.row(f"{everything} WHERE tenant_id = $1"))["all"])
    return found


async def dry_twice(desk: OrderDesk, record: int, kind: Kind = Kind.ORDER) -> dict[str, Any]:
    """The one write of a dry run that writes nothing and shows the same twice."""
    before, portal = await rows_of_ponte(desk), desk.house.dump()
    desk.house.forget_calls()
    one, two = await desk.dry(record, kind), await desk.dry(record, kind)
    assert one == two
    assert written(desk) == []
    assert (await rows_of_ponte(desk), desk.house.dump()) == (before, portal)
    (write,) = one.writes
    return {"action": write.action, "outcome": one.outcome, "reason": one.reason, **write.values}


async def test_a_new_order(desk: OrderDesk):
    order = desk.order(desk.contact(numeroDocumento=CPF))
    shown = await dry_twice(desk, order)
    assert (shown["action"], shown["outcome"], shown["stageId"]) == ("create", "created", "NEW")
    assert shown["originId"] == f"{desk.house.company_id}:{order}"
    assert [row["name"] for row in json.loads(shown["productRows"])] == ["Copo"]


async def test_a_new_order_in_a_portal_that_ponte_has_never_seen(desk: OrderDesk):
    desk.house.forget_calls()
    await desk.dry(desk.order())
    assert written(desk) == []


async def test_a_known_order_that_was_edited_by_hand(desk: OrderDesk):
    order = await desk.synced()
    desk.by_hand(order, title="Outro")
    shown = await dry_twice(desk, order)
    assert (shown["action"], shown["outcome"]) == ("update", "updated")
    assert set(shown) == {"action", "outcome", "reason", "title"}


async def test_an_order_that_changed_in_bling(desk: OrderDesk):
    order = await desk.synced()
    desk.change(order, itens=[item(valor=12)])
    desk.situation(order, ATENDIDO)
    shown = await dry_twice(desk, order)
    assert shown["stageId"] == "WON"
    assert [row["price"] for row in json.loads(shown["productRows"])] == ["12"]


async def test_an_order_in_step_has_nothing_to_write(desk: OrderDesk):
    order = await desk.synced()
    shown = await desk.dry(order)
    assert (shown.writes, shown.outcome) == ([], "unchanged")


async def test_what_is_not_ticked_is_told(closed_desk: OrderDesk):
    shown = await closed_desk.dry(closed_desk.order())
    assert (shown.writes, shown.outcome, shown.reason) == ([], "skipped", "create_off")


async def test_an_order_with_an_unknown_product_asks_for_none(desk: OrderDesk):
    await desk.house.tick("product.create")
    product = desk.house.in_bling()
    shown = await dry_twice(desk, desk.order(items=[item(produto={"id": product})]))
    assert [row["product"] for row in json.loads(shown["productRows"])] == [0]


async def test_a_sale_in_its_order_s_deal(desk: OrderDesk):
    order = await desk.synced()
    invoice = desk.invoice_of(order)
    desk.authorise(invoice)
    await desk.told(invoice, kind=Kind.SALE)
    shown = await dry_twice(desk, invoice, Kind.SALE)
    assert (shown["action"], shown["stageId"]) == ("update", "WON")
    assert "title" not in shown


async def test_a_sale_of_its_own(desk: OrderDesk):
    invoice = desk.invoice()
    desk.authorise(invoice)
    shown = await dry_twice(desk, invoice, Kind.SALE)
    assert (shown["action"], shown["stageId"], shown["outcome"]) == ("create", "WON", "created")


async def test_a_dry_run_and_the_real_one_agree(desk: OrderDesk):
    order = desk.order(items=[item(valor=0.07, quantidade=3)], desconto={"valor": 0.01, "unidade": "REAL"})
    shown = await dry_twice(desk, order)
    await desk.synced(order)
    deal = desk.deal(order)
    assert {name: str(deal[name]) for name in ("title", "stageId", "originId")} == {
        name: shown[name] for name in ("title", "stageId", "originId")
    }
    rows = [(row["name"], float(row["price"])) for row in json.loads(shown["productRows"])]
    assert rows == [(row["productName"], row["price"]) for row in deal["rows"]]
