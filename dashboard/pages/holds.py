"""Retidos: what the guard rail stopped, and the decision about it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.types import ControllerRouterHandler

from connector.account import holds as account
from connector.account.holds import AlreadyDecided, UnknownHold
from connector.account.people import Viewer
from connector.store import holds as rows
from connector.store.holds import Hold, HoldState, ItemState
from connector.store.scope import Connection
from dashboard.pages.surroundings import look_around, shell_of
from dashboard.reader import _
from dashboard.rendering import page
from dashboard.telling.holds import PATH, Story, decision, holds
from server.parts import Parts, Used
from server.problems import NotFound
from server.sessions import Viewing

#: Records that are listed of an incident, incidents that are shown whole, and decided ones in a line each.
LISTED, OPEN, DECIDED = 50, 20, 20
#: What was just decided; that somebody else was quicker.
SAID, LATE = "feito", "tarde"

Visit = Request[Any, Any, Any]


@get(PATH)
async def show_holds(viewer: Viewing, parts: Used, request: Visit) -> Response[str]:
    """What waits for a person, with each change, and what was decided of late."""
    async with parts.database.tenant(viewer.tenant_id) as conn:
        around = await look_around(conn, viewer, parts.clock.business_now())
        open_ = await rows.holds(conn, viewer.tenant_id, HoldState.OPEN, None, OPEN)
        stories = [await _story(conn, viewer.tenant_id, one) for one in open_]
        newest = await rows.holds(conn, viewer.tenant_id, None, None, OPEN + DECIDED)
    query = request.query_params
    view = holds(
        stories,
        [one for one in newest if one.state is not HoldState.OPEN][:DECIDED],
        may_decide=viewer.may_change,
        said=decision(query.get(SAID, "")),
        refused=_("Outra pessoa decidiu antes. Nada mudou agora.") if LATE in query else "",
    )
    return page("holds.html", {"shell": shell_of(around, request), "view": view})


@post(f"{PATH}/{{name:str}}/liberar", status_code=303)
async def approve(name: FromPath[str], viewer: Viewing, parts: Used) -> Redirect:
    """Let these changes pass."""
    return await _decide(name, viewer, parts, account.approve)


@post(f"{PATH}/{{name:str}}/descartar", status_code=303)
async def discard(name: FromPath[str], viewer: Viewing, parts: Used) -> Redirect:
    """Never write these changes."""
    return await _decide(name, viewer, parts, account.discard)


async def _decide(name: str, viewer: Viewer, parts: Parts, how: Callable[..., Awaitable[Hold]]) -> Redirect:
    try:
        hold_id = UUID(name)
    except ValueError:
        raise NotFound from None
    clock, wake = parts.clock, parts.engine.waker.wake
    try:
        done = await how(
            parts.database,
            wake,
            viewer.tenant_id,
            hold_id,
            viewer.actor,
            clock.now(),
            clock.business_now(),
        )
    except UnknownHold:
        raise NotFound from None
    except AlreadyDecided:
        return Redirect(f"{PATH}?{LATE}", status_code=303)
    return Redirect(f"{PATH}?{SAID}={done.state}", status_code=303)


async def _story(conn: Connection, tenant_id: UUID, hold: Hold) -> Story:
    held = await rows.items(conn, tenant_id, hold.id, ItemState.HELD, LISTED)
    written = await rows.items(conn, tenant_id, hold.id, ItemState.WRITTEN, LISTED)
    return Story(hold=hold, held=held, written=written)


handlers: list[ControllerRouterHandler] = [show_holds, approve, discard]
