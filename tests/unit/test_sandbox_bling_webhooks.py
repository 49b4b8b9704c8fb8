"""Webhooks of the sandbox's Bling: signed, repeated, disordered, given up in the end."""

from __future__ import annotations

import hmac
from collections.abc import AsyncIterator
from hashlib import sha256
from typing import Any

import pytest

from sandbox.bling.oauth import CLIENT_SECRET
from sandbox.bling.webhooks import GIVE_UP_S, Webhooks
from sandbox.core.deliveries import Mode
from sandbox.core.poster import Poster
from tests.support.bling_world import HandClock
from tests.support.sink import Sink, listening
from tests.support.waiting import until

COMPANY = "c" * 32


@pytest.fixture
async def sink() -> AsyncIterator[Sink]:
    async with listening() as sink:
        yield sink


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
async def webhooks(sink: Sink, clock: HandClock) -> AsyncIterator[Webhooks]:
    sender = Webhooks(clock, lambda company: company == COMPANY, lambda: sink.url)
    sender.start()
    yield sender
    await sender.stop()


def publish(webhooks: Webhooks, number: int = 1, company: str = COMPANY) -> None:
    webhooks.publish(company, "product.updated", {"id": number})


def numbers(posts: list[Any]) -> list[int]:
    return [post.json["data"]["id"] for post in posts]


async def test_the_signature_is_over_the_raw_bytes(sink: Sink, webhooks: Webhooks) -> None:
    publish(webhooks)
    (post,) = await sink.arrived(1)
    expected = "sha256=" + hmac.new(CLIENT_SECRET.encode(), post.body, sha256).hexdigest()
    assert post.headers["x-bling-signature-256"] == expected
    assert post.path == "/webhooks/bling"


async def test_the_envelope(sink: Sink, webhooks: Webhooks) -> None:
    publish(webhooks)
    (post,) = await sink.arrived(1)
    sent = post.json
    assert set(sent) == {"eventId", "date", "version", "event", "companyId", "data"}
    assert (sent["version"], sent["event"], sent["companyId"]) == ("v1", "product.updated", COMPANY)


async def test_both_forms_of_date_come_but_one_for_each_record(sink: Sink, webhooks: Webhooks) -> None:
    for number in (1, 7, 1, 7):
        publish(webhooks, number)
    posts = await sink.arrived(4)
    forms = {(post.json["data"]["id"], post.json["date"]) for post in posts}
    assert forms == {(1, "2026-09-21T14:13:20Z"), (7, "2026-09-21 14:13:20")}


async def test_nothing_is_sent_for_a_company_that_let_nobody_in(sink: Sink, webhooks: Webhooks) -> None:
    publish(webhooks, company="d" * 32)
    publish(webhooks, 2)
    assert numbers(await sink.arrived(1)) == [2]


async def test_a_refused_message_comes_again_with_the_same_id(
    sink: Sink, webhooks: Webhooks, clock: HandClock
) -> None:
    sink.statuses = [503, 500]
    publish(webhooks)
    for retry in (1, 2):
        await until(lambda: webhooks.retries == 1)
        clock.advance(retry)
        await sink.arrived(retry + 1)
    assert len({post.body for post in sink.posts}) == 1


async def test_the_gaps_grow(sink: Sink, webhooks: Webhooks, clock: HandClock) -> None:
    sink.statuses = [500] * 3
    publish(webhooks)
    gaps = []
    for attempt in range(1, 4):
        await sink.arrived(attempt)
        await until(lambda: webhooks.retries == 1)
        due = webhooks.next_retry
        assert due is not None
        gaps.append(due - clock.now())
        clock.advance(gaps[-1])
    assert gaps == [1.0, 2.0, 4.0]


async def test_after_three_days_that_resource_is_disabled_for_all(
    sink: Sink, webhooks: Webhooks, clock: HandClock
) -> None:
    sink.statuses = [500, 500]
    publish(webhooks)
    await until(lambda: webhooks.retries == 1)
    clock.advance(GIVE_UP_S)
    await until(lambda: webhooks.disabled == {"product"})
    publish(webhooks, 2)
    webhooks.publish(COMPANY, "order.updated", {"id": 3})
    assert numbers(await sink.arrived(3)) == [1, 1, 3]
    webhooks.disabled.discard("product")
    publish(webhooks, 4)
    assert numbers(await sink.arrived(4))[-1] == 4


async def test_a_message_that_nobody_takes_waits(webhooks: Webhooks, sink: Sink, clock: HandClock) -> None:
    port, sink.url = int(sink.url.rsplit(":", 1)[1]), "http://127.0.0.1:1"
    publish(webhooks)
    await until(lambda: webhooks.retries == 1)
    sink.url = f"http://127.0.0.1:{port}"
    clock.advance(1)
    assert numbers(await sink.arrived(1)) == [1]


async def test_off_drops_what_is_written_meanwhile(sink: Sink, webhooks: Webhooks) -> None:
    webhooks.mode = Mode.OFF
    publish(webhooks, 1)
    webhooks.mode = Mode.ON
    publish(webhooks, 2)
    assert numbers(await sink.arrived(1)) == [2]


async def test_duplicates_are_the_same_message(sink: Sink, webhooks: Webhooks) -> None:
    webhooks.mode = Mode.DUPLICATE
    publish(webhooks)
    one, two = await sink.arrived(2)
    assert one.body == two.body


async def test_shuffled_messages_all_arrive_in_another_order(sink: Sink, webhooks: Webhooks) -> None:
    webhooks.mode = Mode.SHUFFLE
    sent = list(range(100))
    for number in sent:
        publish(webhooks, number)
    arrived = numbers(await sink.arrived(100))
    assert sorted(arrived) == sent
    assert arrived != sent


async def test_a_second_address_gets_copies_with_retries_of_their_own(
    sink: Sink, webhooks: Webhooks, clock: HandClock
) -> None:
    async with listening() as second:
        second.statuses = [500, 200]
        webhooks.also = second.url + "/copy"
        publish(webhooks)
        (post,) = await sink.arrived(1)
        await until(lambda: webhooks.retries == 1)
        clock.advance(1)
        copies = await second.arrived(2)
        assert {copy.body for copy in copies} == {post.body}
        assert copies[0].path == "/copy"
        assert len(sink.posts) == 1


async def test_a_failing_second_address_disables_nothing(webhooks: Webhooks, clock: HandClock) -> None:
    webhooks.also = "http://127.0.0.1:1/copy"
    publish(webhooks)
    await until(lambda: webhooks.retries == 1)
    clock.advance(GIVE_UP_S)
    await until(lambda: webhooks.pending == 0)
    assert webhooks.disabled == set()


async def test_thousands_leave_quickly_and_none_is_lost(sink: Sink, webhooks: Webhooks) -> None:
    for number in range(3_000):
        publish(webhooks, number)
    assert sorted(numbers(await sink.arrived(3_000))) == list(range(3_000))


async def test_clearing_forgets_what_waits(sink: Sink, webhooks: Webhooks, clock: HandClock) -> None:
    sink.statuses = [500]
    webhooks.also = "http://127.0.0.1:1/copy"
    publish(webhooks)
    await until(lambda: webhooks.retries == 2)
    webhooks.clear()
    clock.advance(100)
    publish(webhooks, 2)
    assert numbers(await sink.arrived(2)) == [1, 2]
    await until(lambda: webhooks.pending == 0)


async def test_a_kept_connection_that_was_closed_is_opened_again(sink: Sink) -> None:
    poster = Poster()
    port = int(sink.url.rsplit(":", 1)[1])
    assert await poster.post(f"{sink.url}/one", b"{}", {}) == 200
    poster._writer.close()  # type: ignore[union-attr]
    assert await poster.post(f"http://127.0.0.1:{port}/two", b"{}", {}) == 200
    assert [post.path for post in sink.posts] == ["/one", "/two"]
    poster.close()
