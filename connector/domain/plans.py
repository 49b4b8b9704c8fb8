"""What each subscription includes (the plans' lookup keys are Stripe's prices')."""

from __future__ import annotations

import msgspec


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """Limits of one subscription; None = no limit."""

    lookup_key: str
    name: str
    price_cents: int
    accounts: int
    synced_per_month: int
    log_days: int
    people: int | None


PLANS = {
    plan.lookup_key: plan
    for plan in (
        Plan(
            lookup_key="essencial",
            name="Essencial",
            price_cents=5_900,
            accounts=1,
            synced_per_month=5_000,
            log_days=30,
            people=3,
        ),
        Plan(
            lookup_key="profissional",
            name="Profissional",
            price_cents=14_900,
            accounts=3,
            synced_per_month=50_000,
            log_days=90,
            people=10,
        ),
        Plan(
            lookup_key="escala",
            name="Escala",
            price_cents=44_900,
            accounts=20,
            synced_per_month=500_000,
            log_days=365,
            people=None,
        ),
    )
}

#: A trial has the limits of this plan.
TRIAL_PLAN = "profissional"


def rank(lookup_key: str) -> int:
    """A plan's place among all, the smallest first."""
    return list(PLANS).index(lookup_key)
