"""Lists of an account that change rarely (situations, sellers, categories, …), as they were read last."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import msgspec

from connector.store.tables.tenants import AccountList


class ListName(StrEnum):
    """What is kept."""

    SITUATIONS = "situations"
    SELLERS = "sellers"
    CHANNELS = "channels"
    #: Of products, both.
    CATEGORIES = "categories"
    CUSTOM_FIELDS = "custom_fields"
    #: Which section of the catalogue each category has: Ponte's own knowledge (connector.store.sections).
    SECTIONS = "sections"


class SavedList(msgspec.Struct, frozen=True):
    """A list and when it was read."""

    account_id: UUID
    name: ListName
    rows: list[dict[str, Any]]
    read_at: datetime


async def load(tenant_id: UUID) -> list[SavedList]:
    """All lists of the tenant's accounts (inside the tenant's scope)."""
    query = AccountList.select(
        AccountList.account_id, AccountList.name, AccountList.rows, AccountList.read_at
    )
    return [
        SavedList(row["account_id"], ListName(row["name"]), msgspec.json.decode(row["rows"]), row["read_at"])
        for row in await query.where(AccountList.tenant_id == tenant_id)
    ]


async def save(tenant_id: UUID, lists: list[SavedList]) -> None:
    """Keep these lists in place of the former ones (inside the tenant's scope)."""
    rows = [
        AccountList(
            tenant_id=tenant_id,
            account_id=one.account_id,
            name=one.name.value,
            rows=msgspec.json.encode(one.rows).decode(),
            read_at=one.read_at,
        )
        for one in lists
    ]
    if rows:
        await AccountList.insert(*rows).on_conflict(
            target=(AccountList.tenant_id, AccountList.account_id, AccountList.name),
            action="DO UPDATE",
            values=[AccountList.rows, AccountList.read_at],
        )
