"""Leaving Ponte: an owner says so, or the app is removed; thirty days to come back; then all data goes.

Meanwhile nothing syncs and nothing is lost. `connector.account.erasure` does what is due.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from connector.account.people import NOWHERE, Actor, Viewer
from connector.domain.events import Reason
from connector.store import audit, erasures, inbox, people, tenants
from connector.store.erasures import Erasure, Why
from connector.store.scope import Connection, Database

#: How long who left may come back.
GRACE = timedelta(days=30)


async def leave(database: Database, by: Viewer, now: datetime, business_now: datetime) -> None:
    """The company leaves; all of its people see until when they may come back."""
    async with database.system() as conn:
        await _mark(conn, by.tenant_id, Why.LEFT, business_now, business_now + GRACE)
        await _note(by.tenant_id, by.actor, "tenant.leaving", now)


async def come_back(conn: Connection, tenant_id: UUID, by: Actor, now: datetime) -> bool:
    """They stay, and what waited goes on (system scope); False if nobody was leaving, or it is too late."""
    marked = await erasures.unmark(conn, tenant_id)
    if marked is None:
        return False
    if marked.paused:
        await tenants.pause(tenant_id, None)
        await inbox.release(conn, tenant_id, (Reason.PAUSED,), now)
    await _note(tenant_id, by, "tenant.stayed", now)
    return True


async def removed(conn: Connection, tenant_id: UUID, business_now: datetime, *, clean: bool) -> None:
    """The app has gone from the portal (system scope).

    `clean`: with its data, at once. Otherwise a tenant that nobody can enter but through the portal has left.
    """
    if clean:
        await _mark(conn, tenant_id, Why.CLEAN, business_now, business_now)
    elif all(one.email.endswith(NOWHERE) for one in await people.members(conn, tenant_id)):
        await _mark(conn, tenant_id, Why.UNINSTALLED, business_now, business_now + GRACE)


async def leaving(database: Database, tenant_id: UUID) -> Erasure | None:
    """The mark, if the company leaves."""
    async with database.system() as conn:
        return await erasures.load(conn, tenant_id)


async def _mark(conn: Connection, tenant_id: UUID, why: Why, asked_at: datetime, due_at: datetime) -> None:
    """Nothing syncs from now on; who was stopped by an operator stays stopped after coming back."""
    tenant = await tenants.load(tenant_id)
    paused = tenant is not None and tenant.paused_at is None
    new = Erasure(
        tenant_id=tenant_id,
        why=why,
        asked_at=asked_at,
        due_at=due_at,
        paused=paused,
        begun_at=None,
        erased_at=None,
    )
    if await erasures.mark(conn, new) and paused:
        await tenants.pause(tenant_id, asked_at)


async def _note(tenant_id: UUID, by: Actor, action: str, now: datetime) -> None:
    await audit.add(tenant_id, at=now, person_id=by.person_id, actor=by.name, action=action, detail={})
