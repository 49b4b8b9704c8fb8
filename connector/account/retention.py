"""The nightly look at histories: each plan keeps so many days of them."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from connector.domain.plans import PLANS
from connector.store import retention, runs
from connector.store.retention import FIRST
from connector.store.scope import Database

#: Tenants read at once; rows of one kind deleted in one transaction.
PAGE, ROWS = 500, 5_000
#: Kept for a tenant of no known plan: what the largest plan keeps.
LONGEST = max(plan.log_days for plan in PLANS.values())


def days_of(plan: str | None) -> int:
    """Days of history that a plan keeps. A plan that nobody knows deletes nothing before its time."""
    known = PLANS.get(plan or "")
    return LONGEST if known is None else known.log_days


async def trim_histories(database: Database, now: datetime) -> int:
    """Delete what plans do not keep, of all tenants; answers how many rows. Raises `DatabaseAway`."""
    deleted, after = 0, FIRST
    while True:
        async with database.system() as conn:
            page = await retention.tenants(conn, after, PAGE)
        for tenant_id, plan in page:
            deleted += await _trim(database, tenant_id, now - timedelta(days=days_of(plan)))
        if len(page) < PAGE:
            return deleted
        after = page[-1][0]


async def _trim(database: Database, tenant_id: UUID, before: datetime) -> int:
    deleted = 0
    async with database.tenant(tenant_id) as conn:
        await runs.forget(conn, tenant_id, before)
    while True:
        async with database.tenant(tenant_id) as conn:
            found = await retention.trim(conn, tenant_id, before, ROWS)
        deleted += found
        if found < ROWS:
            return deleted
