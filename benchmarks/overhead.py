"""What a drain costs Ponte itself, beside arq's own cost of a job that does nothing."""

from __future__ import annotations

from typing import Any

from arq.connections import RedisSettings, create_pool
from arq.worker import func

from benchmarks.changes import changes
from benchmarks.draining import run_worker
from benchmarks.ground import Ground
from benchmarks.results import Rows, alternate, ratio, row

PRODUCTS = 8_000
JOBS = 4_000
ROUNDS = 3


async def overhead(ground: Ground) -> Rows:
    """Events settled per second of one worker, vendors answering at once, against no-op jobs."""

    async def jobs() -> float:
        return await _jobs_per_second(ground.redis_url)

    async with changes(ground, PRODUCTS) as made:
        told = await alternate(ROUNDS, jobs=jobs, distinct=made.distinct, meeting=made.meeting)
    rates = {name: [round(rate) for rate in each] for name, each in told.items()}
    yield row("drain_vs_noop_jobs", ratio(told, "distinct", "jobs"), ">=", 6, per_s=rates)
    yield row("drain_vs_noop_jobs_ten_meet", ratio(told, "meeting", "jobs"), ">=", 15, per_s=rates)


async def _jobs_per_second(redis_url: str) -> float:
    """No-op jobs, all queued before; queueing is not counted."""
    queue = await create_pool(RedisSettings.from_dsn(redis_url))
    for _ in range(JOBS):
        await queue.enqueue_job(_nothing.__name__)
    await queue.aclose()
    return JOBS / await run_worker(redis_url, [func(_nothing, name=_nothing.__name__)])


async def _nothing(ctx: dict[str, Any]) -> None:
    return None
