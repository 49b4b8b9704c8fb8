"""Conferências: how far both sides agree and agreed, and what a night may mend without asking."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.response import Redirect
from litestar.types import ControllerRouterHandler

from connector.account import drift
from connector.domain.events import Kind
from connector.store import drift as rows
from connector.store import people
from connector.sync.runs.comparison import KINDS
from dashboard.pages.reconciliations import card_of, length_of
from dashboard.pages.surroundings import look_around, shell_of
from dashboard.reader import _
from dashboard.rendering import page, part
from dashboard.telling.agreement import OPTIONS, Asked, Known, agreement
from dashboard.telling.reconciliation import PATH
from server.parts import Used
from server.sessions import Viewing

#: Comparisons of the list's page.
PAGE = 20
SAVED = "salvo"
Visit = Request[Any, Any, Any]


@get(PATH)
async def show_agreement(viewer: Viewing, parts: Used, request: Visit) -> Response[str]:
    """How far both sides agreed at each comparison, and all comparisons."""
    asked, tenant_id = _asked(request), viewer.tenant_id
    async with parts.database.system() as conn:
        members = await people.members(conn, tenant_id)
    async with parts.database.tenant(tenant_id) as conn:
        around = await look_around(conn, viewer, parts.clock.business_now())
        known = Known(
            viewer=viewer,
            card=await card_of(conn, viewer),
            scores=await rows.scores(conn, tenant_id, asked.kind, asked.last),
            mending=await drift.mending(tenant_id),
            past=await drift.newest(conn, tenant_id, PAGE + 1, asked.before),
            people={one.person_id: one.name or one.email for one in members},
            saved=SAVED in request.query_params,
        )
    view = agreement(known, asked, PAGE)
    return page("agreement.html", {"shell": shell_of(around, request), "view": view})


@post(OPTIONS, status_code=303)
async def save_nightly(viewer: Viewing, parts: Used, request: Visit) -> Response[Any]:
    """Let nights mend everything, or only what was missed."""
    everything = "corrigir" in await request.form()
    async with parts.database.tenant(viewer.tenant_id):
        await drift.choose_mending(viewer.tenant_id, everything, viewer.actor, parts.clock.now())
    if request.headers.get("hx-request"):
        return part("saved_answer.html", {"text": _("Salvo"), "offers": ()})
    return Redirect(f"{PATH}?{SAVED}#noite", status_code=303)


def _asked(request: Visit) -> Asked:
    """Read the address; what nobody knows is left aside."""
    query = request.query_params
    kind = query.get("tipo", "")
    return Asked(
        kind=Kind(kind) if kind in KINDS else KINDS[0],
        last=length_of(query.get("ultimas", "")),
        before=_run_id(query.get("antes", "")),
    )


def _run_id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


handlers: list[ControllerRouterHandler] = [show_agreement, save_nightly]
