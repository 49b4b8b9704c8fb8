"""What the screens count, from the roll-ups alone: never from history."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec

from connector.domain.events import Outcome
from connector.store.scope import Connection
from connector.store.sql import named

_SQL = named("figures")


class Settled(msgspec.Struct, frozen=True):
    """Events that settled alike in one half hour."""

    start: datetime
    outcome: Outcome
    #: From receipt to settling: 2^latency ≤ milliseconds < 2^(latency + 1).
    latency: int
    n: int


async def half_hours(conn: Connection, tenant_id: UUID, since: datetime) -> list[Settled]:
    """What settled since then, by half hour, outcome and latency."""
    rows = await conn.fetch(_SQL["half_hours"], tenant_id, since)
    return [Settled(row["start"], Outcome(row["outcome"]), row["latency"], row["n"]) for row in rows]


async def outcomes(conn: Connection, tenant_id: UUID, since: datetime, until: datetime) -> dict[Outcome, int]:
    """How many settled how, in whole hours."""
    rows = await conn.fetch(_SQL["outcomes"], tenant_id, since, until)
    return {Outcome(row["outcome"]): row["n"] for row in rows}
