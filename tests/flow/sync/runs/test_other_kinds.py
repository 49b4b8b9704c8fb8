"""Imports of orders and contacts: what takes part, quietly, each person once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from connector.domain.events import Kind, Outcome
from connector.domain.runs import RunState
from connector.store import runs
from connector.sync.runs import retrying
from connector.sync.runs.rehearsing import counts_of
from tests.support.clerk import CNPJ, CPF
from tests.support.depot import Depot, clerk_of
from tests.support.order_desk import OrderDesk


@pytest.fixture
async def clerk(depot: Depot) -> OrderDesk:
    """Orders are ticked, too."""
    await depot.house.tick("order.create", "order.update")
    return clerk_of(depot)


async def test_orders_come_over_without_starting_automations(depot: Depot, clerk: OrderDesk) -> None:
    for _ in range(4):
        clerk.order()
    depot.house.forget_calls()
    run = await depot.finish(await depot.start(Kind.ORDER))
    assert (run.state, run.total, run.done, run.failed) == (RunState.DONE, 4, 4, 0)
    assert len(depot.house.dump()["deals"]) == 4
    assert len(depot.house.commands("crm.item.batchImport")) == 4 + len(depot.house.dump()["contacts"])
    assert depot.house.commands("crm.item.add") == []


async def test_automations_run_when_they_are_ticked(depot: Depot, clerk: OrderDesk) -> None:
    clerk.order()
    await depot.finish(await depot.start(Kind.ORDER, automations=True))
    assert len(depot.house.dump()["deals"]) == 1
    assert depot.house.commands("crm.item.batchImport") == []


async def test_a_refused_deal_says_why_and_is_tried_again(depot: Depot, clerk: OrderDesk) -> None:
    order = clerk.order()
    clerk.require("CRM_DEAL", "Origem da venda")
    run = await depot.finish(await depot.start(Kind.ORDER))
    assert (run.state, run.done, run.failed) == (RunState.DONE, 1, 1)
    async with depot.house.database.tenant(depot.house.tenant_id) as conn:
        (item,) = await runs.failures(conn, run, 0, 10)
    assert (item.bling_id, item.outcome) == (order, Outcome.FAILED)
    assert "Origem da venda" in (item.detail or "")
    portal = depot.house.portal
    (field,) = portal.call("userfieldconfig.list", moduleId="crm", filter={"fieldName": "UF_CRM_DEAL_COR"})[
        "fields"
    ]
    portal.call("userfieldconfig.delete", moduleId="crm", id=field["id"])
    assert await retrying.retry(depot.house.engine, run) == 1
    await depot.house.drain()
    again = await depot.look(run.id)
    assert (again.done, again.failed, len(depot.house.dump()["deals"])) == (1, 0, 1)


async def test_orders_from_before_the_start_are_not_listed(depot: Depot, clerk: OrderDesk) -> None:
    await depot.house.map(Kind.ORDER, since=clerk.today.isoformat())
    yesterday = (clerk.today - timedelta(days=1)).isoformat()
    clerk.order(data=yesterday)
    clerk.order()
    run = await depot.finish(await depot.start(Kind.ORDER))
    assert (run.total, run.done) == (1, 1)


async def test_contacts_come_over_each_once(depot: Depot, clerk: OrderDesk) -> None:
    clerk.contact(nome="Maria da Silva", numeroDocumento=CPF, email="maria@exemplo.com.br")
    clerk.contact(nome="Casa Ltda", tipo="J", numeroDocumento=CNPJ)
    before = len(depot.house.dump()["contacts"]), len(depot.house.dump()["companies"])
    run = await depot.finish(await depot.start(Kind.CONTACT))
    assert (run.state, run.done, run.failed) == (RunState.DONE, run.total, 0)
    assert run.total is not None
    assert run.total >= 2
    made = len(depot.house.dump()["contacts"]) - before[0], len(depot.house.dump()["companies"]) - before[1]
    assert sum(made) <= run.total
    assert min(made) >= 1
    depot.house.forget_calls()
    again = await depot.finish(await depot.start(Kind.CONTACT))
    assert again.done == run.total
    assert depot.house.calls("bitrix24") == []
    assert all(call["path"].endswith("/contatos") for call in depot.house.calls("bling"))


async def test_a_rehearsal_of_contacts_makes_nobody(depot: Depot, clerk: OrderDesk) -> None:
    clerk.contact(nome="Maria da Silva", numeroDocumento=CPF)
    before = len(depot.house.dump()["contacts"])
    run = await depot.rehearse(Kind.CONTACT)
    assert counts_of(run.counts).new >= 1
    assert len(depot.house.dump()["contacts"]) == before


async def test_a_rehearsal_of_orders_writes_nothing(depot: Depot, clerk: OrderDesk) -> None:
    clerk.order()
    run = await depot.rehearse(Kind.ORDER)
    assert (counts_of(run.counts).new, run.total) == (1, 1)
    assert depot.house.dump()["deals"] == []
