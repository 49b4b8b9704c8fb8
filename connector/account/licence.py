"""A tenant's right to sync, and how much of it is used."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from connector.domain.licence import Licence, LicenceState, is_open
from connector.domain.plans import PLANS, TRIAL_PLAN, Plan
from connector.store import licences

#: Everybody begins with a trial, without a card.
TRIAL = timedelta(days=14)
TRIAL_SOURCE = "trial"
#: Usage is counted by calendar month of this zone.
BRAZIL = ZoneInfo("America/Sao_Paulo")


class Right(msgspec.Struct, frozen=True):
    """The licence with what was used of it in the present period."""

    licence: Licence
    used: int
    #: Whether syncs pass at this moment, quota aside.
    open: bool

    @property
    def plan(self) -> Plan:
        """What the licence includes."""
        return PLANS[self.licence.plan]


async def right_of(tenant_id: UUID, business_now: datetime) -> Right | None:
    """The tenant's right (inside its scope); None when it never had one."""
    licence = await licences.load(tenant_id)
    if licence is None:
        return None
    used = await licences.used(tenant_id, period_of(business_now))
    return Right(licence, used, is_open(licence, business_now))


async def begin_trial(tenant_id: UUID, business_now: datetime, at: datetime) -> None:
    """Fourteen days with everything that the trial's plan includes."""
    ends_at = business_now + TRIAL
    trial = Licence(state=LicenceState.TRIAL, plan=TRIAL_PLAN, source=TRIAL_SOURCE, ends_at=ends_at)
    await licences.save(tenant_id, trial, at)


def period_of(business_now: datetime) -> date:
    """The usage period that a moment falls in."""
    return business_now.astimezone(BRAZIL).date().replace(day=1)
