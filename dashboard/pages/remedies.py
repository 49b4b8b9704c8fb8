"""Remedies: running records again, all of a reason or one, and choosing an ambiguous product's pair."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get, post
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath
from litestar.response import Redirect
from litestar.types import ControllerRouterHandler

from connector.account import remedies as audited
from connector.account.licence import right_of
from connector.account.people import Viewer
from connector.domain.events import Kind, Reason
from connector.store import history, links
from connector.store.links import Link
from connector.sync import remedying
from connector.sync.remedying import NotNow
from dashboard.pages.record import choice_now, named, record_page
from dashboard.pages.surroundings import look_around, shell_of
from dashboard.reader import _
from dashboard.rendering import page, part
from dashboard.telling.asked import LARGEST_ID
from dashboard.telling.candidates import refused
from dashboard.telling.remedies import PATH, confirm
from server.parts import Parts, Used
from server.problems import Conflict, NotFound
from server.sessions import Viewing

Visit = Request[Any, Any, Any]

RECORD = "/registros/{name:str}/{number:str}"
#: Instead of an id: one of its own.
NEW = "novo"


class Wanted(msgspec.Struct, frozen=True):
    """All records of a reason."""

    reason: str = ""
    kind: str = ""


class Picked(msgspec.Struct, frozen=True):
    """A product's id in Bitrix24, or `novo`."""

    bitrix_id: str = ""


WantedForm = Annotated[Wanted, Body(media_type=RequestEncodingType.URL_ENCODED)]
PickedForm = Annotated[Picked, Body(media_type=RequestEncodingType.URL_ENCODED)]


@get(PATH)
async def ask(viewer: Viewing, parts: Used, request: Visit) -> Response[str]:
    """What would run again, and what that does."""
    query = request.query_params
    reason, kind = _reason_and_kind(query.get("motivo", ""), query.get("tipo", ""))
    async with parts.database.tenant(viewer.tenant_id) as conn:
        around = await look_around(conn, viewer, parts.clock.business_now())
        counts = await links.reasons(conn, viewer.tenant_id)
    count = sum(one.n for one in counts if (one.kind, one.reason) == (kind, reason))
    return page("remedy.html", {"shell": shell_of(around, request), "view": confirm(reason, kind, count)})


@post(PATH, status_code=303)
async def run(data: WantedForm, viewer: Viewing, parts: Used) -> Redirect:
    """Run them; leads back to their list."""
    reason, kind = _reason_and_kind(data.reason, data.kind)
    await _allow(viewer, parts)
    try:
        ran = await remedying.run_again(parts.engine, viewer.tenant_id, reason, kind)
    except NotNow as error:
        raise Conflict(error.code, _("Estes registros esperam uma decisão própria.")) from error
    now = parts.clock.now()
    await audited.note_run(parts.database, viewer.tenant_id, viewer.actor, reason, kind, ran.queued, now)
    return Redirect(f"/registros?tipo={kind}&motivo={reason}&fila={ran.queued}", status_code=303)


@post(f"{RECORD}/de-novo", status_code=303)
async def run_one(name: FromPath[str], number: FromPath[str], viewer: Viewing, parts: Used) -> Redirect:
    """Run one record again; leads to its event."""
    link = await _link(name, number, viewer, parts)
    await _allow(viewer, parts)
    event_id = await remedying.again(parts.engine, viewer.tenant_id, link)
    return Redirect(f"/eventos/{event_id}", status_code=303)


@get(f"{RECORD}/candidatos")
async def show_candidates(
    name: FromPath[str], number: FromPath[str], viewer: Viewing, parts: Used
) -> Response[str]:
    """The products that the record may become, for the page that is there already."""
    link = await _link(name, number, viewer, parts)
    return part("choose_answer.html", {"choice": await choice_now(link, viewer, parts)})


@post(f"{RECORD}/par", status_code=303)
async def pick(
    name: FromPath[str], number: FromPath[str], data: PickedForm, viewer: Viewing, parts: Used, request: Visit
) -> Response[Any]:
    """The person's choice; leads to the event that carries it out."""
    link = await _link(name, number, viewer, parts)
    await _allow(viewer, parts)
    picked, now = _picked(data.bitrix_id), parts.clock.now()
    try:
        event_id = await remedying.adopt(parts.engine, viewer.tenant_id, link, picked)
    except NotNow as error:
        choice = await choice_now(link, viewer, parts, refused(error.code))
        return await record_page(link, viewer, parts, request, choice=choice, status=409)
    await audited.note_choice(parts.database, viewer.tenant_id, viewer.actor, link.record, picked, now)
    return Redirect(f"/eventos/{event_id}", status_code=303)


async def _link(name: str, number: str, viewer: Viewer, parts: Parts) -> Link:
    """Raises `NotFound`, also for another tenant's."""
    kind, bling_id = named(name, number)
    async with parts.database.tenant(viewer.tenant_id) as conn:
        link = await history.record(conn, viewer.tenant_id, kind, bling_id)
    if link is None:
        raise NotFound
    return link


async def _allow(viewer: Viewer, parts: Parts) -> None:
    """Raises `Conflict` while nothing can be synced."""
    async with parts.database.tenant(viewer.tenant_id):
        right = await right_of(viewer.tenant_id, parts.clock.business_now())
    if right is None or right.refusal is Reason.LICENCE:
        raise Conflict(Reason.LICENCE, _("A licença não está ativa. Ative-a para reprocessar."))
    if right.refusal is Reason.QUOTA:
        raise Conflict(Reason.QUOTA, _("O limite do plano para este mês foi atingido."))


def _reason_and_kind(reason: str, kind: str) -> tuple[Reason, Kind]:
    """Raises `NotFound` for what nobody knows."""
    if reason not in set(Reason) or kind not in set(Kind):
        raise NotFound
    return Reason(reason), Kind(kind)


def _picked(text: str) -> int | None:
    """Raises `NotFound` for what is no id."""
    if text == NEW:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) <= 19 and 0 < int(text) <= LARGEST_ID):
        raise NotFound
    return int(text)


handlers: list[ControllerRouterHandler] = [ask, run, run_one, show_candidates, pick]
