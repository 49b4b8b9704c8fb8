"""The right to sync, what it follows from, and what was used of it. Inside an open scope."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from connector.domain.licence import Facts, Grant, Licence, LicenceSource, LicenceState, Subscription
from connector.store.columns import columns
from connector.store.scope import Connection
from connector.store.sql import named
from connector.store.tables.tenants import Licence as LicenceTable
from connector.store.tables.tenants import Usage

_SQL = named("licences")


async def load(tenant_id: UUID) -> Licence | None:
    """The tenant's licence as it was told last; `domain.licence.at` says how it stands now."""
    shown = (
        LicenceTable.state,
        LicenceTable.plan,
        LicenceTable.source,
        LicenceTable.ends_at,
        LicenceTable.renews,
    )
    row = await LicenceTable.select(*shown).where(LicenceTable.tenant_id == tenant_id).first()
    return None if row is None else Licence(**{**row, "state": LicenceState(row["state"])})


async def save(tenant_id: UUID, licence: Licence, at: datetime) -> None:
    """Tell it anew."""
    row = LicenceTable(
        tenant_id=tenant_id,
        state=licence.state.value,
        plan=licence.plan,
        source=licence.source,
        ends_at=licence.ends_at,
        renews=licence.renews,
        updated_at=at,
    )
    told = [
        LicenceTable.state,
        LicenceTable.plan,
        LicenceTable.source,
        LicenceTable.ends_at,
        LicenceTable.renews,
    ]
    await LicenceTable.insert(row).on_conflict(
        target=LicenceTable.tenant_id, action="DO UPDATE", values=[*told, LicenceTable.updated_at]
    )


async def begin_trial(conn: Connection, tenant_id: UUID, ends_at: datetime) -> None:
    """What the licence follows from: a trial until then."""
    await conn.execute(_SQL["begin_trial"], tenant_id, ends_at)


async def facts(conn: Connection, tenant_id: UUID) -> Facts | None:
    """What the licence follows from, nobody else's to change before this transaction ends."""
    row = await conn.fetchrow(_SQL["facts"], tenant_id)
    if row is None:
        return None
    return Facts(
        trial_ends_at=row["trial_ends_at"],
        grant=_grant(row),
        subscriptions=tuple(await subscriptions(conn, tenant_id)),
    )


async def grant(conn: Connection, tenant_id: UUID) -> tuple[Grant | None, str]:
    """What was given by hand, and why."""
    row = await conn.fetchrow(_SQL["grant"], tenant_id)
    return (None, "") if row is None else (_grant(row), row["granted_note"] or "")


async def set_grant(conn: Connection, tenant_id: UUID, given: Grant | None, note: str) -> None:
    """Give by hand, or take it back."""
    values = (None, None, None) if given is None else (given.plan, given.until, given.source)
    await conn.execute(_SQL["set_grant"], tenant_id, *values, note)


async def end_trial(conn: Connection, tenant_id: UUID, business_now: datetime) -> None:
    """Over, if it is still running."""
    await conn.execute(_SQL["end_trial"], tenant_id, business_now)


async def subscriptions(conn: Connection, tenant_id: UUID) -> list[Subscription]:
    """As Stripe had them, the oldest first."""
    return [Subscription(**row) for row in await conn.fetch(_SQL["subscriptions"], tenant_id)]


async def mirror(conn: Connection, tenant_id: UUID, present: list[Subscription]) -> None:
    """These are all that there are now."""
    await conn.execute(_SQL["forget"], tenant_id, [one.id for one in present])
    if present:
        await conn.execute(_SQL["mirror"], tenant_id, *columns(present, *Subscription.__struct_fields__))


async def outlived(conn: Connection, business_now: datetime, limit: int) -> list[UUID]:
    """Tenants whose licence's date has come (system scope)."""
    return [row["tenant_id"] for row in await conn.fetch(_SQL["outlived"], business_now, limit)]


async def ending_trials(conn: Connection, before: datetime, limit: int) -> list[UUID]:
    """Tenants whose trial ends before then, and who were not told yet (system scope)."""
    return [row["tenant_id"] for row in await conn.fetch(_SQL["ending_trials"], before, limit)]


async def used(tenant_id: UUID, period: date) -> int:
    """Syncs counted in the period that begins then."""
    one = (Usage.tenant_id == tenant_id) & (Usage.period == period)
    row = await Usage.select(Usage.synced).where(one).first()
    return 0 if row is None else int(row["synced"])


async def heavy_users(conn: Connection, period: date, plan: str, at_least: int) -> list[UUID]:
    """Tenants of a plan that have used so much of it (system scope)."""
    return [row["tenant_id"] for row in await conn.fetch(_SQL["heavy_users"], period, plan, at_least)]


def _grant(row: Any) -> Grant | None:
    if row["granted_plan"] is None:
        return None
    source = LicenceSource(row["granted_source"])
    return Grant(plan=row["granted_plan"], until=row["granted_until"], source=source)
