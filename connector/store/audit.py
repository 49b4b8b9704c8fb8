"""What people and operators changed. Inside an open scope; a tenant may add and read, never rewrite."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from connector.store import ids
from connector.store.tables.tenants import Audit


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One change."""

    id: UUID
    at: datetime
    person_id: UUID | None
    #: The name shown, which outlives the person.
    actor: str
    #: Such as `toggle.changed`.
    action: str
    detail: dict[str, Any]


async def add(
    tenant_id: UUID, *, at: datetime, person_id: UUID | None, actor: str, action: str, detail: dict[str, Any]
) -> None:
    """Write an entry."""
    row = Audit(
        tenant_id=tenant_id, id=ids.new_id(at), at=at, person_id=person_id, actor=actor, action=action
    )
    row.detail = msgspec.json.encode(detail).decode()
    await Audit.insert(row)


async def entries(tenant_id: UUID, after: UUID | None, limit: int) -> list[Entry]:
    """The newest first; `after` = the id that the page before ended with."""
    mine = Audit.tenant_id == tenant_id
    shown = (Audit.id, Audit.at, Audit.person_id, Audit.actor, Audit.action, Audit.detail)
    query = Audit.select(*shown).where(mine if after is None else mine & (Audit.id < after))
    rows = await query.order_by(Audit.id, ascending=False).limit(limit)
    return [Entry(**{**row, "detail": msgspec.json.decode(row["detail"])}) for row in rows]
