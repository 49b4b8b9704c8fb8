"""Configuração › Proteção: from when on many odd changes wait for a person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from litestar import Request, Response, get, post
from litestar.response import Redirect
from litestar.types import ControllerRouterHandler

from connector.account import holds
from connector.account.holds import BadLimits
from connector.account.people import Viewer
from connector.domain.guard_rail import Cause
from dashboard.pages.surroundings import look_around, shell_of
from dashboard.reader import _
from dashboard.rendering import page
from dashboard.telling.holds import SETTINGS, form_of, protection
from server.parts import Parts, Used
from server.sessions import Viewing

SAVED = "salvo"
#: Longer texts are no numbers of ours.
LONGEST = 12

Visit = Request[Any, Any, Any]


@get(SETTINGS)
async def show_protection(viewer: Viewing, parts: Used, request: Visit) -> Response[str]:
    """The limits in force."""
    async with parts.database.tenant(viewer.tenant_id):
        shown = form_of(await holds.limits(viewer.tenant_id))
    return await _page(viewer, parts, request, shown, {})


@post(SETTINGS, status_code=303)
async def save_protection(viewer: Viewing, parts: Used, request: Visit) -> Response[Any]:
    """Set the limits, or show the form again with what is wrong with it."""
    form = await request.form()
    shown = {name: str(value)[:LONGEST] for name, value in form.items()}
    body, errors = _body(shown)
    if not errors:
        try:
            wanted = holds.checked(body)
        except BadLimits as error:
            errors = {error.field: _("Este número não serve aqui.")}
    if errors:
        return await _page(viewer, parts, request, shown, errors, status=422)
    async with parts.database.tenant(viewer.tenant_id):
        await holds.limit(viewer.tenant_id, wanted, viewer.actor, parts.clock.now())
    return Redirect(f"{SETTINGS}?{SAVED}", status_code=303)


def _body(shown: Mapping[str, str]) -> tuple[dict[str, dict[str, Any]], dict[str, str]]:
    """The form as limits, and what in it is no number."""
    body: dict[str, dict[str, Any]] = {}
    errors: dict[str, str] = {}
    for cause in Cause:
        names = ("records", "below", "above") if cause is Cause.PRICE_JUMP else ("records",)
        limit: dict[str, Any] = {"on": f"{cause}.on" in shown}
        body[cause.value] = limit
        for name in names:
            text = shown.get(f"{cause}.{name}", "").strip()
            if text.isascii() and text.isdecimal():
                limit[name] = int(text)
            else:
                errors[f"{cause}.{name}"] = _("Escreva um número inteiro.")
    return body, errors


async def _page(
    viewer: Viewer,
    parts: Parts,
    request: Visit,
    shown: Mapping[str, str],
    errors: Mapping[str, str],
    *,
    status: int = 200,
) -> Response[str]:
    async with parts.database.tenant(viewer.tenant_id) as conn:
        around = await look_around(conn, viewer, parts.clock.business_now())
    saved = _("Salvo") if request.method == "GET" and SAVED in request.query_params else ""
    view = protection(shown, errors, editable=viewer.may_change, saved=saved)
    return page(
        "protection.html", {"shell": shell_of(around, request, SETTINGS), "view": view}, status=status
    )


handlers: list[ControllerRouterHandler] = [show_protection, save_protection]
