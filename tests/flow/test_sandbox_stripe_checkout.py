"""Checkout and the billing portal of the sandbox's Stripe, clicked as people do."""

from __future__ import annotations

from typing import Any

import pytest
import stripe

from tests.support.sandbox import Sandbox
from tests.support.stripe_shop import DECLINED, FAILS_LATER, GOOD, TENANT, Shop

TAX = {"tax_id_collection": {"enabled": True}}


@pytest.fixture
def shop(sandbox: Sandbox) -> Shop:
    return Shop(sandbox)


def portal(shop: Shop, subscription: stripe.Subscription) -> stripe.billing_portal.Session:
    customer = str(subscription.customer)
    return shop.v1.billing_portal.sessions.create({"customer": customer, "return_url": "http://app.test/"})


def test_the_form_has_one_button_and_a_good_card(shop: Shop) -> None:
    session = shop.session(allow_promotion_codes=True, cancel_url="http://app.test/licenca", **TAX)
    page = shop.sandbox.client.get(str(session.url)).text
    assert page.count("<form") == page.count("<button") == 1
    assert ">Pagar</button>" in page
    assert f'<option value="{GOOD}" selected>' in page
    assert "R$ 59,00" in page
    assert 'name="tax_id"' in page
    assert 'name="promotion_code"' in page
    assert "http://app.test/licenca" in page


def test_paying_ends_at_the_success_url(shop: Shop) -> None:
    session = shop.session()
    answer = shop.pay(session)
    assert (answer.status_code, answer.headers["location"]) == (
        303,
        f"http://app.test/licenca?sessao={session.id}",
    )


def test_what_a_paid_session_leaves_behind(shop: Shop) -> None:
    session = shop.session("profissional", **TAX)
    shop.pay(session, tax_id="11.222.333/0001-81")
    paid = shop.v1.checkout.sessions.retrieve(
        session.id, {"expand": ["subscription", "customer", "line_items"]}
    )
    assert (paid.status, paid.payment_status, paid.amount_total, paid.url) == (
        "complete",
        "paid",
        14_900,
        None,
    )
    assert isinstance(paid.subscription, stripe.Subscription)
    assert isinstance(paid.customer, stripe.Customer)
    assert paid.customer_details is not None
    assert paid.line_items is not None
    assert paid.subscription.status == "active"
    assert paid.subscription.metadata["tenant_id"] == paid.client_reference_id == TENANT
    assert paid.subscription["items"].data[0].price.lookup_key == "profissional"
    assert [row.description for row in paid.line_items.data] == ["Ponte Profissional"]
    assert paid.customer.email == "dono@example.com"
    assert [(one.type, one.value) for one in paid.customer_details.tax_ids or ()] == [
        ("br_cnpj", "11.222.333/0001-81")
    ]
    assert shop.latest(paid.subscription).status == "paid"


def test_the_events_tell_the_story(shop: Shop) -> None:
    shop.subscribed()
    kinds = [event["type"] for event in shop.told()]
    assert kinds[-1] == "checkout.session.completed"
    created, updated = shop.told("customer.subscription.created", "customer.subscription.updated")
    assert created["data"]["object"]["status"] == "incomplete"
    assert updated["data"]["object"]["status"] == "active"
    assert updated["data"]["previous_attributes"] == {"status": "incomplete"}


def test_a_declined_card_leaves_the_session_open(shop: Shop) -> None:
    session = shop.session()
    answer = shop.pay(session, DECLINED)
    assert answer.status_code == 402
    assert "recusado" in answer.text
    assert shop.told() == []
    assert shop.pay(session, GOOD).status_code == 303


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"card": "1234"}, "número do cartão"),
        ({"email": "ninguém"}, "e-mail"),
        ({"tax_id": "123"}, "CPF ou CNPJ"),
        ({"promotion_code": "NADA"}, "código promocional"),
    ],
)
def test_a_form_filled_in_wrongly_says_what(shop: Shop, form: dict[str, str], said: str) -> None:
    session = shop.session(allow_promotion_codes=True, **TAX)
    answer = shop.pay(session, form.pop("card", GOOD), **form)
    assert answer.status_code == 402
    assert said in answer.text
    assert shop.told() == []


def test_a_session_is_paid_once(shop: Shop) -> None:
    session = shop.session()
    shop.pay(session)
    assert shop.pay(session).status_code == 409
    assert len(shop.v1.subscriptions.list({"status": "all"}).data) == 1


def test_a_session_expires(shop: Shop) -> None:
    session = shop.session()
    shop.wait(1.01)
    assert shop.v1.checkout.sessions.retrieve(session.id).status == "expired"
    assert shop.pay(session).status_code == 410
    assert [event["type"] for event in shop.told()] == ["checkout.session.expired"]
    with pytest.raises(stripe.InvalidRequestError, match="expired"):
        shop.v1.checkout.sessions.expire(session.id)


def test_a_session_can_be_expired_by_the_api(shop: Shop) -> None:
    session = shop.session()
    assert shop.v1.checkout.sessions.expire(session.id).status == "expired"
    assert shop.pay(session).status_code == 410


def test_a_promotion_code_takes_a_fifth_off_once(shop: Shop) -> None:
    session = shop.session(allow_promotion_codes=True)
    shop.pay(session, promotion_code="bemvindo20")
    paid = shop.v1.checkout.sessions.retrieve(session.id, {"expand": ["subscription", "invoice"]})
    assert isinstance(paid.subscription, stripe.Subscription)
    assert isinstance(paid.invoice, stripe.Invoice)
    assert (paid.amount_subtotal, paid.amount_total) == (5_900, 4_720)
    assert (paid.invoice.total, paid.invoice.amount_paid) == (4_720, 4_720)
    shop.wait(32)
    assert shop.latest(paid.subscription).amount_paid == 5_900


def test_an_existing_customer_keeps_its_email(shop: Shop) -> None:
    customer = shop.v1.customers.create({"email": "a@example.com", "name": "A"})
    bought = shop.subscribed(customer=customer.id)
    assert bought.customer == customer.id
    assert shop.v1.customers.retrieve(customer.id).email == "a@example.com"
    assert len(shop.v1.customers.list().data) == 1


def test_an_existing_customer_is_renamed_only_when_told(shop: Shop) -> None:
    customer = shop.v1.customers.create({"email": "a@example.com", "name": "A"})
    update = {"customer_update": {"name": "auto", "address": "auto"}}
    shop.pay(shop.session(customer=customer.id), name="B")
    assert shop.v1.customers.retrieve(customer.id).name == "A"
    shop.pay(shop.session(customer=customer.id, **update), name="B")
    assert shop.v1.customers.retrieve(customer.id).name == "B"


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"customer": "cus_none"}, "No such customer"),
        ({"customer_update": {"name": "auto"}}, "can only be used with"),
        ({"line_items": [{"price": "price_none", "quantity": 1}]}, "No such price"),
        ({"line_items": []}, "Missing required param: line_items"),
        ({"line_items": [{"price": "price_sandboxessencial"}]}, "quantity"),
        ({"success_url": ""}, "success_url"),
        ({"expires_at": 1}, "expires_at"),
        ({"payment_method_types": ["gold"]}, "gold"),
        ({"ui_mode": "hosted"}, "ui_mode"),
    ],
)
def test_a_wrong_session_is_refused(shop: Shop, more: dict[str, Any], said: str) -> None:
    with pytest.raises(stripe.InvalidRequestError, match=said):
        shop.session(**more)


def test_tax_ids_of_an_existing_customer_need_its_update(shop: Shop) -> None:
    customer = shop.v1.customers.create({"email": "a@example.com"}).id
    with pytest.raises(stripe.InvalidRequestError, match=r"customer_update\[name\]"):
        shop.session(customer=customer, **TAX)
    with pytest.raises(stripe.InvalidRequestError, match=r"customer_update\[address\]"):
        shop.session(customer=customer, customer_update={"name": "auto"}, **TAX)
    assert shop.session(customer=customer, customer_update={"name": "auto", "address": "auto"}, **TAX).url


def test_a_boleto_is_paid_days_later(shop: Shop) -> None:
    bought = shop.subscribed("boleto")
    (done,) = shop.told("checkout.session.completed")
    assert done["data"]["object"]["payment_status"] == "unpaid"
    assert (shop.status(bought), shop.latest(bought).status) == ("incomplete", "open")
    shop.wait(2)
    assert (shop.status(bought), shop.latest(bought).status) == ("active", "paid")
    (paid,) = shop.told("checkout.session.async_payment_succeeded")
    assert paid["data"]["object"]["payment_status"] == "paid"


def test_a_boleto_that_nobody_pays(shop: Shop) -> None:
    bought = shop.subscribed("boleto-unpaid")
    shop.wait(2)
    assert (shop.status(bought), shop.latest(bought).status) == ("incomplete_expired", "void")
    assert len(shop.told("checkout.session.async_payment_failed")) == 1
    assert shop.told("checkout.session.async_payment_succeeded") == []


def test_boletos_are_not_offered_where_cards_alone_are_wanted(shop: Shop) -> None:
    session = shop.session(payment_method_types=["card"])
    assert "Boleto" not in shop.sandbox.client.get(str(session.url)).text
    assert shop.pay(session, "boleto").status_code == 402


def test_a_trial_costs_nothing_today(shop: Shop) -> None:
    session = shop.session(subscription_data={"trial_period_days": 14})
    assert "R$ 0,00" in shop.sandbox.client.get(str(session.url)).text
    shop.pay(session)
    paid = shop.v1.checkout.sessions.retrieve(session.id, {"expand": ["subscription"]})
    assert isinstance(paid.subscription, stripe.Subscription)
    assert (paid.payment_status, paid.subscription.status) == ("no_payment_required", "trialing")


def test_a_trial_may_begin_without_a_card(shop: Shop) -> None:
    session = shop.session(
        subscription_data={"trial_period_days": 14}, payment_method_collection="if_required"
    )
    assert 'name="card"' not in shop.sandbox.client.get(str(session.url)).text
    assert shop.pay(session).status_code == 303
    assert shop.v1.payment_methods.list().data == []


def test_the_portal_changes_the_plan_with_proration(shop: Shop) -> None:
    bought = shop.subscribed(key="essencial")
    door = portal(shop, bought)
    shop.wait(0.02)
    answer = shop.press(door, "plan", subscription=bought.id, price=shop.price("profissional").id)
    assert (answer.status_code, answer.headers["location"]) == (303, door.url)
    invoice = shop.latest(bought)
    assert invoice.billing_reason == "subscription_update"
    assert invoice.status == "paid"
    unused, rest = (line.amount for line in invoice.lines.data)
    assert -5_900 < unused < 0 < rest < 14_900
    now = shop.v1.subscriptions.retrieve(bought.id)
    assert now["items"].data[0].price.lookup_key == "profissional"
    assert now["items"].data[0].current_period_end == bought["items"].data[0].current_period_end


def test_a_cheaper_plan_leaves_a_credit_that_the_next_invoice_uses(shop: Shop) -> None:
    bought = shop.subscribed(key="escala")
    shop.press(portal(shop, bought), "plan", subscription=bought.id, price=shop.price("essencial").id)
    credit = shop.v1.customers.retrieve(str(bought.customer)).balance
    assert credit is not None
    assert -44_900 < credit <= -38_900
    shop.wait(32)
    invoice = shop.latest(bought)
    assert (invoice.status, invoice.amount_due, invoice.starting_balance) == ("paid", 0, credit)
    assert invoice.ending_balance == credit + 5_900


def test_the_portal_cancels_at_the_end_and_thinks_better_of_it(shop: Shop) -> None:
    bought = shop.subscribed()
    door = portal(shop, bought)
    end = bought["items"].data[0].current_period_end
    shop.press(door, "cancel", subscription=bought.id)
    leaving = shop.v1.subscriptions.retrieve(bought.id)
    assert (leaving.status, leaving.cancel_at_period_end, leaving.cancel_at) == ("active", True, end)
    assert "Manter assinatura" in shop.sandbox.client.get(door.url).text
    shop.press(door, "keep", subscription=bought.id)
    shop.wait(32)
    assert shop.status(bought) == "active"


def test_the_portal_changes_the_card_and_pays_an_open_invoice(shop: Shop) -> None:
    bought = shop.subscribed(FAILS_LATER)
    shop.wait(32)
    assert shop.status(bought) == "past_due"
    door = portal(shop, bought)
    assert shop.press(door, "pay", invoice=shop.latest(bought).id).status_code == 402
    assert shop.press(door, "card", card=DECLINED).status_code == 402
    assert shop.press(door, "card", card=GOOD).status_code == 303
    assert shop.press(door, "pay", invoice=shop.latest(bought).id).status_code == 303
    assert (shop.status(bought), shop.latest(bought).status) == ("active", "paid")
    assert shop.press(door, "pay", invoice=shop.latest(bought).id).status_code == 402


def test_the_portal_shows_only_its_customers_things(shop: Shop) -> None:
    mine, other = shop.subscribed(), shop.subscribed(key="escala")
    door = portal(shop, mine)
    assert shop.press(door, "cancel", subscription=other.id).status_code == 402
    assert shop.press(door, "pay", invoice=shop.latest(other).id).status_code == 402
    assert not shop.v1.subscriptions.retrieve(other.id).cancel_at_period_end
    assert other.id not in shop.sandbox.client.get(door.url).text


def test_the_portal_closes_after_an_hour(shop: Shop) -> None:
    door = portal(shop, shop.subscribed())
    shop.wait(0.05)
    assert shop.sandbox.client.get(door.url).status_code == 410
    assert shop.sandbox.client.get(f"{shop.api_url}/portal/bps_none").status_code == 404


def test_an_invoice_has_a_page_of_its_own(shop: Shop) -> None:
    bought = shop.subscribed(FAILS_LATER)
    shop.wait(32)
    invoice = shop.latest(bought)
    url = str(invoice.hosted_invoice_url)
    assert "R$ 59,00" in shop.sandbox.client.get(url).text
    assert shop.sandbox.client.post(url, data={"card": DECLINED}).status_code == 402
    assert "está paga" in shop.sandbox.client.post(url, data={"card": GOOD}).text
    assert shop.status(bought) == "active"


def test_the_owner_sees_customers_and_lets_things_happen(shop: Shop) -> None:
    bought, page = shop.subscribed(), f"{shop.api_url}/"
    shown = shop.sandbox.client.get(page).text
    assert "Empresa Exemplo Ltda" in shown
    assert "essencial · ativa" in shown
    assert "checkout.session.completed" in shown
    shop.sandbox.client.post(page, data={"customer": str(bought.customer), "cards": "falham"})
    assert shop.sandbox.client.post(page, data={"days": "32"}).status_code == 303
    assert shop.status(bought) == "past_due"
    assert "com pagamento atrasado" in shop.sandbox.client.get(page).text
    assert "/stripe/" in shop.sandbox.client.get("/").text


def test_a_known_tax_id_is_not_asked_for_again(shop: Shop) -> None:
    customer = shop.v1.customers.create(
        {"email": "a@example.com", "tax_id_data": [{"type": "br_cpf", "value": "529.982.247-25"}]}
    )
    update = {"customer_update": {"name": "auto", "address": "auto"}}
    session = shop.session(customer=customer.id, **update, **TAX)
    assert 'name="tax_id"' not in shop.sandbox.client.get(str(session.url)).text
    shop.pay(session, tax_id="11.222.333/0001-81")
    assert [one.type for one in shop.v1.customers.tax_ids.list(customer.id).data] == ["br_cpf"]
