"""What people are told of the licence and of the plan's room: each cause once, and its end."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from connector.domain.licence import Licence, LicenceState
from connector.domain.plans import PLANS
from connector.store import alerts
from connector.store.scope import Connection

LICENCE, QUOTA = "licence", "quota"
#: A trial's end is told so long before.
WARNING = timedelta(days=3)
#: Shares of the plan, in per cent, that are told.
NEARLY, ALL = 80, 100

TRIAL_ENDS = f"{LICENCE}:trial"
_CAUSES = {
    LicenceState.GRACE: f"{LICENCE}:grace",
    LicenceState.SUSPENDED: f"{LICENCE}:suspended",
    LicenceState.CANCELED: f"{LICENCE}:canceled",
}
#: Said once, without reminders.
ONCE = frozenset({TRIAL_ENDS, f"{QUOTA}:{NEARLY}"})


async def changed(conn: Connection, tenant_id: UUID, licence: Licence, business_now: datetime) -> None:
    """Tell what the licence is now, unless that is well; what was told before is over."""
    cause = _CAUSES.get(licence.state)
    await alerts.over(conn, tenant_id, TRIAL_ENDS)
    for other in set(_CAUSES.values()) - {cause}:
        # One who paid is told that all is well; one whose trouble has changed is told the new one instead.
        if cause is None:
            await alerts.resolve(conn, tenant_id, other, business_now)
        else:
            await alerts.over(conn, tenant_id, other)
    if cause is not None:
        await _open(conn, tenant_id, cause, licence, business_now)


async def trial_ends(conn: Connection, tenant_id: UUID, trial: Licence, business_now: datetime) -> None:
    """Tell that the trial is nearly over."""
    await _open(conn, tenant_id, TRIAL_ENDS, trial, business_now)


async def _open(
    conn: Connection, tenant_id: UUID, cause: str, licence: Licence, business_now: datetime
) -> None:
    await alerts.open_(
        conn,
        tenant_id,
        cause=cause,
        subject=PLANS[licence.plan].name,
        detail=licence.ends_at.isoformat() if licence.ends_at else "",
        at=business_now,
        due_at=business_now,
    )


async def used(conn: Connection, tenant_id: UUID, plan: str, used: int, business_now: datetime) -> None:
    """Tell how much of the plan is used, from four fifths on; below that nothing is told any more."""
    limit = PLANS[plan].synced_per_month
    share = used * 100 // limit
    reached = ALL if share >= ALL else NEARLY if share >= NEARLY else 0
    if reached != ALL:
        await alerts.resolve(conn, tenant_id, f"{QUOTA}:{ALL}", business_now)
    if reached != NEARLY:
        await alerts.over(conn, tenant_id, f"{QUOTA}:{NEARLY}")
    if reached:
        await alerts.open_(
            conn,
            tenant_id,
            cause=f"{QUOTA}:{reached}",
            subject=PLANS[plan].name,
            detail=str(limit),
            at=business_now,
            due_at=business_now,
        )
