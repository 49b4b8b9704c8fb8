"""Events that Ponte makes itself: somebody wants a record's present state synced."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from connector.domain.events import LANES, Action, Event, Lane, RecordKey, Source
from connector.store import inbox
from connector.store.ids import new_id
from connector.store.inbox import Arrival
from connector.store.scope import Connection

#: In the body of an event of ours: what Bitrix24 holds is to be written in Bling.
WAY_BACK = {"way": "back"}


class _Asked(msgspec.Struct):
    way: str = ""


def asks_for_export(body: bytes) -> bool:
    """Whether an event of ours asks for the way back."""
    try:
        return msgspec.json.decode(body, type=_Asked).way == WAY_BACK["way"]
    except (msgspec.DecodeError, msgspec.ValidationError):
        return False


def question_of(record: RecordKey, source: Source, now: datetime, body: bytes = b"{}") -> Event:
    """An event that is in no inbox: a turn on paper looks at the record as it is now, as for `source`."""
    return Event(
        id=new_id(now),
        record=record,
        source=source,
        action=Action.UPDATED,
        lane=LANES[source],
        provider_event_id="",
        date=None,
        bare_date=False,
        received_at=now,
        attempts=0,
        body=body,
    )


def arrival_of(
    tenant_id: UUID,
    record: RecordKey,
    source: Source,
    lane: Lane,
    why: str,
    now: datetime,
    body: dict[str, str] | None = None,
) -> Arrival:
    """An event that asks for the record as it is now; `why` begins its provider's id."""
    name = f"{why}:{new_id(now)}"
    return named_arrival(tenant_id, record, source, lane, name, now, body)


async def asked_by_hand(
    conn: Connection,
    tenant_id: UUID,
    records: Sequence[RecordKey],
    why: str,
    now: datetime,
    body: dict[str, str] | None = None,
) -> list[Arrival]:
    """Replays of records that a person waits for: they pass what long work has queued.

    More than a few at a time are replays like all others, named after `why` (docs/decisions/0026).
    """
    has_room = len(records) <= await inbox.room_by_hand(conn, tenant_id)
    lane, name = LANES[Source.REPLAY], inbox.HAND if has_room else why
    return [arrival_of(tenant_id, one, Source.REPLAY, lane, name, now, body) for one in records]


def named_arrival(
    tenant_id: UUID,
    record: RecordKey,
    source: Source,
    lane: Lane,
    name: str,
    now: datetime,
    body: dict[str, str] | None = None,
) -> Arrival:
    """The same under a provider's id that its caller chose: a second one of that name vanishes."""
    return Arrival(
        tenant_id=tenant_id,
        id=new_id(now),
        record=record,
        source=source,
        action=Action.UPDATED,
        lane=lane,
        provider_event_id=name,
        event_date=None,
        bare_date=False,
        received_at=now,
        due_at=now,
        body=msgspec.json.encode(body or {}),
    )
