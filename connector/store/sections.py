"""Which section of the portal's catalogue each category of Bling's has, by account."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from connector.store import account_lists
from connector.store.account_lists import ListName, SavedList

#: Category → section, both ids as text.
Table = dict[str, str]


async def load(tenant_id: UUID) -> dict[UUID, Table]:
    """All that is known, by account (inside the tenant's scope)."""
    return {
        one.account_id: {str(row["category"]): str(row["section"]) for row in one.rows}
        for one in await account_lists.load(tenant_id)
        if one.name is ListName.SECTIONS
    }


async def together(tenant_id: UUID) -> Table:
    """Of all accounts: categories of two accounts never share an id (inside the tenant's scope)."""
    return {
        category: section for table in (await load(tenant_id)).values() for category, section in table.items()
    }


async def save(tenant_id: UUID, tables: Mapping[UUID, Table], at: datetime) -> None:
    """Put these tables in the place of those of the same accounts (inside the tenant's scope)."""
    rows = [
        SavedList(account, ListName.SECTIONS, [{"category": c, "section": s} for c, s in table.items()], at)
        for account, table in tables.items()
    ]
    await account_lists.save(tenant_id, rows)


async def forget(tenant_id: UUID, there: frozenset[str], at: datetime) -> None:
    """Forget sections that are gone: they are looked for by name again (inside the tenant's scope)."""
    known = await load(tenant_id)
    left = {
        account: {category: section for category, section in table.items() if section in there}
        for account, table in known.items()
    }
    await save(tenant_id, {one: table for one, table in left.items() if table != known[one]}, at)
