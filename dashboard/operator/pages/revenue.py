"""Receita."""

from __future__ import annotations

from datetime import timedelta

from litestar import Response, get
from litestar.types import ControllerRouterHandler

from connector.domain.licence import DATED_STATES
from connector.store import operator_tenants as store
from dashboard.operator.pages.screen import PAGE, Visit, screen
from dashboard.operator.telling.revenue import revenue
from server.operators import Watching
from server.parts import Used

SOON = timedelta(days=14)


@get("/receita")
async def show_revenue(watcher: Watching, parts: Used, request: Visit) -> Response[str]:
    """From the licences as they were told last."""
    business_now = parts.clock.business_now()
    states = [state.value for state in DATED_STATES]
    async with parts.database.system() as conn:
        counts = await store.licences(conn)
        ending = await store.ending(conn, states, business_now, business_now + SOON, PAGE)
    return screen("revenue.html", revenue(counts, ending), watcher, request)


handlers: list[ControllerRouterHandler] = [show_revenue]
