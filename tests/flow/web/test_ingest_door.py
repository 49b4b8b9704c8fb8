"""Bling's doors: what is rightly signed is stored and answered 2xx; what is not is neither."""

from __future__ import annotations

import asyncio
import json

import pytest

from server.bodies import LARGEST_BODY
from tests.support.office import Customer, Office, message
from tests.support.waiting import until_answered

STRANGE = [
    pytest.param(b"", id="empty"),
    pytest.param(b"no json", id="no JSON"),
    pytest.param(b"\xff\xfe\x00", id="not UTF-8"),
    pytest.param(b"null", id="null"),
    pytest.param(b"[" * 20_000 + b"]" * 20_000, id="20,000 deep"),
    pytest.param(b'{"data":' * 20_000 + b"1" + b"}" * 20_000, id="20,000 deep as objects"),
    pytest.param(message("c" * 32, data={"id": 1, "nome": "a\0b"}), id="NUL"),
    pytest.param(message("c" * 32, eventId="a\0b"), id="NUL in the event's id"),
    pytest.param(message("c" * 32, data={"id": 1, "nome": "\ud800"}), id="lone surrogate"),
    pytest.param(message("c" * 32, companyId="\ud800"), id="lone surrogate in the company"),
    pytest.param(message("c" * 32, event="product_supplier.created"), id="a resource that does not sync"),
    pytest.param(message("c" * 32, data={"id": 2**63}), id="an id beyond 64 bit"),
    pytest.param(message("c" * 32, data={"id": "x"}), id="an id that is none"),
    pytest.param(message("c" * 32, data=[]), id="data that is a list"),
]


async def test_a_message_is_in_the_inbox_when_it_is_answered(office: Office, customer: Customer) -> None:
    body = message(customer.company_id)
    assert (await office.bling_sends(body)).status_code == 200
    (row,) = await office.rows("inbox")
    assert (row["tenant_id"], row["account_id"], row["bling_id"]) == (
        customer.tenant_id,
        customer.account_id,
        1001,
    )
    assert (row["body"], row["source"], row["action"]) == (body, "bling", "updated")
    assert row["due_at"] is not None
    assert row["outcome"] is None


async def test_a_repeated_message_is_one_event(office: Office, customer: Customer) -> None:
    body = message(customer.company_id)
    answers = await asyncio.gather(*(office.bling_sends(body) for _ in range(10)))
    assert {answer.status_code for answer in answers} == {200}
    assert len(await office.rows("inbox")) == 1


async def test_many_at_once_are_all_stored(office: Office, customer: Customer) -> None:
    bodies = [message(customer.company_id, data={"id": number}) for number in range(1, 201)]
    answers = await asyncio.gather(*map(office.bling_sends, bodies))
    assert {answer.status_code for answer in answers} == {200}
    assert {row["bling_id"] for row in await office.rows("inbox")} == set(range(1, 201))


async def test_an_account_of_two_tenants_tells_both(office: Office, customer: Customer) -> None:
    other = await office.customer(company_id=customer.company_id)
    await office.bling_sends(message(customer.company_id))
    tenants = {row["tenant_id"] for row in await office.rows("inbox")}
    assert tenants == {customer.tenant_id, other.tenant_id}


async def test_an_unknown_company_is_kept_unclaimed(office: Office) -> None:
    body = message("f" * 32)
    assert (await office.bling_sends(body)).status_code == 200
    (row,) = await office.rows("unclaimed")
    assert (row["company_id"], row["body"]) == ("f" * 32, body)


async def test_a_company_connected_a_moment_ago_is_known(office: Office) -> None:
    await office.bling_sends(message("f" * 32))
    customer = await office.customer(company_id="f" * 32)
    await office.bling_sends(message("f" * 32))
    assert [row["tenant_id"] for row in await office.rows("inbox")] == [customer.tenant_id]


@pytest.mark.parametrize("body", STRANGE)
async def test_whatever_is_rightly_signed_is_kept_and_answered_200(office: Office, body: bytes) -> None:
    assert (await office.bling_sends(body)).status_code == 200
    (row,) = await office.rows("quarantined")
    assert row["body"] == body
    assert row["reason"]


async def test_a_strange_message_among_others_fails_none(office: Office, customer: Customer) -> None:
    bodies = [b"strange", *(message(customer.company_id) for _ in range(5)), b"stranger"]
    answers = await asyncio.gather(*map(office.bling_sends, bodies))
    assert {answer.status_code for answer in answers} == {200}
    assert (len(await office.rows("inbox")), len(await office.rows("quarantined"))) == (5, 2)


@pytest.mark.parametrize("date", ["", "0000-00-00", "9999-99-99", "0001-01-01T00:00:00+14:00", "x" * 500])
async def test_a_date_that_is_none_leaves_the_event_without(
    office: Office, customer: Customer, date: str
) -> None:
    assert (await office.bling_sends(message(customer.company_id, date=date))).status_code == 200
    (row,) = await office.rows("inbox")
    assert row["event_date"] is None


async def test_a_date_before_christ_for_postgres_fails_nobody(office: Office, customer: Customer) -> None:
    bodies = [
        message(customer.company_id, date=date) for date in ("0001-01-01T00:00:00Z", "2026-11-23 12:00:00")
    ]
    answers = await asyncio.gather(*map(office.bling_sends, bodies))
    assert {answer.status_code for answer in answers} == {200}
    assert len(await office.rows("inbox")) == 2


@pytest.mark.parametrize("signed", ["", "sha256=", "sha256=00", "x", "sha256=" + "0" * 64, "é"])
async def test_a_wrong_signature_is_401_and_stores_nothing(
    office: Office, customer: Customer, signed: str
) -> None:
    headers = {b"x-bling-signature-256": signed.encode()}
    answer = await office.client.post(
        "/webhooks/bling", content=message(customer.company_id), headers=headers
    )
    assert answer.status_code == 401
    assert not await office.rows("inbox")
    assert not await office.rows("quarantined")


async def test_no_signature_is_401(office: Office) -> None:
    assert (await office.client.post("/webhooks/bling", content=b"{}")).status_code == 401


async def test_the_largest_body_is_taken_and_a_larger_one_413(office: Office, customer: Customer) -> None:
    envelope = json.loads(message(customer.company_id))
    room = LARGEST_BODY - len(json.dumps({**envelope, "pad": ""}).encode())
    largest = json.dumps({**envelope, "pad": "x" * room}).encode()
    assert len(largest) == LARGEST_BODY
    assert (await office.bling_sends(largest)).status_code == 200
    assert (await office.bling_sends(largest + b" ")).status_code == 413
    assert len(await office.rows("inbox")) == 1


async def test_only_post_is_taken(office: Office) -> None:
    answer = await office.client.get("/webhooks/bling")
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


async def test_an_own_door_takes_the_common_secret_while_it_has_none(
    office: Office, customer: Customer
) -> None:
    door = f"/webhooks/bling/{customer.account_key}"
    assert (await office.bling_sends(message(customer.company_id), door)).status_code == 200
    assert len(await office.rows("inbox")) == 1


async def test_an_own_door_takes_its_own_secret_alone(office: Office) -> None:
    customer = await office.customer(client_secret="its own")
    door, body = f"/webhooks/bling/{customer.account_key}", message(customer.company_id)
    assert (await office.bling_sends(body, door)).status_code == 401
    assert (await office.bling_sends(body, door, secret="its own")).status_code == 200
    assert len(await office.rows("inbox")) == 1


async def test_an_own_door_tells_only_its_own_tenant(office: Office, customer: Customer) -> None:
    await office.customer(company_id=customer.company_id)
    await office.bling_sends(message(customer.company_id), f"/webhooks/bling/{customer.account_key}")
    assert [row["tenant_id"] for row in await office.rows("inbox")] == [customer.tenant_id]


async def test_another_company_at_an_own_door_is_quarantined(office: Office, customer: Customer) -> None:
    other = await office.customer()
    door = f"/webhooks/bling/{customer.account_key}"
    assert (await office.bling_sends(message(other.company_id), door)).status_code == 200
    assert not await office.rows("inbox")
    (row,) = await office.rows("quarantined")
    assert row["reason"] == "another_company"


@pytest.mark.parametrize("key", ["unknown", "%00", "%C3%28", "x" * 2000])
async def test_a_door_that_nobody_has_is_404(office: Office, key: str) -> None:
    assert (await office.bling_sends(message("c" * 32), f"/webhooks/bling/{key}")).status_code == 404


async def test_an_event_wakes_its_tenant_once(office: Office, customer: Customer) -> None:
    for _ in range(3):
        await office.bling_sends(message(customer.company_id))
    assert await _queued(office) == [("drain", (str(customer.tenant_id),))]


async def _queued(office: Office) -> list[tuple[str, tuple[str, ...]]]:
    """Wake-ups come after the answers."""
    jobs = await until_answered(office.parts.redis.queued_jobs)
    return [(job.function, job.args) for job in jobs]
