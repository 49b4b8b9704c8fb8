"""What API and screens read of a tenant: an event, its sync and calls, records; lists: `event_lists`."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from connector.domain.events import Kind, Outcome, Reason, RecordKey, RecordState
from connector.domain.vendor import Call, Provider
from connector.store.event_lists import EventRow as EventRow
from connector.store.event_lists import Filter as Filter
from connector.store.event_lists import event_values, windows
from connector.store.event_lists import events as events
from connector.store.links import Link, link_of
from connector.store.scope import Connection
from connector.store.sql import named

_SQL = named("history")

_FIRST_ID = UUID(int=0)
_KINDS = sorted(Kind)


class Wait(msgspec.Struct, frozen=True, rename={"since": "from"}):
    """What an event was held for, and when; `until` is None while it waits, or if it ended waiting."""

    reason: str
    since: datetime
    until: datetime | None = None


class EventDetail(EventRow, frozen=True, kw_only=True):
    """The same with the message as received, and what it was held for in their order."""

    body: bytes
    waits: tuple[Wait, ...] = ()


class SyncRow(msgspec.Struct, frozen=True, kw_only=True):
    """A record written; `plan` and `changes` are JSON text."""

    id: UUID
    record: RecordKey
    bitrix_id: int | None
    event_id: UUID
    outcome: Outcome
    reason: Reason | None
    mapping_version: int
    started_at: datetime
    settled_at: datetime
    plan: str
    changes: str
    calls: list[UUID]


async def event(conn: Connection, tenant_id: UUID, event_id: UUID) -> EventDetail | None:
    """One event, settled or not."""
    for name in ("waiting_event", "settled_event"):
        if row := await conn.fetchrow(_SQL[name], tenant_id, event_id):
            return EventDetail(**event_values(row), body=row["body"], waits=_waits(row["waits"]))
    return None


async def sync(conn: Connection, tenant_id: UUID, sync_id: UUID) -> SyncRow | None:
    """One record's write."""
    return next(iter(await syncs(conn, tenant_id, [sync_id])), None)


async def syncs(conn: Connection, tenant_id: UUID, sync_ids: Collection[UUID]) -> list[SyncRow]:
    """These writes as far as history still has them, in the order they were made."""
    if not sync_ids:
        return []
    rows = await conn.fetch(_SQL["syncs"], tenant_id, list(sync_ids), min(sync_ids), max(sync_ids))
    return list(map(_sync_row, rows))


async def last_sync_at(conn: Connection, tenant_id: UUID) -> datetime | None:
    """When a record was written last."""
    for since, before in windows():
        at: datetime | None = await conn.fetchval(_SQL["last_sync"], tenant_id, before, since)
        if at is not None:
            return at
    return None


async def calls(conn: Connection, tenant_id: UUID, call_ids: Collection[UUID]) -> list[Call]:
    """These calls as far as the log still has them, in the order they were made."""
    if not call_ids:
        return []
    rows = await conn.fetch(_SQL["calls"], tenant_id, list(call_ids), min(call_ids), max(call_ids))
    return [Call(**{**row, "provider": Provider(row["provider"])}, operating={}) for row in rows]


async def links(
    conn: Connection, tenant_id: UUID, kind: Kind | None, after: RecordKey | None, limit: int
) -> list[Link]:
    """Pairs by kind, account and Bling id; `after` = the record that the page before ended with."""
    place = (after.kind, after.account_id, after.bling_id) if after else ("", _FIRST_ID, 0)
    return list(map(link_of, await conn.fetch(_SQL["links"], tenant_id, kind, *place, limit)))


async def links_of_bling(conn: Connection, tenant_id: UUID, kind: Kind | None, bling_id: int) -> list[Link]:
    """The pairs of this Bling id; several accounts may have it."""
    rows = await conn.fetch(_SQL["links_of_bling"], tenant_id, _kinds(kind), bling_id)
    return list(map(link_of, rows))


async def links_of_bitrix(conn: Connection, tenant_id: UUID, kind: Kind | None, bitrix_id: int) -> list[Link]:
    """The pairs of this Bitrix24 id, one for each kind at most."""
    rows = await conn.fetch(_SQL["links_of_bitrix"], tenant_id, _kinds(kind), bitrix_id)
    return list(map(link_of, rows))


async def record(conn: Connection, tenant_id: UUID, kind: Kind, bling_id: int) -> Link | None:
    """One record; of several accounts' the first account's."""
    found = await links_of_bling(conn, tenant_id, kind, bling_id)
    return found[0] if found else None


async def summary(conn: Connection, tenant_id: UUID) -> dict[Kind, dict[RecordState, int]]:
    """How many records of each kind are in which state."""
    counts: dict[Kind, dict[RecordState, int]] = {}
    for row in await conn.fetch(_SQL["summary"], tenant_id):
        counts.setdefault(Kind(row["kind"]), {})[RecordState(row["state"])] = row["n"]
    return counts


def _waits(text: str | None) -> tuple[Wait, ...]:
    return () if text is None else msgspec.json.decode(text, type=tuple[Wait, ...])


def _kinds(kind: Kind | None) -> list[Kind]:
    return _KINDS if kind is None else [kind]


def _record(row: Any) -> RecordKey:
    return RecordKey(Kind(row["kind"]), row["account_id"], row["bling_id"])


_SYNC_PLAIN = (
    *("id", "bitrix_id", "event_id", "mapping_version", "started_at", "settled_at"),
    *("plan", "changes", "calls"),
)


def _sync_row(row: Any) -> SyncRow:
    return SyncRow(
        record=_record(row),
        outcome=Outcome(row["outcome"]),
        reason=row["reason"] and Reason(row["reason"]),
        **{name: row[name] for name in _SYNC_PLAIN},
    )
