"""Importação: bringing over what is in Bling already, and the rehearsal before it."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post
from litestar.enums import RequestEncodingType
from litestar.params import Body
from litestar.response import Redirect
from litestar.types import ControllerRouterHandler

from connector.account import toggles
from connector.account.licence import right_of
from connector.account.people import Viewer
from connector.domain.events import Outcome, Reason
from connector.domain.runs import Task
from connector.domain.vendor import VendorError
from connector.store import run_numbers, runs
from connector.store.connections import Account
from connector.store.runs import Run
from connector.store.scope import Connection
from connector.sync.runs import forecast, importing, rehearsing
from connector.sync.runs.forecast import Forecast
from connector.sync.runs.importing import KINDS
from connector.sync.runs.slices import Asked
from dashboard.pages.reconciliations import card_of
from dashboard.pages.run_pages import OURS, known_of
from dashboard.pages.surroundings import look_around, shell_of
from dashboard.reader import _
from dashboard.rendering import page
from dashboard.telling import imports as telling
from dashboard.telling import runs as told
from dashboard.telling.imports import Standing, Typed
from dashboard.telling.known import Surroundings
from dashboard.telling.runs import PATH
from dashboard.views.imports import Imports
from server import long_work
from server.api.run_wishes import read_moment
from server.parts import Parts, Used
from server.problems import Conflict, NotFound
from server.sessions import Viewing

#: Runs that are listed, and how long one that has ended still stands above them.
LISTED, FRESH = 20, timedelta(minutes=10)
#: Seconds that a person waits for a forecast.
PATIENCE_S = 12.0
#: In the address: a forecast is wanted.
FORECAST = "prever"

Visit = Request[Any, Any, Any]


class Sent(Typed, frozen=True, kw_only=True):
    """The form with the button that sent it."""

    acao: str = ""

    @property
    def typed(self) -> Typed:
        """The form alone."""
        return Typed(**{name: getattr(self, name) for name in Typed.__struct_fields__})


SentForm = Annotated[Sent, Body(media_type=RequestEncodingType.URL_ENCODED)]


@get(PATH)
async def show_imports(viewer: Viewing, parts: Used, request: Visit) -> Response[str]:
    """What is under way, the form, what was."""
    query = request.query_params
    typed = Typed(**{name: query.get(name, "")[:64] for name in Typed.__struct_fields__})
    return await _show(typed, viewer, parts, request, forecasting=FORECAST in query)


@post(PATH, status_code=303)
async def begin(data: SentForm, viewer: Viewing, parts: Used, request: Visit) -> Response[Any]:
    """Rehearse, import, or only reckon, as the button says."""
    typed = data.typed
    if data.tipo not in KINDS or data.acao not in ("ensaiar", "importar", FORECAST):
        raise NotFound
    async with parts.database.tenant(viewer.tenant_id) as conn:
        around = await look_around(conn, viewer, parts.clock.business_now())
    asked, errors = _asked(typed, around.accounts, parts)
    if errors:
        return await _show(typed, viewer, parts, request, errors=errors, status=422)
    if data.acao == FORECAST:
        return Redirect(typed.url(**{FORECAST: "1"}), status_code=303)
    try:
        run = await _begin(data, asked, viewer, parts)
    except Conflict as error:
        refused = await _refused(error, data, viewer, parts)
        return await _show(typed, viewer, parts, request, refused=refused, status=409)
    return Redirect(told.url(run), status_code=303)


async def _begin(data: Sent, asked: Asked, viewer: Viewer, parts: Parts) -> Run:
    if data.acao == "ensaiar":
        task: Task = Task.REHEARSAL
        wish: msgspec.Struct = rehearsing.Wish(asked=asked)
    else:
        task, wish = Task.IMPORT, importing.Wish(asked=asked, automations=bool(data.automacoes))
    return await long_work.begin(parts, viewer.tenant_id, viewer.actor, task, data.kind, wish)


async def _refused(error: Conflict, data: Sent, viewer: Viewer, parts: Parts) -> str:
    """Why it was not begun, in the reader's words; of one that is under way, which it is."""
    if error.code != "under_way":
        return telling.refusal(Reason(error.code))
    task = Task.REHEARSAL if data.acao == "ensaiar" else Task.IMPORT
    async with parts.database.tenant(viewer.tenant_id) as conn:
        around = await look_around(conn, viewer, parts.clock.business_now())
        run = await runs.under_way(conn, viewer.tenant_id, task, data.kind)
    if run is None:
        return _("Ela acabou de terminar. Tente de novo.")
    return telling.under_way(run, await known_of(around, parts))


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
    return telling.wish(typed, since), errors


async def _show(
    typed: Typed,
    viewer: Viewer,
    parts: Parts,
    request: Visit,
    *,
    errors: dict[str, str] | None = None,
    refused: str = "",
    forecasting: bool = False,
    status: int = 200,
) -> Response[Any]:
    async with parts.database.tenant(viewer.tenant_id) as conn:
        around = await look_around(conn, viewer, parts.clock.business_now())
        found = await _newest(conn, viewer.tenant_id)
        numbers = {run.id: await _outcomes(conn, run) for run in found if _stands(run, parts)}
        standing = await _standing(conn, around, typed, parts)
        card = await card_of(conn, viewer)
    wrong = dict(errors or {})
    reckoned, silent = None, ""
    if forecasting and viewer.may_change:
        asked, bad = _asked(typed, around.accounts, parts)
        wrong |= bad
        if not bad:
            reckoned, silent = await _forecast(typed, asked, viewer, parts)
    known = await known_of(around, parts)
    panes = tuple(told.pane(run, known, numbers[run.id]) for run in found if run.id in numbers)
    view = Imports(
        url=PATH,
        running=any(one.running for one in panes),
        panes=panes,
        form=telling.form(typed, standing, wrong, reckoned, silent) if viewer.may_change else None,
        past=tuple(told.past(run, known) for run in found if run.ended_at is not None),
        refused=refused,
    )
    shown = {"shell": shell_of(around, request, PATH), "view": view, "card": card}
    return page("imports.html", shown, status=status)


async def _newest(conn: Connection, tenant_id: UUID) -> list[Run]:
    found = [run for task in OURS for run in await runs.history(conn, tenant_id, task, None, LISTED)]
    return sorted(found, key=lambda run: run.id, reverse=True)[:LISTED]


async def _outcomes(conn: Connection, run: Run) -> dict[Outcome, int]:
    """A rehearsal's records have classes in place of outcomes, which its own counts tell."""
    return {} if run.task is Task.REHEARSAL else await run_numbers.outcomes(conn, run)


def _stands(run: Run, parts: Parts) -> bool:
    """Under way, or just over."""
    return run.ended_at is None or parts.clock.now() - run.ended_at < FRESH


async def _standing(conn: Connection, around: Surroundings, typed: Typed, parts: Parts) -> Standing:
    tenant_id = around.viewer.tenant_id
    right = await right_of(tenant_id, parts.clock.business_now())
    rehearsed = await runs.newest(conn, tenant_id, Task.REHEARSAL, typed.kind)
    return Standing(
        accounts=around.accounts,
        toggles=await toggles.load(tenant_id),
        refusal=Reason.LICENCE if right is None else right.refusal,
        rehearsal=rehearsed[0] if rehearsed else None,
    )


async def _forecast(typed: Typed, asked: Asked, viewer: Viewer, parts: Parts) -> tuple[Forecast | None, str]:
    """What it would cost, or why nobody can say now."""
    reckoning = forecast.forecast(parts.engine, viewer.tenant_id, typed.kind, asked)
    try:
        return await asyncio.wait_for(reckoning, PATIENCE_S), ""
    except TimeoutError:
        return None, _("A previsão está demorando: o Bling responde devagar agora. Tente de novo mais tarde.")
    except VendorError as error:
        return None, _("Sem previsão agora: %(why)s.") % {"why": error.text.rstrip(".")}


handlers: list[ControllerRouterHandler] = [show_imports, begin]
