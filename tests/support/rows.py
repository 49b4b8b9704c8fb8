"""Rows of the store, made short: arrivals, links, turns, and the values that fill a row of any table."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import asyncpg

from connector.domain.events import LANES, Action, Event, Kind, Outcome, RecordKey, RecordState, Source
from connector.domain.vendor import Call, Provider
from connector.store.ids import new_id
from connector.store.inbox import Arrival
from connector.store.links import Link
from connector.store.settle import Settlement, Sync

ACCOUNT = UUID(int=0xACC)
MEMBERS = """
SELECT a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type
FROM pg_attribute a
WHERE a.attrelid = $1::regclass AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
ORDER BY a.attnum
"""
_SAMPLES: dict[str, Any] = {
    "bigint": 7,
    "boolean": True,
    "bytea": b"body",
    "date": date(2026, 11, 1),
    "integer": 7,
    "json": "{}",
    "jsonb": "[]",
    "smallint": 7,
    "text": "trial",
    "timestamp with time zone": datetime(2026, 11, 23, tzinfo=UTC),
    "uuid[]": [],
}
#: Columns that take certain words only.
_ALLOWED: dict[tuple[str, str], Any] = {
    ("run", "task"): "import",
    ("run", "state"): "running",
    ("run_finding", "repair"): "done",
    ("hold", "cause"): "price_zero",
    ("hold", "side"): "bitrix24",
    ("hold", "state"): "open",
    ("hold_item", "state"): "held",
}


def now() -> datetime:
    """To the millisecond, as ids and the API have it."""
    return datetime.now(UTC).replace(microsecond=0)


def key(bling_id: int, kind: Kind = Kind.PRODUCT, account_id: UUID = ACCOUNT) -> RecordKey:
    """Names a record."""
    return RecordKey(kind, account_id, bling_id)


def arrival(tenant_id: UUID, bling_id: int = 1, **other: Any) -> Arrival:
    """An event due now."""
    at = other.pop("at", None) or now()
    source = other.pop("source", Source.BLING)
    values: dict[str, Any] = {
        "tenant_id": tenant_id,
        "id": new_id(at),
        "record": key(bling_id),
        "source": source,
        "action": Action.UPDATED,
        "lane": LANES[source],
        "provider_event_id": uuid4().hex,
        "event_date": at,
        "bare_date": False,
        "received_at": at,
        "due_at": at,
        "body": b'{"id": %d}' % bling_id,
    }
    return Arrival(**{**values, **other})


def link(bling_id: int = 1, **other: Any) -> Link:
    """A pair in step."""
    at = now()
    values: dict[str, Any] = {
        "record": key(bling_id),
        "bitrix_id": 1000 + bling_id,
        "label": f"Produto {bling_id}",
        "state": RecordState.IN_STEP,
        "created_at": at,
        "updated_at": at,
    }
    return Link(**{**values, **other})


def settlement(event: Event, outcome: Outcome = Outcome.UPDATED, **other: Any) -> Settlement:
    """The end of an event."""
    return Settlement(event_id=event.id, outcome=outcome, **other)


def sync_of(event: Event, **other: Any) -> Sync:
    """The write of an event's record."""
    return Sync(
        id=new_id(),
        record=event.record,
        bitrix_id=5,
        event_id=event.id,
        outcome=Outcome.UPDATED,
        mapping_version=1,
        started_at=event.received_at,
        plan="[]",
        changes="[]",
        **other,
    )


def call(**other: Any) -> Call:
    """A batch request to Bitrix24."""
    values: dict[str, Any] = {
        "id": new_id(),
        "provider": Provider.BITRIX24,
        "method": "batch",
        "commands": 2,
        "status": 200,
        "error": None,
        "ms": 12,
        "at": now(),
        "operating": {},
        "request": "{}",
        "response": "{}",
    }
    return Call(**{**values, **other})


async def fill(owner: asyncpg.Connection, table: str, tenant_id: UUID) -> None:
    """One row of any tenant table, past all foreign keys."""
    columns = await owner.fetch(MEMBERS, table)
    values = [_sample(table, column["name"], column["type"], tenant_id) for column in columns]
    names = ", ".join(column["name"] for column in columns)
    places = ", ".join(f"${number}" for number in range(1, len(values) + 1))
    async with owner.transaction():
        await owner.execute("SET LOCAL session_replication_role = replica")
        await owner.execute(f"INSERT INTO {table} ({names}) VALUES ({places})", *values)


def _sample(table: str, name: str, type_: str, tenant_id: UUID) -> Any:
    if name == "tenant_id":
        return tenant_id
    if (allowed := _ALLOWED.get((table, name))) is not None:
        return allowed
    return uuid4() if type_ == "uuid" else _SAMPLES[type_]
