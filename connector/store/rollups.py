"""Counts and charts of a tenant, from the roll-ups."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

import msgspec

from connector.domain.events import Kind, Outcome
from connector.domain.vendor import Provider
from connector.store.scope import Connection
from connector.store.sql import named

_SQL = named("rollups")


class HourCount(msgspec.Struct, frozen=True):
    """Events that settled so in the hour that begins then (UTC)."""

    hour: datetime
    outcome: Outcome
    n: int


class HalfHour(msgspec.Struct, frozen=True):
    """Events that settled alike in the half hour that begins then."""

    start: datetime
    outcome: Outcome
    #: From receipt to settling: 2^latency ≤ milliseconds < 2^(latency + 1).
    latency: int
    n: int


class DayCount(msgspec.Struct, frozen=True):
    """Events that settled alike on that day."""

    day: date
    outcome: Outcome
    #: As of a half hour.
    latency: int
    n: int


class CallCount(msgspec.Struct, frozen=True, kw_only=True):
    """Requests of a method to a vendor; `scope` = an account's id or `portal`."""

    provider: Provider
    scope: str
    method: str
    calls: int
    errors: int
    operating_ms: int


async def hours(
    conn: Connection, tenant_id: UUID, since: datetime, kind: Kind | None = None
) -> list[HourCount]:
    """Settled events by hour and outcome; hours without events are left out."""
    rows = await conn.fetch(_SQL["hours"], tenant_id, since, kind)
    return [HourCount(row["hour"], Outcome(row["outcome"]), row["n"]) for row in rows]


async def counts(
    conn: Connection, tenant_id: UUID, since: datetime, kind: Kind | None = None
) -> dict[Outcome, int]:
    """Settled events by outcome, of whole hours from `since` on."""
    rows = await conn.fetch(_SQL["counts"], tenant_id, since, kind)
    return {Outcome(row["outcome"]): row["n"] for row in rows}


async def half_hours(conn: Connection, tenant_id: UUID, since: datetime) -> list[HalfHour]:
    """Settled events by half hour, outcome and latency, of whole minutes from `since` on."""
    rows = await conn.fetch(_SQL["half_hours"], tenant_id, since)
    return [HalfHour(row["start"], Outcome(row["outcome"]), row["latency"], row["n"]) for row in rows]


async def days(conn: Connection, tenant_id: UUID, since: datetime, zone: str) -> list[DayCount]:
    """Writes and failures by day of that time zone, outcome and latency, of whole hours from `since` on."""
    rows = await conn.fetch(_SQL["days"], tenant_id, since, zone)
    return [DayCount(row["day"], Outcome(row["outcome"]), row["latency"], row["n"]) for row in rows]


async def calls(conn: Connection, tenant_id: UUID, since: datetime) -> list[CallCount]:
    """Requests to vendors, of whole hours from `since` on."""
    rows = await conn.fetch(_SQL["calls"], tenant_id, since)
    return [CallCount(**{**row, "provider": Provider(row["provider"])}) for row in rows]


async def prune(conn: Connection, before: datetime) -> None:
    """Drop minutes before then; the hours stay (system scope, nightly)."""
    await conn.execute(_SQL["prune_event_minute"], before)
    await conn.execute(_SQL["prune_call_minute"], before)
