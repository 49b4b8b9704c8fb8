"""Holds in the API: what waits with its changes, deciding once, and from when on changes wait."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from connector.domain.guard_rail import Cause
from tests.support.held import incident
from tests.support.office import Customer, Office


async def held(office: Office, tenant: Customer, *bling_ids: int, **more: Any) -> str:
    return str(await incident(office.database, tenant.tenant_id, tenant.account_id, *bling_ids, **more))


async def decide(office: Office, tenant: Customer, hold_id: str, how: str) -> Any:
    return await office.api(tenant, "POST", f"/holds/{hold_id}/{how}")


async def test_a_hold_is_listed_with_its_changes(office: Office, customer: Customer) -> None:
    hold_id = await held(office, customer, 3, 4, written=(1, 2))
    (shown,) = (await office.api(customer, "GET", "/holds")).json()["items"]
    assert (shown["id"], shown["cause"], shown["side"], shown["run"]) == (
        hold_id,
        "price_zero",
        "bitrix24",
        None,
    )
    assert (shown["state"], shown["records"], shown["decided_at"]) == ("open", 2, None)
    assert [(one["bling_id"], one["state"]) for one in shown["items"]] == [
        ("3", "held"),
        ("4", "held"),
        ("1", "written"),
        ("2", "written"),
    ]
    assert shown["items"][0] == {
        "kind": "product",
        "bling_id": "3",
        "bitrix_id": "1003",
        "label": "Copo 3",
        "sku": "SKU-3",
        "state": "held",
        "changes": [{"field": "price", "before": "59.90", "after": "0"}],
    }


@pytest.mark.parametrize(("how", "state"), [("approve", "approved"), ("discard", "discarded")])
async def test_deciding_makes_exactly_its_events_due(
    office: Office, customer: Customer, how: str, state: str
) -> None:
    other = await held(office, customer, 9, cause=Cause.DEACTIVATED)
    hold_id = await held(office, customer, 1, 2, 3)
    answer = await decide(office, customer, hold_id, how)
    assert (answer.status_code, answer.json()["state"]) == (200, state)
    assert answer.json()["decided_by"].startswith("API ")
    due = await office.rows("inbox", "due_at IS NOT NULL")
    assert {row["bling_id"] for row in due} == {1, 2, 3}
    (still,) = (await office.api(customer, "GET", "/holds?state=open")).json()["items"]
    assert still["id"] == other


async def test_a_decision_stands(office: Office, customer: Customer) -> None:
    hold_id = await held(office, customer, 1)
    await decide(office, customer, hold_id, "approve")
    for how in ("approve", "discard"):
        answer = await decide(office, customer, hold_id, how)
        assert (answer.status_code, answer.json()["code"]) == (409, "decided")
    assert len(await office.rows("audit", "action LIKE 'hold.%'")) == 1


async def test_another_tenants_hold_is_not_there(office: Office, customer: Customer) -> None:
    hold_id = await held(office, customer, 1)
    stranger = await office.customer()
    assert (await decide(office, stranger, hold_id, "approve")).status_code == 404
    assert (await decide(office, stranger, str(uuid4()), "discard")).status_code == 404
    assert (await decide(office, stranger, "7", "discard")).status_code in (404, 422)
    assert (await office.api(stranger, "GET", "/holds")).json()["items"] == []
    assert [row["state"] for row in await office.rows("hold")] == ["open"]


async def test_a_key_that_reads_cannot_decide(office: Office, customer: Customer) -> None:
    hold_id = await held(office, customer, 1)
    async with office.database.system() as conn:
        await conn.execute("UPDATE api_key SET scope = 'read'")
    headers = {"authorization": f"Bearer {customer.api_key}"}
    answer = await office.client.post(f"/api/v1/holds/{hold_id}/approve", headers=headers)
    assert answer.status_code == 403
    assert (await office.client.get("/api/v1/holds", headers=headers)).status_code == 200


async def test_holds_are_paged_the_newest_first(office: Office, customer: Customer) -> None:
    ids = [await held(office, customer, number, run=f"run:{number}") for number in range(1, 6)]
    seen: list[str] = []
    after = ""
    while after is not None:
        page = (await office.api(customer, "GET", f"/holds?limit=2{after and f'&after={after}'}")).json()
        seen += [one["id"] for one in page["items"]]
        after = page["next"]
    assert seen == ids[::-1]


async def test_a_record_that_was_read_along_gets_an_event_of_its_own(
    office: Office, customer: Customer
) -> None:
    hold_id = await held(office, customer, 1, 2)
    async with office.database.system() as conn:
        await conn.execute("DELETE FROM inbox WHERE bling_id = 2")
    await decide(office, customer, hold_id, "approve")
    due = {row["bling_id"]: row["source"] for row in await office.rows("inbox", "due_at IS NOT NULL")}
    assert due == {1: "bling", 2: "replay"}


async def test_the_limits_are_read_and_set(office: Office, customer: Customer) -> None:
    limits = (await office.api(customer, "GET", "/settings/guard")).json()
    assert limits == {
        "price_zero": {"on": True, "records": 3},
        "price_jump": {"on": True, "records": 10, "below": 20, "above": 500},
        "deactivated": {"on": True, "records": 21},
    }
    wanted = {**limits, "price_zero": {"on": False, "records": 5}}
    assert (await office.api(customer, "PUT", "/settings/guard", json=wanted)).json() == wanted
    assert (await office.api(customer, "GET", "/settings/guard")).json() == wanted
    assert [row["action"] for row in await office.rows("audit", "action = 'guard.changed'")] == [
        "guard.changed"
    ]


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"price_zero": {"records": 1}}, "price_zero.records"),
        ({"price_jump": {"below": 0}}, "price_jump.below"),
        ({"price_jump": {"above": "much"}}, "price_jump.above"),
        ({"deactivated": {"on": "yes", "records": 3}}, "deactivated.on"),
        ({"surprise": {}}, "body"),
    ],
)
async def test_limits_that_cannot_be_are_named(
    office: Office, customer: Customer, sent: dict[str, Any], field: str
) -> None:
    answer = await office.api(customer, "PUT", "/settings/guard", json=sent)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == field
    assert await office.rows("preference") == []
