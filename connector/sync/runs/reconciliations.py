"""Asking for a reconciliation: by a person, by the night, by an operator."""

from __future__ import annotations

from uuid import UUID

from connector.domain.drift import Mending
from connector.domain.events import Kind, Reason
from connector.domain.runs import Task
from connector.store.runs import Run
from connector.sync.context import load_context
from connector.sync.engine import Engine
from connector.sync.runs import deeds
from connector.sync.runs.reconciling import KINDS, Wish


class NotCompared(Exception):
    """Records of this kind are not compared: contacts belong to their deals, invoices are written once."""


class CannotNow(Exception):
    """Nothing of this tenant can be synced now; `reason` says why."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(f"nothing can be compared now: {reason}")
        self.reason = reason


async def begin(
    engine: Engine, tenant_id: UUID, kind: Kind, *, repair: bool = False, by: UUID | None = None
) -> Run:
    """Compare all records of a kind. Raises `NotCompared`, `CannotNow`, `deeds.UnderWay`."""
    if kind not in KINDS:
        raise NotCompared(kind)
    context = await load_context(engine, tenant_id)
    if context.everything_waits is not None:
        raise CannotNow(context.everything_waits)
    wish = Wish(repair=repair)
    return await deeds.start(engine, tenant_id, Task.RECONCILIATION, kind, wish, by)


async def begin_for_the_night(
    engine: Engine, tenant_id: UUID, kind: Kind, mending: Mending, night: str
) -> Run | None:
    """The same without a person; None when one is under way already."""
    wish = Wish(mending=mending, night=night)
    try:
        return await deeds.start(engine, tenant_id, Task.RECONCILIATION, kind, wish)
    except deeds.UnderWay:
        return None
