"""The sandbox's Stripe API as the official client meets it."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest
import stripe

from tests.support.sandbox import Sandbox
from tests.support.stripe_shop import TENANT, Shop


@pytest.fixture
def shop(sandbox: Sandbox) -> Shop:
    return Shop(sandbox)


def calls(sandbox: Sandbox) -> list[dict[str, Any]]:
    return list(sandbox.control("calls?provider=stripe", method="GET"))


def test_plans_are_found_by_lookup_key(shop: Shop) -> None:
    keys: Any = ["essencial", "profissional", "escala"]
    prices = shop.v1.prices.list({"lookup_keys": keys, "expand": ["data.product"]}).data
    assert {price.lookup_key: price.unit_amount for price in prices} == {
        "essencial": 5_900, "profissional": 14_900, "escala": 44_900,
    }  # fmt: skip
    assert {price.currency for price in prices} == {"brl"}
    assert all(price.recurring and price.recurring.interval == "month" for price in prices)
    assert all(isinstance(price.product, stripe.Product) for price in prices)
    assert shop.v1.prices.list({"lookup_keys": ["nenhum"]}).data == []


async def test_the_async_twins_work(shop: Shop) -> None:
    client = stripe.StripeClient(
        shop.api_key, base_addresses={"api": shop.api_url}, http_client=stripe.HTTPXClient(timeout=10)
    )
    made = await asyncio.gather(*(client.v1.customers.create_async({"name": str(n)}) for n in range(5)))
    found = [one async for one in (await client.v1.customers.list_async({"limit": 2})).auto_paging_iter()]
    assert {one.id for one in made} == {one.id for one in found}


def test_lists_turn_pages_newest_first(shop: Shop) -> None:
    made = [shop.v1.customers.create({"email": f"{n}@example.com"}).id for n in range(5)]
    first = shop.v1.customers.list({"limit": 2})
    assert ([one.id for one in first.data], first.has_more) == (made[:2:-1], True)
    second = shop.v1.customers.list({"limit": 3, "starting_after": made[3]})
    assert ([one.id for one in second.data], second.has_more) == (made[2::-1], False)
    back = shop.v1.customers.list({"limit": 2, "ending_before": made[0]})
    assert ([one.id for one in back.data], back.has_more) == ([made[2], made[1]], True)
    assert [one.id for one in shop.v1.customers.list({"email": "3@example.com"}).data] == [made[3]]


def test_lists_filter_by_time(shop: Shop) -> None:
    old = shop.v1.customers.create({"name": "old"})
    shop.wait(1)
    new = shop.v1.customers.create({"name": "new"})
    after = shop.v1.customers.list({"created": {"gt": old.created}})
    before = shop.v1.customers.list({"created": {"lt": new.created}})
    assert ([one.id for one in after.data], [one.id for one in before.data]) == ([new.id], [old.id])


def test_the_same_key_and_body_make_one_object(shop: Shop) -> None:
    first = shop.v1.customers.create({"name": "A"}, {"idempotency_key": "one"})
    again = shop.v1.customers.create({"name": "A"}, {"idempotency_key": "one"})
    assert first.id == again.id
    assert again.last_response.headers["idempotent-replayed"] == "true"
    assert len(shop.v1.customers.list().data) == 1


def test_the_same_key_with_another_body_is_refused(shop: Shop) -> None:
    shop.v1.customers.create({"name": "A"}, {"idempotency_key": "one"})
    with pytest.raises(stripe.IdempotencyError, match="same parameters"):
        shop.v1.customers.create({"name": "B"}, {"idempotency_key": "one"})


def test_a_refused_request_may_be_mended_under_its_key(shop: Shop) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        shop.v1.customers.create({"colour": "red"}, {"idempotency_key": "one"})  # type: ignore[typeddict-unknown-key]
    assert shop.v1.customers.create({"name": "A"}, {"idempotency_key": "one"}).name == "A"


def test_keys_are_forgotten_after_a_day(shop: Shop) -> None:
    first = shop.v1.customers.create({"name": "A"}, {"idempotency_key": "one"})
    shop.wait(1.01)
    assert shop.v1.customers.create({"name": "A"}, {"idempotency_key": "one"}).id != first.id


async def test_a_key_in_use_is_a_conflict(shop: Shop, sandbox: Sandbox) -> None:
    sandbox.control("faults", {"provider": "stripe", "times": 1, "delay_ms": 300})
    headers = {"authorization": f"Bearer {shop.api_key}", "idempotency-key": "one"}
    async with httpx.AsyncClient(base_url=shop.api_url, headers=headers, trust_env=False) as http:
        answers = await asyncio.gather(*(http.post("/v1/customers", data={"name": "A"}) for _ in range(2)))
    assert {answer.status_code for answer in answers} == {200, 409}
    assert len(shop.v1.customers.list().data) == 1


@pytest.mark.parametrize(
    ("path", "form", "status", "error"),
    [
        ("prices/price_none", None, 404, {"code": "resource_missing", "param": "id"}),
        ("customers?limit=200", None, 400, {"param": "limit"}),
        ("customers?limit=x", None, 400, {"code": "parameter_invalid_integer", "param": "limit"}),
        ("customers?starting_after=cus_none", None, 400, {"code": "resource_missing"}),
        ("customers?expand[]=data.colour", {"name": "A"}, 400, {"param": "expand"}),
        ("customers", {"colour": "red"}, 400, {"code": "parameter_unknown", "param": "colour"}),
        ("subscriptions", {}, 400, {"code": "parameter_missing", "param": "customer"}),
        ("subscriptions", {"customer": "cus_none"}, 400, {"code": "resource_missing", "param": "customer"}),
        ("checkout/sessions", {"mode": "gift"}, 400, {"param": "mode"}),
        ("nothing", None, 404, {"type": "invalid_request_error"}),
        ("webhook_endpoints", {"url": "ftp://x", "enabled_events[]": "*"}, 400, {"code": "url_invalid"}),
    ],
)
def test_mistakes_are_named(
    shop: Shop, path: str, form: dict[str, str] | None, status: int, error: dict[str, str]
) -> None:
    headers = {"authorization": f"Bearer {shop.api_key}"}
    answer = shop.sandbox.client.request(
        "GET" if form is None else "POST", f"{shop.api_url}/v1/{path}", data=form, headers=headers
    )
    body = answer.json()["error"]
    assert answer.status_code == status
    assert {name: body.get(name) for name in error} == error
    assert body["message"]
    assert answer.headers["request-id"].startswith("req_")


def test_a_wrong_key_is_not_let_in(shop: Shop) -> None:
    shop.api_key = "sk_test_of_somebody_else_altogether"
    with pytest.raises(stripe.AuthenticationError, match="Invalid API Key"):
        shop.new_client().v1.customers.list()


def test_another_version_is_refused(shop: Shop) -> None:
    old = shop.new_client(stripe_version="2020-08-27")
    with pytest.raises(stripe.InvalidRequestError, match="version"):
        old.v1.customers.list()


def test_metadata_is_merged_and_emptied(shop: Shop) -> None:
    made = shop.v1.customers.create({"metadata": {"a": "1", "b": "2"}})
    changed = shop.v1.customers.update(made.id, {"metadata": {"a": "", "c": "3"}})
    assert changed.metadata.to_dict() == {"b": "2", "c": "3"}
    (event,) = shop.told("customer.updated")
    assert event["data"]["previous_attributes"] == {"metadata": {"a": "1", "b": "2"}}
    assert event["request"]["id"].startswith("req_")


def test_ponte_and_an_outsider_are_told_apart(shop: Shop, sandbox: Sandbox) -> None:
    shop.v1.prices.list()
    shop.api_key = sandbox.ready["own"]["stripe_api_key"]
    shop.new_client().v1.prices.list()
    assert [row["outsider"] for row in calls(sandbox)] == [True, False]


def test_calls_are_rows_with_their_tenant(shop: Shop, sandbox: Sandbox) -> None:
    sandbox.control("tenants", {"tenant": TENANT, "member_id": "m"})
    subscription = shop.subscribed()
    sandbox.control("calls", method="DELETE")
    shop.v1.subscriptions.retrieve(subscription.id)
    shop.v1.prices.list()
    rows = [(row["path"], row["method"], row["status"], row["tenant"]) for row in calls(sandbox)]
    assert rows == [
        (f"/stripe/v1/subscriptions/{subscription.id}", "subscriptions", 200, TENANT),
        ("/stripe/v1/prices", "prices", 200, None),
    ]


@pytest.mark.parametrize(
    ("fault", "raised"),
    [
        ({"status": 500}, stripe.APIError),
        ({"status": 429}, stripe.RateLimitError),
        ({"error": "card_declined"}, stripe.CardError),
        ({"drop": True}, stripe.APIConnectionError),
    ],
)
def test_ordered_faults(shop: Shop, sandbox: Sandbox, fault: dict[str, Any], raised: type[Exception]) -> None:
    client = shop.new_client(max_network_retries=0)
    sandbox.control("faults", {"provider": "stripe", "method": "customers", "times": 1} | fault)
    assert client.v1.prices.list().data
    with pytest.raises(raised):
        client.v1.customers.create({"name": "A"})
    assert len(client.v1.customers.list().data) == (1 if "drop" in fault else 0)


def test_a_lost_answer_is_made_good_by_the_clients_own_retry(shop: Shop, sandbox: Sandbox) -> None:
    sandbox.control("faults", {"provider": "stripe", "drop": True, "times": 1})
    made = shop.new_client(max_network_retries=2).v1.customers.create({"name": "A"})
    assert [one.id for one in shop.v1.customers.list().data] == [made.id]


def test_a_fault_of_one_tenant_leaves_others_alone(shop: Shop, sandbox: Sandbox) -> None:
    client = shop.new_client(max_network_retries=0)
    sandbox.control("faults", {"provider": "stripe", "tenant": TENANT, "status": 500, "times": 1})
    client.v1.customers.create({"metadata": {"tenant_id": "another"}})
    with pytest.raises(stripe.APIError):
        client.v1.customers.create({"metadata": {"tenant_id": TENANT}})


def test_a_deleted_customer_says_so(shop: Shop) -> None:
    customer = shop.v1.customers.create({"name": "A"})
    assert shop.v1.customers.delete(customer.id).deleted
    assert shop.v1.customers.retrieve(customer.id).deleted
    assert shop.v1.customers.list().data == []
    portal: Any = {"customer": customer.id}
    for attempt in (
        lambda: shop.session(customer=customer.id),
        lambda: shop.v1.billing_portal.sessions.create(portal),
        lambda: shop.v1.subscriptions.create(portal),
    ):
        with pytest.raises(stripe.InvalidRequestError, match="deleted"):
            attempt()


def test_deleting_a_customer_ends_all_that_is_its_own(shop: Shop) -> None:
    bought = shop.subscribed()
    customer: Any = {"customer": str(bought.customer)}
    door = shop.v1.billing_portal.sessions.create(customer)
    open_session = shop.session(**customer)
    shop.v1.customers.delete(str(bought.customer))
    assert shop.status(bought) == "canceled"
    assert shop.sandbox.client.get(door.url).status_code == 410
    assert shop.pay(open_session).status_code == 410
    shop.wait(40)
    assert len(shop.v1.invoices.list().data) == 1


def test_a_lookup_key_belongs_to_one_price(shop: Shop) -> None:
    product = shop.v1.products.create({"name": "Novo"})
    sent: Any = {
        "product": product.id, "currency": "brl", "unit_amount": 9_900, "lookup_key": "essencial",
        "recurring": {"interval": "month"},
    }  # fmt: skip
    with pytest.raises(stripe.InvalidRequestError, match="already uses"):
        shop.v1.prices.create(sent)
    made = shop.v1.prices.create(sent | {"transfer_lookup_key": True})
    assert shop.price().id == made.id


def test_a_reset_forgets_all_but_the_plans(shop: Shop, sandbox: Sandbox) -> None:
    shop.subscribed()
    price = shop.price()
    sandbox.reset()
    assert shop.v1.subscriptions.list({"status": "all"}).data == []
    assert shop.told() == []
    assert shop.price().id == price.id
