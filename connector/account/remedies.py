"""Lines of the audit log about remedies: who ran what again, and what was chosen for whom."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from connector.account.people import Actor
from connector.domain.events import Kind, Reason, RecordKey
from connector.store import audit
from connector.store.scope import Database


async def note_run(
    database: Database,
    tenant_id: UUID,
    by: Actor,
    reason: Reason,
    kind: Kind | None,
    queued: int,
    now: datetime,
) -> None:
    """Somebody had all records of a reason run again."""
    about = f"reason={reason}" if kind is None else f"reason={reason} kind={kind}"
    detail = {"reason": reason.value, "queued": queued, "note": f"{queued}: {about}"}
    async with database.tenant(tenant_id):
        await audit.add(
            tenant_id, at=now, person_id=by.person_id, actor=by.name, action="remedy.run", detail=detail
        )


async def note_choice(
    database: Database, tenant_id: UUID, by: Actor, record: RecordKey, bitrix_id: int | None, now: datetime
) -> None:
    """Somebody picked a record's pair in Bitrix24; None = one of its own."""
    pair = "new" if bitrix_id is None else str(bitrix_id)
    detail = {"kind": record.kind.value, "bling_id": str(record.bling_id), "bitrix_id": pair}
    detail["note"] = f"{record.bling_id} → {pair}"
    async with database.tenant(tenant_id):
        await audit.add(
            tenant_id, at=now, person_id=by.person_id, actor=by.name, action="record.chosen", detail=detail
        )
