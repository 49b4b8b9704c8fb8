"""Eventos: running a whole filter again, after asking once more."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post
from litestar.enums import RequestEncodingType
from litestar.params import Body
from litestar.response import Redirect
from litestar.types import ControllerRouterHandler

from connector.account import replaying
from connector.account.licence import right_of
from connector.account.people import Viewer
from connector.domain.events import Outcome, Reason
from connector.store.event_lists import Filter
from connector.store.ids import new_id
from connector.sync import replaying as bulk
from connector.sync.replaying import Replayed
from dashboard.pages.surroundings import look_around, shell_of
from dashboard.reader import _
from dashboard.rendering import page
from dashboard.telling.asked import Asked, asked_of
from dashboard.telling.replaying import replaying as told
from server.parts import Parts, Used
from server.problems import Conflict
from server.sessions import Viewing

PATH = "/eventos/reprocessar"
#: Where the events of the replay are seen.
SEEN = "/eventos?origem=replay&feitos={queued}"

Visit = Request[Any, Any, Any]


class Confirmed(msgspec.Struct, frozen=True):
    """The filter as the address has it, and the replay that was offered."""

    q: str = ""
    tipo: str = ""
    resultado: str = ""
    motivo: str = ""
    origem: str = ""
    inicio: str = ""
    fim: str = ""
    pedido: str = ""


ConfirmedForm = Annotated[Confirmed, Body(media_type=RequestEncodingType.URL_ENCODED)]


@get(PATH)
async def ask(viewer: Viewing, parts: Used, request: Visit) -> Response[Any]:
    """What would be run again; nothing is."""
    return await _ask(asked_of(request.query_params), viewer, parts, request)


@post(PATH, status_code=303)
async def run(data: ConfirmedForm, viewer: Viewing, parts: Used, request: Visit) -> Response[Any]:
    """Queue it, once however often the form is sent."""
    asked, replay = asked_of(msgspec.structs.asdict(data)), _replay(data.pedido)
    now = parts.clock.now()
    if replay is None or not replaying.is_good(replay, now):
        return await _ask(asked, viewer, parts, request, again=True)
    if not _may_run(asked):
        return Redirect(asked.url(), status_code=303)
    await _refuse_without_right(viewer, parts)
    wanted = await _wanted(asked, viewer, parts)
    done = await bulk.replay_all(parts.database, parts.engine.waker, viewer.tenant_id, wanted, replay, now)
    if done.queued:
        await replaying.note(parts.database, viewer.tenant_id, viewer.actor, asked.wish(), done.records, now)
    return Redirect(SEEN.format(queued=done.queued), status_code=303)


async def _ask(
    asked: Asked, viewer: Viewer, parts: Parts, request: Visit, *, again: bool = False
) -> Response[Any]:
    if not _may_run(asked):
        return Redirect(asked.url(), status_code=303)
    replay = new_id(parts.clock.now())
    async with parts.database.tenant(viewer.tenant_id) as conn:
        around = await look_around(conn, viewer, parts.clock.business_now())
    found: Replayed = await bulk.survey(
        parts.database, viewer.tenant_id, await _wanted(asked, viewer, parts), replay
    )
    view = told(asked, found, str(replay), again=again)
    return page("replay_filter.html", {"shell": shell_of(around, request, PATH), "view": view})


def _may_run(asked: Asked) -> bool:
    """A filter, and one of settled events: what is held runs by itself once its cause is mended."""
    return asked.is_filtered and asked.outcome is not Outcome.HELD


async def _wanted(asked: Asked, viewer: Viewer, parts: Parts) -> Filter:
    async with parts.database.tenant(viewer.tenant_id) as conn:
        found = await replaying.filter_of(conn, viewer.tenant_id, asked.wish())
    return Filter(events=()) if found is None else found


async def _refuse_without_right(viewer: Viewer, parts: Parts) -> None:
    async with parts.database.tenant(viewer.tenant_id):
        right = await right_of(viewer.tenant_id, parts.clock.business_now())
    if right is None or right.refusal is Reason.LICENCE:
        raise Conflict(Reason.LICENCE, _("A licença não está ativa. Ative-a para reprocessar."))
    if right.refusal is not None:
        raise Conflict(right.refusal, _("O limite do plano para este mês foi atingido."))


def _replay(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


handlers: list[ControllerRouterHandler] = [ask, run]
