"""From what a portal tells to events in the inbox: the seam that every kind of record shares.

A record that Bling knows has its own key. One that Bling does not know yet is named by Bitrix24's id,
negative, in the tenant's main account, until Bling has answered.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from uuid import UUID

import msgspec

from connector.domain.events import LANES, Action, Event, Kind, RecordKey, Source
from connector.store import inbox, links
from connector.store.ids import new_id
from connector.store.inbox import Arrival
from connector.store.links import Link
from connector.store.scope import Connection
from connector.sync.engine import Engine


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """A record of Bitrix24 may have changed; `id` is the same when the same change is told again."""

    id: str
    kind: Kind
    bitrix_id: int
    action: Action
    at: datetime


async def store(engine: Engine, tenant_id: UUID, main_account: UUID, notices: Iterable[Notice]) -> int:
    """Put notices into the inbox and wake the tenant; how many. Told again, they vanish there."""
    told = list(notices)
    if not told:
        return 0
    now = engine.clock()
    async with engine.database.tenant(tenant_id) as conn:
        known = await linked(conn, tenant_id, told)
    arrivals = [_arrival(tenant_id, key_of(one, main_account, known), one, now) for one in told]
    async with engine.database.system() as conn:
        await inbox.insert(conn, arrivals)
    await engine.waker.wake([tenant_id])
    return len(arrivals)


def key_of(notice: Notice, main_account: UUID, known: Mapping[tuple[Kind, int], Link]) -> RecordKey:
    """The record that a notice is about."""
    link = known.get((notice.kind, notice.bitrix_id))
    return link.record if link is not None else unborn(notice.kind, main_account, notice.bitrix_id)


def unborn(kind: Kind, main_account: UUID, bitrix_id: int) -> RecordKey:
    """The key of a record that only Bitrix24 has."""
    return RecordKey(kind, main_account, -bitrix_id)


def is_unborn(key: RecordKey) -> bool:
    """Whether Bling does not know the record (as far as we know)."""
    return key.bling_id < 0


async def linked(
    conn: Connection, tenant_id: UUID, notices: Collection[Notice]
) -> dict[tuple[Kind, int], Link]:
    """Links of the records of Bitrix24 that have one, by kind and Bitrix24's id."""
    found: dict[tuple[Kind, int], Link] = {}
    for kind in {one.kind for one in notices}:
        ids = [one.bitrix_id for one in notices if one.kind is kind]
        rows = await links.by_bitrix(conn, tenant_id, kind, ids)
        found |= {(kind, number): link for number, link in rows.items()}
    return found


async def renamed(conn: Connection, tenant_id: UUID, events: list[Event]) -> list[Event]:
    """Events of records that got an id of Bling's since they came, under that name."""
    unborn_ids = [(one.record.kind, -one.record.bling_id) for one in events if is_unborn(one.record)]
    if not unborn_ids:
        return events
    found: dict[tuple[Kind, int], Link] = {}
    for kind in {kind for kind, _ in unborn_ids}:
        wanted = [number for one, number in unborn_ids if one is kind]
        known = await links.by_bitrix(conn, tenant_id, kind, wanted)
        found |= {(kind, number): link for number, link in known.items()}
    return [_renamed(event, found) for event in events]


def _renamed(event: Event, found: Mapping[tuple[Kind, int], Link]) -> Event:
    link = found.get((event.record.kind, -event.record.bling_id))
    if link is None:
        return event
    return msgspec.structs.replace(event, record=link.record, named=event.record)


def _arrival(tenant_id: UUID, record: RecordKey, notice: Notice, now: datetime) -> Arrival:
    return Arrival(
        tenant_id=tenant_id,
        id=new_id(now),
        record=record,
        source=Source.BITRIX24,
        action=notice.action,
        lane=LANES[Source.BITRIX24],
        provider_event_id=notice.id,
        event_date=notice.at,
        bare_date=False,
        received_at=now,
        due_at=now,
        body=msgspec.json.encode({"event": f"{notice.kind}.{notice.action}", "id": notice.bitrix_id}),
    )
