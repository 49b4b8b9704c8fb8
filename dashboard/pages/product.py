"""Configuração › Produto."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, get, post
from litestar.response import Redirect
from litestar.types import ControllerRouterHandler

from connector.account import toggles
from connector.account.people import Viewer
from connector.account.toggles import Toggle
from connector.domain.events import Kind
from connector.domain.mapping import MappingVersion
from connector.store import standing
from connector.store.connections import Portal
from dashboard.pages.surroundings import look_around, shell_of
from dashboard.reader import _
from dashboard.rendering import page, part
from dashboard.telling import rules
from dashboard.views.product import Product
from server.parts import Parts

PATH = "/configuracao/produto"
SAVED = "salvo"


@get(PATH)
async def show_product(viewer: Viewer, parts: Parts, request: Request[Any, Any, Any]) -> Response[str]:
    """What syncs, and which field is which."""
    async with parts.database.tenant(viewer.tenant_id) as conn:
        around = await look_around(conn, viewer, parts.clock.business_now())
        on = await toggles.load(viewer.tenant_id)
        mapping = await standing.mapping(conn, viewer.tenant_id, Kind.PRODUCT)
    saved = _("Salvo") if SAVED in request.query_params else ""
    view = _view(viewer, on, mapping, around.portal, saved)
    return page("product.html", {"shell": shell_of(around, request), "view": view})


@post(PATH, status_code=303)
async def save_product(viewer: Viewer, parts: Parts, request: Request[Any, Any, Any]) -> Response[Any]:
    """Set the options as the form shows them: what is not ticked is off."""
    form = await request.form()
    ticked = set(form.getall("on", []))
    wanted = {toggle: toggle.value in ticked for toggle in rules.OPTIONS}
    async with parts.database.tenant(viewer.tenant_id):
        await toggles.change(viewer.tenant_id, wanted, viewer.actor, parts.clock.now())
    if request.headers.get("hx-request"):
        return part("saved_answer.html", {"text": _("Salvo")})
    return Redirect(f"{PATH}?{SAVED}", status_code=303)


def _view(
    viewer: Viewer, on: dict[Toggle, bool], mapping: MappingVersion, portal: Portal | None, saved: str
) -> Product:
    return Product(
        options=rules.options(on),
        rules=tuple(rules.rule(one, portal) for one in mapping.rules),
        count=rules.count(mapping.rules),
        version=_("Versão %(number)s") % {"number": mapping.version},
        editable=viewer.may_change,
        saved=saved,
    )


handlers: list[ControllerRouterHandler] = [show_product, save_product]
