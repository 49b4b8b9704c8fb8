"""What the guard rail holds, and what it let pass."""

from __future__ import annotations

from piccolo.columns import JSON, UUID, BigInt, Integer, Text, Timestamptz
from piccolo.table import Table

from connector.store.engine import ENGINE
from connector.store.tables.columns import NULL, Class


class Hold(Table, tablename="hold", db=ENGINE, tags=[Class.TENANT]):
    """Incidents that wait for a person, and those that were decided."""

    tenant_id = UUID(primary_key=True)
    id = UUID()
    cause = Text()
    side = Text()
    run = Text()
    state = Text()
    opened_at = Timestamptz()
    records = Integer(default=0)
    decided_at = Timestamptz(**NULL)
    decided_by = Text(**NULL)
    decider_id = UUID(**NULL)


class HoldItem(Table, tablename="hold_item", db=ENGINE, tags=[Class.TENANT]):
    """Records of an incident."""

    tenant_id = UUID(primary_key=True)
    hold_id = UUID()
    kind = Text()
    account_id = UUID()
    bling_id = BigInt()
    bitrix_id = BigInt(**NULL)
    label = Text()
    sku = Text(**NULL)
    state = Text()
    suspicions = JSON()
    at = Timestamptz()


class GuardPass(Table, tablename="guard_pass", db=ENGINE, tags=[Class.TENANT]):
    """Odd changes that were let pass."""

    tenant_id = UUID(primary_key=True)
    cause = Text()
    side = Text()
    run = Text()
    kind = Text()
    account_id = UUID()
    bling_id = BigInt()
    bitrix_id = BigInt(**NULL)
    label = Text()
    sku = Text(**NULL)
    suspicions = JSON()
    at = Timestamptz()
