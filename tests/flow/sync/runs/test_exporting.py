"""An export brings what Bitrix24 has to Bling: all, what changed, what was chosen; again writes nothing."""

from __future__ import annotations

import pytest

from connector.domain.events import Kind
from connector.domain.runs import Deed, RunState, Task
from connector.store.runs import Run
from connector.sync.runs import deeds
from connector.sync.runs.export_look import forecast, look_up, starts
from connector.sync.runs.exporting import Wish
from connector.sync.runs.retrying import retry
from tests.support.depot import Depot
from tests.support.house import House


class Shelf(Depot):
    """A portal with products that Bling does not know."""

    def there(self, count: int, **fields: object) -> list[int]:
        """Somebody made products in Bitrix24; their ids there."""
        made = [self.house.portal.product(name=f"Copo {n}", xmlId=f"B24-{n}", **fields) for n in range(count)]
        self.house.forget_calls()
        return [int(one["id"]) for one in made]

    async def export(self, **wish: object) -> Run:
        """Ask for an export, and let it end."""
        asked = Wish(**wish)  # type: ignore[arg-type]
        house = self.house
        run = await deeds.start(house.engine, house.tenant_id, Task.EXPORT, Kind.PRODUCT, asked)
        return await self.finish(run)

    def codes(self) -> list[str]:
        """SKUs of Bling's products."""
        return sorted(one["codigo"] for one in self.in_bling())


@pytest.fixture
async def shelf(house: House) -> Shelf:
    await house.tick("product.export_create", "product.export_update", "product.create", "product.update")
    return Shelf(house)


async def test_everything_goes_over_and_again_writes_nothing(shelf: Shelf) -> None:
    shelf.there(60)
    run = await shelf.export()
    assert (run.state, run.total, run.done, run.failed) == (RunState.DONE, 60, 60, 0)
    assert shelf.codes() == sorted(f"B24-{n}" for n in range(60))
    shelf.house.forget_calls()
    again = await shelf.export()
    assert (again.done, again.failed) == (60, 0)
    assert [call for call in shelf.house.calls("bling") if call["http_method"] != "GET"] == []
    assert len(shelf.codes()) == 60


async def test_only_what_was_chosen_goes_over(shelf: Shelf) -> None:
    ids = shelf.there(5)
    run = await shelf.export(chosen=(ids[1], ids[3]))
    assert run.done == 2
    assert shelf.codes() == ["B24-1", "B24-3"]


async def test_what_bling_has_can_be_left_out(shelf: Shelf) -> None:
    shelf.there(3)
    await shelf.export()
    shelf.there(5)
    run = await shelf.export(new_only=True)
    assert run.total == 5


async def test_without_the_option_nothing_is_made(shelf: Shelf) -> None:
    await shelf.house.tick("product.export_create", enabled=False)
    shelf.there(3)
    run = await shelf.export()
    assert (run.state, run.done, run.failed) == (RunState.DONE, 3, 0)
    assert shelf.codes() == []


async def test_a_hand_edit_goes_over_with_an_export(shelf: Shelf) -> None:
    (product,) = shelf.there(1)
    await shelf.export()
    shelf.house.portal.call("catalog.product.update", id=product, fields={"name": "Copo azul"})
    await shelf.export()
    assert [one["nome"] for one in shelf.in_bling()] == ["Copo azul"]


async def test_a_section_goes_over_by_itself(shelf: Shelf) -> None:
    iblock = shelf.house.portal.iblocks()[0]
    made = shelf.house.portal.call("catalog.section.add", fields={"iblockId": iblock, "name": "Copos"})
    section = int(made["section"]["id"])
    shelf.there(2, iblockSectionId=section)
    shelf.house.portal.product(name="Prato", xmlId="PRATO")
    run = await shelf.export(section=section)
    assert (run.state, run.total, run.done) == (RunState.DONE, 2, 2)
    assert shelf.codes() == ["B24-0", "B24-1"]


async def test_what_failed_goes_over_once_it_can(shelf: Shelf) -> None:
    shelf.there(2)
    taken = shelf.house.portal.product(name="x" * 200, xmlId="LONG")
    run = await shelf.export()
    assert (run.done, run.failed) == (3, 1)
    shelf.house.portal.call("catalog.product.update", id=taken["id"], fields={"name": "Short"})
    assert await retry(shelf.house.engine, run) == 1
    await shelf.house.drain()
    assert shelf.codes() == ["B24-0", "B24-1", "LONG"]
    assert (await shelf.look(run.id)).failed == 0


async def test_a_look_ahead_counts_what_would_become_of_everything(shelf: Shelf) -> None:
    shelf.there(3)
    await shelf.export()
    shelf.there(4)
    house = shelf.house
    house.portal.call(
        "catalog.product.sku.add", fields={"iblockId": house.portal.iblocks()[0], "name": "Jogo"}
    )
    house.forget_calls()
    found = await forecast(house.engine, house.tenant_id, Wish())
    assert (found.new, found.linked, found.left_out, found.exact) == (4, 3, 1, True)
    assert [call for call in house.calls("bitrix24") if ".add" in str(call)] == []
    fresh = await forecast(house.engine, house.tenant_id, Wish(new_only=True))
    assert (fresh.new, fresh.linked) == (4, 0)


async def test_products_are_meant_by_id_sku_and_name(shelf: Shelf) -> None:
    ids = shelf.there(2)
    twins = [int(shelf.house.portal.product(name="Prato raso")["id"]) for _ in range(2)]
    house = shelf.house
    words = ["B24-1", "Copo 0", "Prato raso", "Nada"]
    meant = await look_up(house.engine, house.tenant_id, [ids[0], 999_999], words)
    assert {word: sorted(found) for word, found in meant.found.items()} == {
        str(ids[0]): [ids[0]],
        "999999": [],
        "B24-1": [ids[1]],
        "Copo 0": [ids[0]],
        "Prato raso": twins,
        "Nada": [],
    }


def test_a_long_list_is_looked_at_evenly_from_end_to_end() -> None:
    assert starts(0) == starts(50) == []
    assert starts(120) == [50, 100]
    found = starts(100_000)
    assert (len(found), found[-1]) == (19, 99_950)
    assert found == sorted(set(found))


async def test_what_went_out_settles_soon_and_a_pause_is_heard_in_the_middle(shelf: Shelf) -> None:
    shelf.there(40)
    house = shelf.house
    house.fault(provider="bling", method="produtos", delay_ms=1_500, times=30)
    run = await deeds.start(house.engine, house.tenant_id, Task.EXPORT, Kind.PRODUCT, Wish())
    async with shelf.working(run):
        await shelf.until(run, lambda now: now.done >= 10)
        await shelf.turn(run, Deed.PAUSE)
        assert len(shelf.codes()) <= 30
        await shelf.turn(run, Deed.RESUME)
        ended = await shelf.until(run, lambda now: now.state is RunState.DONE)
    assert (ended.done, ended.failed) == (40, 0)
    assert shelf.codes() == sorted(f"B24-{n}" for n in range(40))
