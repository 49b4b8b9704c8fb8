"""Remedies in the API: counts by reason, running a reason again, choosing an ambiguous record's pair."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from connector.domain.events import Kind, Reason, RecordKey
from connector.domain.remedies import REMEDIES
from connector.store import links
from connector.store.links import Choice, Link
from tests.support.office import Customer, Office


def _link(account_id: UUID, bling_id: int, now: Any, reason: Reason, kind: Kind = Kind.PRODUCT) -> Link:
    return Link(
        record=RecordKey(kind, account_id, bling_id),
        label=f"Copo {bling_id}",
        sku=f"SKU-{bling_id}",
        state=REMEDIES[reason].state,
        reason=reason,
        created_at=now,
        updated_at=now,
    )


@pytest.fixture
async def troubled(office: Office, customer: Customer) -> Customer:
    """Three products left out, one that needs somebody, and an order left out."""
    now, account = office.parts.clock.now(), customer.account_id
    rows = [_link(account, number, now, Reason.CREATE_OFF) for number in (1, 2, 3)]
    rows.append(_link(account, 4, now, Reason.AMBIGUOUS))
    rows.append(_link(account, 5, now, Reason.CREATE_OFF, Kind.ORDER))
    async with office.database.tenant(customer.tenant_id) as conn:
        await links.save(conn, customer.tenant_id, rows)
    return customer


async def _run(office: Office, customer: Customer, **sent: Any) -> Any:
    return await office.api(customer, "POST", "/remedies", json=sent)


async def test_reasons_are_counted_with_their_remedies(office: Office, troubled: Customer) -> None:
    rows = (await office.api(troubled, "GET", "/records/reasons")).json()
    assert {(row["kind"], row["reason"]): (row["n"], row["state"], row["remedy"]) for row in rows} == {
        ("order", "create_off"): (1, "excluded", "enable_toggle"),
        ("product", "create_off"): (3, "excluded", "enable_toggle"),
        ("product", "ambiguous"): (1, "needs_you", "choose_record"),
    }


async def test_records_are_listed_by_reason(office: Office, troubled: Customer) -> None:
    page = (await office.api(troubled, "GET", "/records?kind=product&reason=create_off")).json()
    assert [row["bling_id"] for row in page["items"]] == ["1", "2", "3"]
    assert (await office.api(troubled, "GET", "/records?reason=bad")).status_code == 422


async def test_a_reason_runs_again_once(office: Office, troubled: Customer) -> None:
    answer = await _run(office, troubled, reason="create_off")
    assert (answer.status_code, answer.json()) == (200, {"queued": 4, "more": False})
    assert (await _run(office, troubled, reason="create_off")).json()["queued"] == 0
    events = (await office.api(troubled, "GET", "/events")).json()["items"]
    assert {(event["source"], event["record"]["bling_id"]) for event in events} == {
        ("replay", number) for number in ("1", "2", "3", "5")
    }


async def test_a_kind_alone_runs_again(office: Office, troubled: Customer) -> None:
    assert (await _run(office, troubled, reason="create_off", kind="order")).json()["queued"] == 1


async def test_nothing_has_that_reason(office: Office, troubled: Customer) -> None:
    assert (await _run(office, troubled, reason="stale")).json() == {"queued": 0, "more": False}


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"reason": "bad"}, "reason"),
        ({"reason": None}, "reason"),
        ({}, "reason"),
        ({"reason": ["create_off"]}, "reason"),
        ({"reason": "create_off", "kind": "car"}, "kind"),
        ({"reason": "create_off", "extra": 1}, "extra"),
    ],
)
async def test_what_cannot_be_run_is_named(
    office: Office, customer: Customer, sent: dict[str, Any], field: str
) -> None:
    answer = await _run(office, customer, **sent)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]


async def test_the_guard_rails_records_are_decided_one_by_one(office: Office, customer: Customer) -> None:
    answer = await _run(office, customer, reason="guard_rail")
    assert (answer.status_code, answer.json()["code"]) == (409, "guard_rail")


async def test_without_a_licence_nothing_runs(office: Office, troubled: Customer) -> None:
    async with office.database.system() as conn:
        await conn.execute("UPDATE licence SET state = 'suspended' WHERE tenant_id = $1", troubled.tenant_id)
    answer = await _run(office, troubled, reason="create_off")
    assert (answer.status_code, answer.json()["code"]) == (409, "licence")
    assert (await office.api(troubled, "GET", "/events")).json()["items"] == []


async def test_another_tenants_records_stay(office: Office, troubled: Customer) -> None:
    other = await office.customer()
    assert (await _run(office, other, reason="create_off")).json()["queued"] == 0
    assert (await office.api(other, "GET", "/records/reasons")).json() == []
    answer = await office.api(other, "POST", "/records/product/4/adopt", json={"bitrix_id": None})
    assert answer.status_code == 404


async def _choice(office: Office, customer: Customer) -> tuple[str | None, int | None]:
    (row,) = await office.rows("link", "bling_id = 4 AND tenant_id = $1", customer.tenant_id)
    return row["choice"], row["choice_id"]


@pytest.mark.parametrize(("bitrix_id", "kept"), [("77", (Choice.ADOPT, 77)), (None, (Choice.NEW, None))])
async def test_a_choice_is_kept_and_the_record_runs(
    office: Office, troubled: Customer, bitrix_id: str | None, kept: tuple[Choice, int | None]
) -> None:
    answer = await office.api(troubled, "POST", "/records/product/4/adopt", json={"bitrix_id": bitrix_id})
    assert answer.status_code == 202
    assert await _choice(office, troubled) == kept
    event = (await office.api(troubled, "GET", f"/events/{answer.json()['event_id']}")).json()
    assert (event["source"], event["record"]["bling_id"]) == ("replay", "4")


@pytest.mark.parametrize("sent", [{}, {"bitrix_id": 77}, {"bitrix_id": "x"}, {"bitrix_id": "0"}, {"id": "7"}])
async def test_a_choice_that_says_nothing_is_refused(
    office: Office, troubled: Customer, sent: dict[str, Any]
) -> None:
    answer = await office.api(troubled, "POST", "/records/product/4/adopt", json=sent)
    assert answer.status_code == 422
    assert await _choice(office, troubled) == (None, None)


async def test_a_record_that_waits_for_no_choice_is_a_conflict(office: Office, troubled: Customer) -> None:
    answer = await office.api(troubled, "POST", "/records/product/1/adopt", json={"bitrix_id": None})
    assert (answer.status_code, answer.json()["code"]) == (409, "not_ambiguous")


async def test_one_record_runs_again(office: Office, troubled: Customer) -> None:
    answer = await office.api(troubled, "POST", "/records/product/1/replay")
    assert answer.status_code == 202
    events = (await office.api(troubled, "GET", "/events?record=1")).json()["items"]
    assert [event["id"] for event in events] == [answer.json()["event_id"]]


async def test_a_portal_that_is_not_there_has_no_candidates(office: Office, troubled: Customer) -> None:
    assert (await office.api(troubled, "GET", "/records/product/4/candidates")).json() == []
