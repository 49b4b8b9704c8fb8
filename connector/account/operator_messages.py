"""Messages that became no events: handing them to a tenant, trying them again, throwing them away."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from uuid import UUID

import msgspec

from connector.account.messages import Message, understand
from connector.account.operator_visits import tell_tenant
from connector.account.operators import Watcher, note
from connector.store import directory, inbox
from connector.store import operator_messages as store
from connector.store.directory import Quarantined, Route, Unclaimed
from connector.store.inbox import Arrival
from connector.store.scope import Connection, Database

#: Messages of a company in one go.
MOST = 2_000


class Verdict(StrEnum):
    """What became of it."""

    DONE = "done"
    #: Somebody else has seen to it.
    GONE = "gone"
    #: Still no row; it stays where it is.
    STILL_STRANGE = "still_strange"
    #: Readable now, but nobody has connected the company: it waits among the unclaimed.
    UNCLAIMED = "unclaimed"
    #: The tenant has no account of this company.
    NO_ACCOUNT = "no_account"


class Done(msgspec.Struct, frozen=True):
    """The verdict, how many messages it is about, and whom to wake."""

    verdict: Verdict
    messages: int = 0
    tenants: tuple[UUID, ...] = ()


async def try_again(database: Database, by: Watcher, id_: UUID, now: datetime) -> Done:
    """Read a quarantined message as the door would today."""
    async with database.system() as conn:
        found = await store.quarantined_one(conn, id_)
        if found is None:
            return Done(Verdict.GONE)
        message = understand(found.body, found.account_key, found.received_at)
        if not isinstance(message, Message):
            return Done(Verdict.STILL_STRANGE)
        routes = [one for one in await directory.route(conn, message.company_id) if _fits(one, message)]
        if not routes and message.account_key is not None:
            return Done(Verdict.STILL_STRANGE)
        if await store.take_quarantined(conn, id_) is None:
            return Done(Verdict.GONE)
        await note(conn, by, now, "quarantined.tried", reason=found.reason, company=message.company_id)
        if not routes:
            await directory.unclaimed(conn, [_unclaimed(message)])
            return Done(Verdict.UNCLAIMED, 1)
        await inbox.insert(conn, [message.arrival(one.tenant_id, one.account_id) for one in routes])
        return Done(Verdict.DONE, 1, tuple({one.tenant_id for one in routes}))


async def hand_over(
    database: Database, by: Watcher, company_id: str, tenant_id: UUID, id_: UUID | None, now: datetime
) -> Done:
    """Give an unclaimed message, or (None) the oldest `MOST` of its company, to a tenant that has it."""
    async with database.system() as conn:
        routes = [one for one in await directory.route(conn, company_id) if one.tenant_id == tenant_id]
        if not routes:
            return Done(Verdict.NO_ACCOUNT)
        taken = await _take(conn, company_id, id_)
        arrivals = await _arrivals(conn, taken, routes)
        await inbox.insert(conn, sorted(arrivals, key=lambda one: one.received_at))
        if not taken:
            return Done(Verdict.GONE)
        count = len(taken)
        await note(conn, by, now, "messages.claimed", tenant_id, company=company_id, messages=count)
        await tell_tenant(tenant_id, by, now, "messages.claimed", company=company_id)
    return Done(Verdict.DONE, count, (tenant_id,))


async def discard_unclaimed(
    database: Database, by: Watcher, company_id: str, id_: UUID | None, now: datetime
) -> Done:
    """Throw one away, or (None) the oldest `MOST` of its company."""
    async with database.system() as conn:
        taken = await _take(conn, company_id, id_)
        if not taken:
            return Done(Verdict.GONE)
        await note(conn, by, now, "unclaimed.discarded", company=company_id, messages=len(taken))
    return Done(Verdict.DONE, len(taken))


async def discard_quarantined(database: Database, by: Watcher, id_: UUID, now: datetime) -> Done:
    """Throw it away."""
    async with database.system() as conn:
        found = await store.take_quarantined(conn, id_)
        if found is None:
            return Done(Verdict.GONE)
        await note(conn, by, now, "quarantined.discarded", found.tenant_id, reason=found.reason)
    return Done(Verdict.DONE, 1)


async def _take(conn: Connection, company_id: str, id_: UUID | None) -> list[Unclaimed]:
    if id_ is None:
        return await store.take_unclaimed_of(conn, company_id, MOST)
    found = await store.take_unclaimed(conn, id_)
    return [] if found is None else [found]


async def _arrivals(conn: Connection, taken: Sequence[Unclaimed], routes: Sequence[Route]) -> list[Arrival]:
    """Rows of the inbox; what cannot be one after all goes into quarantine, not away."""
    arrivals: list[Arrival] = []
    strange: list[Quarantined] = []
    for one in taken:
        found = understand(one.body, None, one.received_at)
        if isinstance(found, Message):
            arrivals += [found.arrival(route.tenant_id, route.account_id) for route in routes]
        else:
            kept = Quarantined(id=found.id, received_at=found.received_at, reason=found.reason, body=one.body)
            strange.append(kept)
    if strange:
        await directory.quarantined(conn, strange)
    return arrivals


def _fits(route: Route, message: Message) -> bool:
    return message.account_key in (None, route.account_key)


def _unclaimed(message: Message) -> Unclaimed:
    return Unclaimed(
        id=message.id,
        received_at=message.received_at,
        company_id=message.company_id,
        event=message.event,
        provider_event_id=message.provider_event_id,
        body=message.body,
    )
