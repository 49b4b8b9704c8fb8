"""Configuração › Pedido."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from litestar import Request, Response, get, post
from litestar.response import Redirect
from litestar.types import ControllerRouterHandler

from connector.account import deal_lists, mappings, toggles
from connector.account.mappings import BadMapping
from connector.account.people import Viewer
from connector.domain.events import Kind
from connector.store import connections
from dashboard.pages.offers import after_ticking, by_filter, by_toggles
from dashboard.pages.order_known import known, last_order
from dashboard.pages.surroundings import look_around, shell_of
from dashboard.reader import _
from dashboard.rendering import page, part
from dashboard.telling import order_form, order_stages, rules
from dashboard.telling.order import Said, order
from dashboard.telling.order_example import carried, example
from dashboard.telling.order_form import LONGEST, Errors, Wish
from dashboard.telling.order_known import Known
from dashboard.views.parts import Action
from server.parts import Parts, Used
from server.sessions import Viewing

Visit = Request[Any, Any, Any]

PATH = "/configuracao/pedido"
SAVED, OPTIONS_SAVED = "salvo", "opcoes"


@get(PATH)
async def show_order(viewer: Viewing, parts: Used, request: Visit) -> Response[str]:
    """How an order becomes a deal."""
    query = request.query_params
    said = Said(
        saved=_("Salvo") if SAVED in query else "",
        options_saved=_("Salvo") if OPTIONS_SAVED in query else "",
        offers=await _offers(viewer, parts, query),
    )
    return await _page(viewer, parts, request, None, said)


async def _offers(viewer: Viewer, parts: Parts, query: Mapping[str, str]) -> tuple[Action, ...]:
    """What can be brought after what was just saved."""
    async with parts.database.tenant(viewer.tenant_id) as conn:
        if SAVED in query:
            return await by_filter(conn, viewer, (Kind.ORDER, Kind.SALE))
        if OPTIONS_SAVED in query:
            on = await toggles.load(viewer.tenant_id)
            return await by_toggles(conn, viewer, {one: on[one] for one in rules.ORDER_OPTIONS})
    return ()


@post(f"{PATH}/opcoes", status_code=303)
async def save_options(viewer: Viewing, parts: Used, request: Visit) -> Response[Any]:
    """Set the options as the form shows them: what is not ticked is off."""
    ticked = set((await request.form()).getall("on", []))
    wanted = {toggle: toggle.value in ticked for toggle in rules.ORDER_OPTIONS}
    async with parts.database.tenant(viewer.tenant_id) as conn:
        await toggles.change(viewer.tenant_id, wanted, viewer.actor, parts.clock.now())
        offers = await after_ticking(conn, viewer, wanted)
    if request.headers.get("hx-request"):
        return part("saved_answer.html", {"text": _("Salvo"), "offers": offers})
    return Redirect(f"{PATH}?{OPTIONS_SAVED}", status_code=303)


@get(f"{PATH}/etapas")
async def show_stages(viewer: Viewing, parts: Used, request: Visit) -> Response[str]:
    """The table of another pipeline."""
    async with parts.database.tenant(viewer.tenant_id) as conn:
        around = await look_around(conn, viewer, parts.clock.business_now())
        found = await known(conn, viewer.tenant_id, await deal_lists.kept(conn, viewer.tenant_id))
    wish = order_stages.with_pipeline(found, _saved(found), request.query_params.get("funil", "")[:LONGEST])
    view = order(around, found, wish, example(wish.title, wish.sale_title, None), Said())
    return part("order_stages_answer.html", {"view": view})


@get(f"{PATH}/exemplo")
async def show_example(viewer: Viewing, parts: Used, request: Visit) -> Response[str]:
    """The titles as they are being written; the first time, the order is asked for."""
    query = request.query_params
    brought = query.get("exemplo")
    its = await last_order(parts, viewer.tenant_id) if brought is None else carried(brought)
    view = example(query.get("titulo", "")[:LONGEST], query.get("titulo_venda", "")[:LONGEST], its)
    return part("order_example_answer.html", {"view": view})


@post(PATH, status_code=303)
async def save_order(viewer: Viewing, parts: Used, request: Visit) -> Response[Any]:
    """Put the form in force as a new version, or show it again with what is wrong."""
    form = await request.form()
    wish = order_form.sent(form.multi_items())
    if form.get("acao") == "etapas":
        return await _page(viewer, parts, request, wish, Said(unsaved=True))
    async with parts.database.tenant(viewer.tenant_id) as conn:
        order_now = await mappings.current(conn, viewer.tenant_id, Kind.ORDER)
        sale_now = await mappings.current(conn, viewer.tenant_id, Kind.SALE)
    bodies = {
        Kind.ORDER: order_form.order_body(order_now, wish),
        Kind.SALE: order_form.sale_body(sale_now, wish),
    }
    errors = await _save(viewer, parts, wish, bodies)
    if errors.any:
        said = Said(errors=errors, unsaved=True)
        return await _page(viewer, parts, request, wish, said, status=422)
    return Redirect(f"{PATH}?{SAVED}", status_code=303)


async def _save(viewer: Viewer, parts: Parts, wish: Wish, bodies: dict[Kind, dict[str, Any]]) -> Errors:
    """Both mappings and the choice, or what is wrong: both are looked at before any is saved."""
    now, errors = parts.clock.now(), Errors()
    async with parts.database.tenant(viewer.tenant_id) as conn:
        portal = await connections.portal(conn, viewer.tenant_id)
    for kind, body in bodies.items():
        try:
            mappings.checked(kind, body, portal, None)
        except BadMapping as error:
            errors = order_form.errors_of(error, body, kind, errors)
    if errors.any:
        return errors
    wake = parts.engine.waker.wake
    for kind, body in bodies.items():
        try:
            await mappings.save(parts.connecting, wake, viewer.tenant_id, kind, body, viewer.actor, now)
        except BadMapping as error:
            return order_form.errors_of(error, body, kind, errors)
    async with parts.database.tenant(viewer.tenant_id):
        await toggles.choose_on_deleted(viewer.tenant_id, wish.on_deleted, viewer.actor, now)
    return errors


async def _page(
    viewer: Viewer, parts: Parts, request: Visit, wish: Wish | None, said: Said, status: int = 200
) -> Response[str]:
    """The whole screen, with the form as it was typed or as it was saved."""
    lists = await deal_lists.load(parts.connecting, viewer.tenant_id, parts.clock.now())
    async with parts.database.tenant(viewer.tenant_id) as conn:
        around = await look_around(conn, viewer, parts.clock.business_now())
        found = await known(conn, viewer.tenant_id, lists)
    filled = _saved(found) if wish is None else _fitting(found, wish)
    tried = example(filled.title, filled.sale_title, carried(filled.example), ask=True)
    view = order(around, found, filled, tried, said)
    return page("order.html", {"shell": shell_of(around, request, PATH), "view": view}, status=status)


def _saved(found: Known) -> Wish:
    return order_form.saved(found.order, found.sale, order_stages.in_force(found), found.on_deleted)


def _fitting(found: Known, wish: Wish) -> Wish:
    """A wish whose stages are of another pipeline gets those that are suggested there."""
    shown = order_stages.stage_rows(found, wish, {})
    strange = any(wish.stages.get(row.id) and row.missing for row in shown)
    return order_stages.with_pipeline(found, wish, wish.pipeline) if strange else wish


handlers: list[ControllerRouterHandler] = [show_order, save_options, show_stages, show_example, save_order]
