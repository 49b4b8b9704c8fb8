"""Stripe's customers and events. System scope only: the directory names all tenants."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum
from uuid import UUID

import msgspec

from connector.store.scope import Connection
from connector.store.sql import named

_SQL = named("billing")


class Customer(msgspec.Struct, frozen=True, kw_only=True):
    """A customer of Stripe's, and whose it is."""

    customer_id: str
    tenant_id: UUID
    #: The checkout that was opened last.
    session_id: str | None


class StripeEvent(msgspec.Struct, frozen=True, kw_only=True):
    """What Stripe told, not worked off yet."""

    id: str
    type: str
    customer_id: str | None
    received_at: datetime
    attempts: int
    body: bytes


class Settled(StrEnum):
    """What became of an event."""

    #: Stripe was asked, and the licence follows its answer.
    ASKED = "asked"
    #: It is about nothing that a licence follows from.
    IGNORED = "ignored"
    #: Its customer is nobody's.
    QUARANTINED = "quarantined"


async def customer(conn: Connection, customer_id: str) -> Customer | None:
    """By Stripe's id."""
    row = await conn.fetchrow(_SQL["customer"], customer_id)
    return Customer(**row) if row else None


async def customer_of(conn: Connection, tenant_id: UUID) -> Customer | None:
    """The tenant's."""
    row = await conn.fetchrow(_SQL["customer_of"], tenant_id)
    return Customer(**row) if row else None


async def add_customer(
    conn: Connection, customer_id: str, tenant_id: UUID, business_now: datetime, at: datetime
) -> None:
    """The tenant's from now on; replaces one that Stripe does not know any more."""
    await conn.execute(_SQL["add_customer"], customer_id, tenant_id, business_now, at)


async def opened(conn: Connection, customer_id: str, session_id: str | None) -> None:
    """Remember the checkout that is open."""
    await conn.execute(_SQL["opened"], customer_id, session_id)


async def answered(
    conn: Connection, customer_id: str, asked_at: datetime, business_now: datetime
) -> UUID | None:
    """Whose the answer is, if it may be stored: None when a later question was answered before."""
    tenant_id: UUID | None = await conn.fetchval(_SQL["answered"], customer_id, asked_at, business_now)
    return tenant_id


async def unanswered(conn: Connection, customer_id: str, business_now: datetime) -> None:
    """Stripe did not answer about this customer: it is asked again in its next turn."""
    await conn.execute(_SQL["unanswered"], customer_id, business_now)


async def to_compare(conn: Connection, before: datetime, limit: int) -> list[Customer]:
    """Who was not compared since, the longest first."""
    return [Customer(**row) for row in await conn.fetch(_SQL["to_compare"], before, limit)]


async def leaving(conn: Connection, limit: int) -> list[tuple[str, str]]:
    """Customers and subscriptions that would go on though their tenants leave."""
    rows = await conn.fetch(_SQL["leaving"], limit)
    return [(row["customer_id"], row["id"]) for row in rows]


async def put(
    conn: Connection, id_: str, type_: str, customer_id: str | None, body: bytes, at: datetime
) -> bool:
    """Store an event; False if it was stored before."""
    done: str = await conn.execute(_SQL["put"], id_, type_, customer_id, at, body)
    return done.endswith(" 1")


async def claim(conn: Connection, now: datetime, limit: int) -> list[StripeEvent]:
    """Events that are due, nobody else's until their next try."""
    return [StripeEvent(**row) for row in await conn.fetch(_SQL["claim"], now, limit)]


async def settle(
    conn: Connection, ids: Collection[str], outcome: Settled, tenant_id: UUID | None = None
) -> None:
    """They are worked off."""
    await conn.execute(_SQL["settle"], list(ids), outcome, tenant_id)


async def sweep(conn: Connection, before: datetime) -> None:
    """Forget what Stripe does not repeat any more."""
    await conn.execute(_SQL["sweep"], before)
