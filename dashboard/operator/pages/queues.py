"""Filas e limites."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec
import structlog
from litestar import Response, get
from litestar.types import ControllerRouterHandler
from redis.asyncio import Redis
from redis.exceptions import RedisError

from connector.account.operator_budgets import Budgets, budgets
from connector.store import operator_queues as store
from connector.store import silences
from connector.store.scope import Connection
from dashboard.operator.pages.screen import Visit, screen
from dashboard.operator.telling.queues import Waiting, queues
from dashboard.operator.telling.tenants import LATE
from server.operators import Watching
from server.parts import Used

HOUR = timedelta(hours=1)
#: Overdue tenants that are named.
NAMED = 20

log = structlog.get_logger(__name__)


@get("/filas")
async def show_queues(watcher: Watching, parts: Used, request: Visit) -> Response[str]:
    """What waits, and what holds it up."""
    async with parts.database.system() as conn:
        waiting = await look(conn, parts.clock.now())
    view = queues(await with_budgets(waiting, parts.redis))
    return screen("queues.html", view, watcher, request)


async def look(conn: Connection, now: datetime) -> Waiting:
    """What the database knows."""
    return Waiting(
        lanes=await store.lanes(conn),
        held=await store.held(conn),
        broken=await store.connections(conn),
        silent=await silences.raised(conn),
        stuck=await store.stuck(conn, now - LATE, NAMED),
        renewed=await store.renewed(conn, now - HOUR),
        dead=await store.dead_since(conn, now - HOUR),
        budgets=None,
        now=now,
    )


async def with_budgets(waiting: Waiting, redis: Redis) -> Waiting:
    """And what Redis knows, if it is there."""
    return msgspec.structs.replace(waiting, budgets=await _budgets(redis))


async def _budgets(redis: Redis) -> Budgets | None:
    try:
        return await budgets(redis)
    except (RedisError, OSError) as error:
        log.warning("budgets_unread", error=type(error).__name__)
        return None


handlers: list[ControllerRouterHandler] = [show_queues]
