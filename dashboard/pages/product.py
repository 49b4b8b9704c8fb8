"""Configuração › Produto."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from litestar import Request, Response, get, post
from litestar.response import Redirect
from litestar.types import ControllerRouterHandler

from connector.account import field_lists, toggles
from connector.account.people import Viewer
from connector.account.toggles import Toggle
from connector.domain.events import Kind
from connector.store import mappings, standing
from connector.store.scope import Connection
from connector.sync.applying import apply
from dashboard.pages.offers import after_ticking, by_filter, by_toggles
from dashboard.pages.surroundings import look_around, shell_of
from dashboard.reader import _
from dashboard.rendering import page, part
from dashboard.telling import mapping_apply, mapping_form, rules
from dashboard.telling.mapping import PATH, Said, editor, version
from dashboard.telling.mapping_form import Wish
from dashboard.telling.mapping_known import Known
from dashboard.views.parts import Action
from dashboard.views.product import Product
from server.parts import Parts, Used
from server.sessions import Viewing

Visit = Request[Any, Any, Any]

#: What was saved: the options, or the mapping; how many records a new version was applied to.
SAVED, MAPPING, APPLIED = "salvo", "mapeamento", "aplicado"


@get(PATH)
async def show_product(viewer: Viewing, parts: Used, request: Visit) -> Response[str]:
    """What syncs, and which field is which."""
    known = await read_known(viewer, parts)
    wish = mapping_form.saved(known.mapping)
    offer = None
    if request.query_params.get(SAVED) == MAPPING and viewer.may_change:
        offer = mapping_apply.offer(await apply(parts.engine, viewer.tenant_id, Kind.PRODUCT, dry_run=True))
    applied = mapping_apply.applied(request.query_params.get(APPLIED, ""))
    return await product_page(viewer, parts, request, known, wish, Said(apply=offer, applied=applied))


@post(PATH, status_code=303)
async def save_product(viewer: Viewing, parts: Used, request: Visit) -> Response[Any]:
    """Set the options as the form shows them: what is not ticked is off."""
    form = await request.form()
    ticked = set(form.getall("on", []))
    wanted = {toggle: toggle.value in ticked for toggle in (*rules.OPTIONS, *rules.EXPORT_OPTIONS)}
    async with parts.database.tenant(viewer.tenant_id) as conn:
        await toggles.change(viewer.tenant_id, wanted, viewer.actor, parts.clock.now())
        offers = await after_ticking(conn, viewer, wanted)
    if request.headers.get("hx-request"):
        return part("saved_answer.html", {"text": _("Salvo"), "offers": offers})
    return Redirect(f"{PATH}?{SAVED}", status_code=303)


async def read_known(viewer: Viewer, parts: Parts, *, anew: bool = False) -> Known:
    """The mapping in force and the fields that it can name; `anew` asks both sides whatever is known."""
    lists = await field_lists.load(parts.connecting, viewer.tenant_id, parts.clock.now(), anew=anew)
    async with parts.database.tenant(viewer.tenant_id) as conn:
        mapping = await standing.mapping(conn, viewer.tenant_id, Kind.PRODUCT)
        saved = await mappings.latest(viewer.tenant_id, Kind.PRODUCT)
        watch = await field_lists.watch(conn, viewer.tenant_id, mapping, lists)
    return Known(mapping=mapping, saved_at=saved.created_at if saved else None, lists=lists, watch=watch)


async def product_page(
    viewer: Viewer,
    parts: Parts,
    request: Visit,
    known: Known,
    wish: Wish,
    said: Said,
    *,
    status: int = 200,
) -> Response[str]:
    """The whole screen, its form as the wish fills it."""
    async with parts.database.tenant(viewer.tenant_id) as conn:
        around = await look_around(conn, viewer, parts.clock.business_now())
        on = await toggles.load(viewer.tenant_id)
        saved = request.query_params.get(SAVED) if request.method == "GET" else None
        offers = await _offers(conn, viewer, on, saved)
    view = Product(
        options=rules.options(on),
        back=rules.options(on, rules.EXPORT_OPTIONS),
        editor=editor(around, known, wish, said),
        version=version(known),
        editable=viewer.may_change,
        saved=_("Salvo") if saved == "" else "",
        offers=offers,
        mapping_saved=said.applied or (_("Salvo") if saved == MAPPING else ""),
    )
    return page("product.html", {"shell": shell_of(around, request, PATH), "view": view}, status=status)


async def _offers(
    conn: Connection, viewer: Viewer, on: Mapping[Toggle, bool], saved: str | None
) -> tuple[Action, ...]:
    """What can be brought after what was just saved."""
    match saved:
        case "":
            return await by_toggles(conn, viewer, {one: on[one] for one in rules.OPTIONS})
        case str() as what if what == MAPPING:
            return await by_filter(conn, viewer, (Kind.PRODUCT,))
        case _:
            return ()


handlers: list[ControllerRouterHandler] = [show_product, save_product]
