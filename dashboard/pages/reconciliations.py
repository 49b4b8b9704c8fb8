"""Conferência: begin one, see what differs, repair all of it or what is chosen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath
from litestar.response import Redirect
from litestar.types import ControllerRouterHandler

from connector.account import drift, field_lists
from connector.account.people import Viewer
from connector.domain.drift import What
from connector.domain.events import Kind
from connector.domain.runs import Task
from connector.store import drift as rows
from connector.store.runs import Run
from connector.store.scope import Connection
from connector.sync.runs.comparison import KINDS, Wish
from dashboard.pages.surroundings import look_around, shell_of
from dashboard.reader import _
from dashboard.rendering import page
from dashboard.telling import reasons
from dashboard.telling.asked import LARGEST_ID
from dashboard.telling.drift_curve import curve
from dashboard.telling.field_words import words_of
from dashboard.telling.reconciliation import LENGTHS, PATH, Asked, card, confirm, reconciliation
from dashboard.views.reconciliation import Card
from server import long_work
from server.parts import Parts, Used
from server.problems import Conflict, NotFound
from server.sessions import Viewing

#: Differences of a page.
PAGE = 50
Visit = Request[Any, Any, Any]


class Begun(msgspec.Struct, frozen=True):
    """Which records to compare; all kinds when it is empty."""

    tipo: str = ""


BegunForm = Annotated[Begun, Body(media_type=RequestEncodingType.URL_ENCODED)]


async def card_of(conn: Connection, viewer: Viewer) -> Card:
    """How far both sides agree (inside the tenant's scope; two queries)."""
    agreed = await drift.agreement(conn, viewer.tenant_id)
    return card(agreed, await drift.under_way(conn, viewer.tenant_id), viewer, len(KINDS))


@post(PATH, status_code=303)
async def begin(data: BegunForm, viewer: Viewing, parts: Used) -> Response[Any]:
    """Conferir agora: compare one kind, or all of them; one that is under way is shown instead."""
    wanted = [kind for kind in KINDS if data.tipo in ("", kind)]
    if not wanted:
        raise NotFound
    async with parts.database.tenant(viewer.tenant_id) as conn:
        busy = await drift.under_way(conn, viewer.tenant_id)
    free = [kind for kind in wanted if kind not in busy]
    if not free:
        return Redirect(f"{PATH}/{busy[wanted[0]].id}?ja=1", status_code=303)
    begun = [await _begin(kind, viewer, parts) for kind in free]
    return Redirect(f"{PATH}/{begun[0].id}", status_code=303)


async def _begin(kind: Kind, viewer: Viewer, parts: Parts) -> Run:
    try:
        task = Task.RECONCILIATION
        return await long_work.begin(parts, viewer.tenant_id, viewer.actor, task, kind, Wish())
    except Conflict as error:
        raise _told(error, _("Esta conferência já estava em andamento.")) from error


def _told(error: Conflict, under_way: str) -> Conflict:
    """The same refusal for people."""
    if error.code == "under_way":
        return Conflict(error.code, under_way)
    explained = reasons.told(error.code)
    text = f"{explained.sentence} {explained.remedy}".strip() if explained is not None else ""
    return Conflict(error.code, text)


@get(PATH + "/{name:str}")
async def show(name: FromPath[str], viewer: Viewing, parts: Used, request: Visit) -> Response[str]:
    """What differs, with both values of each field."""
    asked = _asked(name, request)
    found = await _found(name, viewer, parts, asked.after, PAGE + 1, asked.what)
    ids = [one.bling_id for one in found.findings if one.bling_id]
    async with parts.database.tenant(viewer.tenant_id) as conn:
        around = await look_around(conn, viewer, parts.clock.business_now())
        lists = await field_lists.kept(conn, viewer.tenant_id)
        links = await rows.of_bling(conn, viewer.tenant_id, found.run.kind, ids)
        scores = await rows.scores(conn, viewer.tenant_id, found.run.kind, asked.last)
        mending = await drift.mending(viewer.tenant_id)
    pairs = frozenset(link.record.bling_id for link in links)
    drawn = curve(found.run.kind, scores, asked.last, _longer(asked), found.run.id)
    fields = words_of(lists, found.run.kind)
    view = reconciliation(found, asked, viewer, fields, pairs, PAGE, drawn, mending)
    return page("reconciliation.html", {"shell": shell_of(around, request), "view": view})


@get(PATH + "/{name:str}/corrigir")
async def ask(name: FromPath[str], viewer: Viewing, parts: Used, request: Visit) -> Response[Any]:
    """What would be repaired; nothing is."""
    records = _ids(request.query_params.getall("registro", []))
    found = await _found(name, viewer, parts)
    everything = "tudo" in request.query_params
    if not viewer.may_change or not (records or everything):
        return Redirect(f"{PATH}/{found.run.id}", status_code=303)
    if everything:
        records = []
    async with parts.database.tenant(viewer.tenant_id) as conn:
        around = await look_around(conn, viewer, parts.clock.business_now())
        known = await rows.found_ids(conn, viewer.tenant_id, found.run.id, records)
        links = await rows.of_bling(conn, viewer.tenant_id, found.run.kind, sorted(known))
    labels = {link.record.bling_id: link.label for link in links}
    chosen = [one for one in records if one in known]
    if records and not chosen:
        return Redirect(f"{PATH}/{found.run.id}", status_code=303)
    view = confirm(found, chosen, [labels.get(one) or f"Bling {one}" for one in chosen])
    return page("reconciliation_confirm.html", {"shell": shell_of(around, request), "view": view})


@post(PATH + "/{name:str}/corrigir", status_code=303)
async def mend(name: FromPath[str], viewer: Viewing, parts: Used, request: Visit) -> Response[Any]:
    """Put it in the inbox; what is repaired already, or cannot be, is left alone."""
    form = await request.form()
    found = await _found(name, viewer, parts)
    records = None if form.get("tudo") else _ids(form.getall("registro", []))
    if records is not None and not records:
        return Redirect(f"{PATH}/{found.run.id}", status_code=303)
    try:
        queued = await long_work.repair(parts, viewer.tenant_id, viewer.actor, found.run.id, records)
    except Conflict as error:
        text = _("Esta conferência ainda está comparando. Corrija quando ela terminar.")
        raise _told(error, text) from error
    return Redirect(f"{PATH}/{found.run.id}?corrigindo={queued}", status_code=303)


async def _found(
    name: str, viewer: Viewer, parts: Parts, after: int = 0, limit: int = 1, what: What | None = None
) -> drift.Reconciliation:
    """Raises `NotFound`."""
    try:
        run_id = UUID(name)
    except ValueError as error:
        raise NotFound from error
    found = await drift.reconciliation(parts.database, viewer.tenant_id, run_id, after, limit, what)
    if found is None:
        raise NotFound
    return found


def _asked(name: str, request: Visit) -> Asked:
    """Read the address; what nobody knows is left aside."""
    query = request.query_params
    after, queued = _number(query.get("depois", "")), _number(query.get("corrigindo", ""))
    return Asked(
        run_id=name,
        what=What(query["diferenca"]) if query.get("diferenca") in set(What) else None,
        after=after or 0,
        queued=queued,
        again="ja" in query,
        last=length_of(query.get("ultimas", "")),
    )


def _longer(asked: Asked) -> Callable[[int], str]:
    """The same page with another length of the curve."""
    return lambda last: asked.url(asked.what, last=last) + "#evolucao"


def length_of(text: str) -> int:
    """How many comparisons are to be drawn."""
    return next((one for one in LENGTHS if text == str(one)), LENGTHS[0])


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 9 else None


def _ids(texts: Sequence[str]) -> list[int]:
    """Bling ids, each once; what is none is left aside."""
    good = [int(text) for text in texts if text.isascii() and text.isdecimal() and len(text) <= 19]
    return list(dict.fromkeys(number for number in good if 0 < number <= LARGEST_ID))


handlers: list[ControllerRouterHandler] = [begin, show, ask, mend]
