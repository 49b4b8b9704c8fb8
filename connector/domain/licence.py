"""The right to sync: a licence's state, and the gate that is asked before every attempt."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec

from connector.domain.events import Reason
from connector.domain.plans import PLANS


class LicenceState(StrEnum):
    """Where a tenant's licence stands."""

    TRIAL = "trial"
    ACTIVE = "active"
    GRACE = "grace"
    SUSPENDED = "suspended"
    CANCELED = "canceled"
    GRANTED = "granted"


#: These sync until `ends_at` (None = open end).
OPEN_STATES = frozenset({LicenceState.TRIAL, LicenceState.ACTIVE, LicenceState.GRACE, LicenceState.GRANTED})
#: Of these the end is a date of ours; the others end when Stripe says so.
DATED_STATES = frozenset({LicenceState.TRIAL, LicenceState.GRACE, LicenceState.GRANTED})


class Licence(msgspec.Struct, frozen=True, kw_only=True):
    """A tenant's licence as stored."""

    state: LicenceState
    plan: str
    source: str
    ends_at: datetime | None


def gate(licence: Licence | None, used: int, business_now: datetime) -> Reason | None:
    """None when the tenant may sync now, else why its events wait. `used` = syncs counted in this period."""
    if licence is None or not is_open(licence, business_now):
        return Reason.LICENCE
    if used >= PLANS[licence.plan].synced_per_month:
        return Reason.QUOTA
    return None


def is_open(licence: Licence, business_now: datetime) -> bool:
    """Whether the licence lets syncs pass, whatever was used."""
    if licence.state not in OPEN_STATES:
        return False
    dated = licence.state in DATED_STATES and licence.ends_at is not None
    return not dated or business_now < licence.ends_at  # type: ignore[operator]
