"""What happens when a cause is mended: exactly its records run again, each once, and as they are now."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from connector.domain.events import Kind, Reason, RecordKey
from connector.store import inbox, links
from connector.store.links import Link
from connector.sync import remedying
from connector.sync.candidates import candidates
from connector.sync.remedying import NotNow, Ran
from tests.flow.sync.test_adoption_and_families import by_hand
from tests.support.house import House


async def link_of(house: House, bling_id: int = 1001) -> Link:
    key = RecordKey(Kind.PRODUCT, house.account_id, bling_id)
    async with house.database.tenant(house.tenant_id) as conn:
        (found,) = (await links.load(conn, house.tenant_id, [key])).values()
    return found


async def reasons(house: House) -> dict[Reason, int]:
    async with house.database.tenant(house.tenant_id) as conn:
        return {one.reason: one.n for one in await links.reasons(conn, house.tenant_id)}


async def waiting(house: House) -> list[tuple[int, str]]:
    """The records that will be worked on, and who asked."""
    async with house.database.system() as conn:
        rows = await conn.fetch(
            "SELECT bling_id, source FROM inbox"
            " WHERE tenant_id = $1 AND due_at IS NOT NULL ORDER BY bling_id",
            house.tenant_id,
        )
    return [(row["bling_id"], row["source"]) for row in rows]


async def run(house: House, reason: Reason, kind: Kind | None = None) -> Ran:
    return await remedying.run_again(house.engine, house.tenant_id, reason, kind)


# Records that ended


async def test_what_a_toggle_left_out_comes_once_it_is_ticked(house: House):
    ids = [house.in_bling(codigo=f"S-{number}") for number in range(3)]
    for bling_id in ids:
        await house.told(bling_id)
        await house.told(bling_id, seconds=1)
    await house.drain()
    assert await reasons(house) == {Reason.CREATE_OFF: 3}
    await house.tick("product.create")
    assert await run(house, Reason.CREATE_OFF) == Ran(3)
    await house.drain()
    assert len(house.products()) == 3
    assert await reasons(house) == {}


async def test_only_the_reason_that_was_asked_for_runs(house: House):
    await house.map(Kind.PRODUCT, tipo=["S"])
    await house.tick("product.create")
    await house.told(1)
    await house.drain()
    await house.tick("product.create", enabled=False)
    await house.map(Kind.PRODUCT)
    await house.told(2)
    await house.drain()
    assert await reasons(house) == {Reason.FILTERED: 1, Reason.CREATE_OFF: 1}
    assert await run(house, Reason.FILTERED) == Ran(1)
    assert await waiting(house) == [(1, "replay")]


async def test_a_kind_alone(house: House):
    await house.told(1)
    await house.told(2, kind=Kind.ORDER)
    await house.drain()
    assert await run(house, Reason.CREATE_OFF, Kind.PRODUCT) == Ran(1)
    assert await waiting(house) == [(1, "replay")]


async def test_a_record_that_waits_anyway_is_not_queued_twice(house: House):
    await house.told(1)
    await house.drain()
    assert await run(house, Reason.CREATE_OFF) == Ran(1)
    assert await run(house, Reason.CREATE_OFF) == Ran(0)


async def test_many_go_in_batches(house: House, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(remedying, "CHUNK", 2)
    for number in range(1, 6):
        await house.told(number)
    await house.drain()
    assert await run(house, Reason.CREATE_OFF) == Ran(5)
    assert [bling_id for bling_id, _ in await waiting(house)] == [1, 2, 3, 4, 5]


async def test_a_request_is_bounded_and_says_that_there_is_more(
    house: House, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(remedying, "CHUNK", 2)
    monkeypatch.setattr(remedying, "MOST", 4)
    for number in range(1, 7):
        await house.told(number)
    await house.drain()
    assert await run(house, Reason.CREATE_OFF) == Ran(4, more=True)


# Records that wait


async def test_held_events_are_released_and_settle_themselves(open_house: House):
    await open_house.told(1001, codigo="X")
    await open_house.drain()
    event = await open_house.told(1002, codigo="X")
    await open_house.drain()
    assert await open_house.outcome(event) == ("held", "ambiguous")
    await open_house.prefer("product.adopt_by_sku", False)
    assert await run(open_house, Reason.AMBIGUOUS) == Ran(1)
    await open_house.drain()
    assert await open_house.outcome(event) == ("created", None)


async def test_what_needs_a_decision_of_its_own_is_not_released_in_a_heap(open_house: House):
    with pytest.raises(NotNow, match="decision"):
        await run(open_house, Reason.GUARD_RAIL)


# Ambiguous records


async def ambiguous(house: House, *others: str) -> tuple[Link, list[int]]:
    """A product whose SKU several have in Bitrix24."""
    made = [by_hand(house, name=name, xmlId="X") for name in others or ("Um", "Outro")]
    bling_id = house.in_bling(codigo="X")
    event = await house.told(bling_id, codigo="X")
    await house.drain()
    assert await house.outcome(event) == ("held", "ambiguous")
    return await link_of(house, bling_id), made


async def ended(house: House, event: UUID) -> tuple[str | None, str | None]:
    await house.drain()
    return await house.outcome(event)


async def test_the_candidates_are_those_with_the_same_sku(open_house: House):
    link, made = await ambiguous(open_house)
    found = await candidates(open_house.engine, open_house.tenant_id, link)
    assert [(one.bitrix_id, one.name, one.is_free_for(link)) for one in found] == [
        (made[0], "Um", True),
        (made[1], "Outro", True),
    ]


async def test_a_candidate_that_has_a_pair_is_shown_and_not_free(open_house: House):
    await open_house.told(1001, codigo="X")
    await open_house.drain()
    await open_house.told(1002, codigo="X")
    await open_house.drain()
    link = await link_of(open_house, 1002)
    (one,) = await candidates(open_house.engine, open_house.tenant_id, link)
    assert (one.link, one.is_free_for(link)) == ("1001", False)
    assert one.taken_by is not None
    assert one.taken_by.record.bling_id == 1001


async def test_the_chosen_product_is_taken_over(open_house: House):
    link, made = await ambiguous(open_house)
    event = await remedying.adopt(open_house.engine, open_house.tenant_id, link, made[1])
    assert await ended(open_house, event) == ("updated", None)
    bling_id = link.record.bling_id
    assert open_house.product(bling_id)["id"] == made[1]
    after = await link_of(open_house, bling_id)
    assert (after.bitrix_id, after.state, after.choice) == (made[1], "in_step", None)
    assert await waiting(open_house) == []


async def test_a_message_that_comes_first_follows_the_choice_too(open_house: House):
    link, made = await ambiguous(open_house)
    async with open_house.database.system() as conn:
        await links.choose(conn, open_house.tenant_id, link.record, links.Choice.ADOPT, made[1])
    event = await open_house.told(link.record.bling_id, codigo="X", seconds=5)
    assert await ended(open_house, event) == ("updated", None)
    assert open_house.product(link.record.bling_id)["id"] == made[1]


async def test_a_new_product_is_made_beside_the_others(open_house: House):
    link, made = await ambiguous(open_house)
    event = await remedying.adopt(open_house.engine, open_house.tenant_id, link, None)
    assert await ended(open_house, event) == ("created", None)
    assert open_house.product(link.record.bling_id)["id"] not in made
    assert len(open_house.products()) == 3


async def test_a_chosen_product_that_went_meanwhile_asks_again(open_house: House):
    link, _made = await ambiguous(open_house)
    await remedying.adopt(open_house.engine, open_house.tenant_id, link, 987654)
    await open_house.drain()
    after = await link_of(open_house, link.record.bling_id)
    assert (after.state, after.reason, after.bitrix_id) == ("needs_you", "ambiguous", None)
    assert "987654" in (after.detail or "")


async def test_nobody_elses_pair_is_taken_over(open_house: House):
    await open_house.told(1001, codigo="X")
    await open_house.drain()
    theirs = (await link_of(open_house)).bitrix_id
    await open_house.told(1002, codigo="X")
    await open_house.drain()
    with pytest.raises(NotNow, match="pair"):
        await remedying.adopt(
            open_house.engine, open_house.tenant_id, await link_of(open_house, 1002), theirs
        )


async def test_one_product_is_chosen_once(open_house: House):
    link, made = await ambiguous(open_house)
    await open_house.told(7, codigo="X")
    await open_house.drain()
    await remedying.adopt(open_house.engine, open_house.tenant_id, link, made[0])
    with pytest.raises(NotNow, match="chosen"):
        await remedying.adopt(open_house.engine, open_house.tenant_id, await link_of(open_house, 7), made[0])


async def test_a_record_in_step_has_nothing_to_choose(open_house: House):
    await open_house.told()
    await open_house.drain()
    with pytest.raises(NotNow, match="choice"):
        await remedying.adopt(open_house.engine, open_house.tenant_id, await link_of(open_house), None)


# Records that were deleted in Bitrix24


async def deleted(house: House) -> Link:
    bling_id = house.in_bling(codigo="X")
    await house.told(bling_id, codigo="X")
    await house.drain()
    link = await link_of(house, bling_id)
    house.portal.call("catalog.product.delete", id=link.bitrix_id)
    event = await house.told(bling_id, codigo="X", preco=9, seconds=3)
    await house.drain()
    assert await house.outcome(event) == ("skipped", "deleted_in_bitrix24")
    return await link_of(house, bling_id)


async def test_a_deleted_record_is_made_again_when_somebody_says_so(open_house: House):
    link = await deleted(open_house)
    event = await remedying.again(open_house.engine, open_house.tenant_id, link)
    assert await ended(open_house, event) == ("created", None)
    after = await link_of(open_house, link.record.bling_id)
    assert (after.state, after.gone_at, after.choice) == ("in_step", None, None)
    assert after.bitrix_id != link.bitrix_id


async def test_deleted_records_are_made_again_together(open_house: House):
    link = await deleted(open_house)
    assert await run(open_house, Reason.DELETED_IN_BITRIX24) == Ran(1)
    await open_house.drain()
    assert (await link_of(open_house, link.record.bling_id)).state == "in_step"


# Every night


def refusing(house: House) -> int:
    """From now on the portal refuses every product; gives the property that is required there."""
    made = {"iblockId": house.catalogue.product_iblock_id, "name": "Cor", "code": "COR", "isRequired": "Y"}
    found = house.portal.call("catalog.productProperty.add", fields={**made, "propertyType": "S"})
    property_id: int = found["productProperty"]["id"]
    return property_id


async def test_what_failed_is_tried_once_more(open_house: House):
    bling_id = open_house.in_bling(codigo="X")
    rule = refusing(open_house)
    await open_house.told(bling_id, codigo="X")
    await open_house.drain()
    assert await reasons(open_house) == {Reason.REFUSED_BY_BITRIX24: 1}
    open_house.portal.call("catalog.productProperty.delete", id=rule)
    assert await remedying.retry_failed(open_house.engine, open_house.tenant_id) == Ran(1)
    await open_house.drain()
    assert (await link_of(open_house, bling_id)).state == "in_step"


async def test_what_was_left_out_stays_out_at_night(house: House):
    await house.told(1)
    await house.drain()
    assert await remedying.retry_failed(house.engine, house.tenant_id) == Ran(0)


async def test_without_a_licence_a_night_is_quiet(open_house: House):
    refusing(open_house)
    await open_house.told(1)
    await open_house.drain()
    assert await reasons(open_house) == {Reason.REFUSED_BY_BITRIX24: 1}
    await open_house.licence("suspended")
    assert await remedying.retry_failed(open_house.engine, open_house.tenant_id) == Ran(0)


# States on the way


async def test_a_record_that_will_be_tried_again_is_not_in_step(open_house: House):
    await open_house.told(1001)
    await open_house.drain()
    open_house.fault(provider="bitrix24", status=503, error="OVERLOAD_LIMIT", times=10)
    await open_house.told(1001, preco=9, seconds=1)
    await open_house.drain()
    waits = await link_of(open_house)
    assert (waits.state, waits.reason) == ("waiting", None)
    assert waits.bitrix_id is not None
    open_house.sandbox.control("faults", method="DELETE")
    await open_house.due_now()
    await open_house.drain()
    assert (await link_of(open_house)).state == "in_step"


async def test_a_mistake_of_ours_does_not_forget_the_pair(open_house: House, monkeypatch: pytest.MonkeyPatch):
    await open_house.told(1001)
    await open_house.drain()
    known = (await link_of(open_house)).bitrix_id

    def stumble(*_: object) -> None:
        raise RuntimeError("a mistake")

    monkeypatch.setattr("connector.sync.products.line.decide", stumble)
    event = await open_house.told(1001, preco=9, seconds=1)
    for _ in range(13):
        await open_house.drain()
        await open_house.due_now()
    assert await open_house.outcome(event) == ("dead", "gave_up")
    assert (await link_of(open_house)).bitrix_id == known


async def test_one_records_events_are_released_alone(open_house: House):
    link, _made = await ambiguous(open_house)
    now = open_house.engine.clock() - timedelta(seconds=1)
    async with open_house.database.tenant(open_house.tenant_id) as conn:
        strange = RecordKey(Kind.PRODUCT, open_house.account_id, 5)
        assert await inbox.release_record(conn, open_house.tenant_id, strange, now) == 0
        assert await inbox.release_record(conn, open_house.tenant_id, link.record, now) == 1
