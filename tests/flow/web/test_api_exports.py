"""Exports by the JSON API."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.office import Customer, Office

BAD = [
    {"kind": "order"},
    {"since": "yesterday"},
    {"since": "2999-01-01"},
    {"bitrix_ids": "45"},
    {"bitrix_ids": ["x"]},
    {"bitrix_ids": list(range(2_000))},
    {"new_only": "yes"},
    {"more": 1},
]


async def test_an_export_is_begun_paused_and_cancelled(office: Office, customer: Customer) -> None:
    answer = await office.api(customer, "POST", "/exports", json={"bitrix_ids": ["45"], "new_only": True})
    assert answer.status_code == 202, answer.text
    path = f"/exports/{answer.json()['id']}"
    found = (await office.api(customer, "GET", path)).json()
    assert (found["state"], found["kind"], found["total"]) == ("running", "product", None)
    for deed, state in (("pause", "paused"), ("resume", "running"), ("cancel", "cancelled")):
        assert (await office.api(customer, "POST", f"{path}/{deed}")).json()["state"] == state
    assert (await office.api(customer, "POST", f"{path}/pause")).status_code == 409
    assert (await office.api(customer, "GET", path.replace("exports", "imports"))).status_code == 404
    assert len((await office.api(customer, "GET", "/exports")).json()["items"]) == 1


@pytest.mark.parametrize("body", BAD)
async def test_a_bad_wish_is_422_and_names_the_field(
    office: Office, customer: Customer, body: dict[str, Any]
) -> None:
    answer = await office.api(customer, "POST", "/exports", json=body)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"]


async def test_a_second_one_is_409(office: Office, customer: Customer) -> None:
    assert (await office.api(customer, "POST", "/exports", json={})).status_code == 202
    assert (await office.api(customer, "POST", "/exports", json={})).status_code == 409
