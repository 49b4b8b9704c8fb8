"""A worker process: arq with our jobs and one engine.

arq's loop ends for good when Redis vanishes under it; the process then exits and whoever supervises it starts
another, which finds everything it needs in Postgres.
"""

from __future__ import annotations

import os
import socket
from contextlib import AsyncExitStack
from typing import Any

import httpx
import structlog
import uvloop
from arq import cron
from arq.connections import RedisSettings
from arq.worker import Worker, func
from redis.exceptions import RedisError

from connector import collector
from connector.account.billing import BILL_JOB, billing_of
from connector.account.checkups import Checkups
from connector.account.clock import Clock
from connector.account.connect import Connecting
from connector.account.connections import Connections
from connector.account.crier import Crier
from connector.account.erasure import Eraser
from connector.account.post import POST_JOB, PostOffice
from connector.bitrix24.reach import transport_for
from connector.domain.checkups import EVERY_S
from connector.mail.sending import sender_of
from connector.security.vault import Vault
from connector.settings import Settings
from connector.store.scope import Database
from connector.sync.engine import Engine
from connector.sync.runs.deeds import WALK_JOB
from connector.sync.wake import DRAIN_JOB, POLL_JOB, Waker
from worker import jobs

log = structlog.get_logger(__name__)

#: Seconds that arq sleeps between looks at the queue: part of every change's latency.
POLL = 0.02
#: A turn is bounded, so a job that takes longer has lost its way.
JOB_TIMEOUT = 300
#: Seconds between sweeps.
SWEEP_EVERY = 2
#: Seconds between looks for runs that nobody walks.
RUNS_EVERY = 5
#: Seconds between looks for mail that nobody rang for.
POST_EVERY = 10
#: Seconds between looks for alerts that are due.
TELL_EVERY = 10
#: Seconds between looks for portals that are due.
LOOK_EVERY = 5
#: Seconds between looks for what Stripe told that nobody rang for, and for customers to compare.
BILL_EVERY = 15
#: Seconds between looks for licences whose date has come.
LICENCES_EVERY = 5
#: Seconds that the nightly trimming of histories may last.
TRIM_LASTS = 3600
#: Requests to vendors that one worker has open.
CONNECTIONS = httpx.Limits(max_connections=300, max_keepalive_connections=100)


def run(settings: Settings) -> int:
    """Work until told to stop; 1 when Redis went away."""
    uvloop.install()
    worker = make(settings)
    try:
        worker.run()
    except (RedisError, OSError) as error:
        log.error("worker_lost_redis", error=str(error))
        return 1
    return 0


def make(settings: Settings, *, burst: bool = False) -> Worker:
    """arq's worker with our jobs; `burst` = end when the queue is empty."""
    return Worker(
        functions=[
            func(jobs.drain, name=DRAIN_JOB),
            func(jobs.poll, name=POLL_JOB),
            func(jobs.walk, name=WALK_JOB),
            func(jobs.post, name=POST_JOB),
            func(jobs.bill, name=BILL_JOB),
        ],
        cron_jobs=[
            cron(jobs.sweep, second=set(range(0, 60, SWEEP_EVERY)), run_at_startup=True),
            cron(jobs.walk_due, second=set(range(1, 60, RUNS_EVERY)), run_at_startup=True),
            cron(jobs.post, name="post_round", second=set(range(5, 60, POST_EVERY)), run_at_startup=True),
            cron(jobs.tell, second=set(range(4, 60, TELL_EVERY)), run_at_startup=True),
            cron(jobs.bill, name="bill_round", second=set(range(3, 60, BILL_EVERY))),
            cron(jobs.tell_licences, second=set(range(2, 60, LICENCES_EVERY)), run_at_startup=True),
            cron(jobs.look_at_portals, second=set(range(1, 60, LOOK_EVERY))),
            cron(jobs.watch_held, second=30),
            cron(jobs.retry_nightly, second={10, 40}, run_at_startup=True),
            cron(jobs.sweep_changes, second=15),
            cron(jobs.write_digests, second={20, 50}, run_at_startup=True),
            cron(jobs.check_up, second=set(range(1, 60, EVERY_S))),
            cron(jobs.renew_ageing, minute=17, second=0),
            cron(jobs.erase, second=40),
            cron(jobs.watch_pulse, second=50),
            cron(jobs.follow_clock, second=set(range(0, 60, 10)), run_at_startup=True),
            cron(jobs.keep_house, hour=3, minute=30, second=0, run_at_startup=True),
            cron(jobs.trim, hour=4, minute=10, second=0, timeout=TRIM_LASTS),
        ],
        redis_settings=RedisSettings.from_dsn(settings.redis_url),
        burst=burst,
        on_startup=_start,
        on_shutdown=_stop,
        max_jobs=settings.worker_jobs,
        job_timeout=JOB_TIMEOUT,
        keep_result=0,
        poll_delay=POLL,
        log_results=False,
        ctx={"settings": settings},
    )


async def _start(ctx: dict[str, Any]) -> None:
    """Open what all jobs of this process share."""
    settings: Settings = ctx["settings"]
    collector.calm()
    stack = ctx["stack"] = AsyncExitStack()
    database = await Database.open(settings.database_url, settings.pool_size)
    stack.push_async_callback(database.close)
    http = await stack.enter_async_context(
        httpx.AsyncClient(limits=CONNECTIONS, trust_env=False, transport=transport_for(settings, CONNECTIONS))
    )
    clock = ctx["clock"] = Clock(settings)
    vault = ctx["vault"] = Vault.from_setting(settings.vault_keys)
    ctx["post"] = PostOffice(database, vault, sender_of(settings, http), settings.app_url)
    connections = Connections(settings, database, ctx["redis"], http, vault, clock)
    ctx["crier"] = Crier(database, ctx["redis"], http, vault, connections)
    ctx["checkups"] = Checkups(settings, database, ctx["redis"], http, connections)
    connecting = Connecting(settings, database, ctx["redis"], http, vault, connections)
    ctx["billing"] = billing_of(settings, database, http, clock)
    ctx["eraser"] = Eraser(database, connecting)
    ctx["holder"] = f"{socket.gethostname()}:{os.getpid()}"
    ctx["engine"] = Engine(
        settings=settings,
        database=database,
        redis=ctx["redis"],
        waker=Waker(ctx["redis"]),
        http=http,
        connections=connections,
        clock=clock.now,
        business_clock=clock.business_now,
    )


async def _stop(ctx: dict[str, Any]) -> None:
    await ctx["stack"].aclose()
