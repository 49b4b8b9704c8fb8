"""What a drain makes of everything that goes wrong: nothing is lost, nothing is doubled."""

from __future__ import annotations

import asyncio
import dataclasses
from datetime import UTC, datetime, timedelta

import pytest

from connector.domain.events import Kind, RecordKey
from connector.domain.retries import ATTEMPTS
from connector.store import lease as lease_rows
from connector.store import links as link_rows
from connector.sync import ends
from connector.sync.products import decide
from connector.sync.work import Work
from tests.support.house import House


async def waiting(house: House) -> tuple[int, datetime]:
    """Attempts and due time of the one event in the inbox."""
    row = await house.row("SELECT attempts, due_at FROM inbox WHERE tenant_id = $1")
    return row["attempts"], row["due_at"]


async def test_a_crash_between_the_answer_and_the_commit_makes_no_double(
    open_house: House, monkeypatch: pytest.MonkeyPatch
):
    real = ends.settle

    async def dies(*_: object) -> None:
        raise asyncio.CancelledError

    monkeypatch.setattr(ends, "settle", dies)
    event = await open_house.told(action="created")
    with pytest.raises(asyncio.CancelledError):
        await open_house.drain()
    monkeypatch.setattr(ends, "settle", real)
    assert (await open_house.link())["creating_at"] is not None
    await open_house.lease_ends()
    await open_house.drain()
    assert len(open_house.products()) == 1
    assert await open_house.outcome(event) in [("unchanged", None), ("updated", None)]
    assert open_house.product()["price"] == 4.99


async def test_a_create_in_doubt_is_not_repeated_before_it_has_settled(open_house: House):
    patient = dataclasses.replace(open_house.engine, create_settles=timedelta(seconds=60))
    open_house.engine = patient
    event = await open_house.told(action="created")
    async with open_house.database.tenant(open_house.tenant_id) as conn:
        fence = await lease_rows.take(conn, open_house.tenant_id, "killed", 30)
        labels = {RecordKey(Kind.PRODUCT, open_house.account_id, 1001): "Copo"}
        await link_rows.mark_creating(conn, open_house.tenant_id, fence, labels, datetime.now(UTC))
        await lease_rows.hand_on(conn, open_house.tenant_id, fence)
    await open_house.drain()
    assert open_house.calls("bitrix24") == []
    assert await open_house.outcome(event) == (None, None)
    _, due_at = await waiting(open_house)
    assert due_at > datetime.now(UTC) + timedelta(seconds=30)


async def test_a_mistake_with_one_record_stops_no_other(open_house: House, monkeypatch: pytest.MonkeyPatch):
    real = decide.weigh

    def stumbles(work: Work, context: object) -> None:
        if work.key.bling_id == 1003:
            raise ZeroDivisionError
        real(work, context)

    monkeypatch.setattr(decide, "weigh", stumbles)
    events = [await open_house.told(bling_id) for bling_id in range(1001, 1006)]
    await open_house.drain()
    assert [(await open_house.outcome(event))[0] for event in events] == [
        "created",
        "created",
        None,
        "created",
        "created",
    ]
    assert (await waiting(open_house))[0] == 1


async def test_an_answer_that_was_lost_makes_no_double(open_house: House):
    for bling_id in range(1001, 1021):
        await open_house.told(bling_id, action="created")
    open_house.fault(provider="bitrix24", method="batch", drop=True, times=3)
    for _ in range(6):
        await open_house.drain()
        await open_house.due_now()
    links = sorted(row["link"] for row in open_house.products())
    assert links == [str(bling_id) for bling_id in range(1001, 1021)]
    assert all(row["price"] == 4.99 for row in open_house.products())


async def test_two_records_with_one_link_are_made_one(open_house: House):
    iblock, number = open_house.catalogue.product_iblock_id, open_house.catalogue.product_link_property
    for _ in range(2):
        open_house.portal.product(iblockId=iblock, **{f"property{number}": "1001"})
    await open_house.told()
    await open_house.drain()
    older, younger = sorted(open_house.dump()["products"], key=lambda row: row["id"])
    assert open_house.product()["id"] == older["id"]
    assert (younger["active"], younger[f"property{number}"]) == ("N", None)


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 500, "error": "INTERNAL_SERVER_ERROR"},
        {"status": 502, "error": "html"},
        {"drop": True},
    ],
    ids=["500", "html", "drop"],
)
async def test_a_portal_that_stumbles_is_asked_again(open_house: House, fault: dict[str, object]):
    event = await open_house.told()
    open_house.fault(provider="bitrix24", method="batch", **fault)
    await open_house.drain()
    attempts, due_at = await waiting(open_house)
    assert attempts == 1
    assert due_at > datetime.now(UTC)
    await open_house.due_now()
    await open_house.drain()
    assert await open_house.outcome(event) == ("created", None)


async def test_a_full_bucket_is_waited_for(open_house: House):
    event = await open_house.told()
    open_house.fault(provider="bitrix24", method="batch", status=503, error="QUERY_LIMIT_EXCEEDED", times=2)
    await open_house.drain()
    assert await open_house.outcome(event) == ("created", None)


async def test_used_up_operating_time_postpones_without_counting(open_house: House):
    await open_house.told()
    open_house.fault(provider="bitrix24", method="batch", status=429, error="OPERATION_TIME_LIMIT", times=1)
    await open_house.drain()
    attempts, due_at = await waiting(open_house)
    assert attempts == 0
    assert due_at > datetime.now(UTC)


async def test_a_day_without_quota_at_bling_holds_back_the_reads_alone(open_house: House):
    doubtful, plain = 1001, 1002
    await open_house.told(doubtful, preco=1)
    await open_house.told(doubtful, preco=2)
    event = await open_house.told(plain)
    open_house.fault(provider="bling", method="produtos", status=429, error="day")
    await open_house.drain()
    assert await open_house.outcome(event) == ("created", None)
    row = await open_house.row(
        "SELECT max(attempts) AS tried, min(due_at) AS due FROM inbox WHERE tenant_id = $1"
    )
    assert row["tried"] == 0
    assert row["due"].astimezone(UTC) > datetime.now(UTC)


async def test_a_record_that_bling_does_not_know_any_more_is_gone(open_house: House):
    await open_house.told(1001)
    await open_house.drain()
    await open_house.told(1001, seconds=1, preco=1)
    await open_house.told(1001, seconds=1, preco=2)
    await open_house.drain()
    assert open_house.product()["active"] == "N"
    link = await open_house.link()
    assert (link["state"], link["reason"]) == ("deleted", "gone_in_bling")


async def test_it_gives_up_after_twelve_attempts(open_house: House):
    event = await open_house.told()
    async with open_house.database.system() as conn:
        await conn.execute(
            "UPDATE inbox SET attempts = $2 WHERE tenant_id = $1", open_house.tenant_id, ATTEMPTS - 1
        )
    open_house.fault(provider="bitrix24", method="batch", status=500, error="INTERNAL_SERVER_ERROR")
    await open_house.drain()
    assert await open_house.outcome(event) == ("dead", "gave_up")
    assert (await open_house.link())["state"] == "needs_you"


async def test_a_refusal_fails_its_record_alone_and_says_why(open_house: House):
    iblock = open_house.catalogue.product_iblock_id
    made = {"iblockId": iblock, "name": "Cor", "code": "COR", "propertyType": "S", "isRequired": "Y"}
    open_house.portal.call("catalog.productProperty.add", fields=made)
    event = await open_house.told()
    await open_house.drain()
    assert await open_house.outcome(event) == ("failed", "refused_by_bitrix24")
    assert "Cor" in (await open_house.link())["detail"]


async def test_a_lapsed_licence_holds(open_house: House):
    await open_house.licence("suspended")
    event = await open_house.told()
    await open_house.drain()
    assert await open_house.outcome(event) == ("held", "licence")
    assert open_house.calls("bitrix24") == []


async def test_a_trial_that_is_over_holds(open_house: House):
    await open_house.licence("trial", datetime.now(UTC) - timedelta(seconds=1))
    event = await open_house.told()
    await open_house.drain()
    assert await open_house.outcome(event) == ("held", "licence")


async def test_a_broken_portal_holds_and_is_told_once(open_house: House):
    open_house.connections.bitrix24.next = ["still-refused"]
    open_house.connections.bitrix24.current = "refused"
    events = [await open_house.told(bling_id) for bling_id in (1001, 1002)]
    await open_house.drain()
    assert [await open_house.outcome(event) for event in events] == [("held", "needs_reconnect")] * 2
    assert len(open_house.connections.breaks) == 1


async def test_a_suspended_company_holds_its_reads(open_house: House):
    await open_house.told(seconds=1, preco=1)
    event = await open_house.told(seconds=1, preco=2)
    open_house.fault(provider="bling", method="produtos", status=401, error="UNAUTHORIZED_ERROR", times=3)
    await open_house.drain()
    assert (await open_house.outcome(event))[0] == "held"
    assert len(open_house.connections.breaks) == 1


async def test_a_paused_tenant_holds(open_house: House):
    async with open_house.database.system() as conn:
        await conn.execute("UPDATE tenant SET paused_at = now() WHERE tenant_id = $1", open_house.tenant_id)
    event = await open_house.told()
    await open_house.drain()
    assert await open_house.outcome(event) == ("held", "paused")


async def test_a_record_deleted_in_bitrix24_is_not_made_again(open_house: House):
    await open_house.told()
    await open_house.drain()
    open_house.portal.call("catalog.product.delete", id=open_house.product()["id"])
    event = await open_house.told(seconds=1, preco=9)
    await open_house.drain()
    again = await open_house.told(seconds=2, preco=10)
    await open_house.drain()
    assert await open_house.outcome(event) == ("skipped", "deleted_in_bitrix24")
    assert await open_house.outcome(again) == ("skipped", "deleted_in_bitrix24")
    assert open_house.products() == []


async def test_it_is_made_again_if_the_tenant_wishes(open_house: House):
    await open_house.told()
    await open_house.drain()
    open_house.portal.call("catalog.product.delete", id=open_house.product()["id"])
    await open_house.told(seconds=1, preco=9)
    await open_house.drain()
    await open_house.prefer("product.recreate", True)
    await open_house.told(seconds=2, preco=10)
    await open_house.drain()
    assert open_house.product()["price"] == 10


async def test_a_price_that_somebody_deleted_is_made_again(open_house: House):
    await open_house.told()
    await open_house.drain()
    link = await open_house.link()
    open_house.portal.call("catalog.price.delete", id=link["price_id"])
    event = await open_house.told(seconds=1, preco=9)
    await open_house.drain()
    assert open_house.product()["price"] == 9
    assert await open_house.outcome(event) == ("updated", None)


async def test_a_record_written_in_a_loop_is_held(open_house: House):
    await open_house.told()
    await open_house.drain()
    async with open_house.database.system() as conn:
        await conn.execute(
            "UPDATE link SET writes = 30, writes_since = now() WHERE tenant_id = $1", open_house.tenant_id
        )
    event = await open_house.told(seconds=1, preco=9)
    await open_house.drain()
    assert await open_house.outcome(event) == ("held", "loop")


async def test_an_old_drain_cannot_settle(open_house: House, monkeypatch: pytest.MonkeyPatch):
    real = ends.settle

    async def overtaken(conn: object, tenant_id: object, fence: int, *rest: object) -> None:
        async with open_house.database.system() as other:
            await other.execute(
                "UPDATE lease SET fence = fence + 1 WHERE tenant_id = $1", open_house.tenant_id
            )
        await real(conn, tenant_id, fence, *rest)

    monkeypatch.setattr(ends, "settle", overtaken)
    event = await open_house.told()
    await open_house.drain()
    assert await open_house.outcome(event) == (None, None)
    monkeypatch.setattr(ends, "settle", real)
    await open_house.lease_ends()
    await open_house.drain()
    assert len(open_house.products()) == 1


async def test_a_second_drain_leaves_a_wish_and_the_first_hands_on(open_house: House):
    async with open_house.database.tenant(open_house.tenant_id) as conn:
        fence = await lease_rows.take(conn, open_house.tenant_id, "first", 30)
    event = await open_house.told()
    await open_house.drain()
    assert await open_house.outcome(event) == (None, None)
    async with open_house.database.tenant(open_house.tenant_id) as conn:
        assert not await lease_rows.give_up(conn, open_house.tenant_id, fence, datetime.now(UTC))
