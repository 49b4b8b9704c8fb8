"""Visão geral."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from litestar import Request, Response, get
from litestar.types import ControllerRouterHandler

from connector.account import toggles
from connector.account.licence import period_of
from connector.store import history, licences, links, rollups
from connector.store.scope import Connection
from dashboard.formats import local
from dashboard.pages.limits import limits_now
from dashboard.pages.reconciliations import card_of
from dashboard.pages.surroundings import look_around, shell_of
from dashboard.reader import reader
from dashboard.rendering import page
from dashboard.telling.known import Day, Surroundings
from dashboard.telling.overview import overview
from dashboard.views import chart
from server.parts import Used
from server.sessions import Viewing

FEED = 7


@get("/", name="overview")
async def show_overview(viewer: Viewing, parts: Used, request: Request[Any, Any, Any]) -> Response[str]:
    """Is everything all right?"""
    async with parts.database.tenant(viewer.tenant_id) as conn:
        around = await look_around(conn, viewer, parts.clock.business_now())
        day = await _day(conn, around)
        card = await card_of(conn, viewer)
    limits = await limits_now(parts.redis, around.accounts, around.portal)
    view = overview(around, day, limits)
    return page("overview.html", {"shell": shell_of(around, request), "view": view, "card": card})


async def _day(conn: Connection, around: Surroundings) -> Day:
    tenant_id = around.viewer.tenant_id
    feed = await history.events(conn, tenant_id, history.Filter(), None, FEED)
    syncs = await history.syncs(conn, tenant_id, [event.sync_id for event in feed if event.sync_id])
    return Day(
        toggles=await toggles.load(tenant_id),
        half_hours=await rollups.half_hours(conn, tenant_id, chart.first_slot(reader().now)),
        hours=await rollups.hours(conn, tenant_id, _midnight() - timedelta(days=1)),
        used=await licences.used(tenant_id, period_of(around.business_now)),
        states=await history.summary(conn, tenant_id),
        reasons=await links.reasons(conn, tenant_id),
        feed=feed,
        syncs={sync.id: sync for sync in syncs},
        last_sync_at=await history.last_sync_at(conn, tenant_id),
    )


def _midnight() -> datetime:
    """When the reader's day began."""
    return local(reader().now).replace(hour=0, minute=0, second=0, microsecond=0)


handlers: list[ControllerRouterHandler] = [show_overview]
