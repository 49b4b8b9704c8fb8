"""A reconciliation of a catalogue that is in step: what a night costs in calls, and that nothing is found.

`python -m benchmarks.reconciling --products 2000` is the same in short.
"""

from __future__ import annotations

import argparse
import logging
import sys
import time

import msgspec
import structlog
import uvloop

from benchmarks.ground import Ground, ground
from benchmarks.results import Rows, row
from benchmarks.warehouse import warehouse

PRODUCTS = 10_000
THOUSAND = 1_000


async def reconciling(ground: Ground) -> Rows:
    """10,000 products that both sides have alike."""
    async for told in rows(ground, PRODUCTS):
        yield told


async def rows(ground: Ground, products: int) -> Rows:
    """The rows of so many products."""
    async with warehouse(ground) as on:
        made = await on.fill(products)
        await on.over(await on.begin())
        if not (sides := await on.sides(made)).equal:
            raise AssertionError(f"the import did not bring both sides together: {sides}")
        await on.choose()
        begun = time.perf_counter()
        told = await on.compare()
        seconds = time.perf_counter() - begun
        bitrix24, bling = await on.asked("bitrix24"), await on.asked("bling")
    thousands = products / THOUSAND
    if told["state"] != "done":
        raise AssertionError(f"the reconciliation ended as {told['state']}")
    yield row("bling_gets_per_1000_reconciled", len(bling) / thousands, "<=", 12, seconds=round(seconds, 1))
    yield row("bitrix24_requests_per_1000_reconciled", len(bitrix24) / thousands, "<=", 3)
    found = [f"{one['label']}: {one['what']}" for one in told["differences"]]
    records = told["compared"]
    yield row("differences_of_sides_in_step", len(found), "=", 0, records=records, found=found[:3])


async def short(products: int) -> bool:
    """One run of so many products; whether every row reached its target."""
    fine = True
    async with ground() as on:
        async for told in rows(on, products):
            print(msgspec.json.encode(told).decode(), flush=True)
            fine = fine and told.ok
    return fine


def main() -> int:
    """0 when every row reached its target."""
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    parser = argparse.ArgumentParser(prog="python -m benchmarks.reconciling", description=__doc__)
    parser.add_argument("--products", type=int, default=PRODUCTS)
    return 0 if uvloop.run(short(parser.parse_args().products)) else 1


if __name__ == "__main__":
    sys.exit(main())
