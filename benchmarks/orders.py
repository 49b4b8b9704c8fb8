"""A burst of orders through the whole of Ponte: what it costs in requests, and whether every cent is right.

`python -m benchmarks.orders --orders 10000` runs one as large as you like, `--disturb` a second one of the
same orders whose webhooks come twice and in no order while the worker is killed, and compares what both left.
"""

from __future__ import annotations

import argparse
import logging
import sys
import time
from collections import Counter

import msgspec
import structlog
import uvloop

from benchmarks.books import Findings
from benchmarks.ground import Ground, ground
from benchmarks.results import Rows, row
from benchmarks.shop import Shop, shop

ORDERS, CUSTOMERS = 2_000, 1_500
#: Every tenth order moves on while the burst is under way: Atendido, Cancelado, Em andamento.
MOVED_EVERY, SITUATIONS = 10, (9, 12, 15)
#: The worker is killed when so much of the burst is done.
KILLED_AT = (0.2, 0.6)


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """A run; two runs of the same orders and customers sell the same."""

    orders: int = ORDERS
    customers: int = CUSTOMERS
    moved: bool = False
    disturbed: bool = False
    enterprise: bool = False


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """What a run told."""

    findings: Findings
    seconds: float
    bitrix24_requests: int
    bling_gets: int
    #: Orders in step at each kill of the worker.
    killed_at: list[int]
    #: Events that ended badly, by outcome and reason.
    bad: dict[str, int]
    state: dict[str, object]

    def told(self, plan: Plan) -> dict[str, object]:
        """Everything but the records."""
        orders = plan.orders
        return {
            **msgspec.structs.asdict(plan),
            **msgspec.structs.asdict(self.findings),
            "seconds": round(self.seconds, 1),
            "bitrix24_requests_per_order": round(self.bitrix24_requests / orders, 4),
            "bling_gets_per_order": round(self.bling_gets / orders, 4),
            "killed_at": self.killed_at,
            "bad_events": self.bad,
        }


async def orders(ground: Ground) -> Rows:
    """2,000 orders of 1,500 new customers that arrive at once."""
    figures = await run(ground, Plan())
    found = figures.findings
    if found.missing or found.persons_wrong or figures.bad:
        raise AssertionError(f"not what was sold: {found} {figures.bad}")
    requests, gets, seconds = figures.bitrix24_requests, figures.bling_gets, round(figures.seconds, 1)
    yield row(
        "bitrix24_requests_per_order", requests / ORDERS, "<=", 0.20, requests=requests, seconds=seconds
    )
    yield row("bling_gets_per_order", gets / ORDERS, "<=", 1 + CUSTOMERS / ORDERS, gets=gets)
    yield row("doubles_of_order_burst", found.doubles, "=", 0, deals=found.deals)
    yield row("wrong_sums_of_order_burst", found.sums_wrong, "=", 0, deals=found.deals)


async def run(ground: Ground, plan: Plan) -> Figures:
    """Sell, wait until everything has arrived, and look at both sides."""
    async with shop(ground, enterprise=plan.enterprise) as on:
        await on.bring_products()
        if plan.disturbed:
            await on.disturb()
        begun = time.perf_counter()
        sold = await on.sow(plan.orders, plan.customers)
        if plan.moved:
            await _move(on, sold)
        killed = (
            [await on.kill_worker_at(int(plan.orders * at)) for at in KILLED_AT] if plan.disturbed else []
        )
        await on.settled()
        seconds = time.perf_counter() - begun
        books = await on.books(sold)
        return Figures(
            findings=books.findings(),
            seconds=seconds,
            bitrix24_requests=len(await on.calls("bitrix24")),
            bling_gets=len(await on.calls("bling")),
            killed_at=killed,
            bad=await _bad(on),
            state=books.state(),
        )


async def _move(on: Shop, sold: list[int]) -> None:
    moving = sold[::MOVED_EVERY]
    for place, situation in enumerate(SITUATIONS):
        await on.move(moving[place :: len(SITUATIONS)], situation)


async def _bad(on: Shop) -> dict[str, int]:
    """Events of orders that failed, were given up or are held, by reason; at most 200 of each outcome."""
    found: Counter[str] = Counter()
    for outcome in ("failed", "dead", "held"):
        events = await on.outcomes(outcome)
        found.update(f"{outcome} {event['reason']}" for event in events if event["kind"] != "product")
    return dict(found)


async def long_run(plan: Plan, disturb: bool) -> bool:
    """Run, and once more disturbed if that is wanted; a JSON object for each. Whether all was well."""
    async with ground() as on:
        calm = await run(on, plan)
        fine = calm.findings.fine and not calm.bad
        _print(calm.told(plan))
        if disturb:
            shaken = msgspec.structs.replace(plan, disturbed=True)
            figures = await run(on, shaken)
            differing = [one for one, deals in calm.state.items() if figures.state.get(one) != deals]
            _print(figures.told(shaken) | {"differing": len(differing)})
            for one in differing[:3]:
                _print({"calm": calm.state[one], "disturbed": figures.state.get(one)})
            fine = fine and figures.findings.fine and not figures.bad and not differing
    return fine


def _print(told: dict[str, object]) -> None:
    print(msgspec.json.encode(told).decode(), flush=True)


def main() -> int:
    """0 when nothing is missing, wrong or double, and both runs left the same."""
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    parser = argparse.ArgumentParser(prog="python -m benchmarks.orders", description=__doc__)
    parser.add_argument("--orders", type=int, default=ORDERS)
    parser.add_argument("--customers", type=int, help="new ones (default: three for four orders)")
    parser.add_argument("--disturb", action="store_true", help="a second run, disturbed; some orders move on")
    parser.add_argument("--enterprise", action="store_true", help="the portal has the larger plan's rate")
    given = parser.parse_args()
    customers = given.orders * 3 // 4 if given.customers is None else given.customers
    plan = Plan(orders=given.orders, customers=customers, moved=given.disturb, enterprise=given.enterprise)
    return 0 if uvloop.run(long_run(plan, given.disturb)) else 1


if __name__ == "__main__":
    sys.exit(main())
