"""Exportar para o Bling: products of the portal go to Bling, all, of a section, or chosen one by one."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Request, Response, get, post
from litestar.response import Redirect
from litestar.types import ControllerRouterHandler

from connector.account import toggles
from connector.account.licence import right_of
from connector.account.people import Viewer
from connector.domain.events import Kind, Reason
from connector.domain.runs import Task
from connector.domain.vendor import VendorError
from connector.store import run_lists
from connector.sync.runs import export_look, exporting
from dashboard.pages.run_pages import lists_of, outcomes_of, panes_of, refused
from dashboard.pages.surroundings import look_around, shell_of
from dashboard.reader import _
from dashboard.rendering import page
from dashboard.telling import export_form
from dashboard.telling.export_form import CHOSEN, PATH, Typed
from dashboard.telling.run_titles import url
from dashboard.views.exports import ExportForm, Exports, Preview
from server import long_work
from server.api.run_wishes import read_moment
from server.parts import Parts, Used
from server.problems import Conflict, NotFound
from server.sessions import Viewing

#: The buttons.
LOOK, EXPORT = "prever", "exportar"

Visit = Request[Any, Any, Any]


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """What became of the last form."""

    errors: dict[str, str] = {}
    wish: exporting.Wish | None = None
    why: str = ""
    status: int = 200


@get(PATH)
async def show_exports(viewer: Viewing, parts: Used, request: Visit) -> Response[Any]:
    """The form, and the export that is under way."""
    return await _show(Typed(), viewer, parts, request, Said())


@post(PATH, status_code=303)
async def begin(viewer: Viewing, parts: Used, request: Visit) -> Response[Any]:
    """Look what would become of it, or begin, as the button says."""
    sent = await request.form()
    typed, action = export_form.typed_of(sent.multi_items()), sent.get("acao")
    if action not in (LOOK, EXPORT):
        raise NotFound
    said = await _checked(typed, viewer, parts)
    if said.wish is None or action == LOOK:
        return await _show(typed, viewer, parts, request, said)
    try:
        run = await long_work.begin(
            parts, viewer.tenant_id, viewer.actor, Task.EXPORT, Kind.PRODUCT, said.wish
        )
    except Conflict as error:
        why = await refused(error, viewer, parts, Task.EXPORT, Kind.PRODUCT)
        return await _show(typed, viewer, parts, request, Said(why=why, status=409))
    return Redirect(url(run), status_code=303)


async def _checked(typed: Typed, viewer: Viewer, parts: Parts) -> Said:
    """The wish, or what is wrong with the form."""
    since = read_moment(typed.desde) if typed.desde else None
    errors = export_form.flaws(typed, since, parts.clock.now())
    if errors:
        return Said(errors=errors, status=422)
    if typed.quais != CHOSEN:
        return Said(wish=export_form.wish(typed, since, ()))
    named = export_form.named_in(typed.produtos)
    try:
        meant = await export_look.look_up(parts.engine, viewer.tenant_id, named.ids, named.words)
    except VendorError as error:
        return Said(why=_not_now(error), status=503)
    if wrong := export_form.unclear(meant):
        return Said(errors={"produtos": wrong}, status=422)
    chosen = {number for found in meant.found.values() for number in found}
    return Said(wish=export_form.wish(typed, since, chosen))


def _not_now(error: VendorError) -> str:
    return _("O Bitrix24 não respondeu agora: %(why)s. Tente de novo.") % {"why": error.text.rstrip(".")}


async def _show(typed: Typed, viewer: Viewer, parts: Parts, request: Visit, said: Said) -> Response[Any]:
    async with parts.database.tenant(viewer.tenant_id) as conn:
        around = await look_around(conn, viewer, parts.clock.business_now())
        busy = await run_lists.under_way(conn, viewer.tenant_id, (Task.EXPORT,))
        numbers = [(run, await outcomes_of(conn, run)) for run in busy]
    panes = await panes_of(around, parts, numbers)
    view = Exports(
        url=PATH,
        running=any(one.running for one in panes),
        panes=panes,
        form=await _form(typed, viewer, parts, request, said) if viewer.may_change else None,
        refused=said.why,
    )
    shown = {"shell": shell_of(around, request, PATH), "view": view}
    return page("exports.html", shown, status=said.status)


async def _form(typed: Typed, viewer: Viewer, parts: Parts, request: Visit, said: Said) -> ExportForm:
    anew = request.method == "GET" and not request.headers.get("hx-request")
    lists = await lists_of(viewer, parts, Kind.PRODUCT, anew=anew)
    async with parts.database.tenant(viewer.tenant_id):
        on = await toggles.load(viewer.tenant_id)
        right = await right_of(viewer.tenant_id, parts.clock.business_now())
    reason = Reason.LICENCE if right is None else right.refusal
    seen: Preview | None = None
    silent = ""
    if said.wish is not None:
        try:
            found = await export_look.forecast(parts.engine, viewer.tenant_id, said.wish)
            seen = export_form.preview(found, on)
        except VendorError as error:
            silent = _not_now(error)
    return export_form.form(typed, lists, on, reason, said.errors, seen, silent)


handlers: list[ControllerRouterHandler] = [show_exports, begin]
