"""Eventos parados."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.enums import RequestEncodingType
from litestar.params import Body
from litestar.types import ControllerRouterHandler

from connector.account.operators import note
from connector.store import operator_queues as store
from connector.store import tenants
from connector.sync.revive import revive
from dashboard.operator.pages.screen import PAGE, Visit, done, id_in, screen
from dashboard.operator.telling.dead import MOST, PATH, dead
from server.operators import Watching
from server.parts import Used

#: So far back they are looked for.
KEPT = timedelta(days=30)


class Chosen(msgspec.Struct, frozen=True):
    """One event, or all of the list: of one tenant, or of everybody."""

    event: UUID | None = None
    cliente: str = ""


ChosenForm = Annotated[Chosen, Body(media_type=RequestEncodingType.URL_ENCODED)]


@get("/parados")
async def show_dead(watcher: Watching, parts: Used, request: Visit) -> Response[str]:
    """What was given up, and nothing has happened to since."""
    about, before = id_in(request, "cliente"), id_in(request, "depois")
    async with parts.database.system() as conn:
        rows = await store.dead(conn, about, before, parts.clock.now() - KEPT, PAGE + 1)
        known = await tenants.load(about) if about else None
    view = dead(rows, PAGE, about, known.name if known else "")
    return screen("dead.html", view, watcher, request)


@post("/parados/repetir")
async def run_again(data: ChosenForm, watcher: Watching, parts: Used) -> Response[Any]:
    """From each record's present state, through its tenant's inbox."""
    now, about = parts.clock.now(), _id(data.cliente)
    async with parts.database.system() as conn:
        if data.event is not None:
            keys = await store.dead_keys(conn, [data.event], now - KEPT)
        else:
            rows = await store.dead(conn, about, None, now - KEPT, MOST)
            keys = await store.dead_keys(conn, [row.id for row in rows], now - KEPT)
    count = await revive(parts.engine, keys) if keys else 0
    if count:
        async with parts.database.system() as conn:
            alone = keys[0].tenant_id if data.event is not None else about
            await note(conn, watcher, now, "events.revived", alone, events=count)
    return done(f"{PATH}?cliente={about}" if about else PATH, "reprocesso" if count else "nada")


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


handlers: list[ControllerRouterHandler] = [show_dead, run_again]
