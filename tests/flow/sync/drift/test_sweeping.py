"""With Bling's webhooks off, the sweep of changes brings everything over; what was heard is left alone."""

from __future__ import annotations

import pytest

from connector.sync.runs.sweeping import sweep_due
from tests.support.comparing import Comparing
from tests.support.house import House


@pytest.fixture
async def both(open_house: House) -> Comparing:
    """A house whose sides are compared; it has been swept once."""
    both = Comparing(open_house)
    assert await sweep_due(both.engine) == 0
    return both


async def due_again(both: Comparing) -> None:
    """Hours later: what was synced till now was synced before the time that is looked at."""
    async with both.house.database.system() as conn:
        await conn.execute("UPDATE link SET synced_at = synced_at - interval '3 hours'")
        await conn.execute("UPDATE sweep SET due_at = now() - interval '1 second'")


async def test_what_no_webhook_told_is_found_and_written(both: Comparing) -> None:
    changed, *_ = await both.in_step(3)
    await due_again(both)
    both.change(changed, nome="Mudou calado")
    new = both.house.in_bling(nome="Nasceu calado", codigo="CALADO")
    assert await sweep_due(both.engine) >= 2
    await both.house.drain()
    assert both.house.product(changed)["name"] == "Mudou calado"
    assert both.house.product(new)["name"] == "Nasceu calado"
    row = await both.house.row("SELECT silent_since FROM sweep WHERE tenant_id = $1 AND kind = 'product'")
    assert row["silent_since"] is not None


async def test_bling_is_not_silent_when_what_it_told_was_left_out(both: Comparing) -> None:
    await due_again(both)
    for name in ("Um", "Dois", "Três"):
        await both.house.told(both.house.in_bling(nome=name, codigo=name))
    await both.house.tick("product.create", enabled=False)
    await both.house.drain()
    assert await sweep_due(both.engine) == 3
    row = await both.house.row("SELECT silent_since FROM sweep WHERE tenant_id = $1 AND kind = 'product'")
    assert row["silent_since"] is None


async def test_what_was_synced_since_is_not_asked_for_again(both: Comparing) -> None:
    await both.in_step(3)
    async with both.house.database.system() as conn:
        await conn.execute("UPDATE sweep SET due_at = now() - interval '1 second'")
    assert await sweep_due(both.engine) == 0


async def test_a_sweep_that_cannot_read_goes_back_as_far_next_time(both: Comparing) -> None:
    before = await both.house.row("SELECT swept_until FROM sweep WHERE tenant_id = $1 AND kind = 'product'")
    new = both.house.in_bling(nome="Espera", codigo="ESPERA")
    async with both.house.database.system() as conn:
        await conn.execute("UPDATE licence SET state = 'suspended'")
    await due_again(both)
    assert await sweep_due(both.engine) == 0
    after = await both.house.row("SELECT swept_until FROM sweep WHERE tenant_id = $1 AND kind = 'product'")
    assert after["swept_until"] == before["swept_until"]
    async with both.house.database.system() as conn:
        await conn.execute("UPDATE licence SET state = 'active', ends_at = now() + interval '9 days'")
    await due_again(both)
    assert await sweep_due(both.engine) >= 1
    await both.house.drain()
    assert both.house.product(new)["name"] == "Espera"
