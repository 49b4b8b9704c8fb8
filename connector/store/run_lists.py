"""Runs of several tasks as a screen lists them: those that are over by pages, those under way all at once."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from connector.domain.runs import Task
from connector.store.runs import Run, run_of
from connector.store.scope import Connection
from connector.store.sql import named

_SQL = named("run_lists")


async def over(
    conn: Connection, tenant_id: UUID, tasks: Collection[Task], before: UUID | None, limit: int
) -> list[Run]:
    """Runs that have ended, begun last first; `before` = the id that the page before ended with."""
    return list(map(run_of, await conn.fetch(_SQL["over"], tenant_id, list(tasks), before, limit)))


async def under_way(conn: Connection, tenant_id: UUID, tasks: Collection[Task]) -> list[Run]:
    """Runs that go on or are paused, begun last first: at most one of each task and kind."""
    return list(map(run_of, await conn.fetch(_SQL["under_way"], tenant_id, list(tasks))))
