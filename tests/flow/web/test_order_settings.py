"""The choice for deleted orders, through the API."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from tests.support.office import Customer, Office

PATH = "/settings/order"


async def _choices(office: Office) -> list[dict[str, Any]]:
    rows = await office.rows("audit", "action = 'preference.changed'")
    return [msgspec.json.decode(row["detail"]) for row in rows]


@pytest.mark.parametrize("choice", ["lost", "comment", "nothing"])
async def test_each_choice_is_kept_and_answered(office: Office, customer: Customer, choice: str) -> None:
    for chosen in ("lost" if choice == "nothing" else "nothing", choice):
        answer = await office.api(customer, "PUT", PATH, json={"on_deleted": chosen})
        assert (answer.status_code, answer.json()) == (200, {"on_deleted": chosen})
    assert (await office.api(customer, "GET", PATH)).json() == {"on_deleted": choice}


async def test_a_change_is_told_once(office: Office, customer: Customer) -> None:
    for choice in ("nothing", "lost", "lost"):
        await office.api(customer, "PUT", PATH, json={"on_deleted": choice})
    assert await _choices(office) == [{"order.on_deleted": "lost"}]


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, ["on_deleted"]),
        ({"on_deleted": None}, ["on_deleted"]),
        ({"on_deleted": "LOST"}, ["on_deleted"]),
        ({"on_deleted": ["lost"]}, ["on_deleted"]),
        ({"on_deleted": "lost", "x": 1, "y": 2}, ["x", "y"]),
        ({"x": 1, "on_deleted": "x"}, ["on_deleted", "x"]),
    ],
)
async def test_a_bad_choice_is_named_and_changes_nothing(
    office: Office, customer: Customer, body: dict[str, Any], fields: list[str]
) -> None:
    await office.api(customer, "PUT", PATH, json={"on_deleted": "comment"})
    answer = await office.api(customer, "PUT", PATH, json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert sorted(error["field"] for error in answer.json()["errors"]) == fields
    assert (await office.api(customer, "GET", PATH)).json() == {"on_deleted": "comment"}


async def test_a_choice_is_the_tenants_own(office: Office, customer: Customer) -> None:
    other = await office.customer()
    await office.api(other, "PUT", PATH, json={"on_deleted": "lost"})
    assert (await office.api(customer, "GET", PATH)).json() == {"on_deleted": "nothing"}
    assert len(await _choices(office)) == 1


async def test_the_schema_lists_both_calls(office: Office) -> None:
    schema = (await office.client.get("/schema/openapi.json")).json()
    assert set(schema["paths"][f"/api/v1{PATH}"]) == {"get", "put"}
