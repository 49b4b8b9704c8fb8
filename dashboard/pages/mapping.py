"""The mapping editor of Configuração › Produto: each button of its form shows the form again, or saves it."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Request, Response, get, post
from litestar.response import Redirect
from litestar.types import ControllerRouterHandler

from connector.account import mappings
from connector.account.mappings import BadMapping
from connector.account.people import Viewer
from connector.domain.events import Kind
from dashboard.pages.mapping_preview import rounds_in, tried
from dashboard.pages.product import MAPPING, SAVED, product_page, read_known
from dashboard.reader import _
from dashboard.telling import mapping_form, mapping_rows
from dashboard.telling.mapping import PATH, Said
from dashboard.telling.mapping_errors import Errors, errors_in
from dashboard.telling.mapping_form import Row, Wish
from dashboard.telling.mapping_suggestions import row as suggested
from server.parts import Parts, Used
from server.sessions import Viewing

Visit = Request[Any, Any, Any]

FORM = f"{PATH}/mapeamento"


@post(FORM, status_code=200)
async def change_mapping(viewer: Viewing, parts: Used, request: Visit) -> Response[Any]:
    """What the pressed button wishes: save, or the same form with one thing changed."""
    form = await request.form()
    wish = mapping_form.sent(form.multi_items())
    act, _dot, which = str(form.get("acao", "")).partition(".")
    if act == "salvar":
        return await _save(viewer, parts, request, wish)
    known = await read_known(viewer, parts, anew=act == "campos")
    there = mapping_rows.sides(known)
    match act:
        case "regra":
            wish, told = _with(wish, Row(fresh=True)), _("Regra adicionada")
        case "sugestao" if (row := suggested(which, wish, there)) is not None:
            wish, told = _with(wish, row), _("Regra adicionada")
        case "remover":
            wish, told = _without(wish, which), _("Regra removida")
        case "subir":
            wish, told = _higher(wish, which), _("Regra movida")
        case "mover":
            wish, told = _moved(wish, which), _("Regra movida")
        case "campos":
            told = _("Campos lidos de novo")
        case _:
            told = ""
    errors, preview = Errors(), None
    if act == "previa":
        rounds = rounds_in(str(form.get("volta", "")))
        errors, preview = await tried(viewer, parts, known, wish, rounds)
    said = Said(unsaved=True, told=told, errors=errors, preview=preview)
    return await product_page(viewer, parts, request, known, wish, said)


async def _save(viewer: Viewer, parts: Parts, request: Visit, wish: Wish) -> Response[Any]:
    known = await read_known(viewer, parts)
    body = mapping_form.body(known.mapping, wish)
    wake, now = parts.engine.waker.wake, parts.clock.now()
    try:
        await mappings.save(parts.connecting, wake, viewer.tenant_id, Kind.PRODUCT, body, viewer.actor, now)
    except BadMapping as error:
        said = Said(unsaved=True, errors=errors_in(error, known.mapping))
        return await product_page(viewer, parts, request, known, wish, said, status=422)
    return Redirect(f"{PATH}?{SAVED}={MAPPING}", status_code=303)


def _with(wish: Wish, row: Row) -> Wish:
    return msgspec.structs.replace(wish, rows=(*wish.rows, row)[: mapping_form.MOST_ROWS])


def _without(wish: Wish, which: str) -> Wish:
    rows = tuple(row for number, row in enumerate(wish.rows) if str(number) != which)
    return msgspec.structs.replace(wish, rows=rows)


def _higher(wish: Wish, which: str) -> Wish:
    return _moved(wish, f"{which}.{_place(which) - 1}") if _place(which) else wish


def _moved(wish: Wish, which: str) -> Wish:
    """`3.0`: the fourth rule takes the first place, and those between move down."""
    first, _dot, second = which.partition(".")
    rows, source, target = list(wish.rows), _place(first), _place(second)
    if source < len(rows) and target < len(rows):
        rows.insert(target, rows.pop(source))
    return msgspec.structs.replace(wish, rows=tuple(rows))


def _place(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 3 else 0


@get(f"{PATH}/previa")
async def show_preview(viewer: Viewing, parts: Used, request: Visit) -> Response[str]:
    """The mapping in force with what it would do now: also for who may only look."""
    known = await read_known(viewer, parts)
    wish = mapping_form.saved(known.mapping)
    rounds = rounds_in(request.query_params.get("volta", ""))
    errors, preview = await tried(viewer, parts, known, wish, rounds)
    return await product_page(viewer, parts, request, known, wish, Said(errors=errors, preview=preview))


handlers: list[ControllerRouterHandler] = [change_mapping, show_preview]
