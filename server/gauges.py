"""What operators alarm on and only the database and Redis know: read anew for whoever scrapes, now and then.

Every process tells the same; each look is bounded (connector/store/operator_queues), so a flooded inbox makes
it say "at least", and no scrape slow.
"""

from __future__ import annotations

import asyncio
import time
from datetime import datetime, timedelta
from typing import Any

import structlog
from prometheus_client import Gauge
from redis.asyncio import Redis
from redis.exceptions import RedisError

from connector.account.clock import Clock
from connector.account.operator_budgets import budgets
from connector.domain.events import Lane
from connector.domain.vendor import Transient
from connector.store import operator_messages, operator_pulse, operator_queues, operator_tenants, silences
from connector.store.scope import Connection, Database, DatabaseAway
from server.metrics import REGISTRY

#: Seconds that a look is good for.
GOOD_FOR_S = 5.0
#: Seconds between looks of a process that is asked at a port of its own.
EVERY_S = 15.0
HOUR = timedelta(hours=1)

log = structlog.get_logger()


def _gauge(name: str, text: str, *labels: str) -> Gauge:
    return Gauge(f"ponte_{name}", text, labels, registry=REGISTRY)


_DEPTH = _gauge("inbox_depth", "Waiting events by lane (at most 20,000 are counted)", "lane")
_AGE = _gauge("inbox_overdue_seconds", "How long the most overdue event of a lane has been due", "lane")
_HELD = _gauge("inbox_held", "Held events by reason (at most 20,000 are counted)", "reason")
_DEAD = _gauge("events_dead_last_hour", "Events received within the hour and given up")
_BROKEN = _gauge("connections_broken", "Connections that stand still", "provider", "state")
_LICENCES = _gauge("tenants", "Tenants by the state of their licence", "state")
_UNCLAIMED = _gauge("messages_unclaimed", "Messages of companies that nobody has connected")
_QUARANTINED = _gauge("messages_quarantined", "Messages that cannot be events")
_MAIL = _gauge("mail_waiting", "Mails that have not left")
_MAIL_AGE = _gauge("mail_oldest_seconds", "How long the oldest of them waits")
_SILENT = _gauge("bling_silent_resources", "Resources that Bling usually sends, and does not")
_SILENT_ACCOUNTS = _gauge("bling_silent_accounts", "Connected accounts that Bling does not tell of")
_BLOCKED = _gauge("bling_address_blocked_seconds", "How much longer Bling blocks our address")
_TOKENS = _gauge("bling_token_calls_minute", "Calls of Bling's token endpoint in the last 60 s")
_RATE = _gauge("bling_requests_second", "Requests to Bling from our address in the last second")
_ERRORS = _gauge("bling_errors", "Error answers of Bling's that count against our address")
_QUEUE = _gauge("jobs_queued", "Jobs that no worker has taken")
_UP = _gauge("reachable", "Whether the part answered this look", "part")


class Gauges:
    """Reads what the gauges show."""

    def __init__(self, database: Database, redis: Redis, clock: Clock) -> None:
        self._database, self._redis, self._clock = database, redis, clock
        self._read_at = -GOOD_FOR_S
        self._reading = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to look now and then, for a scraper at a port of its own, which asks no handler."""
        self._task = asyncio.create_task(self._look_for_ever(), name="gauges")

    async def stop(self) -> None:
        """End."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def refresh(self) -> None:
        """Look, unless somebody just did; what does not answer is said to be away."""
        async with self._reading:
            if time.monotonic() - self._read_at < GOOD_FOR_S:
                return
            _UP.labels("postgres").set(await self._postgres())
            _UP.labels("redis").set(await self._budgets())
            self._read_at = time.monotonic()

    async def _postgres(self) -> bool:
        now = self._clock.now()
        try:
            async with self._database.system(patience=2.0) as conn:
                await _read_queues(conn, now)
                await _read_rest(conn, now)
        except DatabaseAway as error:
            log.warning("gauges_without_database", error=type(error).__name__)
            return False
        return True

    async def _budgets(self) -> bool:
        try:
            found = await budgets(self._redis)
        except (Transient, RedisError, OSError) as error:
            log.warning("gauges_without_redis", error=type(error).__name__)
            return False
        _BLOCKED.set(found.blocked_s)
        _TOKENS.set(found.token_calls)
        _RATE.set(found.requests)
        _ERRORS.set(found.errors)
        _QUEUE.set(found.queued)
        return True

    async def _look_for_ever(self) -> None:
        while True:
            await asyncio.sleep(EVERY_S)
            await self.refresh()


async def _read_queues(conn: Connection, now: datetime) -> None:
    lanes = {row.lane: row for row in await operator_queues.lanes(conn)}
    for lane in Lane:
        row = lanes.get(lane)
        _DEPTH.labels(lane.name.lower()).set(row.n if row else 0)
        overdue = max(now - row.oldest, timedelta()) if row else timedelta()
        _AGE.labels(lane.name.lower()).set(overdue.total_seconds())
    _fill(_HELD, {(reason,): n for reason, n in (await operator_queues.held(conn)).items()})
    _DEAD.set(await operator_queues.dead_since(conn, now - HOUR))


async def _read_rest(conn: Connection, now: datetime) -> None:
    broken = await operator_queues.connections(conn)
    _fill(_BROKEN, {(one.provider, one.state): one.n for one in broken})
    tenants: dict[tuple[str, ...], int] = {}
    for licence in await operator_tenants.licences(conn):
        tenants[(licence.state,)] = tenants.get((licence.state,), 0) + licence.n
    _fill(_LICENCES, tenants)
    sizes = await operator_messages.sizes(conn)
    _UNCLAIMED.set(sizes.unclaimed)
    _QUARANTINED.set(sizes.quarantined)
    waiting, oldest = await operator_queues.waiting_mail(conn)
    _MAIL.set(waiting)
    _MAIL_AGE.set((now - oldest).total_seconds() if oldest else 0)
    _SILENT.set(len(await operator_pulse.silences(conn)))
    _SILENT_ACCOUNTS.set(await silences.raised(conn))


def _fill(gauge: Gauge, values: dict[tuple[str, ...], Any]) -> None:
    """These labels and no others: what is over is not told any more."""
    gauge.clear()
    for labels, value in values.items():
        gauge.labels(*labels).set(value)
