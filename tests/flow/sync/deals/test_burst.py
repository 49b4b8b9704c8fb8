"""Many orders at once, as varied as life: sums exact, nobody and nothing twice."""

from __future__ import annotations

import asyncio
from collections import Counter
from decimal import Decimal
from random import Random
from uuid import UUID

import pytest

from connector.sync import ends
from tests.support.clerk import CENT, sum_of
from tests.support.order_desk import OrderDesk

ORDERS, CUSTOMERS = 60, 25


def sown(desk: OrderDesk) -> list[int]:
    """Orders in Bling, whose messages are still to come."""
    amounts = {"orders": ORDERS, "customers": CUSTOMERS, "products": 10}
    made = desk.house.sandbox.control("seed", {"tenant": desk.house.company_id, **amounts})
    return [int(order) for order in made["orders"]]


async def shuffled(desk: OrderDesk, orders: list[int]) -> list[UUID]:
    """Each order is told up to three times, in any order."""
    chance = Random(7)
    told = [order for order in orders for _ in range(chance.randint(1, 3))]
    chance.shuffle(told)
    return [await desk.told(order, seconds=chance.randint(0, 3)) for order in told]


def check(desk: OrderDesk, orders: list[int]) -> None:
    """Σ rows = total = amount for each; one deal an order, one person a customer."""
    deals = {deal["originId"]: deal for deal in desk.deals()}
    assert len(desk.deals()) == len(deals) == len(orders)
    bling = {order: desk.read(order) for order in orders}
    for order, told in bling.items():
        deal, total = deals[f"{desk.house.company_id}:{order}"], Decimal(str(told["total"]))
        assert (sum_of(deal["rows"]), Decimal(str(deal["opportunity"])).quantize(CENT)) == (total, total)
    people: dict[int, set[tuple[int, int]]] = {}
    for order, told in bling.items():
        deal = deals[f"{desk.house.company_id}:{order}"]
        found = (int(deal["contactId"] or 0), int(deal["companyId"] or 0))
        people.setdefault(told["contato"]["id"], set()).add(found)
    dump = desk.house.dump()
    assert all(len(found) == 1 for found in people.values())
    assert len(dump["contacts"]) + len(dump["companies"]) == len(set().union(*people.values()))
    documents = Counter(one.get("RQ_CPF") or one.get("RQ_CNPJ") for one in dump["requisites"])
    del documents[None]
    assert set(documents.values()) <= {1}


async def test_a_burst_of_orders(desk: OrderDesk):
    orders = sown(desk)
    events = await shuffled(desk, orders)
    desk.house.forget_calls()
    await desk.house.drain()
    outcomes = Counter([await desk.house.outcome(event) for event in events])
    assert outcomes == {
        ("created", None): ORDERS,
        ("created", "superseded"): len(events) - ORDERS,
    }
    reads = [call for call in desk.house.calls("bling") if "/pedidos/vendas/" in call["path"]]
    requests = len(desk.house.calls("bitrix24"))
    assert len(reads) == ORDERS
    assert requests <= ORDERS
    check(desk, orders)


async def test_the_same_burst_with_two_crashes_and_lost_answers(
    desk: OrderDesk, monkeypatch: pytest.MonkeyPatch
):
    orders = sown(desk)
    await shuffled(desk, orders)
    real, calls = ends.settle, 0

    async def dies_at_times(*args: object) -> None:
        nonlocal calls
        calls += 1
        if calls in (2, 4):
            raise asyncio.CancelledError
        await real(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(ends, "settle", dies_at_times)
    desk.house.fault(provider="bitrix24", method="batch", drop=True, times=2)
    for _ in range(8):
        try:
            await desk.house.drain()
        except asyncio.CancelledError:
            await desk.house.lease_ends()
        await desk.house.due_now()
    assert calls > 4
    row = await desk.house.row("SELECT count(*) AS left FROM inbox WHERE tenant_id = $1")
    assert row["left"] == 0
    check(desk, orders)
