"""Replays and dry runs: the same plan, carried out or shown."""

from __future__ import annotations

from connector.domain.events import Kind, RecordKey
from connector.sync.replay import dry_run, replay
from tests.support.house import House


def record(house: House, bling_id: int) -> RecordKey:
    return RecordKey(Kind.PRODUCT, house.account_id, bling_id)


async def known(house: House, **fields: object) -> int:
    """A product that is in step, then edited by hand in Bitrix24."""
    bling_id = house.in_bling(codigo="K-1", **fields)
    await house.told(bling_id, codigo="K-1")
    await house.drain()
    product = house.product(bling_id)
    house.portal.call("catalog.product.update", id=product["id"], fields={"name": "Editado"})
    house.forget_calls()
    return bling_id


async def test_a_dry_run_shows_the_writes_and_makes_none(open_house: House):
    bling_id = await known(open_house)
    shown = await dry_run(open_house.engine, open_house.tenant_id, record(open_house, bling_id))
    assert [write.values for write in shown.writes] == [{"name": "Copo"}]
    assert open_house.product(bling_id)["name"] == "Editado"
    assert open_house.commands("catalog.product.update") == []


async def test_a_dry_run_shows_the_same_twice(open_house: House):
    bling_id = await known(open_house)
    key = record(open_house, bling_id)
    one = await dry_run(open_house.engine, open_house.tenant_id, key)
    assert await dry_run(open_house.engine, open_house.tenant_id, key) == one


async def test_a_dry_run_of_a_new_record_shows_the_create(open_house: House):
    bling_id = open_house.in_bling(nome="Novo", codigo="N-1", preco=3)
    shown = await dry_run(open_house.engine, open_house.tenant_id, record(open_house, bling_id))
    (write,) = shown.writes
    assert (write.action, write.bitrix_id) == ("create", None)
    assert write.values == {
        "link": str(bling_id),
        "name": "Novo",
        "xmlId": "N-1",
        "price": "3.00",
        "active": "Y",
    }
    assert open_house.products() == []


async def test_a_replay_compares_with_the_present_record(open_house: House):
    bling_id = await known(open_house)
    event = await replay(
        open_house.engine, open_house.tenant_id, record(open_house, bling_id), of=open_house.tenant_id
    )
    await open_house.drain()
    assert open_house.product(bling_id)["name"] == "Copo"
    assert await open_house.outcome(event) == ("updated", None)


async def test_a_replay_of_what_is_equal_changes_nothing(open_house: House):
    bling_id = open_house.in_bling(codigo="K-1")
    await open_house.told(bling_id, codigo="K-1")
    await open_house.drain()
    key = record(open_house, bling_id)
    event = await replay(open_house.engine, open_house.tenant_id, key, of=open_house.tenant_id)
    await open_house.drain()
    assert await open_house.outcome(event) == ("unchanged", None)


async def test_a_toggled_off_event_is_carried_out_when_replayed_after_ticking(house: House):
    bling_id = house.in_bling(codigo="K-1")
    await house.told(bling_id, codigo="K-1")
    await house.drain()
    await house.tick("product.create")
    await replay(house.engine, house.tenant_id, record(house, bling_id), of=house.tenant_id)
    await house.drain()
    assert house.product(bling_id)["name"] == "Copo"


async def test_a_replay_leaves_the_date_that_is_known(open_house: House):
    bling_id = open_house.in_bling(codigo="K-1")
    await open_house.told(bling_id, codigo="K-1", seconds=7)
    await open_house.drain()
    before = (await open_house.link(bling_id))["bling_date"]
    key = record(open_house, bling_id)
    await replay(open_house.engine, open_house.tenant_id, key, of=open_house.tenant_id)
    await open_house.drain()
    assert (await open_house.link(bling_id))["bling_date"] == before
