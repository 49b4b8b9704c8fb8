"""Imports: everything comes over, each record once, in few calls."""

from __future__ import annotations

from connector.domain.events import Kind
from connector.domain.runs import RunState
from tests.support.depot import Depot


async def test_everything_comes_over_and_both_sides_are_equal(depot: Depot) -> None:
    depot.fill(products=230)
    run = await depot.finish(await depot.start())
    assert (run.state, run.total, run.done, run.failed) == (RunState.DONE, 230, 230, 0)
    there = {one["link"]: one["name"] for one in depot.house.products()}
    assert there == {str(one["id"]): one["nome"] for one in depot.in_bling()}
    assert len(await depot.pages()) <= 6
    assert len(await depot.reads()) == 3


async def test_a_second_import_writes_nothing(depot: Depot) -> None:
    depot.fill(products=120)
    await depot.finish(await depot.start())
    depot.house.forget_calls()
    run = await depot.finish(await depot.start())
    assert (run.state, run.done) == (RunState.DONE, 120)
    assert depot.house.calls("bitrix24") == []
    assert len(depot.house.calls("bling")) <= 6


async def test_an_empty_account_is_through_at_once(depot: Depot) -> None:
    run = await depot.finish(await depot.start())
    assert (run.state, run.total, run.done) == (RunState.DONE, 0, 0)
    assert run.kind is Kind.PRODUCT
