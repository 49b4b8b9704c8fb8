"""Pulso do Bling."""

from __future__ import annotations

from datetime import datetime, timedelta

from litestar import Response, get
from litestar.types import ControllerRouterHandler

from connector.account.operator_pulse import HOURS_KEPT
from connector.store import operator_pulse as store
from connector.store import silences
from connector.store.scope import Connection
from dashboard.operator.pages.screen import Visit, screen
from dashboard.operator.telling.pulse import WINDOW, Heard, page
from server.operators import Watching
from server.parts import Used

#: Silent accounts that are named.
NAMED = 100


@get("/pulso")
async def show_pulse(watcher: Watching, parts: Used, request: Visit) -> Response[str]:
    """Each resource against the usual."""
    async with parts.database.system() as conn:
        heard = await hear(conn, parts.clock.now())
    return screen("pulse.html", page(heard), watcher, request)


async def hear(conn: Connection, now: datetime) -> Heard:
    """What was counted; the present minute is not over, so it does not count."""
    minute = now.replace(second=0, microsecond=0)
    minutes = await store.minutes(conn, minute - timedelta(minutes=WINDOW))
    return Heard(
        hours=await store.hours(conn, now - HOURS_KEPT),
        minutes=[one for one in minutes if one.at < minute],
        last=await store.last(conn, now - HOURS_KEPT),
        silences=await store.silences(conn),
        accounts=await silences.silent(conn, NAMED),
        now=now,
    )


handlers: list[ControllerRouterHandler] = [show_pulse]
