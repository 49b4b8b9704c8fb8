"""Customer companies. Inside an open scope: the system's to add one, its own to read and change it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec

from connector.store.tables.tenants import Tenant as TenantTable


class Tenant(msgspec.Struct, frozen=True, kw_only=True):
    """A customer company."""

    tenant_id: UUID
    name: str
    timezone: str = "America/Sao_Paulo"
    language: str = "pt"
    #: An operator has stopped it.
    paused_at: datetime | None = None
    created_at: datetime


async def add(tenant: Tenant) -> None:
    """Add a company."""
    await TenantTable.insert(TenantTable(**msgspec.structs.asdict(tenant)))


async def load(tenant_id: UUID) -> Tenant | None:
    """One company."""
    row = (
        await TenantTable.select(*Tenant.__struct_fields__).where(TenantTable.tenant_id == tenant_id).first()
    )
    return None if row is None else Tenant(**row)


async def pause(tenant_id: UUID, at: datetime | None) -> None:
    """Stop its syncs, or let them go on (None)."""
    await TenantTable.update({TenantTable.paused_at: at}).where(TenantTable.tenant_id == tenant_id)
