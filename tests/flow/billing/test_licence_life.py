"""A licence's life: trial, grace, suspension, payment, grants; who is told what, and what is released."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from connector.account import leaving, licence
from connector.account.licence import UnknownTenant, warn_of_trials
from connector.account.signin import open_session, viewer_of
from connector.domain.licence import LicenceState
from connector.store import inbox
from tests.support import rows
from tests.support.till import DONA, Till

OPERATOR = DONA


async def hold(till: Till, bling_id: int, reason: str = "licence") -> None:
    """An event that waits, as a drain leaves it."""
    arrival = rows.arrival(till.tenant_id, bling_id)
    async with till.parts.database.system() as conn:
        await inbox.insert(conn, [arrival])
        await conn.execute(
            "UPDATE inbox SET due_at = NULL, outcome = 'held', reason = $2, held_at = $3 WHERE id = $1",
            arrival.id,
            reason,
            till.parts.clock.business_now(),
        )


async def waiting(till: Till) -> int:
    return len(await till.office.rows("inbox", "due_at IS NULL"))


async def test_a_trial_ends_after_fourteen_days_and_a_payment_releases_what_waited(till: Till) -> None:
    await till.wait(14.01)
    assert await till.state() == "suspended"
    await hold(till, 1)
    await till.subscribe()
    assert await till.state() == "active"
    assert await waiting(till) == 0


async def test_the_trials_end_is_told_three_days_before_and_once(till: Till) -> None:
    await till.wait(10.9)
    assert await warn_of_trials(till.parts.database, till.parts.clock.business_now()) == 0
    await till.wait(0.2)
    for _ in range(2):
        await warn_of_trials(till.parts.database, till.parts.clock.business_now())
        told = await till.letters()
    assert [letter["subject"].partition(" termina")[0] for letter in told] == ["O teste da Ponte"]


async def test_a_failing_card_is_grace_then_suspension_then_payment(till: Till) -> None:
    await till.unpaid()
    assert await till.state() == "grace"
    assert (await till.right()).open
    await till.wait(7)
    assert await till.state() == "suspended"
    await hold(till, 1)
    await till.deliver()
    assert await waiting(till) == 1
    portal = till.shop.v1.billing_portal.sessions.create({"customer": await till.customer_id()})
    till.shop.press(portal, "card", card="4242424242424242")
    unpaid = till.shop.v1.invoices.list({"customer": await till.customer_id(), "status": "open"}).data
    till.shop.press(portal, "pay", invoice=unpaid[-1].id)
    await till.deliver()
    assert await till.state() == "active"
    assert await waiting(till) == 0


async def test_people_hear_of_the_failed_payment_of_the_end_and_of_the_payment(till: Till) -> None:
    await till.unpaid()
    assert [letter["subject"] for letter in await till.letters()] == [
        "O último pagamento da Ponte não passou"
    ]
    await till.wait(7)
    await till.wait(0.01)
    assert (await till.letters())[-1]["subject"] == "A licença da Ponte está suspensa"
    invoice = till.shop.v1.invoices.list({"customer": await till.customer_id(), "status": "open"}).data[-1]
    till.shop.sandbox.client.post(str(invoice.hosted_invoice_url), data={"card": "4242424242424242"})
    await till.deliver()
    last = (await till.letters())[-1]
    assert last["subject"].startswith("Resolvido")
    assert "/licenca" in last["text"]


async def test_grace_ends_seven_days_after_the_payment_was_due_whenever_that_was_found_out(
    till: Till,
) -> None:
    """Stripe's message of the failure was lost; the comparison comes five days later."""
    await till.subscribe(card="4000000000009987")
    await till.wait(31)
    await till.wait(5)
    await till.billing.compare()
    ends_at = (await till.right()).licence.ends_at
    assert await till.state() == "grace"
    assert ends_at is not None
    assert ends_at < till.parts.clock.business_now() + timedelta(days=3)


async def test_the_comparison_asks_about_each_customer_once_a_day(till: Till) -> None:
    await till.subscribe()
    till.forget_calls()
    assert await till.billing.compare() == 0
    await till.wait(1.01)
    assert await till.billing.compare() == 1
    assert await till.billing.compare() == 0
    assert len(till.calls()) == 1


async def test_a_customer_that_stripe_does_not_answer_about_is_asked_again_within_the_day(till: Till) -> None:
    await till.subscribe()
    await till.wait(1.01)
    till.shop.sandbox.control("faults", {"provider": "stripe", "status": 500, "times": 3})
    await till.billing.compare()
    assert await till.billing.compare() == 0
    await till.wait(0.51)
    assert await till.billing.compare() == 1


async def test_an_answer_to_an_older_question_is_not_believed(till: Till) -> None:
    """Two workers ask; the first one's answer arrives last."""
    await till.subscribe()
    async with till.parts.database.system() as conn:
        await conn.execute("UPDATE stripe_customer SET asked_at = asked_at + interval '1 minute'")
        await conn.execute("UPDATE subscription SET plan = 'escala'")
    await till.billing.ask(await till.customer_id())
    (row,) = await till.office.rows("subscription")
    assert row["plan"] == "escala"


async def test_an_operator_grants_extends_and_ends(till: Till) -> None:
    await till.wait(20)
    await hold(till, 1)
    clock, database = till.parts.clock, till.parts.database
    times = {"now": clock.now(), "business_now": clock.business_now()}
    until = clock.business_now() + timedelta(days=30)
    by = {"by": OPERATOR, **times}
    given = await licence.grant(database, till.tenant_id, plan="escala", until=until, note="parceiro", **by)
    assert (given.state, given.plan, given.source) == (LicenceState.GRANTED, "escala", "operator")
    assert await waiting(till) == 0
    later = until + timedelta(days=30)
    longer = await licence.extend(database, till.tenant_id, until=later, note="mais um mês", **by)
    assert (longer.ends_at, longer.plan) == (later, "escala")
    ended = await licence.end(database, till.tenant_id, note="fim", **by)
    assert ended.state is LicenceState.SUSPENDED
    notes = [row["detail"] for row in await till.office.rows("audit", "action LIKE 'licence.%ed'")]
    assert [note for note in ("parceiro", "mais um mês", "fim") if any(note in text for text in notes)] == [
        "parceiro",
        "mais um mês",
        "fim",
    ]


async def test_a_grant_ends_by_itself_and_what_is_paid_for_goes_on(till: Till) -> None:
    await till.subscribe("essencial")
    clock = till.parts.clock
    await licence.grant(
        till.parts.database,
        till.tenant_id,
        plan="escala",
        until=clock.business_now() + timedelta(days=2),
        note="",
        by=OPERATOR,
        now=clock.now(),
        business_now=clock.business_now(),
    )
    assert (await till.right()).licence.plan == "escala"
    await till.wait(2.1)
    assert (await till.right()).licence.plan == "essencial"
    assert await till.state() == "active"


async def test_ending_a_trial_ends_it_now(till: Till) -> None:
    clock = till.parts.clock
    times = {"now": clock.now(), "business_now": clock.business_now()}
    ended = await licence.end(till.parts.database, till.tenant_id, note="abuso", by=OPERATOR, **times)
    assert ended.state is LicenceState.SUSPENDED


@pytest.mark.parametrize(("plan", "days"), [("platina", 1), ("escala", -1)])
async def test_a_grant_that_makes_no_sense_is_refused(till: Till, plan: str, days: int) -> None:
    clock = till.parts.clock
    until = clock.business_now() + timedelta(days=days)
    times: dict[str, Any] = {"now": clock.now(), "business_now": clock.business_now()}
    with pytest.raises(ValueError, match=r"plan|ahead"):
        await licence.grant(
            till.parts.database, till.tenant_id, plan=plan, until=until, note="", by=OPERATOR, **times
        )


async def test_a_tenant_that_is_none_cannot_be_granted_anything(till: Till) -> None:
    clock = till.parts.clock
    times: dict[str, Any] = {"now": clock.now(), "business_now": clock.business_now()}
    with pytest.raises(UnknownTenant):
        await licence.grant(
            till.parts.database,
            till.customer.account_id,
            plan="escala",
            until=None,
            note="",
            by=OPERATOR,
            **times,
        )


async def test_who_leaves_is_not_asked_for_money_again(till: Till) -> None:
    await till.subscribe()
    clock = till.parts.clock
    async with till.parts.database.system() as conn:
        person = await conn.fetchval("SELECT id FROM person WHERE email = $1", till.customer.email)
        token = await open_session(conn, person, clock.now())
    viewer = await viewer_of(till.parts.database, token, clock.now())
    assert viewer is not None
    await leaving.leave(till.parts.database, viewer, clock.now(), clock.business_now())
    assert await till.billing.stop_leaving() == 1
    (row,) = await till.office.rows("subscription")
    assert till.shop.v1.subscriptions.retrieve(row["id"]).cancel_at_period_end
    assert await till.billing.stop_leaving() == 0
