"""A tenant's right to sync: how it stands, how much of it is used, and what follows when it changes."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
import structlog

from connector.account import licence_alerts
from connector.account.people import PONTE, Actor
from connector.domain import licence as rights
from connector.domain.events import Reason
from connector.domain.licence import Grant, Licence, LicenceSource, LicenceState, gate, is_open
from connector.domain.plans import PLANS, TRIAL_PLAN, Plan
from connector.store import audit, inbox, licences
from connector.store.scope import Connection, Database

#: Everybody begins with a trial, without a card.
TRIAL = timedelta(days=14)
#: Usage is counted by calendar month of this zone.
BRAZIL = ZoneInfo("America/Sao_Paulo")

log = structlog.get_logger(__name__)


class Right(msgspec.Struct, frozen=True):
    """The licence as it stands now, with what was used of it in the present period."""

    licence: Licence
    used: int
    #: Why nothing can be synced at this moment; None when it can.
    refusal: Reason | None

    @property
    def open(self) -> bool:
        """Whether syncs pass at this moment."""
        return self.refusal is None

    @property
    def plan(self) -> Plan:
        """What the licence includes."""
        return PLANS[self.licence.plan]


class UnknownTenant(LookupError):
    """There is no such tenant, or it never had a licence."""


async def right_of(tenant_id: UUID, business_now: datetime) -> Right | None:
    """The tenant's right (inside its scope); None when it never had one."""
    licence = await licences.load(tenant_id)
    if licence is None:
        return None
    used = await licences.used(tenant_id, period_of(business_now))
    return Right(rights.at(licence, business_now), used, gate(licence, used, business_now))


def period_of(business_now: datetime) -> date:
    """The usage period that a moment falls in."""
    return business_now.astimezone(BRAZIL).date().replace(day=1)


def next_period(business_now: datetime) -> date:
    """The first day of the period after that."""
    return (period_of(business_now) + timedelta(days=31)).replace(day=1)


async def begin_trial(conn: Connection, tenant_id: UUID, business_now: datetime, at: datetime) -> None:
    """Fourteen days with everything that the trial's plan includes."""
    ends_at = business_now + TRIAL
    trial = Licence(state=LicenceState.TRIAL, plan=TRIAL_PLAN, source=LicenceSource.TRIAL, ends_at=ends_at)
    await licences.save(tenant_id, trial, at)
    await licences.begin_trial(conn, tenant_id, ends_at)


async def tell_anew(
    conn: Connection, tenant_id: UUID, by: Actor, now: datetime, business_now: datetime
) -> Licence:
    """Let the licence follow from what is true now; what may pass is released (in a scope that may see it).

    Raises `UnknownTenant`.
    """
    facts = await licences.facts(conn, tenant_id)
    before = await licences.load(tenant_id)
    if before is None or facts is None:
        raise UnknownTenant(str(tenant_id))
    licence = rights.licence_of(facts, business_now)
    for oddity in rights.oddities(facts):
        log.error("licence_odd", tenant=str(tenant_id), oddity=oddity)
    if licence != before:
        await licences.save(tenant_id, licence, now)
        await licence_alerts.changed(conn, tenant_id, licence, business_now)
    if _names(licence) != _names(before):
        await _note(tenant_id, by, "licence.changed", now, before=before.state, after=licence.state)
        log.info("licence_changed", tenant=str(tenant_id), before=before.state, after=licence.state)
    await release(conn, tenant_id, licence, now, business_now)
    return licence


async def release(
    conn: Connection, tenant_id: UUID, licence: Licence, now: datetime, business_now: datetime
) -> int:
    """Make due what waited for money and may pass now; answers how many events."""
    if not is_open(licence, business_now):
        return 0
    used = await licences.used(tenant_id, period_of(business_now))
    reasons = (Reason.LICENCE,) if gate(licence, used, business_now) else rights.UNPAID
    return await inbox.release(conn, tenant_id, reasons, now)


async def grant(
    database: Database,
    tenant_id: UUID,
    *,
    plan: str,
    until: datetime | None,
    note: str,
    by: Actor,
    now: datetime,
    business_now: datetime,
    source: LicenceSource = LicenceSource.OPERATOR,
) -> Licence:
    """Give the right by hand, or another one instead; `until` in business time, None = without end.

    Raises `UnknownTenant`, and `ValueError` for a plan that does not exist or an end that is over.
    """
    if plan not in PLANS:
        raise ValueError(f"there is no plan {plan}")
    if until is not None and until <= business_now:
        raise ValueError("the end of a grant lies ahead")
    given = Grant(plan=plan, until=until, source=source)
    async with database.system() as conn:
        await licences.set_grant(conn, tenant_id, given, note)
        return await _by_hand(conn, tenant_id, "licence.granted", given, note, by, now, business_now)


async def extend(
    database: Database,
    tenant_id: UUID,
    *,
    until: datetime | None,
    note: str,
    by: Actor,
    now: datetime,
    business_now: datetime,
) -> Licence:
    """Let a grant end later or sooner; without a grant, give the present plan until then.

    Raises as `grant`.
    """
    async with database.system() as conn:
        given, _ = await licences.grant(conn, tenant_id)
        licence = await licences.load(tenant_id)
    if licence is None:
        raise UnknownTenant(str(tenant_id))
    plan = given.plan if given is not None else licence.plan
    source = given.source if given is not None else LicenceSource.OPERATOR
    return await grant(
        database,
        tenant_id,
        plan=plan,
        until=until,
        note=note,
        by=by,
        now=now,
        business_now=business_now,
        source=source,
    )


async def end(
    database: Database, tenant_id: UUID, *, note: str, by: Actor, now: datetime, business_now: datetime
) -> Licence:
    """Take back what was given by hand, and a trial that is running; what is paid for stays."""
    async with database.system() as conn:
        await licences.set_grant(conn, tenant_id, None, note)
        await licences.end_trial(conn, tenant_id, business_now)
        return await _by_hand(conn, tenant_id, "licence.ended", None, note, by, now, business_now)


async def _by_hand(
    conn: Connection,
    tenant_id: UUID,
    action: str,
    given: Grant | None,
    note: str,
    by: Actor,
    now: datetime,
    business_now: datetime,
) -> Licence:
    licence = await tell_anew(conn, tenant_id, by, now, business_now)
    until = given.until.isoformat() if given is not None and given.until is not None else ""
    plan = given.plan if given is not None else ""
    await _note(tenant_id, by, action, now, plan=plan, until=until, note=note)
    return licence


async def tell_outlived(database: Database, now: datetime, business_now: datetime, limit: int = 200) -> int:
    """Tell the licences anew whose date has come; how many."""
    async with database.system() as conn:
        found = await licences.outlived(conn, business_now, limit)
    for tenant_id in found:
        async with database.system() as conn:
            await tell_anew(conn, tenant_id, PONTE, now, business_now)
    return len(found)


async def warn_of_trials(database: Database, business_now: datetime, limit: int = 200) -> int:
    """Tell those whose trial ends within three days; how many."""
    async with database.system() as conn:
        found = await licences.ending_trials(conn, business_now + licence_alerts.WARNING, limit)
        for tenant_id in found:
            if (trial := await licences.load(tenant_id)) is not None:
                await licence_alerts.trial_ends(conn, tenant_id, trial, business_now)
    return len(found)


def _names(licence: Licence) -> tuple[str, str, str]:
    return licence.state, licence.plan, licence.source


async def _note(tenant_id: UUID, by: Actor, action: str, now: datetime, **detail: str) -> None:
    told = {name: str(value) for name, value in detail.items() if value}
    await audit.add(tenant_id, at=now, person_id=by.person_id, actor=by.name, action=action, detail=told)
