"""The tables as Piccolo sees them: columns for queries that are not hot, and for `connector.store.check`.

Keys, partitions, indexes and policies are in migrations/. Piccolo keeps one primary-key column per table, so
never `.save()` or `.get_or_create()` a row of a tenant table: insert, select, update, delete with a `where`.
"""

from __future__ import annotations

from piccolo.columns import (
    JSON,
    JSONB,
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
from connector.store.tables_directory import (
    NULL,
    AccountRoute,
    ApiKey,
    Class,
    Consent,
    Erasure,
    Invitation,
    Mail,
    Membership,
    PasswordReset,
    Person,
    PortalRoute,
    Quarantined,
    Session,
    SigninAttempt,
    Signup,
    StripeCustomer,
    StripeEvent,
    Unclaimed,
)
from connector.store.tables_drift import Drift, RunDoubt, Sweep
from connector.store.tables_holds import GuardPass, Hold, HoldItem
from connector.store.tables_operator import (
    MessageHour,
    MessageMinute,
    Operator,
    OperatorAudit,
    OperatorSession,
    Silence,
    Visit,
)
from connector.store.tables_runs import Run, RunFinding, RunItem


class Tenant(Table, tablename="tenant", db=ENGINE, tags=[Class.TENANT]):
    """A customer company."""

    tenant_id = UUID(primary_key=True)
    name = Text()
    timezone = Text(default="America/Sao_Paulo")
    language = Text(default="pt")
    paused_at = Timestamptz(**NULL)
    created_at = Timestamptz()
    retry_at = Timestamptz(**NULL)
    digest_at = Timestamptz(**NULL)


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
    state_detail = Text(**NULL)
    client_id = Text(**NULL)
    checked_at = Timestamptz(**NULL)
    connected_by = Text(**NULL)
    access_token = Bytea(**NULL)
    refresh_token = Bytea(**NULL)
    expires_at = Timestamptz(**NULL)
    refreshed_at = Timestamptz(**NULL)
    token_version = Integer(default=0)
    connected_at = Timestamptz(**NULL)
    created_at = Timestamptz()


class Portal(Table, tablename="portal", db=ENGINE, tags=[Class.TENANT]):
    """The Bitrix24 connection."""

    tenant_id = UUID(primary_key=True)
    member_id = Text()
    client_endpoint = Text()
    oauth_url = Text()
    state = Text()
    state_since = Timestamptz()
    state_detail = Text(**NULL)
    access_token = Bytea(**NULL)
    refresh_token = Bytea(**NULL)
    expires_at = Timestamptz(**NULL)
    refreshed_at = Timestamptz(**NULL)
    token_version = Integer(default=0)
    product_iblock_id = BigInt(**NULL)
    offer_iblock_id = BigInt(**NULL)
    product_link_property = BigInt(**NULL)
    offer_link_property = BigInt(**NULL)
    base_price_type = BigInt(**NULL)
    catalogue_at = Timestamptz(**NULL)
    crm = JSON(**NULL)
    crm_at = Timestamptz(**NULL)
    fields = JSON(**NULL)
    fields_at = Timestamptz(**NULL)
    checked_at = Timestamptz(**NULL)
    connected_at = Timestamptz(**NULL)
    created_at = Timestamptz()


class Alert(Table, tablename="alert", db=ENGINE, tags=[Class.TENANT]):
    """What people are told of, by cause; no row = all is well."""

    tenant_id = UUID(primary_key=True)
    cause = Text()
    subject = Text()
    detail = Text()
    opened_at = Timestamptz()
    due_at = Timestamptz()
    told = SmallInt(default=0)
    resolved_at = Timestamptz(**NULL)


class Toggle(Table, tablename="toggle", db=ENGINE, tags=[Class.TENANT]):
    """What syncs; no row = off."""

    tenant_id = UUID(primary_key=True)
    name = Text()
    enabled = Boolean()
    changed_at = Timestamptz()
    changed_by = UUID(**NULL)


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
    author = UUID(**NULL)
    created_at = Timestamptz()
    seen = JSON(**NULL)


class Licence(Table, tablename="licence", db=ENGINE, tags=[Class.TENANT]):
    """The right to sync."""

    tenant_id = UUID(primary_key=True)
    state = Text()
    plan = Text()
    source = Text()
    ends_at = Timestamptz(**NULL)
    updated_at = Timestamptz()
    renews = Boolean(default=True)
    trial_ends_at = Timestamptz(**NULL)
    granted_plan = Text(**NULL)
    granted_until = Timestamptz(**NULL)
    granted_source = Text(**NULL)
    granted_note = Text(**NULL)


class Subscription(Table, tablename="subscription", db=ENGINE, tags=[Class.TENANT]):
    """A subscription as Stripe had it when it was asked last."""

    tenant_id = UUID(primary_key=True)
    id = Text()
    customer_id = Text()
    status = Text()
    plan = Text(**NULL)
    item_id = Text()
    created_at = Timestamptz()
    period_end = Timestamptz(**NULL)
    unpaid_since = Timestamptz(**NULL)
    cancel_at = Timestamptz(**NULL)
    ended_at = Timestamptz(**NULL)


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
    person_id = UUID(**NULL)
    actor = Text()
    action = Text()
    detail = JSON()


class Lease(Table, tablename="lease", db=ENGINE, tags=[Class.TENANT]):
    """Who drains (connector.store.lease)."""

    tenant_id = UUID(primary_key=True)
    fence = BigInt()
    holder = Text(**NULL)
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
    event_date = Timestamptz(**NULL)
    bare_date = Boolean()
    received_at = Timestamptz()
    due_at = Timestamptz(**NULL)
    attempts = SmallInt()
    outcome = Text(**NULL)
    reason = Text(**NULL)
    detail = Text(**NULL)
    body = Bytea()
    held_at = Timestamptz(**NULL)
    waits = JSONB(**NULL)


class Link(Table, tablename="link", db=ENGINE, tags=[Class.TENANT]):
    """The remembered pair (connector.store.links)."""

    tenant_id = UUID(primary_key=True)
    kind = Text()
    account_id = UUID()
    bling_id = BigInt()
    bitrix_id = BigInt(**NULL)
    shape = Text(**NULL)
    price_id = BigInt(**NULL)
    label = Text()
    sku = Text(**NULL)
    sku_folded = Text(**NULL)
    fingerprint = Bytea(**NULL)
    written = JSON(**NULL)
    bling_date = Timestamptz(**NULL)
    bling_date_bare = Boolean(default=False)
    body_hash = Bytea(**NULL)
    parent_id = BigInt(**NULL)
    invoice_id = BigInt(**NULL)
    store_number = Text(**NULL)
    mapping_version = Integer(**NULL)
    state = Text()
    reason = Text(**NULL)
    detail = Text(**NULL)
    sync_id = UUID(**NULL)
    synced_at = Timestamptz(**NULL)
    creating_at = Timestamptz(**NULL)
    gone_at = Timestamptz(**NULL)
    writes = SmallInt()
    writes_since = Timestamptz(**NULL)
    created_at = Timestamptz()
    updated_at = Timestamptz()
    choice = Text(**NULL)
    choice_id = BigInt(**NULL)
    exported_at = Timestamptz(**NULL)


class PortalIntake(Table, tablename="portal_intake", db=ENGINE, tags=[Class.TENANT]):
    """How a portal's changes are come by (connector.store.portal_intake)."""

    tenant_id = UUID(primary_key=True)
    offline = Boolean(**NULL)
    bound = Text(**NULL)
    due_at = Timestamptz()
    busy_until = Timestamptz(**NULL)
    reading = Boolean(default=False)
    changed_since = Timestamptz()
    sweep_at = Timestamptz()
    created_at = Timestamptz()


class AccountList(Table, tablename="account_list", db=ENGINE, tags=[Class.TENANT]):
    """An account's situations, sellers or channels, as they were read (connector.store.account_lists)."""

    tenant_id = UUID(primary_key=True)
    account_id = UUID()
    name = Text()
    rows = JSON()
    read_at = Timestamptz()


class LinkCount(Table, tablename="link_count", db=ENGINE, tags=[Class.TENANT]):
    """Records by state."""

    tenant_id = UUID(primary_key=True)
    kind = Text()
    state = Text()
    n = BigInt()


class LinkReasonCount(Table, tablename="link_reason_count", db=ENGINE, tags=[Class.TENANT]):
    """Records by state and the reason for it; those without one are left out."""

    tenant_id = UUID(primary_key=True)
    kind = Text()
    state = Text()
    reason = Text()
    n = BigInt()


class LinkWord(Table, tablename="link_word", db=ENGINE, tags=[Class.TENANT]):
    """The words of records' names (connector.store.event_search)."""

    tenant_id = UUID(primary_key=True)
    kind = Text()
    account_id = UUID()
    bling_id = BigInt()
    word = Text()


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


TABLES: tuple[type[Table], ...] = (
    *(Person, Membership, Session, SigninAttempt, ApiKey, AccountRoute, PortalRoute, Unclaimed, Quarantined),
    *(Consent, StripeCustomer, StripeEvent),
    *(Mail, Signup, PasswordReset, Invitation, Erasure),
    *(Operator, OperatorSession, Visit, OperatorAudit, MessageMinute, MessageHour, Silence),
    *(
        Tenant,
        Account,
        Portal,
        Toggle,
        Preference,
        Mapping,
        Licence,
        Subscription,
        Usage,
        Audit,
        Lease,
        Inbox,
        Link,
        LinkCount,
        LinkReasonCount,
        AccountList,
        Alert,
        PortalIntake,
    ),
    *(Run, RunItem, RunFinding),
    *(Drift, RunDoubt, Sweep),
    *(Hold, HoldItem, GuardPass),
    *(LinkWord, Event, Sync, ApiCall, EventMinute, EventHour, CallMinute, CallHour),
)


def names(of: Class) -> list[str]:
    """The names of a class's tables."""
    return [table._meta.tablename for table in TABLES if of in table._meta.tags]
