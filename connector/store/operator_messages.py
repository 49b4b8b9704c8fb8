"""Bling's messages that became no events. System scope only.

Who runs or discards one deletes it in the same step, so that two operators at once do it once.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec

from connector.store.directory import Quarantined, Unclaimed
from connector.store.operators import LAST
from connector.store.scope import Connection
from connector.store.sql import named

_SQL = named("operator_messages")
#: Rows of one look: beyond that the answer is "at least".
COUNTED = 20_000


class UnclaimedRow(msgspec.Struct, frozen=True, kw_only=True):
    """A message of a company that nobody has connected, without its body."""

    id: UUID
    received_at: datetime
    company_id: str
    event: str
    provider_event_id: str
    #: Bytes.
    size: int


class QuarantinedRow(msgspec.Struct, frozen=True, kw_only=True):
    """A message that cannot be an event, without its body."""

    id: UUID
    received_at: datetime
    reason: str
    account_key: str | None
    tenant_id: UUID | None
    size: int


class Sizes(msgspec.Struct, frozen=True):
    """How many there are, counted up to `COUNTED`."""

    unclaimed: int
    quarantined: int


async def unclaimed(conn: Connection, company_id: str, before: UUID | None, limit: int) -> list[UnclaimedRow]:
    """The newest first, of one company or (empty) of all."""
    values = (before or LAST, limit)
    if company_id:
        rows = await conn.fetch(_SQL["unclaimed_of"], *values, company_id)
    else:
        rows = await conn.fetch(_SQL["unclaimed"], *values)
    return [UnclaimedRow(**row) for row in rows]


async def unclaimed_one(conn: Connection, id_: UUID) -> Unclaimed | None:
    """With its body."""
    row = await conn.fetchrow(_SQL["unclaimed_one"], id_)
    return Unclaimed(**row) if row else None


async def take_unclaimed(conn: Connection, id_: UUID) -> Unclaimed | None:
    """Delete it; None if somebody else did."""
    row = await conn.fetchrow(_SQL["take_unclaimed"], id_)
    return Unclaimed(**row) if row else None


async def take_unclaimed_of(conn: Connection, company_id: str, limit: int) -> list[Unclaimed]:
    """Delete a company's oldest messages."""
    return [Unclaimed(**row) for row in await conn.fetch(_SQL["take_unclaimed_of"], company_id, limit)]


async def quarantined(conn: Connection, reason: str, before: UUID | None, limit: int) -> list[QuarantinedRow]:
    """The newest first, of one reason or (empty) of all."""
    values = (before or LAST, limit)
    if reason:
        rows = await conn.fetch(_SQL["quarantined_of"], *values, reason)
    else:
        rows = await conn.fetch(_SQL["quarantined"], *values)
    return [QuarantinedRow(**row) for row in rows]


async def quarantined_one(conn: Connection, id_: UUID) -> Quarantined | None:
    """With its body."""
    row = await conn.fetchrow(_SQL["quarantined_one"], id_)
    return Quarantined(**row) if row else None


async def take_quarantined(conn: Connection, id_: UUID) -> Quarantined | None:
    """Delete it; None if somebody else did."""
    row = await conn.fetchrow(_SQL["take_quarantined"], id_)
    return Quarantined(**row) if row else None


async def sizes(conn: Connection) -> Sizes:
    """How many of each wait for an operator."""
    return Sizes(**await conn.fetchrow(_SQL["sizes"], COUNTED))
