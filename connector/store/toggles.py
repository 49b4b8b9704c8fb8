"""What syncs, and the choices that are no yes or no. Inside an open tenant scope; absent = off or default."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from connector.store.tables.tenants import Preference, Toggle


async def load(tenant_id: UUID) -> dict[str, bool]:
    """The toggles that were ever set."""
    rows = await Toggle.select(Toggle.name, Toggle.enabled).where(Toggle.tenant_id == tenant_id)
    return {row["name"]: row["enabled"] for row in rows}


async def ticked_at(tenant_id: UUID, name: str) -> datetime | None:
    """When a toggle was set last; None for one that never was."""
    row = (
        await Toggle.select(Toggle.changed_at)
        .where((Toggle.tenant_id == tenant_id) & (Toggle.name == name))
        .first()
    )
    return row["changed_at"] if row else None


async def save(tenant_id: UUID, changes: Mapping[str, bool], at: datetime, by: UUID | None = None) -> None:
    """Set these toggles; the others stay."""
    if not changes:
        return
    rows = [
        Toggle(tenant_id=tenant_id, name=name, enabled=enabled, changed_at=at, changed_by=by)
        for name, enabled in changes.items()
    ]
    await Toggle.insert(*rows).on_conflict(
        target=(Toggle.tenant_id, Toggle.name),
        action="DO UPDATE",
        values=[Toggle.enabled, Toggle.changed_at, Toggle.changed_by],
    )


async def preferences(tenant_id: UUID) -> dict[str, Any]:
    """The preferences that were ever set, as JSON values by name."""
    rows = await Preference.select(Preference.name, Preference.value).where(Preference.tenant_id == tenant_id)
    return {row["name"]: msgspec.json.decode(row["value"]) for row in rows}


async def prefer(tenant_id: UUID, name: str, value: Any) -> None:
    """Set one preference."""
    row = Preference(tenant_id=tenant_id, name=name, value=msgspec.json.encode(value).decode())
    await Preference.insert(row).on_conflict(
        target=(Preference.tenant_id, Preference.name), action="DO UPDATE", values=[Preference.value]
    )
