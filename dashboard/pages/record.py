"""Registro: one record, both sides field by field."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, get
from litestar.types import ControllerRouterHandler

from connector.account import field_lists, mappings
from connector.account.people import Viewer
from connector.account.records import record_of
from connector.domain.events import Kind
from connector.store import history
from dashboard.pages.surroundings import look_around, shell_of
from dashboard.rendering import page
from dashboard.telling.asked import LARGEST_ID
from dashboard.telling.field_words import words_of
from dashboard.telling.record import Story, record
from dashboard.telling.records import SHOWN
from server.parts import Parts
from server.problems import NotFound

#: Events that are looked through for where values came from, and how many of them are listed.
EVENTS, LISTED = 200, 10


@get("/registros/{name:str}/{number:str}")
async def show_record(
    name: str, number: str, viewer: Viewer, parts: Parts, request: Request[Any, Any, Any]
) -> Response[str]:
    """One record with the event, rule and version that each value came from."""
    kind, bling_id = _asked(name, number)
    found = await record_of(parts.database, viewer.tenant_id, kind, bling_id)
    if found is None:
        raise NotFound
    async with parts.database.tenant(viewer.tenant_id) as conn:
        around = await look_around(conn, viewer, parts.clock.business_now())
        mapping = await mappings.in_force(conn, viewer.tenant_id, kind)
        wanted = history.Filter(kind=kind, bling_id=bling_id)
        events = await history.events(conn, viewer.tenant_id, wanted, None, EVENTS)
        written = {one.sync_id for one in events if one.sync_id}
        syncs = await history.syncs(conn, viewer.tenant_id, written)
        lists = await field_lists.kept(conn, viewer.tenant_id)
    story = Story(
        found=found,
        rules={rule.id: rule for rule in mapping.rules},
        events=events,
        syncs={one.id: one for one in syncs},
        words=words_of(lists, kind),
        bling=parts.settings.bling_authorize_url,
    )
    return page("record.html", {"shell": shell_of(around, request), "view": record(story, around, LISTED)})


def _asked(name: str, number: str) -> tuple[Kind, int]:
    """Raises `NotFound` for what names no record."""
    if name not in set(SHOWN) or not (number.isascii() and number.isdecimal() and len(number) <= 19):
        raise NotFound
    if int(number) > LARGEST_ID:
        raise NotFound
    return Kind(name), int(number)


handlers: list[ControllerRouterHandler] = [show_record]
