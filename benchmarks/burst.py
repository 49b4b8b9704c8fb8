"""Bursts against the sandbox with all of its limits on: what they cost in requests, and in time.

The portal's ceiling for a burst of creates is that of the ideal plan, two commands a product (`add` and
its price), in full batches of 50: `requests = ceil(commands / 50)`, of which 50 fit into the bucket at once
and two more drain a second, so `(requests - 50) / 2` seconds. Operating time allows `420 s / cost` commands
of a method within ten minutes; both bursts stay below it, so that the bucket alone decides.
"""

from __future__ import annotations

import math

from benchmarks import messages
from benchmarks.ground import Ground
from benchmarks.portal import Portal, portal
from benchmarks.results import Row, Rows, row
from benchmarks.rival import rival_seconds

COMMANDS_A_PRODUCT = 2
BATCH, BUCKET, DRAINED_A_SECOND = 50, 50, 2.0
OPERATING_LIMIT_S = 420.0
CENTS = 1_000
PRODUCTS, COST_S = 3_000, 0.05
MANY, LITTLE_COST_S = 10_000, 0.02
CHANGED = 2_000


async def burst(ground: Ground) -> Rows:
    """3,000 products at the sandbox's own operating time, and fast-bitrix24 doing the same writes."""
    async with portal(ground) as on:
        seconds = await _create(on, PRODUCTS)
    yield _against_ceiling("burst_3000_vs_ceiling", PRODUCTS, COST_S, seconds)
    async with portal(ground) as on:
        theirs = await rival_seconds(on, PRODUCTS, CENTS)
        on.check(PRODUCTS, CENTS)
    yield row(
        "burst_3000_vs_fast_bitrix24",
        seconds / theirs,
        "<=",
        1.05,
        seconds=round(seconds, 1),
        fast_bitrix24=round(theirs, 1),
    )


async def large_burst(ground: Ground) -> Rows:
    """10,000 products at 0.02 s a command, the same once more, then changes."""
    async with portal(ground) as on:
        on.sandbox.control("limits", {"enforce": True, "operating_cost_s": LITTLE_COST_S})
        seconds = await _create(on, MANY)
        yield _against_ceiling("burst_10000_vs_ceiling", MANY, LITTLE_COST_S, seconds)
        requests = len(on.calls("bitrix24"))
        yield row("bitrix24_requests_per_product", requests / MANY, "<=", 0.05, requests=requests)
        yield await _deliver_again(on)
        yield await _change(on)


async def _create(on: Portal, products: int) -> float:
    seconds = await on.burst(messages.notices(range(products), "created", CENTS, messages.now()))
    on.check(products, CENTS)
    return seconds


async def _deliver_again(on: Portal) -> Row:
    """Every product's message once more, as of a later time, with nothing changed."""
    later = messages.after(messages.now(), 1)
    seconds = await on.burst(messages.notices(range(MANY), "updated", CENTS, later))
    calls = len(on.calls("bitrix24")) + len(on.calls("bling"))
    return row("calls_of_unchanged_redelivery", calls, "=", 0, products=MANY, seconds=round(seconds, 2))


async def _change(on: Portal) -> Row:
    """Another price for many products."""
    later = messages.after(messages.now(), 2)
    await on.burst(messages.notices(range(CHANGED), "updated", CENTS + 1_000, later))
    written = sum(one.startswith("catalog.price.update") for one in on.commands())
    if written != CHANGED:
        raise AssertionError(f"{written} of {CHANGED} prices were written")
    return row("bling_gets_per_burst_of_updates", len(on.calls("bling")), "=", 0, products=CHANGED)


def _against_ceiling(name: str, products: int, cost_s: float, seconds: float) -> Row:
    if products * cost_s > OPERATING_LIMIT_S:
        raise AssertionError("operating time would decide")
    requests = math.ceil(products * COMMANDS_A_PRODUCT / BATCH)
    ceiling = (requests - BUCKET) / DRAINED_A_SECOND
    return row(name, seconds / ceiling, "<=", 1.10, seconds=round(seconds, 1), ceiling=ceiling)
