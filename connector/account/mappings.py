"""Mappings as screens and API see and save them: checked, versioned, with the stages that are in force."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from connector.account import deal_lists, field_lists
from connector.account.connect import Connecting
from connector.account.deal_lists import DealLists
from connector.account.field_lists import FieldLists
from connector.account.mapping_check import MAPPED, BadMapping, Flaw, RuleError, Sent, checked
from connector.account.mapping_places import saved_table, stage_table, suggested, with_table
from connector.account.people import Actor
from connector.domain.events import Kind, Reason
from connector.domain.field_watch import Seen
from connector.domain.mapping import MappingVersion
from connector.store import audit, connections, inbox, mappings, standing
from connector.store.connections import Portal
from connector.store.inbox import DEALS
from connector.store.mappings import SavedMapping
from connector.store.scope import Connection

__all__ = [
    "MAPPED",
    "BadMapping",
    "Flaw",
    "RuleError",
    "Sent",
    "Wake",
    "checked",
    "current",
    "in_force",
    "proposed",
    "save",
]

#: Queues drains (connector.sync.wake).
Wake = Callable[[Iterable[UUID]], Awaitable[None]]

#: What a rule names and the portal does not have may have been made since the portal was read; between
#: readings for that reason.
BETWEEN = timedelta(seconds=1)


async def current(conn: Connection, tenant_id: UUID, kind: Kind) -> MappingVersion:
    """The newest version as it was saved (inside the tenant's scope); an empty stage table = suggestions."""
    return await standing.mapping(conn, tenant_id, kind)


async def in_force(conn: Connection, tenant_id: UUID, kind: Kind) -> MappingVersion:
    """The newest version with the stage table that is in force (inside the tenant's scope)."""
    mapping = await current(conn, tenant_id, kind)
    return mapping if kind not in DEALS else filled(mapping, await deal_lists.kept(conn, tenant_id))


def filled(mapping: MappingVersion, lists: DealLists) -> MappingVersion:
    """The mapping with the stage table that is in force."""
    table = stage_table(mapping, lists.places, lists.situations)
    return msgspec.structs.replace(mapping, rules=with_table(mapping.rules, table))


async def save(
    connecting: Connecting, wake: Wake, tenant_id: UUID, kind: Kind, sent: Any, by: Actor, at: datetime
) -> MappingVersion:
    """Put the mapping of a PUT's body in force; what waited for a stage is worked on again.

    Gives the version in force as it was saved: the former one if nothing is different. Raises `BadMapping`.
    """
    wish = await _checked(connecting, tenant_id, kind, sent, at)
    async with connecting.database.tenant(tenant_id) as conn:
        await conn.execute("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", f"mapping:{tenant_id}")
        present = await current(conn, tenant_id, kind)
        new = _next(present, wish, await deal_lists.kept(conn, tenant_id))
        if new == present:
            return present
        seen = (await field_lists.kept(conn, tenant_id)).seen(kind)
        await _keep(conn, tenant_id, new, seen, wish.note, by, at)
        released = await inbox.release(conn, tenant_id, (Reason.STAGE_MISSING,), at) if kind in DEALS else 0
    if released:
        await wake((tenant_id,))
    return new


async def proposed(
    connecting: Connecting, tenant_id: UUID, kind: Kind, sent: Any, at: datetime
) -> MappingVersion:
    """The mapping that a PUT's body would put in force, not saved, its stages as they would be in force.

    Raises `BadMapping`.
    """
    wish = await _checked(connecting, tenant_id, kind, sent, at)
    async with connecting.database.tenant(tenant_id) as conn:
        present = await current(conn, tenant_id, kind)
        lists = await deal_lists.kept(conn, tenant_id)
    new = _next(present, wish, lists)
    return filled(new, lists) if kind in DEALS else new


async def _checked(connecting: Connecting, tenant_id: UUID, kind: Kind, sent: Any, at: datetime) -> Sent:
    """Reads what rules can name when it is not known, or may have changed. Raises `BadMapping`."""
    async with connecting.database.tenant(tenant_id) as conn:
        portal = await connections.portal(conn, tenant_id)
        known = await field_lists.kept(conn, tenant_id)
    try:
        wish = checked(kind, sent, portal, known.deals.places, known)
        if _is_known(kind, known):
            return wish
    except BadMapping as error:
        read_at = _read_at(kind, known)
        if read_at is None or any(one.code is not Flaw.NOT_THERE for one in error.errors):
            raise
        wait = max(timedelta(), read_at + BETWEEN - at)
        await asyncio.sleep(wait.total_seconds())
        at += wait
    return await _checked_anew(connecting, tenant_id, kind, sent, portal, at)


def _is_known(kind: Kind, known: FieldLists) -> bool:
    return known.portal is not None and (kind not in DEALS or known.deals.places is not None)


def _read_at(kind: Kind, known: FieldLists) -> datetime | None:
    """When the older of what is known was read; None while nothing is."""
    times = (known.portal_at, known.deals.places_at if kind in DEALS else known.accounts_at)
    return min((one for one in times if one is not None), default=None)


async def _checked_anew(
    connecting: Connecting, tenant_id: UUID, kind: Kind, sent: Any, portal: Portal | None, at: datetime
) -> Sent:
    """A side that cannot be asked leaves what was known."""
    if kind in DEALS:
        await asyncio.gather(
            deal_lists.read_places(connecting, tenant_id, portal, at),
            field_lists.read_portal(connecting, tenant_id, portal, at),
        )
    else:
        await field_lists.load(connecting, tenant_id, at, anew=True)
    async with connecting.database.tenant(tenant_id) as conn:
        known = await field_lists.kept(conn, tenant_id)
    return checked(kind, sent, portal, known.deals.places, known)


def _next(present: MappingVersion, wish: Sent, lists: DealLists) -> MappingVersion:
    """The version that the wish would make; `present` itself when it says nothing new.

    A table that says what the suggestions say stays a suggestion: situations made later have theirs, too.
    """
    rules = wish.rules
    if saved_table(rules) == suggested(rules, lists.places, lists.situations):
        rules = with_table(rules, {})
    chosen = present.filter if wish.filter is None else wish.filter
    if rules == present.rules and chosen == present.filter:
        return present
    return MappingVersion(kind=present.kind, version=present.version + 1, rules=rules, filter=chosen)


async def _keep(
    conn: Connection, tenant_id: UUID, new: MappingVersion, seen: Seen, note: str, by: Actor, at: datetime
) -> None:
    saved = SavedMapping(
        kind=new.kind,
        version=new.version,
        rules=msgspec.json.encode(new.rules).decode(),
        filter=msgspec.json.encode(new.filter).decode(),
        note=note,
        author=by.person_id,
        created_at=at,
        seen=msgspec.json.encode(seen).decode(),
    )
    await mappings.add(tenant_id, saved)
    detail = {"kind": new.kind, "version": new.version, "note": note}
    await audit.add(
        tenant_id, at=at, person_id=by.person_id, actor=by.name, action="mapping.saved", detail=detail
    )
