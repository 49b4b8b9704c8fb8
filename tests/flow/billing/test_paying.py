"""Paying at Stripe: checkout, boleto, another plan, cancelling, and everything that may go wrong there."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from connector.account.billing import NobodyPays, NotSetUp
from connector.domain.licence import LicenceState
from connector.domain.vendor import Rejected
from tests.support.till import DONA, Till

DECLINED, FAILS_LATER = "4000000000000002", "4000000000009987"


def session_of(till: Till, url: str) -> dict[str, Any]:
    """The checkout behind an address."""
    session: dict[str, Any] = till.shop.v1.checkout.sessions.retrieve(url.rpartition("/")[2]).to_dict()
    return session


async def test_the_checkout_is_made_for_a_brazilian_company(till: Till) -> None:
    session = session_of(till, await till.checkout("profissional"))
    assert (session["mode"], session["currency"], session["locale"]) == ("subscription", "brl", "pt-BR")
    assert session["client_reference_id"] == str(till.tenant_id)
    assert session["tax_id_collection"]["enabled"]
    assert session["allow_promotion_codes"]
    assert session["amount_total"] == 14_900
    assert session["success_url"].endswith("/licenca?sessao={CHECKOUT_SESSION_ID}")


async def test_which_ways_to_pay_there_are_is_left_to_stripe(till: Till) -> None:
    assert "boleto" in session_of(till, await till.checkout())["payment_method_types"]


async def test_paying_makes_the_licence_active_until_it_renews(till: Till) -> None:
    await till.subscribe("escala")
    licence = (await till.right()).licence
    assert (licence.state, licence.plan, licence.source) == (LicenceState.ACTIVE, "escala", "stripe")
    assert licence.ends_at is not None
    left = licence.ends_at - till.parts.clock.business_now()
    assert timedelta(days=27) < left < timedelta(days=32)


async def test_who_comes_back_from_the_checkout_need_not_wait_for_a_message(till: Till) -> None:
    assert till.pay(await till.checkout()).status_code == 303
    await till.billing.came_back(till.tenant_id)
    assert await till.state() == "active"


async def test_coming_back_without_having_been_there_asks_nothing(till: Till) -> None:
    till.forget_calls()
    await till.billing.came_back(till.tenant_id)
    assert till.calls() == []
    assert await till.state() == "trial"


async def test_coming_back_without_having_paid_gives_nothing(till: Till) -> None:
    await till.checkout()
    await till.billing.came_back(till.tenant_id)
    assert await till.state() == "trial"


async def test_a_declined_card_gives_nothing_and_may_be_tried_again(till: Till) -> None:
    url = await till.checkout()
    assert till.pay(url, DECLINED).status_code == 402
    await till.deliver()
    assert await till.state() == "trial"
    assert till.pay(url).status_code == 303
    await till.deliver()
    assert await till.state() == "active"


async def test_a_checkout_that_is_finished_twice_is_one_subscription(till: Till) -> None:
    url = await till.checkout()
    assert till.pay(url).status_code == 303
    assert till.pay(url).status_code == 409
    await till.deliver()
    assert len(await till.office.rows("subscription")) == 1


async def test_only_the_checkout_opened_last_can_be_paid(till: Till) -> None:
    first, second = await till.checkout("essencial"), await till.checkout("escala")
    assert till.pay(first).status_code == 410
    assert till.pay(second).status_code == 303
    await till.deliver()
    assert (await till.right()).licence.plan == "escala"


async def test_who_paid_a_moment_ago_is_not_sold_a_second_subscription(till: Till) -> None:
    """The message is still under way when a second tab asks for another plan."""
    till.pay(await till.checkout("essencial"))
    url = await till.checkout("escala")
    assert "/portal/" in url
    assert await till.state() == "active"


async def test_a_subscriber_is_led_to_the_billing_portal(till: Till) -> None:
    await till.subscribe()
    assert "/portal/" in await till.checkout("escala")
    assert "/portal/" in await till.billing.portal(till.tenant_id, "pt")
    assert len(await till.office.rows("subscription")) == 1


async def test_nobody_has_a_portal_before_the_first_checkout(till: Till) -> None:
    with pytest.raises(NobodyPays):
        await till.billing.portal(till.tenant_id, "pt")


async def test_a_boleto_counts_when_it_is_paid_days_later(till: Till) -> None:
    await till.subscribe(card="boleto")
    assert await till.state() in ("trial", "active")
    (row,) = await till.office.rows("subscription")
    if row["status"] == "incomplete":
        assert await till.state() == "trial"
    await till.wait(4)
    await till.deliver()
    assert await till.state() == "active"


async def test_a_boleto_that_nobody_pays_never_makes_a_paying_customer(till: Till) -> None:
    await till.subscribe(card="boleto-unpaid")
    await till.wait(20)
    await till.deliver()
    await till.wait(8)
    await till.deliver()
    assert await till.state() in ("suspended", "canceled")


async def test_another_plan_is_billed_for_the_days_that_are_left(till: Till) -> None:
    await till.subscribe("essencial")
    await till.wait(10)
    await till.billing.change_plan(till.tenant_id, "escala", DONA)
    assert (await till.right()).licence.plan == "escala"
    latest = till.shop.v1.invoices.list({"customer": await till.customer_id()}).data[0]
    assert 0 < latest.amount_paid < 44_900
    assert len(await till.office.rows("subscription")) == 1


async def test_another_plan_with_a_bad_card_changes_nothing(till: Till) -> None:
    await till.subscribe("essencial", card=FAILS_LATER)
    with pytest.raises(Rejected):
        await till.billing.change_plan(till.tenant_id, "escala", DONA)
    await till.deliver()
    licence = (await till.right()).licence
    assert (licence.state, licence.plan) == (LicenceState.ACTIVE, "essencial")


async def test_without_a_subscription_no_plan_can_be_changed(till: Till) -> None:
    with pytest.raises(NobodyPays):
        await till.billing.change_plan(till.tenant_id, "escala", DONA)


async def test_who_cancels_keeps_what_is_paid_for_and_may_think_again(till: Till) -> None:
    await till.subscribe()
    session = till.shop.v1.billing_portal.sessions.create({"customer": await till.customer_id()})
    (row,) = await till.office.rows("subscription")
    till.shop.press(session, "cancel", subscription=row["id"])
    await till.deliver()
    licence = (await till.right()).licence
    assert (licence.state, licence.renews) == (LicenceState.ACTIVE, False)
    await till.billing.go_on(till.tenant_id, DONA)
    assert (await till.right()).licence.renews


async def test_a_cancelled_subscription_ends_with_its_period_and_can_be_bought_anew(till: Till) -> None:
    await till.subscribe()
    (row,) = await till.office.rows("subscription")
    till.shop.v1.subscriptions.update(row["id"], {"cancel_at_period_end": True})
    await till.wait(32)
    await till.deliver()
    assert await till.state() == "canceled"
    await till.subscribe("profissional")
    assert (await till.right()).licence.plan == "profissional"
    assert await till.state() == "active"


async def test_a_customer_that_was_deleted_at_stripe_is_made_anew(till: Till) -> None:
    await till.subscribe()
    before = await till.customer_id()
    till.shop.v1.customers.delete(before)
    await till.deliver()
    assert await till.state() == "trial"
    await till.subscribe("escala")
    assert await till.customer_id() != before
    assert (await till.right()).licence.plan == "escala"


async def test_a_plan_without_a_price_in_reais_cannot_be_bought(till: Till) -> None:
    price = till.shop.price("escala")
    till.shop.v1.prices.update(price.id, {"active": False})
    with pytest.raises(Rejected) as refused:
        await till.checkout("escala")
    assert refused.value.code == "no_price"


async def test_two_at_once_are_one_customer(till: Till) -> None:
    one = await till.billing._made(till.tenant_id)
    two = await till.billing._made(till.tenant_id)
    assert one.customer_id == two.customer_id


async def test_without_keys_nothing_breaks_and_nobody_can_pay(till: Till) -> None:
    shut = replace(till.billing, stripe=None)
    assert not shut.is_set_up
    assert (await shut.work_off(), await shut.compare(), await shut.stop_leaving()) == (0, 0, 0)
    with pytest.raises(NotSetUp):
        await shut.checkout(till.tenant_id, "escala", DONA, "pt")
