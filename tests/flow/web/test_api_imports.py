"""Imports and rehearsals by the JSON API: begin, look, pause, resume, cancel, and what does not fit."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from tests.support.office import Customer, Office

BAD = [
    {},
    {"kind": "sale"},
    {"kind": "stock"},
    {"kind": 1},
    {"kind": "product", "since": "yesterday"},
    {"kind": "product", "since": "2999-01-01"},
    {"kind": "product", "since": "2026-01-01T10:00:00"},
    {"kind": "product", "since": 5},
    {"kind": "product", "dry_run": "yes"},
    {"kind": "product", "filter": {"loja": [1]}},
    {"kind": "product", "filter": {"categoria": ["x"]}},
    {"kind": "order", "filter": []},
    {"kind": "product", "more": 1},
]


async def begun(office: Office, customer: Customer, path: str = "/imports", **body: Any) -> str:
    answer = await office.api(customer, "POST", path, json={"kind": "product", **body})
    assert answer.status_code == 202, answer.text
    run_id: str = answer.json()["id"]
    return run_id


async def test_an_import_is_told_from_the_beginning(office: Office, customer: Customer) -> None:
    run_id = await begun(office, customer, since="2026-01-31", filter={"situacao": ["A"]})
    found = (await office.api(customer, "GET", f"/imports/{run_id}")).json()
    assert (found["state"], found["total"], found["done"], found["failed"]) == ("running", None, 0, 0)
    assert found["since"] == "2026-01-31T03:00:00.000Z"
    listed = (await office.api(customer, "GET", "/imports")).json()
    assert [one["id"] for one in listed["items"]] == [run_id]


@pytest.mark.parametrize("body", BAD)
async def test_a_bad_wish_is_422_and_names_the_field(
    office: Office, customer: Customer, body: dict[str, Any]
) -> None:
    answer = await office.api(customer, "POST", "/imports", json=body)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"]
    assert (await office.api(customer, "GET", "/imports")).json()["items"] == []


async def test_a_second_one_is_409_and_names_the_first(office: Office, customer: Customer) -> None:
    run_id = await begun(office, customer)
    answer = await office.api(customer, "POST", "/imports", json={"kind": "product"})
    assert (answer.status_code, answer.json()["code"]) == (409, "under_way")
    assert run_id in answer.json()["detail"]
    assert await begun(office, customer, kind="order")


async def test_deeds_fit_or_are_409(office: Office, customer: Customer) -> None:
    run_id = await begun(office, customer)

    async def turned(deed: str) -> tuple[int, str]:
        answer = await office.api(customer, "POST", f"/imports/{run_id}/{deed}")
        return answer.status_code, answer.json().get("state", answer.json().get("code"))

    assert await turned("resume") == (409, "does_not_fit")
    assert await turned("pause") == (200, "paused")
    assert await turned("pause") == (409, "does_not_fit")
    assert await turned("resume") == (200, "running")
    assert await turned("cancel") == (200, "cancelled")
    assert await turned("resume") == (409, "does_not_fit")
    assert await begun(office, customer)


async def test_a_dry_run_is_a_rehearsal(office: Office, customer: Customer) -> None:
    run_id = await begun(office, customer, dry_run=True)
    for path in ("/imports", "/rehearsals"):
        found = (await office.api(customer, "GET", f"{path}/{run_id}")).json()
        assert (found["state"], found["new"], found["examples"]) == ("running", 0, [])
    assert await begun(office, customer)
    answer = await office.api(customer, "POST", "/rehearsals", json={"kind": "product"})
    assert answer.status_code == 409


async def test_without_a_licence_nothing_begins(office: Office, customer: Customer) -> None:
    async with office.database.system() as conn:
        await conn.execute("UPDATE licence SET state = 'suspended'")
    for path in ("/imports", "/rehearsals"):
        answer = await office.api(customer, "POST", path, json={"kind": "product"})
        assert (answer.status_code, answer.json()["code"]) == (409, "licence")


async def test_anothers_run_is_404(office: Office, customer: Customer) -> None:
    other = await office.customer()
    run_id = await begun(office, customer)
    for one in (run_id, str(uuid4())):
        for method, path in (
            ("GET", f"/imports/{one}"),
            ("GET", f"/rehearsals/{one}"),
            ("POST", f"/imports/{one}/cancel"),
            ("POST", f"/imports/{one}/retry"),
            ("GET", f"/imports/{one}/failures"),
        ):
            assert (await office.api(other, method, path)).status_code == 404
    assert (await office.api(other, "GET", "/imports")).json()["items"] == []
    assert (await office.api(customer, "GET", f"/rehearsals/{run_id}")).status_code == 404


async def test_retrying_checks_what_it_is_sent(office: Office, customer: Customer) -> None:
    run_id = await begun(office, customer)
    assert (await office.api(customer, "POST", f"/imports/{run_id}/retry")).json() == {"queued": 0}
    for body in ({"records": []}, {"records": ["x"]}, {"more": 1}):
        answer = await office.api(customer, "POST", f"/imports/{run_id}/retry", json=body)
        assert answer.status_code == 422
