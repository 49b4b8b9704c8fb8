"""Exports by the JSON API."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest

from connector.domain.events import Outcome, Reason
from connector.store import runs
from connector.store.runs import Settled
from tests.support.office import Customer, Office

BAD = [
    {"kind": "order"},
    {"since": "yesterday"},
    {"since": "2999-01-01"},
    {"bitrix_ids": "45"},
    {"bitrix_ids": ["x"]},
    {"bitrix_ids": list(range(2_000))},
    {"new_only": "yes"},
    {"section": "mugs"},
    {"section": True},
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


async def test_failures_are_listed_and_run_again(office: Office, customer: Customer) -> None:
    answer = await office.api(customer, "POST", "/exports", json={"section": 7})
    path = f"/exports/{answer.json()['id']}"
    async with office.database.system() as conn:
        run = await runs.get(conn, customer.tenant_id, UUID(answer.json()["id"]))
        assert run is not None
        await runs.list_items(conn, run, customer.account_id, {-45: "Copo"})
        failed = (Outcome.FAILED, Reason.REFUSED_BY_BLING, "falta o nome")
        ended = Settled(run.id, customer.account_id, -45, *failed, uuid4())
        await runs.settled(conn, run.tenant_id, [ended], office.parts.clock.now())
    (found,) = (await office.api(customer, "GET", f"{path}/failures")).json()["items"]
    assert (found["bling_id"], found["detail"]) == ("-45", "falta o nome")
    assert (await office.api(customer, "POST", f"{path}/retry")).json() == {"queued": 1}
    (event,) = (await office.api(customer, "GET", "/events")).json()["items"]
    assert event["source"] == "bitrix24"
    assert (
        await office.api(customer, "POST", f"{path.replace('exports', 'imports')}/retry")
    ).status_code == 404


async def test_a_second_one_is_409(office: Office, customer: Customer) -> None:
    assert (await office.api(customer, "POST", "/exports", json={})).status_code == 202
    assert (await office.api(customer, "POST", "/exports", json={})).status_code == 409
