"""What becomes of a product's events: created, updated, unchanged, stale, superseded, skipped."""

from __future__ import annotations

import pytest

from tests.support.house import House


async def test_a_new_product_is_created_with_the_five_fields(open_house: House):
    event = await open_house.told(action="created", nome="Copo & 100% çã +", preco=4.99)
    await open_house.drain()
    product = open_house.product()
    assert (product["name"], product["xmlId"], product["price"], product["active"]) == (
        "Copo & 100% çã +",
        "SKU-1001",
        4.99,
        "Y",
    )
    assert await open_house.outcome(event) == ("created", None)


async def test_its_link_remembers_it_in_step(open_house: House):
    await open_house.told(action="created")
    await open_house.drain()
    link = await open_house.link()
    assert (link["state"], link["bitrix_id"], link["label"], link["creating_at"]) == (
        "in_step",
        open_house.product()["id"],
        "Copo",
        None,
    )


async def test_nothing_is_read_in_bling_when_the_message_is_enough(open_house: House):
    await open_house.told(action="created")
    await open_house.told(1002, action="created")
    await open_house.drain()
    assert open_house.calls("bling") == []


async def test_an_update_writes_only_what_differs(open_house: House):
    await open_house.told(action="created")
    await open_house.drain()
    open_house.forget_calls()
    await open_house.told(seconds=1, preco=5.49)
    await open_house.drain()
    assert open_house.product()["price"] == 5.49
    assert len(open_house.commands("catalog.price.update")) == 1
    assert open_house.commands("catalog.product.update") == []


async def test_other_price_types_stay_as_they_are(open_house: House):
    await open_house.told(action="created")
    await open_house.drain()
    product_id = open_house.product()["id"]
    other = next(
        row["id"]
        for row in open_house.portal.call("catalog.priceType.list")["priceTypes"]
        if int(row["id"]) != open_house.catalogue.base_price_type
    )
    fields = {"productId": product_id, "catalogGroupId": other, "price": 3, "currency": "BRL"}
    open_house.portal.call("catalog.price.add", fields=fields)
    await open_house.told(seconds=1, preco=9)
    await open_house.drain()
    prices = {row["catalogGroupId"]: row["price"] for row in open_house.dump()["prices"]}
    assert prices == {open_house.catalogue.base_price_type: 9, other: 3}


async def test_an_unchanged_redelivery_calls_nobody(open_house: House):
    await open_house.told(action="created")
    await open_house.drain()
    open_house.forget_calls()
    event = await open_house.told(seconds=5)
    await open_house.drain()
    assert await open_house.outcome(event) == ("unchanged", None)
    assert open_house.calls("bitrix24") == open_house.calls("bling") == []


async def test_a_hundred_updates_that_wait_together_are_one_write(open_house: House):
    await open_house.told(action="created")
    await open_house.drain()
    open_house.forget_calls()
    events = [await open_house.told(seconds=n, preco=n) for n in range(1, 101)]
    await open_house.drain()
    assert open_house.product()["price"] == 100
    assert len(open_house.commands("catalog.price.update")) == 1
    assert open_house.calls("bling") == []
    assert await open_house.outcome(events[-1]) == ("updated", None)
    assert await open_house.outcome(events[0]) == ("updated", "superseded")


async def test_all_events_of_a_record_share_the_sync_and_count_once(open_house: House):
    for n in range(3):
        await open_house.told(seconds=n, preco=n + 1)
    await open_house.drain()
    row = await open_house.row(
        "SELECT count(DISTINCT sync_id) AS syncs, count(*) AS events,"
        " (SELECT synced FROM usage WHERE tenant_id = $1) AS used FROM event WHERE tenant_id = $1"
    )
    assert (row["syncs"], row["events"], row["used"]) == (1, 3, 1)


async def test_events_may_come_in_any_order(open_house: House):
    await open_house.told(seconds=9, action="updated", preco=9)
    late = await open_house.told(seconds=1, action="created", preco=1)
    await open_house.drain()
    assert open_house.product()["price"] == 9
    assert await open_house.outcome(late) == ("created", "superseded")


async def test_older_than_what_was_written_is_stale(open_house: House):
    await open_house.told(seconds=9, preco=9)
    await open_house.drain()
    open_house.forget_calls()
    event = await open_house.told(seconds=1, preco=1)
    await open_house.drain()
    assert await open_house.outcome(event) == ("skipped", "stale")
    assert open_house.product()["price"] == 9


async def test_an_unchanged_event_moves_the_date_that_is_known(open_house: House):
    await open_house.told(seconds=1, preco=5)
    await open_house.drain()
    await open_house.told(seconds=9, preco=5)
    await open_house.drain()
    between = await open_house.told(seconds=5, preco=7)
    await open_house.drain()
    assert await open_house.outcome(between) == ("skipped", "stale")
    assert open_house.product()["price"] == 5


async def test_two_payloads_of_one_second_are_settled_by_reading(open_house: House):
    bling_id = open_house.in_bling(nome="Lido", codigo="L-1", preco=12.34)
    await open_house.told(bling_id, seconds=1, preco=1)
    await open_house.told(bling_id, seconds=1, preco=2)
    await open_house.drain()
    assert open_house.product(bling_id)["price"] == 12.34
    assert len(open_house.calls("bling")) == 1


async def test_dates_of_both_forms_are_settled_by_reading(open_house: House):
    bling_id = open_house.in_bling(nome="Lido", codigo="L-1", preco=12.34)
    await open_house.told(bling_id, seconds=1)
    await open_house.drain()
    await open_house.told(bling_id, seconds=5, bare=True, preco=99)
    await open_house.drain()
    assert open_house.product(bling_id)["price"] == 12.34


async def test_many_doubtful_records_are_read_by_one_list(open_house: House):
    ids = [open_house.in_bling(nome=f"P{n}", codigo=f"L-{n}", preco=n + 1) for n in range(3)]
    for bling_id in ids:
        await open_house.told(bling_id, preco=1)
        await open_house.told(bling_id, preco=2)
    await open_house.drain()
    answered = [call for call in open_house.calls("bling") if call["status"] == 200]
    assert len(answered) == 1
    assert sorted(row["price"] for row in open_house.products()) == [1, 2, 3]


async def test_a_delivery_that_history_knows_goes_without_a_row(open_house: House):
    await open_house.told(provider_event_id="same")
    await open_house.drain()
    await open_house.told(provider_event_id="same", seconds=5, preco=77)
    await open_house.drain()
    row = await open_house.row("SELECT count(*) AS n FROM event WHERE tenant_id = $1")
    assert row["n"] == 1
    assert open_house.product()["price"] == 4.99


@pytest.mark.parametrize(
    ("ticked", "expected"),
    [((), "create_off"), (("product.update",), "create_off"), (("product.create",), None)],
)
async def test_creating_needs_its_tick(house: House, ticked: tuple[str, ...], expected: str | None):
    await house.tick(*ticked)
    event = await house.told(action="updated")
    await house.drain()
    outcome = ("created", None) if expected is None else ("skipped", expected)
    assert await house.outcome(event) == outcome


async def test_with_nothing_ticked_nobody_is_called(house: House):
    await house.told()
    await house.drain()
    assert house.calls("bling") == house.calls("bitrix24") == []


async def test_updating_needs_its_tick(house: House):
    await house.tick("product.create")
    await house.told()
    await house.drain()
    event = await house.told(seconds=1, preco=9)
    await house.drain()
    assert await house.outcome(event) == ("skipped", "toggle_off")
    assert house.product()["price"] == 4.99


async def test_an_empty_sku_is_left_to_bitrix24(open_house: House):
    await open_house.told(codigo="")
    await open_house.drain()
    product = open_house.product()
    assert product["xmlId"] == str(product["id"])


async def test_a_value_that_cannot_be_mapped_fails_with_its_name(open_house: House):
    event = await open_house.told(situacao="X")
    other = await open_house.told(1002)
    await open_house.drain()
    assert await open_house.outcome(event) == ("failed", "invalid_value")
    assert await open_house.outcome(other) == ("created", None)
    assert "situacao" in (await open_house.link())["detail"]


async def test_what_bitrix24_would_take_for_a_reference_arrives_as_it_is(open_house: House):
    name = "Kit $result[c0][element][id] de copos"
    await open_house.told(nome=name)
    await open_house.told(1002)
    await open_house.drain()
    assert open_house.product()["name"] == name


async def test_orders_are_received_and_wait_for_their_own_kind(open_house: House):
    event = await open_house.told(kind="order")
    await open_house.drain()
    assert await open_house.outcome(event) == ("skipped", "create_off")


async def test_the_history_of_a_record_names_its_reads_and_its_writes(open_house: House):
    bling_id = open_house.in_bling(nome="Lido", codigo="L-1", preco=12.34)
    await open_house.told(bling_id, seconds=1, preco=1)
    await open_house.told(bling_id, seconds=1, preco=2)
    await open_house.drain()
    row = await open_house.row(
        "SELECT array_agg(DISTINCT c.provider ORDER BY c.provider) AS providers"
        " FROM sync s JOIN api_call c ON c.id = ANY(s.calls) WHERE s.tenant_id = $1"
    )
    assert row["providers"] == ["bitrix24", "bling"]
