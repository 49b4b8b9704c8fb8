"""Asking for a reconciliation without a person: every night, of what a tenant syncs."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from connector.domain.drift import mending_of
from connector.domain.runs import Task
from connector.domain.vendor import ConnectionState
from connector.store import toggles as preferences
from connector.store.runs import Run
from connector.sync.context import Context, load_context
from connector.sync.engine import Engine
from connector.sync.runs import deeds
from connector.sync.runs.comparison import KINDS, Wish


async def begin_nightly(engine: Engine, tenant_id: UUID, night: datetime) -> list[Run]:
    """Compare every kind that the tenant lets be written; `night` = the beginning, in the tenant's own time.

    Nothing without a licence, a portal and a connected account; a comparison that is under way is enough.
    """
    context = await load_context(engine, tenant_id)
    if context.everything_waits is not None or ConnectionState.CONNECTED not in context.accounts.values():
        return []
    async with engine.database.tenant(tenant_id):
        chosen = await preferences.preferences(tenant_id)
    wish = Wish(mending=mending_of(chosen), night=night.date().isoformat())
    begun: list[Run] = []
    for kind in KINDS:
        if not _is_written(context, kind):
            continue
        try:
            begun.append(await deeds.start(engine, tenant_id, Task.RECONCILIATION, kind, wish))
        except deeds.UnderWay:
            continue
    return begun


def _is_written(context: Context, kind: str) -> bool:
    return not context.toggles.isdisjoint({f"{kind}.create", f"{kind}.update"})
