"""Imports, rehearsals, reconciliations and exports."""

from __future__ import annotations

from piccolo.columns import JSON, UUID, BigInt, Boolean, Integer, SmallInt, Text, Timestamptz
from piccolo.table import Table

from connector.store.engine import ENGINE
from connector.store.tables.columns import NULL, Class


class Run(Table, tablename="run", db=ENGINE, tags=[Class.TENANT]):
    """Long work on a tenant's records."""

    tenant_id = UUID(primary_key=True)
    id = UUID()
    task = Text()
    kind = Text()
    state = Text()
    wish = JSON()
    place = JSON(**NULL)
    counts = JSON(**NULL)
    detail = Text(**NULL)
    listed = Integer(default=0)
    total = Integer(**NULL)
    queued = Integer(default=0)
    done = Integer(default=0)
    failed = Integer(default=0)
    stumbles = SmallInt(default=0)
    started_by = UUID(**NULL)
    started_at = Timestamptz()
    updated_at = Timestamptz()
    ended_at = Timestamptz(**NULL)
    due_at = Timestamptz(**NULL)
    holder = Text(**NULL)
    held_until = Timestamptz(**NULL)


class RunItem(Table, tablename="run_item", db=ENGINE, tags=[Class.TENANT]):
    """A record of a run."""

    tenant_id = UUID(primary_key=True)
    run_id = UUID()
    account_id = UUID()
    bling_id = BigInt()
    n = Integer()
    queued = Boolean(default=False)
    label = Text(default="")
    outcome = Text(**NULL)
    reason = Text(**NULL)
    detail = Text(**NULL)
    event_id = UUID(**NULL)


class RunFinding(Table, tablename="run_finding", db=ENGINE, tags=[Class.TENANT]):
    """What a reconciliation found, or an example of what a rehearsal would do."""

    tenant_id = UUID(primary_key=True)
    run_id = UUID()
    n = Integer()
    kind = Text()
    account_id = UUID(**NULL)
    bling_id = BigInt(**NULL)
    bitrix_id = BigInt(**NULL)
    what = Text()
    label = Text(default="")
    detail = Text(**NULL)
    fields = JSON()
    repair = Text(**NULL)
    event_id = UUID(**NULL)
