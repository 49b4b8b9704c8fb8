"""Looking at portals: only at those whose tenants want their changes, and no more often than that needs.

A portal with a queue tells us when there is something in it, so the look itself is a safety net; one without
is swept, at once when it tells of a change.
"""

from __future__ import annotations

import asyncio
import time
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from connector.bitrix24 import changes
from connector.domain.vendor import Call, ConnectionState, Disconnected, Provider, Throttled, VendorError
from connector.store import calls, connections, portal_intake, toggles
from connector.store.portal_intake import Intake
from connector.sync.clients import bitrix24_client
from connector.sync.context import Context, load_context
from connector.sync.engine import Engine
from connector.sync.portal import queue
from connector.sync.portal.looking import EVENTS, WON, Look, groups_of, spelled
from connector.sync.portal.sweep import sweep

log = structlog.get_logger(__name__)

#: Between looks at a queue that tells when it has something, and between sweeps of a portal without one.
QUEUE_EVERY, SWEEP_EVERY = timedelta(minutes=1), timedelta(minutes=2)
#: Between sweeps of a portal that has a queue.
NET_EVERY = timedelta(hours=1)
#: A look lasts no longer; and the right to look until somebody else may.
LASTS, BUSY = 30.0, timedelta(seconds=90)
#: Portals of one round.
MOST = 200
#: After a failure.
LATER = timedelta(seconds=30)


async def look_where_due(engine: Engine) -> None:
    """Queue a look at each portal that is due, and at those that nobody wants to hear of any more."""
    now = engine.clock()
    async with engine.database.system() as conn:
        tenants = await portal_intake.due(conn, now, MOST)
        tenants += await portal_intake.unwanted(conn, now, MOST)
    for tenant_id in tenants:
        await engine.waker.look(tenant_id)


async def poll(engine: Engine, tenant_id: UUID) -> None:
    """Look at one portal now, unless somebody else does.

    Raises nothing but cancellation and `DatabaseAway`.
    """
    await engine.waker.looking(tenant_id)
    now = engine.clock()
    async with engine.database.tenant(tenant_id) as conn:
        intake = await portal_intake.take(conn, tenant_id, now, now + BUSY)
        if intake is None:
            # Whoever is looking may have read the queue already: once more after that.
            await portal_intake.wanted(conn, tenant_id, now, timedelta())
            return
    made: list[Call] = []
    due_at: datetime | None = now + LATER
    try:
        due_at = await _look(engine, tenant_id, intake, made)
    except Throttled as error:
        due_at = max(error.until, now + LATER)
    except Disconnected as error:
        await engine.connections.broken(tenant_id, Provider.BITRIX24, None, error.state, error.text)
    except VendorError as error:
        log.warning("portal_not_read", tenant=str(tenant_id), code=error.code, why=error.text)
    finally:
        await asyncio.shield(_leave(engine, tenant_id, made, due_at))


async def _leave(engine: Engine, tenant_id: UUID, made: list[Call], due_at: datetime | None) -> None:
    async with engine.database.tenant(tenant_id) as conn:
        await calls.record(conn, tenant_id, made)
        if due_at is None:
            await portal_intake.forget(conn, tenant_id)
            return
        until = await portal_intake.rest(conn, tenant_id, due_at)
    if until is not None and until <= engine.clock():
        await engine.waker.look(tenant_id)


async def _look(engine: Engine, tenant_id: UUID, intake: Intake, made: list[Call]) -> datetime | None:
    """When to look again; None when nobody wants to know any more."""
    context = await load_context(engine, tenant_id)
    groups = groups_of(context.toggles)
    look = await _prepared(engine, context, groups, intake, made)
    if not groups:
        await _let_go(look)
        return None
    if look is None:
        return engine.clock() + NET_EVERY
    offline = await _bind(look)
    if offline:
        await queue.read(look)
    return await _sweep_if_due(look, offline=offline)


async def _let_go(look: Look | None) -> None:
    """The portal need not tell anything any more.

    One that cannot be told so fills a queue that nobody reads.
    """
    if look is None or not look.intake.bound:
        return
    events = [event for names in EVENTS.values() for event in names]
    try:
        await changes.unbind(
            look.client, events, look.handler, offline=look.intake.offline is not False, last=True
        )
    except VendorError as error:
        log.warning("events_not_unbound", tenant=str(look.tenant_id), code=error.code)


async def _sweep_if_due(look: Look, *, offline: bool) -> datetime:
    every = NET_EVERY if offline else SWEEP_EVERY
    sweep_at = look.intake.sweep_at
    if look.intake.bound is None or sweep_at <= look.now:
        await sweep(look)
        sweep_at = look.now + every
        async with look.engine.database.tenant(look.tenant_id) as conn:
            await portal_intake.swept(conn, look.tenant_id, look.now, sweep_at)
    return min(sweep_at, look.now + QUEUE_EVERY) if offline else sweep_at


async def _bind(look: Look) -> bool:
    """Let the portal tell what is wanted, and nothing else; whether it keeps a queue.

    Handlers vanish when the app is updated: they are looked after with every sweep.
    """
    intake, groups = look.intake, spelled(look.groups)
    offline = intake.offline
    if intake.bound == groups and offline is not None and intake.sweep_at > look.now:
        return offline
    if offline is None:
        offline = await changes.has_queue(look.client)
    if intake.bound not in (None, groups):
        unwanted = [event for name, events in EVENTS.items() if name not in look.groups for event in events]
        await changes.unbind(look.client, unwanted, look.handler, offline=offline, last=False)
    wanted = [event for name in sorted(look.groups) for event in EVENTS[name]]
    await changes.bind(look.client, wanted, look.handler, offline=offline)
    async with look.engine.database.tenant(look.tenant_id) as conn:
        await portal_intake.set_bound(conn, look.tenant_id, groups, offline=offline)
    return offline


async def _prepared(
    engine: Engine, context: Context, groups: frozenset[str], intake: Intake, made: list[Call]
) -> Look | None:
    """None while the portal cannot be looked at."""
    tenant_id, portal = context.tenant_id, context.portal
    async with engine.database.tenant(tenant_id) as conn:
        accounts = await connections.accounts(conn, tenant_id)
        won_after = await toggles.ticked_at(tenant_id, WON)
    main = next((one.id for one in accounts if one.main), None)
    if portal is None or context.catalogue is None or main is None:
        return None
    if portal.state is not ConnectionState.CONNECTED:
        return None
    started, now = time.monotonic(), engine.clock()
    return Look(
        engine=engine,
        tenant_id=tenant_id,
        main_account=main,
        client=bitrix24_client(engine, tenant_id, portal, made.append),
        catalogue=context.catalogue,
        lens=context.lens,
        groups=groups,
        intake=intake,
        now=now,
        won_after=won_after or now,
        handler=f"{engine.settings.app_url}/webhooks/bitrix24",
        lasts=lambda: time.monotonic() - started < LASTS,
    )
