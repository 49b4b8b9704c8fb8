"""What happened, by day, and what is counted of it by minute and hour."""

from __future__ import annotations

from piccolo.columns import JSON, JSONB, UUID, Array, BigInt, Bytea, Integer, SmallInt, Text, Timestamptz
from piccolo.table import Table

from connector.store.engine import ENGINE
from connector.store.tables.columns import NULL, Class


class Event(Table, tablename="event", db=ENGINE, tags=[Class.TENANT]):
    """Settled events, by day (connector.store.history)."""

    tenant_id = UUID(primary_key=True)
    id = UUID()
    kind = Text()
    account_id = UUID()
    bling_id = BigInt()
    bitrix_id = BigInt(**NULL)
    label = Text(**NULL)
    sku = Text(**NULL)
    source = Text()
    action = Text()
    provider_event_id = Text()
    event_date = Timestamptz(**NULL)
    received_at = Timestamptz()
    settled_at = Timestamptz()
    attempts = SmallInt()
    outcome = Text()
    reason = Text(**NULL)
    detail = Text(**NULL)
    sync_id = UUID(**NULL)
    body = Bytea()
    waits = JSONB(**NULL)


class Sync(Table, tablename="sync", db=ENGINE, tags=[Class.TENANT]):
    """Records written, by day."""

    tenant_id = UUID(primary_key=True)
    id = UUID()
    kind = Text()
    account_id = UUID()
    bling_id = BigInt()
    bitrix_id = BigInt(**NULL)
    event_id = UUID()
    outcome = Text()
    reason = Text(**NULL)
    mapping_version = Integer()
    started_at = Timestamptz()
    settled_at = Timestamptz()
    plan = JSON()
    changes = JSON()
    calls = Array(base_column=UUID())


class ApiCall(Table, tablename="api_call", db=ENGINE, tags=[Class.TENANT]):
    """Requests to vendors, redacted, by day."""

    tenant_id = UUID(primary_key=True)
    id = UUID()
    provider = Text()
    method = Text()
    commands = Integer()
    status = Integer()
    error = Text(**NULL)
    ms = Integer()
    at = Timestamptz()
    request = Text()
    response = Text()


class EventMinute(Table, tablename="event_minute", db=ENGINE, tags=[Class.TENANT]):
    """Settled events by minute; `latency` = log2 of the milliseconds from receipt to settling."""

    tenant_id = UUID(primary_key=True)
    minute = Timestamptz()
    kind = Text()
    outcome = Text()
    latency = SmallInt()
    n = Integer()


class EventHour(Table, tablename="event_hour", db=ENGINE, tags=[Class.TENANT]):
    """The same by hour."""

    tenant_id = UUID(primary_key=True)
    hour = Timestamptz()
    kind = Text()
    outcome = Text()
    latency = SmallInt()
    n = Integer()


class CallMinute(Table, tablename="call_minute", db=ENGINE, tags=[Class.TENANT]):
    """Requests to vendors by minute; `scope` = an account's id or `portal`."""

    tenant_id = UUID(primary_key=True)
    provider = Text()
    scope = Text()
    method = Text()
    minute = Timestamptz()
    calls = Integer()
    errors = Integer()
    operating_ms = BigInt()


class CallHour(Table, tablename="call_hour", db=ENGINE, tags=[Class.TENANT]):
    """The same by hour."""

    tenant_id = UUID(primary_key=True)
    provider = Text()
    scope = Text()
    method = Text()
    hour = Timestamptz()
    calls = Integer()
    errors = Integer()
    operating_ms = BigInt()
