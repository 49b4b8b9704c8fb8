"""Products compared: every difference is found, and nothing else; repaired, both sides agree."""

from __future__ import annotations

import pytest

from connector.domain.events import Kind
from connector.store import drift
from tests.support.comparing import Comparing, told
from tests.support.house import House


@pytest.fixture
async def both(open_house: House) -> Comparing:
    """A house whose sides are compared."""
    return Comparing(open_house)


async def test_sides_that_agree_differ_in_nothing(both: Comparing) -> None:
    await both.in_step(130)
    assert await both.compare() == []
    counts = await both.counts()
    assert (counts.compared, counts.differing) == (130, 0)


async def test_37_differences_made_by_hand_are_found_and_repaired(both: Comparing) -> None:
    """Of every kind, among some hundred others."""
    made = await both.in_step(260)
    wanted: set[tuple[str, str | None, int | None]] = set()
    for one in made[:10]:
        both.edit(one, name="Editado à mão")
        wanted.add(("differs", "edited_in_bitrix24", one))
    for one in made[10:18]:
        both.change(one, preco=77.5)
        wanted.add(("differs", "changed_in_bling", one))
    for one in made[18:20]:
        both.change(one, nome="Lá")
        both.edit(one, name="Cá")
        wanted.add(("differs", "changed_on_both", one))
    for one in made[20:24]:
        both.at_bling("DELETE", f"/produtos/{one}")
        wanted.add(("deleted", "gone_in_bling", one))
    for one in made[24:28]:
        both.house.portal.call("catalog.product.delete", id=both.house.product(one)["id"])
        wanted.add(("deleted", "deleted_in_bitrix24", one))
    for n in range(5):
        one = both.house.in_bling(nome=f"Novo {n}", codigo=f"NOVO-{n}")
        wanted.add(("missing", "never_synced", one))
    for one in made[28:30]:
        both.copy(one)
        wanted.add(("double", "two_in_bitrix24", one))
    for one in (999_001, 999_002):
        both.copy(one)
        wanted.add(("orphan", "gone_in_bling", one))
    assert len(wanted) == 37

    found = await both.compare()

    assert told(found) == wanted
    assert len(found) == 37
    assert await both.repair() == 37
    assert await both.compare() == []
    async with both.house.database.tenant(both.tenant_id) as conn:
        (standing,) = await drift.standings(conn, both.tenant_id)
    assert (standing.kind, standing.differing) == (Kind.PRODUCT, 0)
