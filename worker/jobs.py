"""The worker's jobs: thin, each a call into `connector.sync`."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog

from connector.account import digest, held, operator_pulse, silences
from connector.account.billing import AT_ONCE, REMEMBERED, Billing
from connector.account.licence import tell_outlived, warn_of_trials
from connector.account.post import ring
from connector.account.retention import trim_histories
from connector.domain.vendor import VendorError
from connector.store import billing as billing_rows
from connector.store import consents, inbox, invitations, mail, operators, people, runs
from connector.store.ids import new_id
from connector.store.partitions import drop_partitions, ensure_partitions
from connector.store.scope import Connection, DatabaseAway
from connector.sync.drain import drain as drain_tenant
from connector.sync.engine import Engine
from connector.sync.nights import try_nightly
from connector.sync.portal.poll import look_where_due
from connector.sync.portal.poll import poll as poll_portal
from connector.sync.runs.deeds import WALK_JOB
from connector.sync.runs.sweeping import sweep_due
from connector.sync.runs.tasks import TASKS
from connector.sync.runs.walk import walk as walk_run

log = structlog.get_logger(__name__)

#: Tenants that one sweep wakes at most; the next one is two seconds away.
SWEEP = 500
#: Seconds after which a run that waits is looked at again at the latest.
MOST_WAIT = 60.0
#: History that no plan keeps is dropped; plans keep a year at most.
HISTORY = timedelta(days=366)
#: So long a link that is over still says so.
LINKS_KEPT = timedelta(days=30)
#: Days for which partitions stand ready.
DAYS_AHEAD = 7


async def drain(ctx: dict[str, Any], tenant: str, request: str = "") -> None:
    """Work off one tenant's inbox; `request` = the web request that asked for it, for the log."""
    engine: Engine = ctx["engine"]
    if request:
        structlog.contextvars.bind_contextvars(request_id=request)
    await drain_tenant(engine, UUID(tenant), ctx["holder"])


async def poll(ctx: dict[str, Any], tenant: str) -> None:
    """Look at what a tenant's portal has changed."""
    try:
        await poll_portal(ctx["engine"], UUID(tenant))
    except DatabaseAway:
        log.warning("poll_without_database")


async def look_at_portals(ctx: dict[str, Any]) -> None:
    """Queue a look at the portals that are due."""
    try:
        await look_where_due(ctx["engine"])
    except DatabaseAway:
        log.warning("look_without_database")


async def sweep(ctx: dict[str, Any]) -> None:
    """Wake tenants with due events whose wake-up got lost, or whose waiting time is over."""
    engine: Engine = ctx["engine"]
    try:
        async with engine.database.system() as conn:
            tenants = await inbox.due_tenants(conn, engine.clock(), SWEEP)
    except DatabaseAway:
        log.warning("sweep_without_database")
        return
    await engine.waker.wake(tenants)


async def walk(ctx: dict[str, Any], tenant: str, run: str) -> None:
    """Take a run's next steps; one that has more to do goes to the back of the queue."""
    engine: Engine = ctx["engine"]
    wait = await walk_run(engine, TASKS, UUID(tenant), UUID(run), f"{ctx['holder']}:{new_id()}")
    if wait is not None:
        await engine.redis.enqueue_job(
            WALK_JOB, tenant, run, _defer_by=timedelta(seconds=min(wait, MOST_WAIT))
        )


async def walk_due(ctx: dict[str, Any]) -> None:
    """Begin runs that are due and that nobody holds: a worker died, or a ring got lost."""
    engine: Engine = ctx["engine"]
    try:
        async with engine.database.system() as conn:
            found = await runs.due(conn, engine.clock(), SWEEP)
    except DatabaseAway:
        log.warning("runs_without_database")
        return
    for tenant, run in found:
        await engine.redis.enqueue_job(WALK_JOB, str(tenant), str(run))


async def post(ctx: dict[str, Any]) -> None:
    """Send the mail that is due."""
    try:
        await ctx["post"].send_due(ctx["engine"].clock())
    except DatabaseAway:
        log.warning("post_without_database")


async def tell(ctx: dict[str, Any]) -> None:
    """Tell people what needs them, and what is over."""
    engine: Engine = ctx["engine"]
    try:
        await ctx["crier"].tell_due(engine.clock(), engine.business_clock())
    except DatabaseAway:
        log.warning("alerts_without_database")


async def bill(ctx: dict[str, Any]) -> None:
    """Work off what Stripe told, and compare those whose day it is."""
    billing: Billing = ctx["billing"]
    try:
        while await billing.work_off() == AT_ONCE:
            pass
        await billing.compare()
    except DatabaseAway:
        log.warning("billing_without_database")


async def tell_licences(ctx: dict[str, Any]) -> None:
    """Licences whose date has come are what they are from now on; who is on trial is told before."""
    engine: Engine = ctx["engine"]
    try:
        await tell_outlived(engine.database, engine.clock(), engine.business_clock())
        await warn_of_trials(engine.database, engine.business_clock())
    except DatabaseAway:
        log.warning("licences_without_database")


async def watch_held(ctx: dict[str, Any]) -> None:
    """Release what may pass, end what has waited too long, tell who runs out of plan."""
    engine: Engine = ctx["engine"]
    now, business_now = engine.clock(), engine.business_clock()
    try:
        await held.look_again(engine.database, now, business_now)
        await held.let_go(engine.database, ctx["holder"], now, business_now)
        await held.watch_usage(engine.database, business_now)
    except DatabaseAway:
        log.warning("held_without_database")


async def retry_nightly(ctx: dict[str, Any]) -> None:
    """Try once more what failed, for the tenants whose night it is."""
    try:
        await try_nightly(ctx["engine"])
    except DatabaseAway:
        log.warning("night_without_database")


async def sweep_changes(ctx: dict[str, Any]) -> None:
    """Look for what Bling changed and nobody told, in the accounts that are due."""
    try:
        await sweep_due(ctx["engine"])
    except DatabaseAway:
        log.warning("changes_without_database")


async def write_digests(ctx: dict[str, Any]) -> None:
    """Tell what yesterday brought, for the tenants whose morning it is."""
    engine: Engine = ctx["engine"]
    try:
        if await digest.send_due(engine.database, ctx["vault"], engine.clock(), engine.business_clock()):
            await ring(ctx["redis"])
    except DatabaseAway:
        log.warning("digests_without_database")


async def check_up(ctx: dict[str, Any]) -> None:
    """Try the Bling account that nothing has used for longest, if it is time."""
    try:
        await ctx["checkups"].next_account(ctx["engine"].business_clock())
    except DatabaseAway:
        log.warning("checkup_without_database")


async def renew_ageing(ctx: dict[str, Any]) -> None:
    """Renew the tokens of portals that nothing uses, once before they end."""
    try:
        await ctx["checkups"].ageing_portals(ctx["engine"].business_clock())
    except DatabaseAway:
        log.warning("renewal_without_database")


async def erase(ctx: dict[str, Any]) -> None:
    """Go on erasing what is kept of tenants that have left."""
    engine: Engine = ctx["engine"]
    try:
        # Who is erased cannot be found at Stripe any more: before that, nothing may go on being paid for.
        await ctx["billing"].stop_leaving()
        await ctx["eraser"].erase_due(engine.clock(), engine.business_clock())
    except VendorError as error:
        log.warning("erasing_waits_for_stripe", code=error.code)
    except DatabaseAway:
        log.warning("erasing_without_database")


async def watch_pulse(ctx: dict[str, Any]) -> None:
    """Is Bling still sending, of every resource and every account? Tell people when that changes."""
    engine: Engine = ctx["engine"]
    now, business_now = engine.clock(), engine.business_clock()
    try:
        mails = await operator_pulse.watch(engine.database, ctx["vault"], now)
        mails += await silences.watch(engine.database, ctx["vault"], now, business_now)
        if mails:
            await ring(ctx["redis"])
    except DatabaseAway:
        log.warning("pulse_without_database")


async def keep_house(ctx: dict[str, Any]) -> None:
    """Make the partitions of the days to come; drop those that nobody may look at, and what has expired."""
    engine: Engine = ctx["engine"]
    today = engine.clock().date()
    try:
        async with engine.database.system() as conn:
            await ensure_partitions(conn, today, DAYS_AHEAD)
            await drop_partitions(conn, today - HISTORY)
            await forget_people(conn, engine.clock(), engine.business_clock())
            await billing_rows.sweep(conn, engine.clock() - REMEMBERED)
    except DatabaseAway:
        log.warning("house_without_database")


async def forget_people(conn: Connection, now: datetime, business_now: datetime) -> None:
    """Sessions and consents that are over; links and invitations some days after nobody asks any more."""
    await people.sweep_sessions(conn, now)
    await operators.sweep(conn, now)
    await operator_pulse.forget(conn, now)
    await consents.sweep(conn, now)
    await mail.sweep(conn, now - LINKS_KEPT)
    await invitations.sweep(conn, business_now - LINKS_KEPT)


async def trim(ctx: dict[str, Any]) -> None:
    """Delete the history that tenants' plans do not keep."""
    engine: Engine = ctx["engine"]
    try:
        rows = await trim_histories(engine.database, engine.business_clock())
    except DatabaseAway:
        log.warning("trim_without_database")
        return
    log.info("history_trimmed", rows=rows)


async def follow_clock(ctx: dict[str, Any]) -> None:
    """Keep business time in step with the demo's clock; nothing to do in production."""
    await ctx["clock"].read(ctx["engine"].http)
