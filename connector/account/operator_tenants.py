"""What operators do to a tenant: stop it, let it go on, give it a licence. Told in both audit logs."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from connector.account import licence
from connector.account.operator_visits import tell_tenant
from connector.account.operators import Watcher, note
from connector.account.people import Actor
from connector.domain.events import Reason
from connector.store import erasures, inbox, tenants
from connector.store.scope import Database


class Refusal(StrEnum):
    """Why nothing was done."""

    UNKNOWN = "unknown"
    #: It has left; only its own people bring it back.
    LEAVING = "leaving"
    #: Somebody else was quicker.
    ALREADY = "already"


def actor_of(by: Watcher) -> Actor:
    """As a tenant's own audit log names an operator."""
    return Actor(f"{by.name or by.email} (Ponte)")


async def pause(database: Database, by: Watcher, tenant_id: UUID, why: str, now: datetime) -> Refusal | None:
    """Nothing of the tenant syncs any more; what comes is held."""
    async with database.system() as conn:
        tenant = await tenants.load(tenant_id)
        if tenant is None:
            return Refusal.UNKNOWN
        if tenant.paused_at is not None:
            return Refusal.ALREADY
        await tenants.pause(tenant_id, now)
        await note(conn, by, now, "tenant.paused", tenant_id, reason=why)
        await tell_tenant(tenant_id, by, now, "tenant.paused", reason=why)
    return None


async def resume(database: Database, by: Watcher, tenant_id: UUID, now: datetime) -> Refusal | None:
    """The tenant syncs again, and what was held for the pause is due; wake it then."""
    async with database.system() as conn:
        tenant = await tenants.load(tenant_id)
        if tenant is None:
            return Refusal.UNKNOWN
        if await erasures.load(conn, tenant_id) is not None:
            return Refusal.LEAVING
        if tenant.paused_at is None:
            return Refusal.ALREADY
        await tenants.pause(tenant_id, None)
        await inbox.release(conn, tenant_id, (Reason.PAUSED,), now)
        await note(conn, by, now, "tenant.resumed", tenant_id)
        await tell_tenant(tenant_id, by, now, "tenant.resumed")
    return None


async def grant(
    database: Database,
    by: Watcher,
    tenant_id: UUID,
    plan: str,
    until: datetime | None,
    why: str,
    now: datetime,
    business_now: datetime,
) -> None:
    """A licence by hand, or another end for one; raises as `licence.grant`."""
    await licence.grant(
        database,
        tenant_id,
        plan=plan,
        until=until,
        note=why,
        by=actor_of(by),
        now=now,
        business_now=business_now,
    )
    await _noted(database, by, tenant_id, now, "licence.granted", plan=plan, until=_day(until), note=why)


async def end_licence(
    database: Database, by: Watcher, tenant_id: UUID, why: str, now: datetime, business_now: datetime
) -> None:
    """Take back what was given by hand; what is paid for stays. Raises `licence.UnknownTenant`."""
    await licence.end(database, tenant_id, note=why, by=actor_of(by), now=now, business_now=business_now)
    await _noted(database, by, tenant_id, now, "licence.ended", note=why)


async def _noted(
    database: Database, by: Watcher, tenant_id: UUID, now: datetime, action: str, **detail: str
) -> None:
    async with database.system() as conn:
        await note(conn, by, now, action, tenant_id, **{name: text for name, text in detail.items() if text})


def _day(until: datetime | None) -> str:
    return "" if until is None else until.isoformat()
