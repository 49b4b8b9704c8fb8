"""`python -m benchmarks [--only NAME[,NAME]]`: one JSON object a line, the machine first."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Callable

import msgspec
import structlog
import uvloop

from benchmarks.burst import burst, large_burst
from benchmarks.contention import contention
from benchmarks.crowd import crowd
from benchmarks.demo import demo
from benchmarks.ground import Ground, ground
from benchmarks.hundred import hundred
from benchmarks.importing import importing
from benchmarks.ingest import ingest
from benchmarks.machine import machine
from benchmarks.orders import orders
from benchmarks.overhead import overhead
from benchmarks.pages import pages
from benchmarks.queue import queue
from benchmarks.reconciling import reconciling
from benchmarks.results import Row, Rows
from benchmarks.touches import touches

BENCHMARKS: dict[str, Callable[[Ground], Rows]] = {
    "ingest": ingest,
    "overhead": overhead,
    "queue": queue,
    "touches": touches,
    "hundred": hundred,
    "burst": burst,
    "large_burst": large_burst,
    "orders": orders,
    "importing": importing,
    "reconciling": reconciling,
    "demo": demo,
    "contention": contention,
    "crowd": crowd,
    "pages": pages,
}


async def run(names: list[str]) -> bool:
    """Run benchmarks one after the other; whether all rows reached their targets."""
    _print(machine())
    fine = True
    async with ground() as on:
        for name in names:
            async for told in BENCHMARKS[name](on):
                _print(told)
                fine = fine and told.ok
    return fine


def _print(told: Row) -> None:
    print(msgspec.json.encode(told).decode(), flush=True)


def main() -> int:
    """0 when every target was reached."""
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--only", default=",".join(BENCHMARKS), help="names: " + ", ".join(BENCHMARKS))
    names = parser.parse_args().only.split(",")
    if unknown := [name for name in names if name not in BENCHMARKS]:
        parser.error(f"no benchmark named {', '.join(unknown)}; there are: {', '.join(BENCHMARKS)}")
    return 0 if uvloop.run(run(names)) else 1


if __name__ == "__main__":
    sys.exit(main())
