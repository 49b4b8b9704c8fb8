"""Subscriptions of the sandbox's Stripe as time passes: renewals, refused cards, trials, endings."""

from __future__ import annotations

from typing import Any

import pytest
import stripe

from tests.support.sandbox import Sandbox
from tests.support.stripe_shop import DAY_S, FAILS_LATER, GOOD, Shop

RENEWED = 32
"""Days after which a month is over, and the hour of its draft too."""


@pytest.fixture
def shop(sandbox: Sandbox) -> Shop:
    return Shop(sandbox)


def customer_with_card(shop: Shop, test_card: str = "pm_card_visa") -> str:
    customer = shop.v1.customers.create({"email": "a@example.com"})
    method = shop.v1.payment_methods.attach(test_card, {"customer": customer.id})
    settings: Any = {"default_payment_method": method.id}
    shop.v1.customers.update(customer.id, {"invoice_settings": settings})
    return customer.id


def made_by_api(shop: Shop, customer: str, **more: Any) -> stripe.Subscription:
    sent: Any = {"customer": customer, "items": [{"price": shop.price().id}]}
    return shop.v1.subscriptions.create(sent | more)


def period(subscription: stripe.Subscription) -> tuple[int, int]:
    item = subscription["items"].data[0]
    return item.current_period_start, item.current_period_end


def test_a_month_is_renewed(shop: Shop) -> None:
    bought = shop.subscribed()
    _, end = period(bought)
    shop.wait(RENEWED)
    now = shop.v1.subscriptions.retrieve(bought.id)
    invoice = shop.latest(bought)
    assert (now.status, period(now)[0]) == ("active", end)
    assert 28 * DAY_S <= period(now)[1] - end <= 31 * DAY_S
    assert (invoice.status, invoice.billing_reason, invoice.created) == ("paid", "subscription_cycle", end)
    assert invoice.lines.data[0].period.to_dict() == {"start": period(now)[0], "end": period(now)[1]}
    assert len(shop.told("invoice.paid")) == 2


def test_a_renewal_is_a_draft_for_an_hour(shop: Shop) -> None:
    bought = shop.subscribed()
    shop.sandbox.control("clock", {"advance_s": period(bought)[1] - bought.created + 60})
    assert (shop.latest(bought).status, shop.status(bought)) == ("draft", "active")
    shop.wait(1 / 24)
    assert shop.latest(bought).status == "paid"


def test_a_year_jumped_over_has_twelve_renewals(shop: Shop) -> None:
    bought = shop.subscribed()
    shop.wait(366)
    invoices = shop.v1.invoices.list({"subscription": bought.id, "limit": 50}).data
    assert {invoice.status for invoice in invoices} == {"paid"}
    assert len(invoices) == 13
    assert len({invoice.number for invoice in invoices}) == 13


def test_a_failing_card_is_tried_again_and_ends_unpaid(shop: Shop) -> None:
    bought = shop.subscribed(FAILS_LATER)
    shop.wait(RENEWED)
    invoice = shop.latest(bought)
    assert (shop.status(bought), invoice.status, invoice.attempt_count) == ("past_due", "open", 1)
    assert invoice.next_payment_attempt is not None
    shop.wait(3)
    assert (shop.latest(bought).attempt_count, shop.status(bought)) == (2, "past_due")
    shop.wait(12)
    assert (shop.latest(bought).attempt_count, shop.status(bought)) == (4, "unpaid")
    assert shop.latest(bought).next_payment_attempt is None
    assert len(shop.told("invoice.payment_failed")) == 4


@pytest.mark.parametrize(("wish", "status"), [("cancel", "canceled"), ("past_due", "past_due")])
def test_the_account_says_what_becomes_of_it(shop: Shop, wish: str, status: str) -> None:
    shop.sandbox.control("stripe/habits", {"after_retries": wish, "retry_days": [1]})
    bought = shop.subscribed(FAILS_LATER)
    shop.wait(RENEWED + 1)
    assert shop.status(bought) == status
    assert len(shop.told("customer.subscription.deleted")) == (wish == "cancel")


def test_a_card_that_pays_again_heals_at_the_next_attempt(shop: Shop) -> None:
    bought = shop.subscribed()
    shop.sandbox.control("stripe/cards", {"customer": str(bought.customer), "nature": "no_funds"})
    shop.wait(RENEWED)
    assert shop.status(bought) == "past_due"
    shop.sandbox.control("stripe/cards", {"customer": str(bought.customer), "nature": "pays"})
    shop.wait(3)
    assert (shop.status(bought), shop.latest(bought).status) == ("active", "paid")


def test_an_unpaid_subscription_lives_again_when_all_is_paid(shop: Shop) -> None:
    shop.sandbox.control("stripe/habits", {"retry_days": []})
    bought = shop.subscribed(FAILS_LATER)
    shop.wait(RENEWED)
    invoice = shop.latest(bought)
    assert shop.status(bought) == "unpaid"
    with pytest.raises(stripe.CardError) as refused:
        shop.v1.invoices.pay(invoice.id)
    assert refused.value.code == "card_declined"
    shop.v1.invoices.pay(invoice.id, {"payment_method": "pm_card_visa"})
    assert shop.status(bought) == "active"
    with pytest.raises(stripe.InvalidRequestError, match="already paid"):
        shop.v1.invoices.pay(invoice.id)


def test_an_unpaid_subscriptions_next_invoice_stays_a_draft(shop: Shop) -> None:
    shop.sandbox.control("stripe/habits", {"retry_days": []})
    bought = shop.subscribed(FAILS_LATER)
    shop.wait(2 * RENEWED)
    invoices = shop.v1.invoices.list({"subscription": bought.id}).data
    assert [invoice.status for invoice in invoices] == ["draft", "open", "paid"]


def test_the_end_of_the_period_is_the_end(shop: Shop) -> None:
    bought = shop.subscribed()
    shop.v1.subscriptions.update(bought.id, {"cancel_at_period_end": True})
    assert shop.status(bought) == "active"
    shop.wait(RENEWED)
    ended = shop.v1.subscriptions.retrieve(bought.id)
    assert (ended.status, ended.ended_at) == ("canceled", period(bought)[1])
    assert ended.cancellation_details is not None
    assert ended.cancellation_details.reason == "cancellation_requested"
    (event,) = shop.told("customer.subscription.deleted")
    assert event["data"]["object"]["status"] == "canceled"
    assert len(shop.v1.invoices.list().data) == 1


def test_a_date_may_be_the_end(shop: Shop) -> None:
    bought = shop.subscribed()
    shop.v1.subscriptions.update(bought.id, {"cancel_at": bought.created + 5 * DAY_S})
    shop.wait(4.9)
    assert shop.status(bought) == "active"
    shop.wait(0.2)
    assert shop.status(bought) == "canceled"


def test_cancelled_now_is_cancelled_for_good(shop: Shop) -> None:
    bought = shop.subscribed()
    assert shop.v1.subscriptions.cancel(bought.id).status == "canceled"
    with pytest.raises(stripe.InvalidRequestError):
        shop.v1.subscriptions.cancel(bought.id)
    shop.wait(RENEWED)
    assert len(shop.v1.invoices.list().data) == 1
    assert shop.v1.subscriptions.list().data == []
    assert [one.id for one in shop.v1.subscriptions.list({"status": "canceled"}).data] == [bought.id]


def test_a_trial_warns_and_then_charges(shop: Shop) -> None:
    bought = shop.subscribed(subscription_data={"trial_period_days": 14})
    assert (bought.status, period(bought)[1]) == ("trialing", bought.trial_end)
    shop.wait(11.1)
    assert len(shop.told("customer.subscription.trial_will_end")) == 1
    shop.wait(3)
    invoice = shop.latest(bought)
    assert (shop.status(bought), invoice.status, invoice.amount_paid) == ("active", "paid", 5_900)


def test_a_trial_whose_card_fails_is_past_due(shop: Shop) -> None:
    bought = shop.subscribed("4000000000000341", subscription_data={"trial_period_days": 14})
    shop.wait(14.1)
    assert shop.status(bought) == "past_due"


@pytest.mark.parametrize(
    ("wish", "status", "event"),
    [
        ("pause", "paused", "customer.subscription.paused"),
        ("cancel", "canceled", "customer.subscription.deleted"),
        ("create_invoice", "past_due", "invoice.payment_failed"),
    ],
)
def test_a_trial_without_a_card_ends_as_it_was_told(shop: Shop, wish: str, status: str, event: str) -> None:
    behaviour = {"end_behavior": {"missing_payment_method": wish}}
    customer = shop.v1.customers.create({"email": "a@example.com"}).id
    made = made_by_api(shop, customer, trial_period_days=14, trial_settings=behaviour)
    shop.wait(14.1)
    assert shop.status(made) == status
    assert len(shop.told(event)) == 1


def test_a_paused_subscription_is_resumed(shop: Shop) -> None:
    behaviour = {"end_behavior": {"missing_payment_method": "pause"}}
    customer = shop.v1.customers.create({"email": "a@example.com"}).id
    made = made_by_api(shop, customer, trial_period_days=1, trial_settings=behaviour)
    shop.wait(2)
    method = shop.v1.payment_methods.attach("pm_card_visa", {"customer": customer})
    shop.v1.subscriptions.update(made.id, {"default_payment_method": method.id})
    assert shop.v1.subscriptions.resume(made.id).status == "active"
    assert shop.latest(made).amount_paid == 5_900
    assert len(shop.told("customer.subscription.resumed")) == 1


def test_a_trial_may_end_early(shop: Shop) -> None:
    bought = shop.subscribed(subscription_data={"trial_period_days": 14})
    assert shop.v1.subscriptions.update(bought.id, {"trial_end": "now"}).status == "active"
    assert shop.latest(bought).amount_paid == 5_900


def test_a_first_payment_that_fails_leaves_it_incomplete_for_a_day(shop: Shop) -> None:
    customer = customer_with_card(shop, "pm_card_chargeCustomerFail")
    made = made_by_api(shop, customer)
    assert (made.status, shop.latest(made).status) == ("incomplete", "open")
    shop.wait(1)
    assert (shop.status(made), shop.latest(made).status) == ("incomplete_expired", "void")


def test_the_first_payment_may_come_later(shop: Shop) -> None:
    made = made_by_api(shop, customer_with_card(shop), payment_behavior="default_incomplete")
    assert made.status == "incomplete"
    shop.v1.invoices.pay(shop.latest(made).id)
    assert shop.status(made) == "active"


def test_a_subscription_needs_something_to_pay_with(shop: Shop) -> None:
    customer = shop.v1.customers.create({"email": "a@example.com"}).id
    with pytest.raises(stripe.InvalidRequestError, match="no attached payment source"):
        made_by_api(shop, customer)
    failing = customer_with_card(shop, "pm_card_chargeCustomerFail")
    with pytest.raises(stripe.CardError):
        made_by_api(shop, failing, payment_behavior="error_if_incomplete")
    assert shop.v1.subscriptions.list({"status": "all"}).data == []


@pytest.mark.parametrize(
    ("behaviour", "lines"), [("always_invoice", 2), ("create_prorations", 1), ("none", 1)]
)
def test_a_change_of_plan_is_prorated_as_told(shop: Shop, behaviour: Any, lines: int) -> None:
    bought = shop.subscribed()
    items: Any = [{"id": bought["items"].data[0].id, "price": shop.price("escala").id}]
    now = shop.v1.subscriptions.update(bought.id, {"items": items, "proration_behavior": behaviour})
    assert now["items"].data[0].price.lookup_key == "escala"
    assert len(shop.latest(bought).lines.data) == lines
    (event, *_) = [
        event for event in shop.told("customer.subscription.updated")
        if "items" in event["data"]["previous_attributes"]
    ]  # fmt: skip
    before = event["data"]["previous_attributes"]["items"]["data"][0]
    assert before["price"]["lookup_key"] == "essencial"
    shop.wait(RENEWED)
    prorated = 3 if behaviour == "create_prorations" else 1
    assert len(shop.latest(bought).lines.data) == prorated
    assert shop.status(bought) == "active"


def test_a_dearer_plan_that_nobody_pays_changes_nothing(shop: Shop) -> None:
    bought = shop.subscribed(FAILS_LATER)
    items: Any = [{"id": bought["items"].data[0].id, "price": shop.price("escala").id}]
    with pytest.raises(stripe.CardError):
        shop.v1.subscriptions.update(
            bought.id,
            {
                "items": items,
                "proration_behavior": "always_invoice",
                "payment_behavior": "error_if_incomplete",
            },
        )
    now = shop.v1.subscriptions.retrieve(bought.id)
    assert (now.status, now["items"].data[0].price.lookup_key) == ("active", "essencial")
    assert len(shop.v1.invoices.list().data) == 1


def test_an_item_may_be_added_and_a_refused_one_is_not(shop: Shop) -> None:
    bought = shop.subscribed()
    added: Any = [{"price": shop.price("escala").id}]
    with pytest.raises(stripe.InvalidRequestError, match="colour"):
        shop.v1.subscriptions.update(bought.id, {"items": added, "colour": "red"})  # type: ignore[typeddict-unknown-key]
    assert len(shop.v1.subscriptions.retrieve(bought.id)["items"].data) == 1
    shop.v1.subscriptions.update(bought.id, {"items": added})
    shop.wait(RENEWED)
    assert (len(shop.latest(bought).lines.data), shop.latest(bought).total) == (2, 5_900 + 44_900)


def test_a_paused_collection_keeps_its_drafts(shop: Shop) -> None:
    bought = shop.subscribed()
    pause: Any = {"behavior": "keep_as_draft"}
    shop.v1.subscriptions.update(bought.id, {"pause_collection": pause})
    shop.wait(RENEWED)
    assert (shop.status(bought), shop.latest(bought).status) == ("active", "draft")


def test_a_renewal_by_boleto_waits_for_the_money(shop: Shop) -> None:
    bought = shop.subscribed("boleto")
    shop.wait(2)
    shop.sandbox.control("clock", {"advance_s": period(bought)[1] - bought.created - 2 * DAY_S + 3_700})
    assert shop.status(bought) == "past_due"
    shop.wait(2)
    assert shop.status(bought) == "active"


def test_an_invoice_may_be_given_up(shop: Shop) -> None:
    bought = shop.subscribed(FAILS_LATER)
    shop.wait(RENEWED)
    assert shop.v1.invoices.void_invoice(shop.latest(bought).id).status == "void"
    shop.wait(5)
    assert shop.latest(bought).attempt_count == 1


def test_a_status_that_nobody_knows(shop: Shop) -> None:
    bought = shop.subscribed(GOOD)
    shop.sandbox.control("stripe/status", {"subscription": bought.id, "status": "hibernating"})
    assert shop.status(bought) == "hibernating"
    event = shop.told("customer.subscription.updated")[-1]
    assert event["data"]["previous_attributes"] == {"status": "active"}


@pytest.mark.parametrize(
    ("path", "order", "named"),
    [
        ("habits", {"after_retries": "forgive"}, "after_retries"),
        ("cards", {"customer": "cus_none", "nature": "pays"}, "cus_none"),
        ("cards", {"customer": "cus_none", "nature": "golden"}, "nature"),
        ("status", {"subscription": "sub_none", "status": "x"}, "sub_none"),
        ("events", {"object": "cus_none", "type": "x"}, "cus_none"),
        ("again", {"event": "evt_none"}, "evt_none"),
    ],
)
def test_a_wrong_order_is_refused_by_name(shop: Shop, path: str, order: dict[str, Any], named: str) -> None:
    answer = shop.sandbox.client.post(f"/control/stripe/{path}", json=order)
    assert answer.status_code in (400, 404)
    assert named in answer.text
