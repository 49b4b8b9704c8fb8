"""Webhooks of the sandbox's Stripe: signed, repeated, disordered, old, strange."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import stripe

from tests.support.sandbox import Sandbox
from tests.support.sink import Sink, listening
from tests.support.stripe_shop import TENANT, Shop
from tests.support.waiting import until


@pytest.fixture
def shop(sandbox: Sandbox) -> Shop:
    return Shop(sandbox)


@pytest.fixture
async def door(app_port: int) -> AsyncIterator[Sink]:
    """Ponte's place."""
    async with listening(app_port) as sink:
        yield sink


def kinds(sink: Sink) -> list[str]:
    return [post.json["type"] for post in sink.posts]


async def test_pontes_door_gets_signed_events_by_default(shop: Shop, door: Sink) -> None:
    bought = shop.subscribed()
    posts = await door.arrived(4)
    assert {post.path for post in posts} == {"/webhooks/stripe"}
    assert sorted(kinds(door)) == [
        "checkout.session.completed", "customer.subscription.created", "customer.subscription.updated",
        "invoice.paid",
    ]  # fmt: skip
    secret = shop.sandbox.ready["stripe"]["webhook_secret"]
    for post in posts:
        event = shop.client.construct_event(post.body, post.headers["stripe-signature"], secret)
        assert event.api_version == "2026-10-28.endive"
    assert {post.json["data"]["object"]["id"] for post in posts} >= {bought.id}


async def test_signatures_and_dates_keep_the_real_clock(shop: Shop, door: Sink) -> None:
    shop.wait(400)
    shop.subscribed()
    (post, *_) = await door.arrived(1)
    secret = shop.sandbox.ready["stripe"]["webhook_secret"]
    event = shop.client.construct_event(post.body, post.headers["stripe-signature"], secret, tolerance=300)
    signed_at = int(post.headers["stripe-signature"].removeprefix("t=").split(",")[0])
    assert abs(event.created - signed_at) < 60
    assert event.to_dict()["data"]["object"]["created"] - event.created > 399 * 86_400


async def test_a_changed_body_or_another_secret_does_not_fit(shop: Shop, door: Sink) -> None:
    shop.subscribed()
    (post, *_) = await door.arrived(1)
    secret = shop.sandbox.ready["stripe"]["webhook_secret"]
    for body, key in ((post.body + b" ", secret), (post.body, "whsec_another")):
        with pytest.raises(stripe.SignatureVerificationError):
            shop.client.construct_event(body, post.headers["stripe-signature"], key)


async def test_an_endpoint_of_ones_own_gets_what_it_asked_for(shop: Shop) -> None:
    async with listening() as sink:
        made = shop.v1.webhook_endpoints.create(
            {
                "url": f"{sink.url}/hook",
                "enabled_events": ["invoice.paid"],
                "api_version": "2026-10-28.endive",
            }
        )
        shop.subscribed()
        (post,) = await sink.arrived(1)
        assert made.secret is not None
        event = shop.client.construct_event(post.body, post.headers["stripe-signature"], made.secret)
        assert (event.type, post.path) == ("invoice.paid", "/hook")
        assert "secret" not in shop.v1.webhook_endpoints.retrieve(made.id).to_dict()


async def test_bodies_follow_the_endpoints_version(shop: Shop) -> None:
    async with listening() as sink:
        asked: Any = {"url": sink.url, "enabled_events": ["customer.created"], "api_version": "2024-06-20"}
        shop.v1.webhook_endpoints.create(asked)
        shop.v1.customers.create({"name": "A"})
        (post,) = await sink.arrived(1)
        (kept,) = shop.told("customer.created")
        assert (post.json["api_version"], kept["api_version"]) == ("2024-06-20", "2026-10-28.endive")


async def test_a_disabled_or_deleted_endpoint_gets_nothing(shop: Shop) -> None:
    async with listening() as sink:
        make: Any = {"url": sink.url, "enabled_events": ["*"]}
        silent, gone, kept = (shop.v1.webhook_endpoints.create(make) for _ in range(3))
        shop.v1.webhook_endpoints.update(silent.id, {"disabled": True})
        shop.v1.webhook_endpoints.delete(gone.id)
        shop.v1.customers.create({"name": "A"})
        shop.v1.customers.create({"name": "B"})
        assert [post.json["data"]["object"]["name"] for post in await sink.arrived(2)] == ["A", "B"]
        assert kept.secret is not None
        assert kept.secret != silent.secret


async def test_a_refused_event_comes_again_newly_signed(shop: Shop, door: Sink) -> None:
    door.statuses = [500]
    shop.session()
    bought = shop.subscribed()
    posts = await door.arrived(5)
    ids = [post.json["id"] for post in posts]
    again = next(event_id for event_id in ids if ids.count(event_id) == 2)
    first, second = (post for post in posts if post.json["id"] == again)
    assert first.body == second.body
    assert shop.status(bought) == "active"


async def test_an_event_waits_out_hours_of_silence(shop: Shop, app_port: int) -> None:
    shop.subscribed()
    shop.wait(0.5)
    async with listening(app_port) as sink:
        shop.wait(1)
        await sink.arrived(4)
    assert len({post.json["id"] for post in sink.posts}) == 4


async def test_duplicates_carry_the_same_id(shop: Shop, door: Sink) -> None:
    shop.sandbox.control("webhooks", {"mode": "duplicate"})
    shop.subscribed()
    posts = await door.arrived(8)
    ids = [post.json["id"] for post in posts]
    assert sorted(ids) == sorted([*set(ids)] * 2)


async def test_shuffled_events_all_arrive(shop: Shop, door: Sink) -> None:
    shop.sandbox.control("webhooks", {"mode": "shuffle", "provider": "stripe"})
    orders = set()
    for number in range(1, 7):
        shop.subscribed()
        await door.arrived(number * 4)
        orders.add(tuple(kinds(door)[-4:]))
    assert len(orders) > 1
    assert len({tuple(sorted(order)) for order in orders}) == 1


async def test_what_happens_while_off_is_only_in_the_list(shop: Shop, door: Sink) -> None:
    shop.sandbox.control("webhooks", {"mode": "off"})
    lost = shop.subscribed()
    shop.sandbox.control("webhooks", method="DELETE")
    shop.v1.subscriptions.cancel(lost.id)
    await door.arrived(1)
    assert kinds(door) == ["customer.subscription.deleted"]
    assert len(shop.told("checkout.session.completed")) == 1


async def test_an_old_event_comes_with_the_old_copy(shop: Shop, door: Sink) -> None:
    bought = shop.subscribed()
    await door.arrived(4)
    (event,) = shop.told("customer.subscription.created")
    shop.v1.subscriptions.cancel(bought.id)
    shop.sandbox.control("stripe/again", {"event": event["id"]})
    posts = await door.arrived(6)
    assert posts[-1].json["id"] == event["id"]
    assert posts[-1].json["data"]["object"]["status"] == "incomplete"


async def test_an_event_of_another_version(shop: Shop, door: Sink) -> None:
    bought = shop.subscribed()
    await door.arrived(4)
    order = {"object": bought.id, "type": "customer.subscription.updated", "api_version": "2019-01-01"}
    shop.sandbox.control("stripe/events", order)
    posts = await door.arrived(5)
    assert posts[-1].json["api_version"] == "2019-01-01"


async def test_events_become_due_by_themselves(shop: Shop, door: Sink) -> None:
    shop.sandbox.control("stripe/habits", {"draft_s": 1, "boleto_days": 0})
    shop.subscribed("boleto")
    await until(lambda: "checkout.session.async_payment_succeeded" in kinds(door))


async def test_ponte_is_found_where_it_moves(shop: Shop, app_port: int) -> None:
    async with listening() as sink:
        shop.sandbox.control("app-url", {"url": sink.url}, "PUT")
        try:
            shop.subscribed()
            await sink.arrived(4)
            (own,) = shop.v1.webhook_endpoints.list().data
            assert own.url == f"{sink.url}/webhooks/stripe"
        finally:
            shop.sandbox.control("app-url", {"url": f"http://127.0.0.1:{app_port}"}, "PUT")


async def test_a_reset_calls_back_what_is_on_its_way(shop: Shop, app_port: int, sandbox: Sandbox) -> None:
    shop.subscribed()
    sandbox.reset()
    async with listening(app_port) as sink:
        bought = shop.subscribed()
        shop.wait(1)
        posts = await sink.arrived(4)
        about = {post.json["data"]["object"].get("metadata", {}).get("tenant_id") for post in posts}
        assert TENANT in about
        assert bought.id in {post.json["data"]["object"]["id"] for post in posts}
        assert len({post.json["id"] for post in posts}) == 4
