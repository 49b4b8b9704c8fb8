"""How far both sides agree, and what is left to look at twice."""

from __future__ import annotations

from piccolo.columns import UUID, BigInt, Bytea, Integer, SmallInt, Text, Timestamptz
from piccolo.table import Table

from connector.store.engine import ENGINE
from connector.store.tables.columns import NULL, Class


class Drift(Table, tablename="drift", db=ENGINE, tags=[Class.TENANT]):
    """The last reconciliation of each kind that came to its end."""

    tenant_id = UUID(primary_key=True)
    kind = Text()
    run_id = UUID()
    compared = Integer()
    differing = Integer()
    began_at = Timestamptz()
    ended_at = Timestamptz()


class RunDoubt(Table, tablename="run_doubt", db=ENGINE, tags=[Class.TENANT]):
    """A record that seems to differ."""

    tenant_id = UUID(primary_key=True)
    run_id = UUID()
    account_id = UUID()
    bling_id = BigInt()
    bitrix_id = BigInt(default=0)
    sign = Bytea(**NULL)
    looks = SmallInt(default=0)
    doubted_at = Timestamptz()
    due_at = Timestamptz()


class Sweep(Table, tablename="sweep", db=ENGINE, tags=[Class.TENANT]):
    """Until when an account's changes have been compared with what was heard of them."""

    tenant_id = UUID(primary_key=True)
    account_id = UUID()
    kind = Text()
    swept_until = Timestamptz()
    missed = Integer(default=0)
    silent_since = Timestamptz(**NULL)
    told_at = Timestamptz(**NULL)
    due_at = Timestamptz()
