"""Every night both sides are compared: what was missed is mended, what people edited is only shown."""

from __future__ import annotations

import dataclasses
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from connector.domain.drift import MENDS_ALL
from connector.domain.rounds import Round, next_time
from connector.store import drift, toggles
from connector.sync.nights import try_nightly
from tests.support.comparing import Comparing
from tests.support.house import House


@pytest.fixture
async def both(open_house: House) -> Comparing:
    """A house whose sides are compared."""
    return Comparing(open_house)


async def night(both: Comparing) -> None:
    """The tenant's next night, walked to its end."""
    engine = both.engine
    await try_nightly(engine)
    at = next_time(Round.RETRY, both.tenant_id, ZoneInfo("America/Sao_Paulo"), engine.clock())
    moment: datetime = at + timedelta(seconds=1)
    await try_nightly(dataclasses.replace(engine, business_clock=lambda: moment))


@pytest.mark.parametrize("mends_all", [False, True])
async def test_a_night_mends_what_was_missed_and_edits_only_when_told(
    both: Comparing, mends_all: bool
) -> None:
    missed, edited, _ = await both.in_step(3)
    both.change(missed, nome="Novo nome")
    both.edit(edited, name="Editado à mão")
    async with both.house.database.tenant(both.tenant_id):
        await toggles.prefer(both.tenant_id, MENDS_ALL, mends_all)
    await night(both)
    run = await both.walk(await both.last())
    assert {one.bling_id for one in await both.found(run)} == {missed, edited}
    await both.house.drain()
    assert both.house.product(missed)["name"] == "Novo nome"
    assert (both.house.product(edited)["name"] == "Editado à mão") is not mends_all


async def test_without_a_licence_no_night_compares(both: Comparing) -> None:
    async with both.house.database.system() as conn:
        await conn.execute("UPDATE licence SET state = 'suspended'")
    await night(both)
    row = await both.house.row("SELECT count(*) AS n FROM run WHERE tenant_id = $1")
    assert row["n"] == 0


async def test_a_night_that_mends_all_makes_what_is_missing_and_leaves_deletions_and_doubles(
    both: Comparing,
) -> None:
    deleted, copied = await both.in_step(2)
    both.house.portal.call("catalog.product.delete", id=both.house.product(deleted)["id"])
    both.copy(copied)
    missing = both.house.in_bling(nome="Nunca veio", codigo="NUNCA")
    async with both.house.database.tenant(both.tenant_id):
        await toggles.prefer(both.tenant_id, MENDS_ALL, True)
    await night(both)
    run = await both.walk(await both.last())
    await both.house.drain()
    repairs = {one.bling_id: one.repair for one in await both.found(run)}
    assert repairs == {deleted: None, copied: None, missing: "done"}


async def test_the_guard_rail_holds_what_a_night_would_mend(both: Comparing) -> None:
    """A price list that somebody emptied: a person is asked first, whatever the night may do."""
    *emptied, edited = await both.in_step(4)
    for one in emptied:
        both.change(one, preco=0)
    both.edit(edited, name="Editado à mão")
    async with both.house.database.tenant(both.tenant_id):
        await toggles.prefer(both.tenant_id, MENDS_ALL, True)
    await night(both)
    run = await both.walk(await both.last())
    await both.house.drain()
    assert {one.bling_id: one.repair for one in await both.found(run)} == {
        **dict.fromkeys(emptied, "held"),
        edited: "done",
    }
    assert all(both.house.product(one)["price"] for one in emptied)
    async with both.house.database.tenant(both.tenant_id) as conn:
        repair = await drift.repair_state(conn, both.tenant_id, run.id)
    assert (repair.held, repair.queued, repair.done) == (3, 0, 1)
