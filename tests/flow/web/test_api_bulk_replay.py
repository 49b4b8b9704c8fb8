"""`GET /events` by every filter, and `POST /events/replay`: a filter run again, on paper or for real."""

from __future__ import annotations

from typing import Any

import pytest

from connector.store.event_lists import Filter
from connector.store.ids import new_id
from connector.sync import replaying
from tests.support.office import Customer, Office, message


async def _sent(office: Office, customer: Customer, count: int) -> None:
    for number in range(1, count + 1):
        data = {"id": number, "codigo": f"C-{number}", "nome": f"Caneca {number}"}
        await office.bling_sends(message(customer.company_id, eventId=f"entrega-{number:016}", data=data))


async def _settle(
    office: Office, outcome: str = "failed", reason: str | None = "refused_by_bitrix24"
) -> None:
    """All that waits ends so."""
    async with office.database.system() as conn:
        await conn.execute(
            "INSERT INTO event (tenant_id, id, kind, account_id, bling_id, source, action, provider_event_id,"
            " received_at, settled_at, attempts, outcome, reason, body)"
            " SELECT tenant_id, id, kind, account_id, bling_id, source, action, provider_event_id,"
            " received_at, now(), 1, $1, $2, body FROM inbox",
            *(outcome, reason),
        )
        await conn.execute("DELETE FROM inbox")


async def _replay(office: Office, customer: Customer, **body: Any) -> Any:
    return await office.api(customer, "POST", "/events/replay", json=body)


async def _waiting(office: Office) -> list[dict[str, Any]]:
    return [row for row in await office.rows("inbox") if row["source"] == "replay"]


@pytest.fixture
async def failed(office: Office, customer: Customer) -> Customer:
    """Three events of two records that failed."""
    await _sent(office, customer, 2)
    await office.bling_sends(message(customer.company_id, eventId="nova", data={"id": 1}))
    await _settle(office)
    return customer


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("reason=refused_by_bitrix24", ["1", "2", "1"]),
        ("reason=stale", []),
        ("source=bling&outcome=failed&kind=product", ["1", "2", "1"]),
        ("source=replay", []),
        ("q=2", ["2"]),
        ("q=entrega-0000000000000002", ["2"]),
        ("q=nada", []),
        ("since=2000-01-01&until=2100-01-01T00:00:00-03:00", ["1", "2", "1"]),
        ("until=2000-01-01", []),
        ("since=0001-01-01&until=9999-12-31", ["1", "2", "1"]),
        ("record=1&q=2", []),
    ],
)
async def test_events_are_found_by_every_filter(
    office: Office, failed: Customer, query: str, found: list[str]
) -> None:
    answer = (await office.api(failed, "GET", f"/events?{query}")).json()
    assert [event["record"]["bling_id"] for event in answer["items"]] == found
    assert answer["next"] is None


@pytest.mark.parametrize(
    ("query", "field"),
    [
        *(
            ("reason=x", "reason"),
            ("source=x", "source"),
            ("since=x", "since"),
            ("until=2026-13-01", "until"),
        ),
        *(("since=2026-11-01T00:00:00", "since"), ("q=" + "a" * 101, "q"), ("since=", "since")),
    ],
)
async def test_a_bad_filter_is_422(office: Office, customer: Customer, query: str, field: str) -> None:
    answer = await office.api(customer, "GET", f"/events?{query}")
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]


@pytest.mark.parametrize("q", ["%00", "%ED%A0%80", "'", "%25", "a" * 100, "%F0%9F%99%82", "%E2%80%AE", " "])
async def test_any_search_text_is_answered(office: Office, failed: Customer, q: str) -> None:
    assert (await office.api(failed, "GET", f"/events?q={q}")).status_code == 200


async def test_on_paper_records_are_counted_and_nothing_is_queued(office: Office, failed: Customer) -> None:
    answer = await _replay(office, failed, outcome="failed", dry_run=True)
    assert (answer.status_code, answer.json()) == (200, {"records": 2, "more": False})
    assert await _waiting(office) == []


async def test_each_record_is_queued_once_behind_live_events(office: Office, failed: Customer) -> None:
    answer = await _replay(office, failed, outcome="failed")
    assert (answer.status_code, answer.json()) == (202, {"queued": 2, "records": 2, "more": False})
    rows = await _waiting(office)
    assert sorted((row["bling_id"], row["lane"]) for row in rows) == [(1, 1), (2, 1)]
    (line,) = [row for row in await office.rows("audit") if row["action"] == "events.replayed"]
    assert "outcome=failed" in line["detail"]


async def test_what_waits_anyway_is_not_queued_again(office: Office, failed: Customer) -> None:
    await _replay(office, failed, outcome="failed")
    assert (await _replay(office, failed, outcome="failed")).json()["queued"] == 0
    assert len(await _waiting(office)) == 2


async def test_the_same_replay_goes_on_where_it_was_cut_off(office: Office, failed: Customer) -> None:
    """A double click, or a repetition after a crash: what has settled meanwhile is not run a second time."""
    parts, now = office.parts, office.parts.clock.now()
    values = (parts.database, parts.engine.waker, failed.tenant_id, Filter(), new_id(now), now)
    assert (await replaying.replay_all(*values)).queued == 2
    await _settle(office, "unchanged", None)
    assert (await replaying.replay_all(*values)).queued == 0


async def test_more_than_one_replay_takes_is_said(
    office: Office, failed: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replaying, "MOST", 1)
    monkeypatch.setattr(replaying, "CHUNK", 1)
    assert (await _replay(office, failed, outcome="failed")).json() == {
        "queued": 1,
        "records": 1,
        "more": True,
    }


async def test_many_records_go_in_batches(
    office: Office, customer: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replaying, "CHUNK", 3)
    await _sent(office, customer, 8)
    await _settle(office)
    assert (await _replay(office, customer, kind="product")).json()["queued"] == 8
    assert sorted(row["bling_id"] for row in await _waiting(office)) == list(range(1, 9))


@pytest.mark.parametrize("reason", ["licence", "quota"])
async def test_without_a_right_it_is_409_and_on_paper_it_is_fine(
    office: Office, failed: Customer, reason: str
) -> None:
    async with office.database.system() as conn:
        if reason == "licence":
            await conn.execute("UPDATE licence SET state = 'suspended'")
        else:
            await conn.execute(
                "INSERT INTO usage SELECT tenant_id, date_trunc('month', now()), 9999999 FROM tenant"
            )
    answer = await _replay(office, failed, outcome="failed")
    assert (answer.status_code, answer.json()["code"]) == (409, reason)
    assert await _waiting(office) == []
    assert (await _replay(office, failed, outcome="failed", dry_run=True)).status_code == 200


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "outcome"),
        ({"dry_run": True}, "outcome"),
        ({"outcome": None}, "outcome"),
        ({"outcome": "held"}, "outcome"),
        ({"outcome": "x"}, "outcome"),
        ({"kind": "product", "dry_run": 1}, "dry_run"),
        ({"since": 1}, "since"),
        ({"record": True}, "record"),
        ({"record": "-1"}, "record"),
        ({"q": 1}, "q"),
        ({"nonsense": 1}, "nonsense"),
    ],
)
async def test_a_bad_wish_is_422_and_queues_nothing(
    office: Office, failed: Customer, body: dict[str, Any], field: str
) -> None:
    answer = await _replay(office, failed, **body)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert await _waiting(office) == []


async def test_a_search_that_finds_nothing_queues_nothing(office: Office, failed: Customer) -> None:
    assert (await _replay(office, failed, q="nada")).json() == {"queued": 0, "records": 0, "more": False}


async def test_another_tenants_events_are_not_run(office: Office, failed: Customer) -> None:
    other = await office.customer()
    assert (await _replay(office, other, outcome="failed")).json()["queued"] == 0
    assert await _waiting(office) == []
