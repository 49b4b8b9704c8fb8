"""A customer company as it was set up: its two sides, what it chose, its licence."""

from __future__ import annotations

from piccolo.columns import JSON, UUID, BigInt, Boolean, Bytea, Date, Integer, SmallInt, Text, Timestamptz
from piccolo.table import Table

from connector.store.engine import ENGINE
from connector.store.tables.columns import NULL, Class


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


class AccountList(Table, tablename="account_list", db=ENGINE, tags=[Class.TENANT]):
    """An account's situations, sellers or channels, as they were read (connector.store.account_lists)."""

    tenant_id = UUID(primary_key=True)
    account_id = UUID()
    name = Text()
    rows = JSON()
    read_at = Timestamptz()


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


class Audit(Table, tablename="audit", db=ENGINE, tags=[Class.TENANT]):
    """What a person or operator changed."""

    tenant_id = UUID(primary_key=True)
    id = UUID()
    at = Timestamptz()
    person_id = UUID(**NULL)
    actor = Text()
    action = Text()
    detail = JSON()
