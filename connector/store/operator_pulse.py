"""Is Bling still sending? Messages by resource and minute, by resource and hour; who has fallen silent."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import msgspec

from connector.store.scope import Connection
from connector.store.sql import named

_SQL = named("operator_pulse")

#: Messages by resource and minute.
Counts = Mapping[tuple[str, datetime], int]


class Count(msgspec.Struct, frozen=True):
    """Messages of a resource in the minute or hour that begins then."""

    resource: str
    at: datetime
    n: int


class Silence(msgspec.Struct, frozen=True):
    """A resource that fell silent: its last message's minute, and when it was noticed."""

    resource: str
    last_at: datetime
    noticed_at: datetime


async def count(conn: Connection, counts: Counts) -> None:
    """Add to what was counted (each web process tells its own)."""
    resources, minutes = [key[0] for key in counts], [key[1] for key in counts]
    await conn.execute(_SQL["count"], resources, minutes, list(counts.values()))


async def hours(conn: Connection, since: datetime) -> list[Count]:
    """By resource and hour; hours without messages are left out."""
    return [Count(*row) for row in await conn.fetch(_SQL["hours"], since)]


async def minutes(conn: Connection, since: datetime) -> list[Count]:
    """By resource and minute; minutes without messages are left out."""
    return [Count(*row) for row in await conn.fetch(_SQL["minutes"], since)]


async def last(conn: Connection, since: datetime) -> dict[str, datetime]:
    """The last minute in which a message came, of each resource that was heard of since then."""
    return {row["resource"]: row["minute"] for row in await conn.fetch(_SQL["last"], since)}


async def silences(conn: Connection) -> list[Silence]:
    """Who is silent."""
    return [Silence(*row) for row in await conn.fetch(_SQL["silences"])]


async def notice(conn: Connection, resource: str, last_at: datetime, at: datetime) -> bool:
    """A resource has fallen silent; False if that was known."""
    return await conn.fetchval(_SQL["notice"], resource, last_at, at) is not None


async def over(conn: Connection, resource: str) -> bool:
    """It speaks again; False if that was known."""
    return await conn.fetchval(_SQL["over"], resource) is not None


async def prune(conn: Connection, minutes_before: datetime, hours_before: datetime) -> None:
    """Forget what no look needs any more."""
    await conn.execute(_SQL["prune_minutes"], minutes_before)
    await conn.execute(_SQL["prune_hours"], hours_before)
