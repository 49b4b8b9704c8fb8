"""Importação: bringing over what is in Bling already, and the rehearsal before it."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post
from litestar.response import Redirect
from litestar.types import ControllerRouterHandler

from connector.account import toggles
from connector.account.field_lists import FieldLists
from connector.account.licence import right_of
from connector.account.people import Viewer
from connector.domain.events import Reason
from connector.domain.runs import Task
from connector.domain.vendor import VendorError
from connector.store import run_lists, runs
from connector.store.connections import Account
from connector.store.scope import Connection
from connector.sync.runs import forecast, importing, rehearsing
from connector.sync.runs.forecast import Forecast
from connector.sync.runs.importing import KINDS
from connector.sync.runs.slices import Asked
from dashboard.pages.reconciliations import card_of
from dashboard.pages.run_pages import (
    OURS,
    known_of,
    lists_of,
    outcomes_of,
    panes_of,
    refused,
    standing_runs,
)
from dashboard.pages.surroundings import look_around, shell_of
from dashboard.reader import _
from dashboard.rendering import page
from dashboard.telling import import_form as form_telling
from dashboard.telling import runs as told
from dashboard.telling.import_form import Standing, Typed
from dashboard.telling.known import Surroundings
from dashboard.telling.run_titles import PATH, url
from dashboard.views.imports import Imports
from server import long_work
from server.api.run_wishes import read_moment
from server.parts import Parts, Used
from server.problems import Conflict, NotFound
from server.sessions import Viewing

#: Runs of a page.
LISTED = 20
#: Seconds that a person waits for a forecast.
PATIENCE_S = 12.0
#: The buttons; in the address, that a forecast is wanted, and after which run the list goes on.
REHEARSE, IMPORT, FORECAST, BEFORE = "ensaiar", "importar", "prever", "antes"

Visit = Request[Any, Any, Any]


class Reckoned(msgspec.Struct, frozen=True, kw_only=True):
    """A forecast, why there is none, or what is wrong with the form."""

    forecast: Forecast | None = None
    silent: str = ""
    wrong: dict[str, str] = {}


@get(PATH)
async def show_imports(viewer: Viewing, parts: Used, request: Visit) -> Response[str]:
    """What is under way, the form, what was."""
    query = request.query_params
    typed = form_telling.typed_of(query.multi_items())
    return await _show(typed, viewer, parts, request, forecasting=FORECAST in query)


@post(PATH, status_code=303)
async def begin(viewer: Viewing, parts: Used, request: Visit) -> Response[Any]:
    """Rehearse, import, or only reckon, as the button says."""
    form = await request.form()
    typed, action = form_telling.typed_of(form.multi_items()), form.get("acao")
    if typed.tipo not in KINDS or action not in (REHEARSE, IMPORT, FORECAST):
        raise NotFound
    async with parts.database.tenant(viewer.tenant_id) as conn:
        around = await look_around(conn, viewer, parts.clock.business_now())
    asked, errors = _asked(typed, around.accounts, parts)
    if errors:
        return await _show(typed, viewer, parts, request, errors=errors, status=422)
    if action == FORECAST:
        return Redirect(typed.url(**{FORECAST: "1"}), status_code=303)
    task = Task.REHEARSAL if action == REHEARSE else Task.IMPORT
    try:
        wish = _wish(task, asked, automations=bool(typed.automacoes))
        run = await long_work.begin(parts, viewer.tenant_id, viewer.actor, task, typed.kind, wish)
    except Conflict as error:
        why = await refused(error, viewer, parts, task, typed.kind)
        return await _show(typed, viewer, parts, request, why=why, status=409)
    return Redirect(url(run), status_code=303)


def _wish(task: Task, asked: Asked, *, automations: bool) -> msgspec.Struct:
    if task is Task.REHEARSAL:
        return rehearsing.Wish(asked=asked, automations=automations)
    return importing.Wish(asked=asked, automations=automations)


def _asked(typed: Typed, accounts: tuple[Account, ...], parts: Parts) -> tuple[Asked, dict[str, str]]:
    """What is asked for, and what is wrong with it, by field."""
    errors = {}
    since = read_moment(typed.desde) if typed.desde else None
    if typed.desde and (since is None or since > parts.clock.now()):
        errors["desde"] = _("Escolha um dia que já chegou.")
        since = None
    if typed.conta and typed.conta not in {str(one.id) for one in accounts}:
        errors["conta"] = _("Escolha uma das suas empresas.")
        return Asked(since=since), errors
    return form_telling.wish(typed, since), errors


async def _show(
    typed: Typed,
    viewer: Viewer,
    parts: Parts,
    request: Visit,
    *,
    errors: dict[str, str] | None = None,
    why: str = "",
    forecasting: bool = False,
    status: int = 200,
) -> Response[Any]:
    before = _place(request.query_params.get(BEFORE, ""))
    lists = await lists_of(viewer, parts, typed.kind, anew=_looks_closely(viewer, request))
    async with parts.database.tenant(viewer.tenant_id) as conn:
        around = await look_around(conn, viewer, parts.clock.business_now())
        over = await run_lists.over(conn, viewer.tenant_id, OURS, before, LISTED + 1)
        stand = await standing_runs(conn, viewer.tenant_id, () if before else over, parts)
        numbers = [(run, await outcomes_of(conn, run)) for run in stand]
        standing = await _standing(conn, around, typed, lists, parts)
        card = await card_of(conn, viewer)
    form = None
    if viewer.may_change:
        reckoned = await _reckoned(typed, around.accounts, viewer, parts) if forecasting else Reckoned()
        wrong = (errors or {}) | reckoned.wrong
        form = form_telling.form(typed, standing, wrong, reckoned.forecast, reckoned.silent)
    known = await known_of(around, parts, over)
    panes = await panes_of(around, parts, numbers)
    view = Imports(
        url=PATH,
        running=any(one.running for one in panes),
        panes=panes,
        form=form,
        past=tuple(told.past(run, known) for run in over[:LISTED]),
        older_url=f"{PATH}?{BEFORE}={over[LISTED - 1].id}#anteriores" if len(over) > LISTED else "",
        newest_url=f"{PATH}#anteriores" if before else "",
        refused=why,
    )
    shown = {"shell": shell_of(around, request, PATH), "view": view, "card": card}
    return page("imports.html", shown, status=status)


def _looks_closely(viewer: Viewer, request: Visit) -> bool:
    """A person looks at the form, not the page at its own progress."""
    return viewer.may_change and request.method == "GET" and not request.headers.get("hx-request")


def _place(text: str) -> UUID | None:
    """Where the list of earlier runs goes on; what is no place is the beginning."""
    try:
        return UUID(text)
    except ValueError:
        return None


async def _standing(
    conn: Connection, around: Surroundings, typed: Typed, lists: FieldLists, parts: Parts
) -> Standing:
    tenant_id = around.viewer.tenant_id
    right = await right_of(tenant_id, parts.clock.business_now())
    rehearsed = await runs.newest(conn, tenant_id, Task.REHEARSAL, typed.kind)
    return Standing(
        accounts=around.accounts,
        toggles=await toggles.load(tenant_id),
        refusal=Reason.LICENCE if right is None else right.refusal,
        rehearsal=rehearsed[0] if rehearsed else None,
        lists=lists,
    )


async def _reckoned(typed: Typed, accounts: tuple[Account, ...], viewer: Viewer, parts: Parts) -> Reckoned:
    """What it would cost, or why nobody can say now."""
    asked, wrong = _asked(typed, accounts, parts)
    if wrong:
        return Reckoned(wrong=wrong)
    reckoning = forecast.forecast(parts.engine, viewer.tenant_id, typed.kind, asked)
    try:
        return Reckoned(forecast=await asyncio.wait_for(reckoning, PATIENCE_S))
    except TimeoutError:
        late = _("A previsão está demorando: o Bling responde devagar agora. Tente de novo mais tarde.")
        return Reckoned(silent=late)
    except VendorError as error:
        return Reckoned(silent=_("Sem previsão agora: %(why)s.") % {"why": error.text.rstrip(".")})


handlers: list[ControllerRouterHandler] = [show_imports, begin]
