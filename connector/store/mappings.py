"""Versions of a kind's mapping. Inside an open tenant scope; no version = the fixed rules, version 1."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from connector.domain.events import Kind
from connector.store.tables.tenants import Mapping


class SavedMapping(msgspec.Struct, frozen=True, kw_only=True):
    """A version; `rules`, `filter` and `seen` (the fields that there were to name) are JSON text."""

    kind: Kind
    version: int
    rules: str
    filter: str
    note: str
    author: UUID | None
    created_at: datetime
    seen: str | None = None


_SHOWN = (
    *(Mapping.kind, Mapping.version, Mapping.rules, Mapping.filter),
    *(Mapping.note, Mapping.author, Mapping.created_at, Mapping.seen),
)


async def latest(tenant_id: UUID, kind: Kind) -> SavedMapping | None:
    """The version in force."""
    query = Mapping.select(*_SHOWN).where((Mapping.tenant_id == tenant_id) & (Mapping.kind == kind))
    return _saved(await query.order_by(Mapping.version, ascending=False).first())


async def version(tenant_id: UUID, kind: Kind, number: int) -> SavedMapping | None:
    """One version, in force or not."""
    one = (Mapping.tenant_id == tenant_id) & (Mapping.kind == kind) & (Mapping.version == number)
    return _saved(await Mapping.select(*_SHOWN).where(one).first())


async def versions(
    tenant_id: UUID, kind: Kind, before: int | None = None, limit: int = 50
) -> list[SavedMapping]:
    """Saved versions, the newest first, from the one before `before` on."""
    one = (Mapping.tenant_id == tenant_id) & (Mapping.kind == kind)
    if before is not None:
        one &= Mapping.version < before
    query = Mapping.select(*_SHOWN).where(one).order_by(Mapping.version, ascending=False)
    return [msgspec.convert(row, SavedMapping) for row in await query.limit(limit)]


async def add(tenant_id: UUID, mapping: SavedMapping) -> None:
    """Put a version in force; raises asyncpg's UniqueViolationError when it exists already."""
    await Mapping.insert(Mapping(tenant_id=tenant_id, **msgspec.structs.asdict(mapping)))


def _saved(row: dict[str, Any] | None) -> SavedMapping | None:
    return None if row is None else msgspec.convert(row, SavedMapping)
