"""The whole of Ponte as `ponte demo` runs it: how soon it is there, and how soon a change arrives."""

from __future__ import annotations

from benchmarks.arriving import Arriving
from benchmarks.ground import Ground
from benchmarks.results import Rows, percentile, row
from benchmarks.running import running

STARTS = 2
CHANGES = 100


async def demo(ground: Ground) -> Rows:
    """Seconds until the ready line, the slowest of two starts; then changes one at a time, all else quiet."""
    starts: list[float] = []
    for number in range(STARTS):
        async with running(ground.folder) as (ready, seconds):
            starts.append(seconds)
            if number == STARTS - 1:
                shop = Arriving(ready, ready["tenants"][0])
                await shop.tick("product.create", "product.update")
                latencies = await shop.latencies(CHANGES)
                await shop.close()
    told = [round(seconds, 2) for seconds in starts]
    yield row("demo_ready_s", max(starts), "<=", 10, starts=told)
    yield row("latency_p50_s", percentile(latencies, 50), "<=", 0.25, changes=CHANGES)
    yield row("latency_p99_s", percentile(latencies, 99), "<=", 1.0, slowest=round(latencies[-1], 4))
