"""Registro: one record, both sides field by field."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, get
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from connector.account import field_lists, mappings
from connector.account.people import Viewer
from connector.account.records import record_of
from connector.domain.events import Kind
from connector.domain.remedies import SYNCED
from connector.domain.vendor import VendorError
from connector.store import event_lists, history
from connector.store.event_lists import PATIENCE
from connector.store.links import Link
from connector.sync.candidates import candidates
from connector.sync.runs.sides import look
from dashboard.pages.surroundings import look_around, shell_of
from dashboard.rendering import page
from dashboard.telling.asked import LARGEST_ID
from dashboard.telling.candidates import asked, away, choice_of
from dashboard.telling.field_words import words_of
from dashboard.telling.record import Story, record
from dashboard.telling.records import SHOWN
from dashboard.telling.sides import not_asked, sides
from dashboard.views.record import Sides
from dashboard.views.remedies import Choose
from server.parts import Parts, Used
from server.problems import NotFound
from server.sessions import Viewing

#: Events that are looked through for where values came from, and how many of them are listed.
EVENTS, LISTED = 200, 10


@get("/registros/{name:str}/{number:str}")
async def show_record(
    name: FromPath[str], number: FromPath[str], viewer: Viewing, parts: Used, request: Request[Any, Any, Any]
) -> Response[str]:
    """One record with the event, rule and version that each value came from."""
    kind, bling_id = named(name, number)
    async with parts.database.tenant(viewer.tenant_id) as conn:
        link = await history.record(conn, viewer.tenant_id, kind, bling_id)
    if link is None:
        raise NotFound
    choice = choice_of(link, viewer)
    if choice is not None and "candidatos" in request.query_params:
        choice = await choice_now(link, viewer, parts)
    return await record_page(link, viewer, parts, request, choice=choice)


async def choice_now(link: Link, viewer: Viewer, parts: Parts, error: str = "") -> Choose:
    """The choice with the portal's answer; one that is away leaves the question open."""
    try:
        found = await candidates(parts.engine, viewer.tenant_id, link)
    except VendorError as failure:
        return away(link, viewer, failure.text)
    return asked(link, viewer, found, error)


async def record_page(
    link: Link,
    viewer: Viewer,
    parts: Parts,
    request: Request[Any, Any, Any],
    *,
    choice: Choose | None,
    status: int = 200,
) -> Response[str]:
    """The whole screen."""
    kind, bling_id = link.record.kind, link.record.bling_id
    found = await record_of(parts.database, viewer.tenant_id, kind, bling_id)
    if found is None:
        raise NotFound
    async with parts.database.tenant(viewer.tenant_id) as conn:
        around = await look_around(conn, viewer, parts.clock.business_now())
        mapping = await mappings.in_force(conn, viewer.tenant_id, kind)
        wanted = history.Filter(kind=kind, bling_id=bling_id)
        near = await event_lists.page(conn, viewer.tenant_id, wanted, None, EVENTS, days=PATIENCE)
        events = near.rows
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
    own_path = f"/registros/{kind}/{bling_id}"
    shown = {
        "sides": await _sides(link, story, parts, viewer, request),
        "shell": shell_of(around, request, own_path),
        "view": record(story, around, LISTED),
        "choice": choice,
    }
    return page("record.html", shown, status=status)


async def _sides(
    link: Link, story: Story, parts: Parts, viewer: Viewer, request: Request[Any, Any, Any]
) -> Sides | None:
    """Both sides, read now when that was asked for; None for records that the planner does not know."""
    key = link.record
    if key.kind not in SYNCED or not key.in_bling:
        return None
    url = f"/registros/{key.kind}/{key.bling_id}?comparar=1"
    if "comparar" not in request.query_params:
        return not_asked(url)
    return sides(await look(parts.engine, viewer.tenant_id, key), url, story.words, key.kind)


def named(name: str, number: str) -> tuple[Kind, int]:
    """The record of a page's address. Raises `NotFound` for what names none."""
    if name not in set(SHOWN) or not (number.isascii() and number.isdecimal() and len(number) <= 19):
        raise NotFound
    if int(number) > LARGEST_ID:
        raise NotFound
    return Kind(name), int(number)


handlers: list[ControllerRouterHandler] = [show_record]
