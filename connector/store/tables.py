"""The tables as Piccolo sees them: columns for queries that are not hot, and for `connector.store.check`.

Keys, partitions, indexes and policies are in migrations/. Piccolo keeps one primary-key column per table, so
never `.save()` or `.get_or_create()` a row of a tenant table: insert, select, update, delete with a `where`.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from piccolo.columns import (
    JSON,
    UUID,
    Array,
    BigInt,
    Boolean,
    Bytea,
    Date,
    Integer,
    SmallInt,
    Text,
    Timestamptz,
)
from piccolo.table import Table

from connector.store.engine import ENGINE


class Class(StrEnum):
    """The classes of DESIGN §7; a table carries its class as a tag."""

    #: Distributed by tenant_id, row-level security.
    TENANT = "tenant"
    #: Not distributed, no row-level security, read by the system role alone.
    DIRECTORY = "directory"


_NULL: dict[str, Any] = {"null": True, "default": None}


class Person(Table, tablename="person", db=ENGINE, tags=[Class.DIRECTORY]):
    """Somebody who signs in."""

    id = UUID(primary_key=True)
    email = Text()
    name = Text()
    password_hash = Text(**_NULL)
    language = Text(default="pt")
    theme = Text(default="system")
    confirmed_at = Timestamptz(**_NULL)
    created_at = Timestamptz()


class Membership(Table, tablename="membership", db=ENGINE, tags=[Class.DIRECTORY]):
    """A person's role in a tenant."""

    tenant_id = UUID(primary_key=True)
    person_id = UUID()
    role = Text()
    created_at = Timestamptz()


class Session(Table, tablename="session", db=ENGINE, tags=[Class.DIRECTORY]):
    """A signed-in browser."""

    token_hash = Bytea(primary_key=True)
    person_id = UUID()
    tenant_id = UUID(**_NULL)
    frame = Boolean(default=False)
    created_at = Timestamptz()
    last_seen_at = Timestamptz()
    expires_at = Timestamptz()


class SigninAttempt(Table, tablename="signin_attempt", db=ENGINE, tags=[Class.DIRECTORY]):
    """Wrong passwords given for an address."""

    email = Text(primary_key=True)
    failures = Integer()
    blocked_until = Timestamptz(**_NULL)
    last_at = Timestamptz()


class ApiKey(Table, tablename="api_key", db=ENGINE, tags=[Class.DIRECTORY]):
    """A key of the JSON API, as its hash."""

    key_hash = Bytea(primary_key=True)
    id = UUID()
    tenant_id = UUID()
    name = Text()
    created_at = Timestamptz()
    last_used_at = Timestamptz(**_NULL)
    revoked_at = Timestamptz(**_NULL)


class AccountRoute(Table, tablename="account_route", db=ENGINE, tags=[Class.DIRECTORY]):
    """Whose a Bling account's webhooks are."""

    account_key = Text(primary_key=True)
    company_id = Text()
    tenant_id = UUID()
    account_id = UUID()
    client_secret = Bytea(**_NULL)


class PortalRoute(Table, tablename="portal_route", db=ENGINE, tags=[Class.DIRECTORY]):
    """Whose a portal is."""

    member_id = Text(primary_key=True)
    tenant_id = UUID()
    application_token = Bytea(**_NULL)


class Unclaimed(Table, tablename="unclaimed", db=ENGINE, tags=[Class.DIRECTORY]):
    """A rightly signed message of a company that nobody has connected."""

    id = UUID(primary_key=True)
    received_at = Timestamptz()
    company_id = Text()
    event = Text()
    provider_event_id = Text()
    body = Bytea()


class Quarantined(Table, tablename="quarantined", db=ENGINE, tags=[Class.DIRECTORY]):
    """A rightly signed message that cannot be a row."""

    id = UUID(primary_key=True)
    received_at = Timestamptz()
    reason = Text()
    account_key = Text(**_NULL)
    tenant_id = UUID(**_NULL)
    body = Bytea()


class Tenant(Table, tablename="tenant", db=ENGINE, tags=[Class.TENANT]):
    """A customer company."""

    tenant_id = UUID(primary_key=True)
    name = Text()
    timezone = Text(default="America/Sao_Paulo")
    language = Text(default="pt")
    paused_at = Timestamptz(**_NULL)
    created_at = Timestamptz()


class Account(Table, tablename="account", db=ENGINE, tags=[Class.TENANT]):
    """A Bling account."""

    tenant_id = UUID(primary_key=True)
    id = UUID()
    company_id = Text()
    name = Text()
    account_key = Text()
    main = Boolean(default=False)
    state = Text()
    state_since = Timestamptz()
    state_detail = Text(**_NULL)
    client_id = Text(**_NULL)
    access_token = Bytea(**_NULL)
    refresh_token = Bytea(**_NULL)
    expires_at = Timestamptz(**_NULL)
    refreshed_at = Timestamptz(**_NULL)
    token_version = Integer(default=0)
    connected_at = Timestamptz(**_NULL)
    created_at = Timestamptz()


class Portal(Table, tablename="portal", db=ENGINE, tags=[Class.TENANT]):
    """The Bitrix24 connection."""

    tenant_id = UUID(primary_key=True)
    member_id = Text()
    client_endpoint = Text()
    oauth_url = Text()
    state = Text()
    state_since = Timestamptz()
    state_detail = Text(**_NULL)
    access_token = Bytea(**_NULL)
    refresh_token = Bytea(**_NULL)
    expires_at = Timestamptz(**_NULL)
    refreshed_at = Timestamptz(**_NULL)
    token_version = Integer(default=0)
    product_iblock_id = BigInt(**_NULL)
    offer_iblock_id = BigInt(**_NULL)
    product_link_property = BigInt(**_NULL)
    offer_link_property = BigInt(**_NULL)
    base_price_type = BigInt(**_NULL)
    catalogue_at = Timestamptz(**_NULL)
    connected_at = Timestamptz(**_NULL)
    created_at = Timestamptz()


class Toggle(Table, tablename="toggle", db=ENGINE, tags=[Class.TENANT]):
    """What syncs; no row = off."""

    tenant_id = UUID(primary_key=True)
    name = Text()
    enabled = Boolean()
    changed_at = Timestamptz()
    changed_by = UUID(**_NULL)


class Preference(Table, tablename="preference", db=ENGINE, tags=[Class.TENANT]):
    """A choice of the tenant that is no yes or no."""

    tenant_id = UUID(primary_key=True)
    name = Text()
    value = JSON()


class Mapping(Table, tablename="mapping", db=ENGINE, tags=[Class.TENANT]):
    """A version of a kind's rules; no row = the fixed rules, version 1."""

    tenant_id = UUID(primary_key=True)
    kind = Text()
    version = Integer()
    rules = JSON()
    filter = JSON()
    note = Text(default="")
    author = UUID(**_NULL)
    created_at = Timestamptz()


class Licence(Table, tablename="licence", db=ENGINE, tags=[Class.TENANT]):
    """The right to sync."""

    tenant_id = UUID(primary_key=True)
    state = Text()
    plan = Text()
    source = Text()
    ends_at = Timestamptz(**_NULL)
    updated_at = Timestamptz()


class Usage(Table, tablename="usage", db=ENGINE, tags=[Class.TENANT]):
    """Syncs counted in a period."""

    tenant_id = UUID(primary_key=True)
    period = Date()
    synced = BigInt()


class Audit(Table, tablename="audit", db=ENGINE, tags=[Class.TENANT]):
    """What a person or operator changed."""

    tenant_id = UUID(primary_key=True)
    id = UUID()
    at = Timestamptz()
    person_id = UUID(**_NULL)
    actor = Text()
    action = Text()
    detail = JSON()


class Lease(Table, tablename="lease", db=ENGINE, tags=[Class.TENANT]):
    """Who drains (connector.store.lease)."""

    tenant_id = UUID(primary_key=True)
    fence = BigInt()
    holder = Text(**_NULL)
    expires_at = Timestamptz()
    wanted = Boolean()


class Inbox(Table, tablename="inbox", db=ENGINE, tags=[Class.TENANT]):
    """Events not settled yet (connector.store.inbox)."""

    tenant_id = UUID(primary_key=True)
    id = UUID()
    kind = Text()
    account_id = UUID()
    bling_id = BigInt()
    source = Text()
    action = Text()
    lane = SmallInt()
    provider_event_id = Text()
    event_date = Timestamptz(**_NULL)
    bare_date = Boolean()
    received_at = Timestamptz()
    due_at = Timestamptz(**_NULL)
    attempts = SmallInt()
    outcome = Text(**_NULL)
    reason = Text(**_NULL)
    detail = Text(**_NULL)
    body = Bytea()


class Link(Table, tablename="link", db=ENGINE, tags=[Class.TENANT]):
    """The remembered pair (connector.store.links)."""

    tenant_id = UUID(primary_key=True)
    kind = Text()
    account_id = UUID()
    bling_id = BigInt()
    bitrix_id = BigInt(**_NULL)
    shape = Text(**_NULL)
    price_id = BigInt(**_NULL)
    label = Text()
    sku = Text(**_NULL)
    sku_folded = Text(**_NULL)
    fingerprint = Bytea(**_NULL)
    written = JSON(**_NULL)
    bling_date = Timestamptz(**_NULL)
    bling_date_bare = Boolean(default=False)
    body_hash = Bytea(**_NULL)
    parent_id = BigInt(**_NULL)
    mapping_version = Integer(**_NULL)
    state = Text()
    reason = Text(**_NULL)
    detail = Text(**_NULL)
    sync_id = UUID(**_NULL)
    synced_at = Timestamptz(**_NULL)
    creating_at = Timestamptz(**_NULL)
    gone_at = Timestamptz(**_NULL)
    writes = SmallInt()
    writes_since = Timestamptz(**_NULL)
    created_at = Timestamptz()
    updated_at = Timestamptz()


class LinkCount(Table, tablename="link_count", db=ENGINE, tags=[Class.TENANT]):
    """Records by state."""

    tenant_id = UUID(primary_key=True)
    kind = Text()
    state = Text()
    n = BigInt()


class Event(Table, tablename="event", db=ENGINE, tags=[Class.TENANT]):
    """Settled events, by day (connector.store.history)."""

    tenant_id = UUID(primary_key=True)
    id = UUID()
    kind = Text()
    account_id = UUID()
    bling_id = BigInt()
    bitrix_id = BigInt(**_NULL)
    label = Text(**_NULL)
    sku = Text(**_NULL)
    source = Text()
    action = Text()
    provider_event_id = Text()
    event_date = Timestamptz(**_NULL)
    received_at = Timestamptz()
    settled_at = Timestamptz()
    attempts = SmallInt()
    outcome = Text()
    reason = Text(**_NULL)
    detail = Text(**_NULL)
    sync_id = UUID(**_NULL)
    body = Bytea()


class Sync(Table, tablename="sync", db=ENGINE, tags=[Class.TENANT]):
    """Records written, by day."""

    tenant_id = UUID(primary_key=True)
    id = UUID()
    kind = Text()
    account_id = UUID()
    bling_id = BigInt()
    bitrix_id = BigInt(**_NULL)
    event_id = UUID()
    outcome = Text()
    reason = Text(**_NULL)
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
    error = Text(**_NULL)
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


TABLES: tuple[type[Table], ...] = (
    *(Person, Membership, Session, SigninAttempt, ApiKey, AccountRoute, PortalRoute, Unclaimed, Quarantined),
    *(
        Tenant,
        Account,
        Portal,
        Toggle,
        Preference,
        Mapping,
        Licence,
        Usage,
        Audit,
        Lease,
        Inbox,
        Link,
        LinkCount,
    ),
    *(Event, Sync, ApiCall, EventMinute, EventHour, CallMinute, CallHour),
)


def names(of: Class) -> list[str]:
    """The names of a class's tables."""
    return [table._meta.tablename for table in TABLES if of in table._meta.tags]
