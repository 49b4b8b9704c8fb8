"""The right to sync, and what was used of it. Inside an open tenant scope."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from connector.domain.licence import Licence, LicenceState
from connector.store.tables import Licence as LicenceTable
from connector.store.tables import Usage


async def load(tenant_id: UUID) -> Licence | None:
    """The tenant's licence."""
    shown = (LicenceTable.state, LicenceTable.plan, LicenceTable.source, LicenceTable.ends_at)
    row = await LicenceTable.select(*shown).where(LicenceTable.tenant_id == tenant_id).first()
    return None if row is None else Licence(**{**row, "state": LicenceState(row["state"])})


async def save(tenant_id: UUID, licence: Licence, at: datetime) -> None:
    """Replace it."""
    row = LicenceTable(
        tenant_id=tenant_id,
        state=licence.state.value,
        plan=licence.plan,
        source=licence.source,
        ends_at=licence.ends_at,
        updated_at=at,
    )
    changed = [LicenceTable.state, LicenceTable.plan, LicenceTable.source, LicenceTable.ends_at]
    await LicenceTable.insert(row).on_conflict(
        target=LicenceTable.tenant_id, action="DO UPDATE", values=[*changed, LicenceTable.updated_at]
    )


async def used(tenant_id: UUID, period: date) -> int:
    """Syncs counted in the period that begins then."""
    one = (Usage.tenant_id == tenant_id) & (Usage.period == period)
    row = await Usage.select(Usage.synced).where(one).first()
    return 0 if row is None else int(row["synced"])
