"""`/licence` and `/licence/checkout`, and what a closed licence refuses."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from connector.account.licence import period_of
from connector.store import inbox
from tests.support import rows
from tests.support.till import Till


async def ask(till: Till, method: str, path: str, **more: Any) -> Any:
    return await till.office.api(till.customer, method, path, **more)


async def test_a_trial_is_shown_with_its_limits(till: Till) -> None:
    answer = await ask(till, "GET", "/licence")
    assert answer.status_code == 200
    body = answer.json()
    assert body.keys() == {"state", "plan", "source", "ends_at", "usage", "limits"}
    assert (body["state"], body["plan"], body["source"], body["usage"]) == (
        "trial",
        "profissional",
        "trial",
        0,
    )
    assert body["limits"] == {"accounts": 3, "synced_per_month": 50_000, "log_days": 90, "people": 10}


async def test_a_trial_that_is_over_is_suspended_the_moment_it_is_over(till: Till) -> None:
    till.shop.wait(14.001)
    await till.parts.clock.read(till.parts.http)
    assert (await ask(till, "GET", "/licence")).json()["state"] == "suspended"


async def test_the_checkout_is_an_address_where_one_can_pay(till: Till) -> None:
    answer = await ask(till, "POST", "/licence/checkout", json={"lookup_key": "essencial"})
    assert answer.status_code == 200
    paid = till.pay(answer.json()["url"])
    assert paid.status_code == 303
    assert paid.headers["location"].startswith(f"{till.parts.settings.app_url}/licenca?sessao=cs_")
    await till.deliver()
    body = (await ask(till, "GET", "/licence")).json()
    assert (body["state"], body["plan"], body["source"]) == ("active", "essencial", "stripe")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "lookup_key"),
        ({"lookup_key": "platina"}, "lookup_key"),
        ({"lookup_key": 7}, "lookup_key"),
        ({"lookup_key": "escala", "price": "price_1"}, "price"),
    ],
)
async def test_a_plan_that_is_none_is_named(till: Till, body: dict[str, Any], field: str) -> None:
    answer = await ask(till, "POST", "/licence/checkout", json=body)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]


async def test_without_a_price_it_says_so(till: Till) -> None:
    till.shop.v1.prices.update(till.shop.price("escala").id, {"active": False})
    answer = await ask(till, "POST", "/licence/checkout", json={"lookup_key": "escala"})
    assert (answer.status_code, answer.json()["code"]) == (409, "no_price")


async def test_while_stripe_is_away_it_asks_for_patience(till: Till) -> None:
    till.shop.sandbox.control("faults", {"provider": "stripe", "status": 500, "times": 9})
    answer = await ask(till, "POST", "/licence/checkout", json={"lookup_key": "escala"})
    assert answer.status_code == 503
    assert "retry-after" in answer.headers


async def test_without_keys_it_says_that_billing_is_not_set_up(till: Till, monkeypatch: Any) -> None:
    shut = replace(till.parts, billing=replace(till.billing, stripe=None))
    monkeypatch.setattr(till.office.client._transport.app.state, "parts", shut)  # type: ignore[attr-defined]
    answer = await ask(till, "POST", "/licence/checkout", json={"lookup_key": "escala"})
    assert (answer.status_code, answer.json()["code"]) == (409, "billing_not_set_up")
    assert (await ask(till, "GET", "/licence")).status_code == 200


async def _event(till: Till) -> str:
    arrival = rows.arrival(till.tenant_id)
    async with till.parts.database.system() as conn:
        await inbox.insert(conn, [arrival])
    return str(arrival.id)


async def test_nothing_runs_by_hand_without_a_licence(till: Till) -> None:
    event = await _event(till)
    await till.wait(15)
    answer = await ask(till, "POST", f"/events/{event}/replay", json={"dry_run": False})
    assert (answer.status_code, answer.json()["code"]) == (409, "licence")


async def test_nothing_runs_by_hand_over_the_plans_limit(till: Till) -> None:
    event = await _event(till)
    async with till.parts.database.system() as conn:
        period = period_of(till.parts.clock.business_now())
        await conn.execute(
            "INSERT INTO usage (tenant_id, period, synced) VALUES ($1, $2, 50000)", till.tenant_id, period
        )
    answer = await ask(till, "POST", f"/events/{event}/replay", json={"dry_run": False})
    assert (answer.status_code, answer.json()["code"]) == (409, "quota")


async def test_another_tenants_subscription_is_nobodys_business(till: Till) -> None:
    await till.subscribe("escala")
    other = await till.office.customer(uuid4().hex)
    answer = await till.office.api(other, "GET", "/licence")
    assert (answer.json()["state"], answer.json()["plan"]) == ("trial", "profissional")
