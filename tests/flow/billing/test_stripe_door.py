"""Stripe's door: 400 to who is not Stripe, 200 to all else; nothing is granted to nobody."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import stripe

from tests.support.till import DOOR, Till


def told(kind: str = "invoice.paid", customer: str | None = "cus_stranger", **more: object) -> bytes:
    about = {"id": "in_1", "object": "invoice", "customer": customer}
    return json.dumps({"id": f"evt_{uuid4().hex}", "type": kind, "data": {"object": about}, **more}).encode()


async def test_a_rightly_signed_message_is_stored_before_it_is_answered(till: Till) -> None:
    body = told()
    assert (await till.send(body)).status_code == 200
    (row,) = await till.office.rows("stripe_event")
    assert (row["id"], row["type"], row["body"]) == (json.loads(body)["id"], "invoice.paid", body)
    assert row["due_at"] is not None


async def test_what_stripes_own_library_takes_the_door_takes(till: Till) -> None:
    body = told(object="event", api_version="2026-10-28.endive")
    header = till.signed(body)
    till.shop.client.construct_event(body, header, till.parts.settings.stripe_webhook_secret)
    assert (await till.send(body, signed=header)).status_code == 200


@pytest.mark.parametrize("age", [301, -301, 86_400])
async def test_an_old_signature_is_refused_and_so_is_a_clock_that_is_wrong(till: Till, age: int) -> None:
    body, at = told(), datetime.now(UTC) - timedelta(seconds=age)
    if age > 0:
        secret = till.parts.settings.stripe_webhook_secret
        with pytest.raises(stripe.SignatureVerificationError):
            till.shop.client.construct_event(body, till.signed(body, at=at), secret)
    assert (await till.send(body, at=at)).status_code == 400
    assert await till.office.rows("stripe_event") == []


@pytest.mark.parametrize(
    "signed",
    ["", "t=,v1=", "v1=00", "t=1", "t=x,v1=00", "t=1,t=2,v1=00", "t=99999999999999999,v1=0", "ünlesbar"],
)
async def test_nonsense_for_a_signature_is_refused(till: Till, signed: str) -> None:
    header = signed.encode("utf-8")
    answer = await till.office.client.post(DOOR, content=told(), headers={b"stripe-signature": header})
    assert answer.status_code == 400


async def test_another_secret_is_refused(till: Till) -> None:
    assert (await till.send(told(), secret="whsec_another")).status_code == 400
    body = told()
    assert (await till.send(body + b" ", signed=till.signed(body))).status_code == 400


async def test_one_of_several_signatures_is_enough(till: Till) -> None:
    body = told()
    both = till.signed(body, secret="whsec_old") + "," + till.signed(body).partition(",")[2]
    assert (await till.send(body, signed=both)).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"no json",
        b"[]",
        b"\xff\xfe",
        b'{"id": 7, "type": "invoice.paid"}',
        b'{"id": "evt_1\\u0000", "type": "invoice.paid", "data": {"object": {}}}',
        b'{"id": "' + b"e" * 300 + b'", "type": "x"}',
        b"[" * 20_000,
    ],
    ids=["empty", "text", "list", "bytes", "number", "nul", "long", "deep"],
)
async def test_what_is_no_event_is_answered_200_and_put_aside(till: Till, body: bytes) -> None:
    assert (await till.send(body)).status_code == 200
    assert await till.office.rows("stripe_event") == []
    (row,) = await till.office.rows("quarantined")
    assert (row["reason"], row["body"]) == ("stripe_strange", body)


async def test_only_posts_are_taken(till: Till) -> None:
    assert (await till.office.client.get(DOOR)).status_code == 405


async def test_a_strangers_customer_is_put_aside_and_gives_nothing(till: Till) -> None:
    await till.send(told("customer.subscription.created"))
    till.forget_calls()
    await till.billing.work_off()
    (row,) = await till.office.rows("quarantined")
    assert row["reason"] == "stripe_unknown_customer"
    (event,) = await till.office.rows("stripe_event")
    assert (event["outcome"], event["due_at"], event["body"]) == ("quarantined", None, None)
    assert till.calls() == []
    assert await till.state() == "trial"


async def test_a_subscription_that_names_a_tenant_but_not_its_customer_gives_nothing(till: Till) -> None:
    """Somebody may put any tenant's id into metadata; whose a customer is, Ponte wrote down itself."""
    about = {
        "id": "cs_1",
        "object": "checkout.session",
        "customer": None,
        "client_reference_id": str(till.tenant_id),
        "metadata": {"tenant_id": str(till.tenant_id)},
        "status": "complete",
    }
    message = {"id": "evt_1", "type": "checkout.session.completed", "data": {"object": about}}
    await till.send(json.dumps(message).encode())
    await till.billing.work_off()
    assert [row["reason"] for row in await till.office.rows("quarantined")] == ["stripe_unknown_customer"]
    assert await till.state() == "trial"


async def test_what_licences_do_not_follow_from_asks_nothing(till: Till) -> None:
    await till.subscribe()
    customer = await till.customer_id()
    till.forget_calls()
    await till.send(told("payment_method.attached", customer))
    await till.billing.work_off()
    assert till.calls() == []
    rows = await till.office.rows("stripe_event", "type = 'payment_method.attached' AND body IS NULL")
    assert {row["outcome"] for row in rows} == {"ignored"}


async def test_an_event_that_was_seen_before_asks_nothing(till: Till) -> None:
    await till.subscribe()
    body = told("invoice.paid", await till.customer_id())
    await till.send(body)
    await till.billing.work_off()
    till.forget_calls()
    for _ in range(3):
        assert (await till.send(body)).status_code == 200
        await till.billing.work_off()
    assert till.calls() == []


async def test_many_events_of_one_customer_are_one_question(till: Till) -> None:
    await till.subscribe()
    customer = await till.customer_id()
    till.forget_calls()
    for _ in range(20):
        await till.send(told("invoice.paid", customer))
    await till.billing.work_off()
    assert len(till.calls()) == 1


async def test_an_event_of_another_version_is_asked_about_and_not_believed(till: Till) -> None:
    await till.subscribe("escala")
    old = {
        "id": "sub_x",
        "object": "subscription",
        "customer": await till.customer_id(),
        "status": "canceled",
    }
    message = {"id": "evt_old", "api_version": "2019-12-03", "type": "customer.subscription.deleted"}
    await till.send(json.dumps(message | {"data": {"object": old, "previous_attributes": {}}}).encode())
    await till.billing.work_off()
    assert await till.state() == "active"


async def test_while_stripe_is_away_events_wait_for_their_next_try(till: Till) -> None:
    await till.subscribe()
    body = told("invoice.paid", await till.customer_id())
    await till.send(body)
    till.shop.sandbox.control("faults", {"provider": "stripe", "status": 500, "times": 9})
    await till.billing.work_off()
    (row,) = await till.office.rows("stripe_event", "due_at IS NOT NULL")
    assert (row["attempts"], row["body"]) == (1, body)
    assert row["due_at"] > datetime.now(UTC) + timedelta(seconds=10)
    assert await till.state() == "active"
