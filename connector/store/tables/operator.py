"""The operators' own house."""

from __future__ import annotations

from piccolo.columns import JSON, UUID, BigInt, Bytea, Text, Timestamptz
from piccolo.table import Table

from connector.store.engine import ENGINE
from connector.store.tables.columns import NULL, Class


class Operator(Table, tablename="operator", db=ENGINE, tags=[Class.DIRECTORY]):
    """Somebody who keeps Ponte running."""

    id = UUID(primary_key=True)
    email = Text()
    name = Text()
    password_hash = Text()
    totp_secret = Bytea()
    totp_step = BigInt(default=0)
    language = Text(default="pt")
    theme = Text(default="system")
    created_at = Timestamptz()


class OperatorSession(Table, tablename="operator_session", db=ENGINE, tags=[Class.DIRECTORY]):
    """An operator's signed-in browser."""

    token_hash = Bytea(primary_key=True)
    operator_id = UUID()
    agent = Text(default="")
    created_at = Timestamptz()
    last_seen_at = Timestamptz()
    expires_at = Timestamptz()


class Visit(Table, tablename="visit", db=ENGINE, tags=[Class.DIRECTORY]):
    """An operator looks at a tenant through its own screens."""

    token_hash = Bytea(primary_key=True)
    session_hash = Bytea()
    operator_id = UUID()
    tenant_id = UUID()
    reason = Text()
    begun_at = Timestamptz()
    expires_at = Timestamptz()


class OperatorAudit(Table, tablename="operator_audit", db=ENGINE, tags=[Class.DIRECTORY]):
    """What operators did; `about` = the tenant."""

    id = UUID(primary_key=True)
    at = Timestamptz()
    operator_id = UUID(**NULL)
    actor = Text()
    action = Text()
    about = UUID(**NULL)
    detail = JSON()


class MessageMinute(Table, tablename="message_minute", db=ENGINE, tags=[Class.DIRECTORY]):
    """Bling's messages by resource and minute."""

    resource = Text(primary_key=True)
    minute = Timestamptz()
    n = BigInt()


class MessageHour(Table, tablename="message_hour", db=ENGINE, tags=[Class.DIRECTORY]):
    """Bling's messages by resource and hour."""

    resource = Text(primary_key=True)
    hour = Timestamptz()
    n = BigInt()


class Silence(Table, tablename="silence", db=ENGINE, tags=[Class.DIRECTORY]):
    """A resource that Bling has stopped sending."""

    resource = Text(primary_key=True)
    last_at = Timestamptz()
    noticed_at = Timestamptz()
