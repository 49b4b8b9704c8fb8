"""Parts of the sandbox's Stripe that need no server: nested forms, calendar, timers, signatures."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

import pytest
import stripe
from hypothesis import given
from hypothesis import strategies as st

from sandbox.stripe.calendar import period_end
from sandbox.stripe.errors import StripeError
from sandbox.stripe.params import Params, parse
from sandbox.stripe.timers import Timers
from sandbox.stripe.webhooks import signature
from tests.support.bling_world import HandClock
from tests.support.waiting import PATIENCE_S

MONTH = {"interval": "month", "interval_count": 1}


def unix(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


def params(query: str) -> Params:
    return Params(parse(parse_qsl(query, keep_blank_values=True)))


def test_nested_names_become_groups() -> None:
    sent = params("items[0][price]=p&items[0][quantity]=2&items[1][price]=q&expand[]=a&expand[]=b.c")
    rows = [(one.needed("price"), one.number("quantity")) for one in sent.groups("items")]
    assert rows == [("p", 2), ("q", None)]
    assert sent.texts("expand") == ["a", "b.c"]
    sent.done()


@given(st.dictionaries(st.text("abc", min_size=1), st.text(min_size=1), min_size=1))
def test_metadata_survives_the_way(metadata: dict[str, str]) -> None:
    pairs = [(f"metadata[{name}]", value) for name, value in metadata.items()]
    assert Params(parse(pairs)).metadata() == metadata


@pytest.mark.parametrize(
    ("query", "read", "param"),
    [
        ("a=1", lambda sent: None, "a"),
        ("a[b][c]=1", lambda sent: sent.group("a").group("b"), "a[b][c]"),
        ("a[0][b]=x", lambda sent: [one.number("b") for one in sent.groups("a")], "a[0][b]"),
        ("a=x", lambda sent: sent.group("a"), "a"),
        ("a[b]=x", lambda sent: sent.text("a"), "a"),
        ("a=yes", lambda sent: sent.flag("a"), "a"),
        ("a=c", lambda sent: sent.choice("a", ("b",)), "a"),
        ("", lambda sent: sent.needed("a"), "a"),
        ("metadata[a][b]=x", lambda sent: sent.metadata(), "metadata"),
        ("a=1&a[b]=2", lambda sent: None, "a"),
    ],
)
def test_what_is_wrong_is_named_in_full(query: str, read: Any, param: str) -> None:
    def use_up() -> None:
        sent = params(query)
        read(sent)
        sent.done()

    with pytest.raises(StripeError) as refused:
        use_up()
    assert refused.value.error["param"] == param


@pytest.mark.parametrize(
    ("anchor", "after", "end"),
    [
        ("2026-01-31 10:00", "2026-01-31 10:00", "2026-02-28 10:00"),
        ("2026-01-31 10:00", "2026-02-28 10:00", "2026-03-31 10:00"),
        ("2026-11-23 10:00", "2026-11-23 10:00", "2026-12-23 10:00"),
        ("2026-11-23 10:00", "2026-12-23 09:59", "2026-12-23 10:00"),
        ("2024-01-29 00:00", "2024-01-29 00:00", "2024-02-29 00:00"),
    ],
)
def test_months_keep_the_anchors_day(anchor: str, after: str, end: str) -> None:
    assert period_end(unix(anchor), unix(after), MONTH) == unix(end)


@pytest.mark.parametrize(
    ("interval", "count", "end"),
    [
        ("day", 3, "2026-01-04"),
        ("week", 2, "2026-01-15"),
        ("month", 3, "2026-04-01"),
        ("year", 1, "2027-01-01"),
    ],
)
def test_other_intervals(interval: str, count: int, end: str) -> None:
    start = unix("2026-01-01")
    assert period_end(start, start, {"interval": interval, "interval_count": count}) == unix(end)


def test_acts_see_their_own_time_even_when_the_clock_jumps() -> None:
    clock = HandClock()
    timers, seen, start = Timers(clock), list[tuple[str, int]](), int(clock.now())

    def first() -> None:
        seen.append(("first", timers.now - start))
        timers.at(timers.now + 15, lambda: seen.append(("its own", timers.now - start)))

    timers.at(start + 20, lambda: seen.append(("second", timers.now - start)))
    timers.at(start + 10, first)
    clock.advance(5)
    assert seen == []
    clock.advance(100)
    assert seen == [("first", 10), ("second", 20), ("its own", 25)]
    assert timers.now == start + 105


async def test_acts_become_due_without_a_jump() -> None:
    clock, done = HandClock(), asyncio.Event()
    timers = Timers(clock)
    running = asyncio.create_task(timers.run())
    timers.at(int(clock.now()) - 1, done.set)
    async with asyncio.timeout(PATIENCE_S):
        await done.wait()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


def test_the_signature_is_what_the_official_client_takes() -> None:
    body, at = '{"object": "event", "ação": 1}'.encode(), int(datetime.now(UTC).timestamp())
    stripe.WebhookSignature.verify_header(body.decode(), signature("whsec_a", body, at), "whsec_a", 300)
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.WebhookSignature.verify_header(body.decode(), signature("whsec_b", body, at), "whsec_a", 300)
