"""Events that wait for money: released as soon as they may pass, ended when they have waited too long."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

import msgspec
import structlog

from connector.account import licence_alerts
from connector.account.licence import period_of, release
from connector.domain.events import Outcome, Reason, RecordKey, RecordState
from connector.domain.licence import KEPT, UNPAID
from connector.domain.plans import PLANS
from connector.store import alerts, inbox, lease, licences, links
from connector.store.links import Link
from connector.store.scope import Connection, Database
from connector.store.settle import Settlement, Turn, settle

#: Events that one transaction ends.
BATCH = 1_000
#: Seconds for which the tenant's drain is kept out.
LEASE_S = 30.0

log = structlog.get_logger(__name__)


async def look_again(database: Database, now: datetime, business_now: datetime) -> int:
    """Release what may pass now; how many events. The net under every change, and the month's turn."""
    async with database.system() as conn:
        tenants = await inbox.waiting_tenants(conn, UNPAID)
    released = 0
    for tenant_id in tenants:
        async with database.tenant(tenant_id) as conn:
            if (licence := await licences.load(tenant_id)) is not None:
                released += await release(conn, tenant_id, licence, now, business_now)
    return released


async def let_go(database: Database, holder: str, now: datetime, business_now: datetime) -> int:
    """End what has been held for thirty days of business time; how many events."""
    before = business_now - KEPT
    async with database.system() as conn:
        tenants = await inbox.waiting_tenants(conn, UNPAID)
    return sum([await _let_go(database, tenant_id, holder, now, before) for tenant_id in tenants])


async def _let_go(database: Database, tenant_id: UUID, holder: str, now: datetime, before: datetime) -> int:
    ended = 0
    while True:
        async with database.tenant(tenant_id) as conn:
            found = await inbox.held_too_long(conn, tenant_id, UNPAID, before, BATCH)
            fence = await lease.take(conn, tenant_id, holder, LEASE_S) if found else None
            if fence is None:
                return ended
            known = await links.load(conn, tenant_id, set(found.values()))
            await settle(conn, tenant_id, fence, _turn(found, known, now), now)
            await lease.hand_on(conn, tenant_id, fence)
        ended += len(found)
        log.warning("held_too_long", tenant=str(tenant_id), events=len(found))


def _turn(found: Mapping[UUID, RecordKey], known: Mapping[RecordKey, Link], now: datetime) -> Turn:
    """Every event ends by itself; the record then says that it needs somebody."""
    settlements = [_settlement(event, known.get(record)) for event, record in found.items()]
    waiting = [link for link in known.values() if link.state is RecordState.WAITING and link.reason in UNPAID]
    ended = [
        msgspec.structs.replace(
            link, state=RecordState.NEEDS_YOU, reason=Reason.EXPIRED, detail=None, updated_at=now
        )
        for link in waiting
    ]
    return Turn(settlements=settlements, links=ended)


def _settlement(event_id: UUID, link: Link | None) -> Settlement:
    return Settlement(
        event_id=event_id,
        outcome=Outcome.DEAD,
        reason=Reason.EXPIRED,
        bitrix_id=link.bitrix_id if link else None,
        label=link.label if link else None,
        sku=link.sku if link else None,
    )


async def watch_usage(database: Database, business_now: datetime) -> None:
    """Tell who has used four fifths of the plan, or all of it; and that there is room again."""
    period = period_of(business_now)
    async with database.system() as conn:
        found = {tenant for plan in PLANS for tenant in await _heavy(conn, period, plan)}
        found |= set(await alerts.tenants_told_of(conn, f"{licence_alerts.QUOTA}:"))
    for tenant_id in found:
        async with database.tenant(tenant_id) as conn:
            licence = await licences.load(tenant_id)
            if licence is not None:
                used = await licences.used(tenant_id, period)
                await licence_alerts.used(conn, tenant_id, licence.plan, used, business_now)


async def _heavy(conn: Connection, period: date, plan: str) -> list[UUID]:
    at_least = PLANS[plan].synced_per_month * licence_alerts.NEARLY // 100
    return await licences.heavy_users(conn, period, plan, at_least)
