"""What syncing keeps: who drains, what waits, which records are pairs, and how they stand."""

from __future__ import annotations

from piccolo.columns import JSON, JSONB, UUID, BigInt, Boolean, Bytea, Integer, SmallInt, Text, Timestamptz
from piccolo.table import Table

from connector.store.engine import ENGINE
from connector.store.tables.columns import NULL, Class


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
