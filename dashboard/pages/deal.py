"""Ponte's tab in a deal's card: where the deal came from, and what has happened to it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import Request, Response, get
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from connector.account.deal_tab import LARGEST
from connector.domain.events import Kind
from connector.store import history
from connector.store.scope import Connection
from dashboard.pages.surroundings import look_around, shell_of
from dashboard.rendering import page
from dashboard.telling.deal import Trace, deal
from server.parts import Used
from server.problems import NotFound
from server.sessions import Viewing

PATH = "/negocio"
#: Kinds that become deals.
KINDS = (Kind.ORDER, Kind.SALE)
#: Events of one record.
EVENTS = 6


@get(f"{PATH}/{{name:str}}")
async def show_deal(
    name: FromPath[str], viewer: Viewing, parts: Used, request: Request[Any, Any, Any]
) -> Response[str]:
    """A deal that came through Ponte, or that it did not: any number may be asked for."""
    deal_id = int(name) if name.isascii() and name.isdigit() and len(name) < 20 else 0
    if not 0 < deal_id <= LARGEST:
        raise NotFound
    async with parts.database.tenant(viewer.tenant_id) as conn:
        around = await look_around(conn, viewer, parts.clock.business_now())
        traces = await _traces(conn, viewer.tenant_id, deal_id)
        ids = [event.sync_id for one in traces for event in one.events if event.sync_id]
        syncs = {one.id: one for one in await history.syncs(conn, viewer.tenant_id, ids)}
    view = deal(deal_id, traces, around.accounts, syncs)
    return page("deal.html", {"shell": shell_of(around, request), "view": view})


async def _traces(conn: Connection, tenant_id: UUID, deal_id: int) -> list[Trace]:
    found = [link for kind in KINDS for link in await history.links_of_bitrix(conn, tenant_id, kind, deal_id)]
    traces = []
    for link in found:
        same = history.Filter(kind=link.record.kind, bling_id=link.record.bling_id)
        events = await history.events(conn, tenant_id, same, None, EVENTS)
        mine = [event for event in events if event.record.account_id == link.record.account_id]
        traces.append(Trace(link, mine))
    return traces


handlers: list[ControllerRouterHandler] = [show_deal]
