"""An import of a whole catalogue: what it costs in calls and time, and whether both sides are equal then.

`python -m benchmarks.importing --products 10000 --disturb` lets people change prices in Bling meanwhile and
kills the worker five times; `--products 1000` is the same in short.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import logging
import math
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from random import Random

import msgspec
import structlog
import uvloop

from benchmarks.burst import BATCH, BUCKET, COMMANDS_A_PRODUCT, DRAINED_A_SECOND
from benchmarks.ground import Ground, ground
from benchmarks.results import Row, Rows, row
from benchmarks.warehouse import REFUSED, SETTLED_S, Sides, Warehouse, pages, warehouse, writes

PRODUCTS = 10_000
PAGE, BLING_PER_SECOND = 100, 3.0
#: Reads are not always of a full hundred; beside them there are the last page and the newcomers.
READS_A_RECORD, SPARE = 2.1, 10
#: People change so many prices a second; the worker is killed when so much came over.
CHANGES_PER_SECOND = 5.0
KILLED_AT = (0.1, 0.25, 0.4, 0.6, 0.8)
#: How often a page may be read at most: a second time where the worker died over it.
TWICE = 2


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """What an import told."""

    products: int
    seconds: float
    ceiling: float
    bitrix24_requests: int
    writes: int
    bling_gets: int
    pages: int
    #: Pages that were asked for more than once, and how often at most.
    pages_again: int
    page_at_most: int
    #: Requests that the vendors refused: over a limit, mostly.
    refused: int
    failed: int

    @property
    def target_gets(self) -> int:
        """The list, and every record once."""
        return math.ceil(READS_A_RECORD * self.products / PAGE) + SPARE


async def importing(ground: Ground) -> Rows:
    """10,000 products that were never seen, with all limits on; then the same once more."""
    async for told in rows(ground, PRODUCTS):
        yield told


async def rows(ground: Ground, products: int) -> Rows:
    """The rows of so many products."""
    async with warehouse(ground) as on:
        made = await on.fill(products)
        first = await _import(on, products)
        sides = await on.sides(made)
        if not sides.equal or first.failed:
            raise AssertionError(f"not what is in Bling: {sides} {first}")
        again = await _import(on, products)
        if not (sides := await on.sides(made)).equal:
            raise AssertionError(f"no longer what is in Bling: {sides}")
    for told in _first_rows(first):
        yield told
    detail = {"bitrix24_requests": again.bitrix24_requests, "seconds": round(again.seconds, 1)}
    yield row("writes_of_reimport", again.writes, "=", 0, products=products, **detail)
    gets, most = again.bling_gets, again.target_gets / products
    yield row("bling_gets_per_product_of_reimport", gets / products, "<=", most, gets=gets, pages=again.pages)


def _first_rows(told: Figures) -> list[Row]:
    products = told.products
    seconds = {"seconds": round(told.seconds, 1), "ceiling": round(told.ceiling, 1), "products": products}
    requests, gets = told.bitrix24_requests, told.bling_gets
    return [
        row("import_vs_ceiling", told.seconds / told.ceiling, "<=", 1.25, **seconds),
        row("bitrix24_requests_per_imported_product", requests / products, "<=", 0.05, requests=requests),
        row("bling_gets_per_imported_product", gets / products, "<=", told.target_gets / products, gets=gets),
        row("import_pages_read_again", told.pages_again, "=", 0, pages=told.pages, refused=told.refused),
    ]


async def _import(on: Warehouse, products: int) -> Figures:
    begun = time.perf_counter()
    told = await on.over(await on.begin())
    return await _figures(on, products, time.perf_counter() - begun, told["failed"])


async def _figures(on: Warehouse, products: int, seconds: float, failed: int) -> Figures:
    bitrix24, bling = await on.asked("bitrix24"), await on.asked("bling")
    read = pages(bling)
    return Figures(
        products=products,
        seconds=seconds,
        ceiling=ceiling(products),
        bitrix24_requests=len(bitrix24),
        writes=writes(bitrix24),
        bling_gets=len(bling),
        pages=len(read),
        pages_again=sum(times > 1 for times in read.values()),
        page_at_most=max(read.values(), default=0),
        refused=sum(row["status"] >= REFUSED for row in (*bitrix24, *bling)),
        failed=failed,
    )


def ceiling(products: int) -> float:
    """Seconds that the slower vendor's limits need for the ideal plan (docs/benchmarks.md)."""
    requests = math.ceil(products * COMMANDS_A_PRODUCT / BATCH)
    gets = 2 * math.ceil(products / PAGE) + 1
    return max((requests - BUCKET) / DRAINED_A_SECOND, gets / BLING_PER_SECOND)


class Trouble(msgspec.Struct, frozen=True, kw_only=True):
    """What came of an import while prices changed and the worker was killed."""

    figures: Figures
    sides: Sides
    #: Records that were settled at each kill.
    killed_at: list[int]
    #: Prices that somebody changed meanwhile, and products that had at least one of them.
    changes: int
    changed: int

    @property
    def fine(self) -> bool:
        """Both sides are equal, nothing failed, and no page was read more than twice."""
        return self.sides.equal and not self.figures.failed and self.figures.page_at_most <= TWICE

    def told(self) -> dict[str, object]:
        """All of it, flat."""
        seconds = {"seconds": round(self.figures.seconds, 1), "ceiling": round(self.figures.ceiling, 1)}
        own = {"killed_at": self.killed_at, "changes": self.changes, "changed": self.changed}
        both = [msgspec.to_builtins(one) for one in (self.figures, self.sides)]
        return {**both[0], **both[1], **seconds, **own, "fine": self.fine}


async def disturbed(ground: Ground, products: int) -> Trouble:
    """An import while prices change and the worker dies, to its end and until nothing waits any more."""
    async with warehouse(ground, enforce=False) as on:
        # All of them are newcomers at the end: every page is listed a second time, under another filter.
        made = await on.fill(products, SETTLED_S)
        begun = time.perf_counter()
        async with _changing(on, made):
            run = await on.begin()
            killed = [await on.kill_at(run, int(products * at)) for at in KILLED_AT]
            told = await on.over(run)
            seconds = time.perf_counter() - begun
        await on.settled()
        figures = await _figures(on, products, seconds, told["failed"])
        sides = await on.sides(made)
    return Trouble(
        figures=figures,
        sides=sides,
        killed_at=killed,
        changes=on.changes.total(),
        changed=len(on.changes),
    )


@asynccontextmanager
async def _changing(on: Warehouse, made: list[int]) -> AsyncIterator[None]:
    """Somebody changes prices for as long as this lasts; a change that goes wrong ends the run."""
    people = asyncio.create_task(on.change(made, CHANGES_PER_SECOND, Random(2026)))
    try:
        yield
        if people.done():
            people.result()
    finally:
        people.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await people


async def long_run(products: int, disturb: bool) -> bool:
    """One run of so many products; a JSON object a line. Whether all was well."""
    async with ground() as on:
        if disturb:
            trouble = await disturbed(on, products)
            print(msgspec.json.encode(trouble.told()).decode())
            return trouble.fine
        fine = True
        async for told in rows(on, products):
            print(msgspec.json.encode(told).decode(), flush=True)
            fine = fine and told.ok
        return fine


def main() -> int:
    """0 when every row reached its target, or both sides are equal in spite of everything."""
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    parser = argparse.ArgumentParser(prog="python -m benchmarks.importing", description=__doc__)
    parser.add_argument("--products", type=int, default=PRODUCTS)
    parser.add_argument("--disturb", action="store_true", help="live changes, and the worker is killed")
    given = parser.parse_args()
    return 0 if uvloop.run(long_run(given.products, given.disturb)) else 1


if __name__ == "__main__":
    sys.exit(main())
