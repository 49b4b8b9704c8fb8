"""Reconciliations by the JSON API: begin, look, repair all or what is chosen, and what does not fit."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest

from connector.domain.drift import FieldDrift, What, Why
from connector.domain.events import Kind
from connector.domain.runs import RunState
from connector.store import runs
from connector.store.runs import Finding
from tests.support.office import Customer, Office

BAD = [
    {},
    {"kind": "contact"},
    {"kind": "sale"},
    {"kind": 1},
    {"kind": []},
    {"kind": "product", "repair": "yes"},
    {"kind": "product", "more": 1},
]
FIELDS = [
    FieldDrift(field="price", bling="10.00", bitrix24="12.00", why=Why.EDITED_IN_BITRIX24, rule="preco"),
]


async def begun(office: Office, customer: Customer, kind: str = "product") -> str:
    answer = await office.api(customer, "POST", "/reconciliations", json={"kind": kind})
    assert answer.status_code == 202, answer.text
    run_id: str = answer.json()["id"]
    return run_id


async def ended(office: Office, customer: Customer) -> str:
    """One that found two differences, and a stray record that nothing can be done about."""
    run_id = await begun(office, customer)
    found = [
        Finding(
            n=n,
            kind=Kind.PRODUCT,
            account_id=customer.account_id,
            bling_id=n,
            bitrix_id=40 + n,
            what=What.DIFFERS,
            label=f"Copo {n}",
            detail=Why.EDITED_IN_BITRIX24,
            fields=msgspec.Raw(msgspec.json.encode(FIELDS)),
        )
        for n in (1, 2)
    ]
    stray = Finding(n=3, kind=Kind.PRODUCT, bitrix_id=99, what=What.ORPHAN, label="?", detail=Why.BAD_MARK)
    now = office.parts.clock.now()
    async with office.database.system() as conn:
        held = await runs.take(conn, customer.tenant_id, UUID(run_id), "test")
        assert held is not None
        await runs.add_findings(conn, held, [*found, stray])
        counts = msgspec.Raw(b'{"compared":10,"differing":3,"findings":3}')
        kept = await runs.advance(conn, msgspec.structs.replace(held, counts=counts), now)
        await runs.end(conn, kept, RunState.DONE, None, now)
    return run_id


async def events_of(office: Office, customer: Customer) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await office.api(customer, "GET", "/events")).json()["items"]
    return items


async def test_one_is_told_from_the_beginning(office: Office, customer: Customer) -> None:
    run_id = await begun(office, customer)
    found = (await office.api(customer, "GET", f"/reconciliations/{run_id}")).json()
    assert (found["state"], found["drift_score"], found["differences"]) == ("running", None, [])
    listed = (await office.api(customer, "GET", "/reconciliations")).json()
    assert [one["id"] for one in listed["items"]] == [run_id]


async def test_differences_have_the_contracts_shape(office: Office, customer: Customer) -> None:
    run_id = await ended(office, customer)
    found = (await office.api(customer, "GET", f"/reconciliations/{run_id}")).json()
    assert (found["state"], found["drift_score"]) == ("done", pytest.approx(0.3))
    assert {name: n for name, n in found["counts"].items() if n} == {"differs": 2, "orphan": 1}
    first, _, stray = found["differences"]
    assert first.items() >= {"kind": "product", "bling_id": "1", "bitrix_id": "41", "what": "differs"}.items()
    (field,) = first["fields"]
    assert field.items() >= {"field": "price", "bling": "10.00", "bitrix24": "12.00"}.items()
    assert (stray["bling_id"], stray["bitrix_id"], stray["fields"]) == (None, "99", [])


async def test_pages_and_sorts_of_differences(office: Office, customer: Customer) -> None:
    path = f"/reconciliations/{await ended(office, customer)}"

    async def numbers(query: str) -> tuple[list[str], int | None]:
        told = (await office.api(customer, "GET", path + query)).json()
        return [one["bitrix_id"] for one in told["differences"]], told["next"]

    assert await numbers("?limit=2") == (["41", "42"], 2)
    assert await numbers("?limit=2&after=2") == (["99"], None)
    assert await numbers("?what=orphan") == (["99"], None)
    assert (await office.api(customer, "GET", f"{path}?what=strange")).status_code == 422


async def test_only_what_is_chosen_is_repaired_then_the_rest(office: Office, customer: Customer) -> None:
    path = f"/reconciliations/{await ended(office, customer)}/repair"
    answer = await office.api(customer, "POST", path, json={"records": ["2"]})
    assert (answer.status_code, answer.json()) == (202, {"queued": 1})
    told = [(one["source"], one["record"]["bling_id"]) for one in await events_of(office, customer)]
    assert told == [("reconcile", "2")]
    assert (await office.api(customer, "POST", path)).json() == {"queued": 1}
    assert (await office.api(customer, "POST", path)).json() == {"queued": 0}
    shown = (await office.api(customer, "GET", path.removesuffix("/repair"))).json()
    assert [one["repair"] for one in shown["differences"]][:2] == ["queued", "queued"]
    assert shown["repair"]["queued"] == 2


@pytest.mark.parametrize("records", [["77"], ["x"], [True], [0], "1", [2**70]])
async def test_what_cannot_be_repaired_is_422_and_nothing_is_queued(
    office: Office, customer: Customer, records: Any
) -> None:
    path = f"/reconciliations/{await ended(office, customer)}/repair"
    answer = await office.api(customer, "POST", path, json={"records": records})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "records")
    assert await events_of(office, customer) == []


async def test_one_that_still_compares_is_not_repaired(office: Office, customer: Customer) -> None:
    run_id = await begun(office, customer)
    answer = await office.api(customer, "POST", f"/reconciliations/{run_id}/repair")
    assert (answer.status_code, answer.json()["code"]) == (409, "under_way")


@pytest.mark.parametrize("body", BAD)
async def test_a_bad_wish_is_422_and_names_the_field(
    office: Office, customer: Customer, body: dict[str, Any]
) -> None:
    answer = await office.api(customer, "POST", "/reconciliations", json=body)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"]
    assert (await office.api(customer, "GET", "/reconciliations")).json()["items"] == []


async def test_a_second_one_is_409_and_names_the_first(office: Office, customer: Customer) -> None:
    run_id = await begun(office, customer)
    answer = await office.api(customer, "POST", "/reconciliations", json={"kind": "product"})
    assert (answer.status_code, answer.json()["code"]) == (409, "under_way")
    assert run_id in answer.json()["detail"]
    assert await begun(office, customer, "order")


async def test_without_a_licence_nothing_begins_and_nothing_is_repaired(
    office: Office, customer: Customer
) -> None:
    run_id = await ended(office, customer)
    async with office.database.system() as conn:
        await conn.execute("UPDATE licence SET state = 'suspended'")
    for path in ("/reconciliations", f"/reconciliations/{run_id}/repair"):
        body = {"kind": "product"} if path == "/reconciliations" else {}
        answer = await office.api(customer, "POST", path, json=body)
        assert (answer.status_code, answer.json()["code"]) == (409, "licence")
    assert await events_of(office, customer) == []


async def test_anothers_is_404(office: Office, customer: Customer) -> None:
    other = await office.customer()
    run_id = await ended(office, customer)
    for one in (run_id, str(uuid4())):
        assert (await office.api(other, "GET", f"/reconciliations/{one}")).status_code == 404
        answer = await office.api(other, "POST", f"/reconciliations/{one}/repair", json={"records": ["1"]})
        assert answer.status_code == 404
    assert (await office.api(other, "GET", "/reconciliations")).json()["items"] == []
    assert await events_of(office, customer) == []


SETTING = "/settings/reconciliation"


async def test_what_nights_mend_is_chosen_and_noted_once(office: Office, customer: Customer) -> None:
    assert (await office.api(customer, "GET", SETTING)).json() == {"mends_all": False}
    for _ in range(2):
        answer = await office.api(customer, "PUT", SETTING, json={"mends_all": True})
        assert (answer.status_code, answer.json()) == (200, {"mends_all": True})
    assert (await office.api(customer, "GET", SETTING)).json() == {"mends_all": True}
    (noted,) = await office.rows("audit", "action = 'preference.changed'")
    assert msgspec.json.decode(noted["detail"]) == {"drift.mends_all": True}
    assert noted["actor"].startswith("API ")


@pytest.mark.parametrize("body", [{}, {"mends_all": "yes"}, {"mends_all": None}, {"mends_all": True, "x": 1}])
async def test_a_bad_choice_is_422_and_changes_nothing(
    office: Office, customer: Customer, body: dict[str, Any]
) -> None:
    answer = await office.api(customer, "PUT", SETTING, json=body)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (
        422,
        "x" if "x" in body else "mends_all",
    )
    assert (await office.api(customer, "GET", SETTING)).json() == {"mends_all": False}
