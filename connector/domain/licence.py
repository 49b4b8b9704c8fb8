"""The right to sync: what follows from a trial, a grant and Stripe's subscriptions, and the gate.

A licence has no memory of its own: `licence_of` tells it from what is true now, so no order or repetition of
Stripe's messages can lead anywhere else. The table of states is in docs/billing.md.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import StrEnum

import msgspec

from connector.domain.events import Reason
from connector.domain.plans import PLANS, TRIAL_PLAN, rank

#: How long syncs go on after a payment was due and did not come.
GRACE = timedelta(days=7)
#: How long events wait for a licence or for room in the plan (business time).
KEPT = timedelta(days=30)


class LicenceState(StrEnum):
    """Where a tenant's licence stands."""

    TRIAL = "trial"
    ACTIVE = "active"
    GRACE = "grace"
    SUSPENDED = "suspended"
    CANCELED = "canceled"
    GRANTED = "granted"


class LicenceSource(StrEnum):
    """Where the right comes from."""

    TRIAL = "trial"
    STRIPE = "stripe"
    OPERATOR = "operator"
    #: A Bitrix24 Market subscription.
    MARKET = "market"


#: These sync until `ends_at` (None = open end).
OPEN_STATES = frozenset({LicenceState.TRIAL, LicenceState.ACTIVE, LicenceState.GRACE, LicenceState.GRANTED})
#: Of these the end is a date of ours; the others end when Stripe says so.
DATED_STATES = frozenset({LicenceState.TRIAL, LicenceState.GRACE, LicenceState.GRANTED})
#: Why events wait for money.
UNPAID = (Reason.LICENCE, Reason.QUOTA)


class Licence(msgspec.Struct, frozen=True, kw_only=True):
    """A tenant's licence; `ends_at` = when it ends, renews, or ended."""

    state: LicenceState
    plan: str
    source: str
    ends_at: datetime | None
    #: False: the subscription was cancelled and runs out at `ends_at`.
    renews: bool = True


class Grant(msgspec.Struct, frozen=True, kw_only=True):
    """A right that was given by hand, or bought elsewhere; until None = no end."""

    plan: str
    until: datetime | None
    source: LicenceSource = LicenceSource.OPERATOR


class Status(StrEnum):
    """A subscription's status at Stripe (package `stripe` 16.1); the list is open."""

    TRIALING = "trialing"
    ACTIVE = "active"
    PAST_DUE = "past_due"
    UNPAID = "unpaid"
    CANCELED = "canceled"
    INCOMPLETE = "incomplete"
    INCOMPLETE_EXPIRED = "incomplete_expired"
    PAUSED = "paused"


#: The first payment was never made: no right, and no loss of one.
NEVER_BEGUN = frozenset({Status.INCOMPLETE, Status.INCOMPLETE_EXPIRED})
#: Money is still asked for: another checkout would be a second subscription.
LIVING = frozenset({Status.TRIALING, Status.ACTIVE, Status.PAST_DUE, Status.UNPAID, Status.PAUSED})


class Subscription(msgspec.Struct, frozen=True, kw_only=True):
    """A subscription as Stripe has it now; times in Stripe's clock, which is business time."""

    id: str
    customer_id: str
    #: Stripe's word, also one that `Status` does not know.
    status: str
    #: The price's lookup key; None when it is none of ours.
    plan: str | None
    #: The one item that carries the price.
    item_id: str
    created_at: datetime
    period_end: datetime | None = None
    #: Since when the oldest open invoice waits to be paid.
    unpaid_since: datetime | None = None
    #: Cancelled: it runs out then.
    cancel_at: datetime | None = None
    ended_at: datetime | None = None

    @property
    def is_living(self) -> bool:
        """Whether it is not over, so that another one would be a second."""
        return self.status in LIVING


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that a licence follows from."""

    trial_ends_at: datetime | None = None
    grant: Grant | None = None
    subscriptions: tuple[Subscription, ...] = ()


def licence_of(facts: Facts, business_now: datetime) -> Licence:
    """The licence that follows: the right that entitles most, else the one that ended last."""
    rights = [*_trial(facts), *_grant(facts), *_subscribed(facts, business_now)]
    passing = [right for right in rights if is_open(right, business_now)]
    if passing:
        return max(passing, key=_worth)
    closed = [at(right, business_now) for right in rights]
    return max(closed, key=_lasted) if closed else _closed(LicenceState.SUSPENDED, None, None)


def at(licence: Licence, business_now: datetime) -> Licence:
    """The licence as it stands at a moment: one whose date has passed is suspended."""
    if licence.state in OPEN_STATES and not is_open(licence, business_now):
        return msgspec.structs.replace(licence, state=LicenceState.SUSPENDED)
    return licence


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


def oddities(facts: Facts) -> tuple[str, ...]:
    """What an operator has to look at; codes."""
    living = [one for one in facts.subscriptions if one.is_living]
    unknown = [one for one in facts.subscriptions if one.status not in set(Status)]
    nameless = [one for one in living if one.plan not in PLANS]
    found = {"two_subscriptions": len(living) > 1, "unknown_status": unknown, "price_without_plan": nameless}
    return tuple(name for name, odd in found.items() if odd)


def _trial(facts: Facts) -> list[Licence]:
    ends_at = facts.trial_ends_at
    if ends_at is None:
        return []
    source = LicenceSource.TRIAL
    return [Licence(state=LicenceState.TRIAL, plan=TRIAL_PLAN, source=source, ends_at=ends_at)]


def _grant(facts: Facts) -> list[Licence]:
    grant = facts.grant
    if grant is None or grant.plan not in PLANS:
        return []
    state = LicenceState.GRANTED
    return [Licence(state=state, plan=grant.plan, source=grant.source, ends_at=grant.until)]


def _subscribed(facts: Facts, business_now: datetime) -> list[Licence]:
    begun = [one for one in facts.subscriptions if one.status not in NEVER_BEGUN]
    return [_of_subscription(one, business_now) for one in begun]


def _of_subscription(one: Subscription, business_now: datetime) -> Licence:
    if one.status == Status.CANCELED:
        return _closed(LicenceState.CANCELED, one, one.ended_at)
    if one.plan not in PLANS:
        return _closed(LicenceState.SUSPENDED, one, one.period_end)
    match one.status:
        case Status.ACTIVE | Status.TRIALING:
            return Licence(
                state=LicenceState.ACTIVE,
                plan=str(one.plan),
                source=LicenceSource.STRIPE,
                ends_at=one.cancel_at or one.period_end,
                renews=one.cancel_at is None,
            )
        case Status.PAST_DUE:
            until = (one.unpaid_since or one.period_end or one.created_at) + GRACE
            grace = _closed(LicenceState.GRACE, one, until)
            return at(grace, business_now)
        case Status.UNPAID if one.unpaid_since:
            return _closed(LicenceState.SUSPENDED, one, one.unpaid_since + GRACE)
        case _:
            return _closed(LicenceState.SUSPENDED, one, one.period_end)


def _closed(state: LicenceState, one: Subscription | None, ends_at: datetime | None) -> Licence:
    plan = one.plan if one is not None and one.plan in PLANS else TRIAL_PLAN
    source = LicenceSource.STRIPE if one is not None else LicenceSource.TRIAL
    return Licence(state=state, plan=str(plan), source=source, ends_at=ends_at)


#: Among rights to the same plan; a trial gives way to everything that was bought or given.
_ORDER = tuple(
    LicenceState[name] for name in ("SUSPENDED", "CANCELED", "TRIAL", "GRACE", "ACTIVE", "GRANTED")
)
_NEVER = datetime.max.replace(tzinfo=UTC)
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


def _worth(right: Licence) -> tuple[object, ...]:
    """Of rights that are open the largest counts."""
    bought = right.state is not LicenceState.TRIAL
    return bought, rank(right.plan), _ORDER.index(right.state), right.ends_at or _NEVER, right.renews


def _lasted(right: Licence) -> tuple[object, ...]:
    """Of rights that are over the last one counts, and a trial only where there was nothing else."""
    bought = right.source != LicenceSource.TRIAL
    return bought, right.ends_at or _LONG_AGO, _ORDER.index(right.state), rank(right.plan)
