"""One import, and one rehearsal: how far it is, what it found, and what may be done with it."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get, post
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath
from litestar.response import Redirect
from litestar.types import ControllerRouterHandler

from connector.account.people import Viewer
from connector.domain.events import Reason
from connector.domain.runs import Task
from connector.store import run_numbers, runs
from connector.store.runs import Run
from connector.sync.runs.rehearsing import EXAMPLES, Class
from dashboard.pages.run_pages import deed_of, known_of, run_id_of
from dashboard.pages.surroundings import look_around, shell_of
from dashboard.reader import _, plural
from dashboard.rendering import page
from dashboard.telling import imports as telling
from dashboard.telling import runs as told
from dashboard.telling.asked import LARGEST_ID
from dashboard.telling.rehearsal import rehearsal
from dashboard.telling.runs import PATH, REHEARSALS
from server import long_work
from server.parts import Parts, Used
from server.problems import Conflict, NotFound
from server.sessions import Viewing

#: Failures of one page.
FAILURES = 50
#: In the address: how many run again.
QUEUED, AFTER = "fila", "depois"

Visit = Request[Any, Any, Any]


class Again(msgspec.Struct, frozen=True):
    """A record's Bling id; empty = all that failed."""

    registro: str = ""


AgainForm = Annotated[Again, Body(media_type=RequestEncodingType.URL_ENCODED)]


@get(f"{PATH}/{{name:str}}")
async def show_import(name: FromPath[str], viewer: Viewing, parts: Used, request: Visit) -> Response[Any]:
    """How far it is, and what failed."""
    return await _import(name, viewer, parts, request)


@post(f"{PATH}/{{name:str}}/de-novo", status_code=303)
async def retry(
    name: FromPath[str], data: AgainForm, viewer: Viewing, parts: Used, request: Visit
) -> Response[Any]:
    """Run what failed again, all or one."""
    only = {_number(data.registro)} if data.registro else set()
    try:
        run, queued = await long_work.retry(parts, viewer.tenant_id, viewer.actor, run_id_of(name), only)
    except Conflict as error:
        return await _import(name, viewer, parts, request, refused=telling.refusal(Reason(error.code)))
    return Redirect(f"{told.url(run)}?{QUEUED}={queued}", status_code=303)


@post(f"{PATH}/{{name:str}}/{{deed:str}}", status_code=303)
async def turn_import(
    name: FromPath[str], deed: FromPath[str], viewer: Viewing, parts: Used, request: Visit
) -> Response[Any]:
    """Pause, resume or cancel."""
    return await _turn(Task.IMPORT, name, deed, viewer, parts, request)


@get(f"{REHEARSALS}/{{name:str}}")
async def show_rehearsal(name: FromPath[str], viewer: Viewing, parts: Used, request: Visit) -> Response[Any]:
    """What an import would do."""
    return await _rehearsal(name, viewer, parts, request)


@post(f"{REHEARSALS}/{{name:str}}/{{deed:str}}", status_code=303)
async def turn_rehearsal(
    name: FromPath[str], deed: FromPath[str], viewer: Viewing, parts: Used, request: Visit
) -> Response[Any]:
    """Pause, resume or cancel."""
    return await _turn(Task.REHEARSAL, name, deed, viewer, parts, request)


async def _turn(
    task: Task, name: str, deed: str, viewer: Viewer, parts: Parts, request: Visit
) -> Response[Any]:
    wanted, run_id = deed_of(deed), run_id_of(name)
    try:
        run = await long_work.turn(parts, viewer.tenant_id, viewer.actor, run_id, (task,), wanted)
    except Conflict as error:
        late = _("Isto não cabe mais: veja abaixo como está agora.")
        refused = late if error.code == "does_not_fit" else telling.refusal(Reason(error.code))
        show = _rehearsal if task is Task.REHEARSAL else _import
        return await show(name, viewer, parts, request, refused=refused)
    return Redirect(told.url(run), status_code=303)


async def _import(
    name: str, viewer: Viewer, parts: Parts, request: Visit, *, refused: str = ""
) -> Response[Any]:
    run = await long_work.find(parts, viewer.tenant_id, run_id_of(name), (Task.IMPORT,))
    query, after = request.query_params, _number(request.query_params.get(AFTER, "0"))
    async with parts.database.tenant(viewer.tenant_id) as conn:
        around = await look_around(conn, viewer, parts.clock.business_now())
        outcomes = await run_numbers.outcomes(conn, run)
        failures = await runs.failures(conn, run, after, FAILURES + 1)
    shown = failures[:FAILURES]
    view = telling.one(
        run,
        await known_of(around, parts),
        outcomes,
        shown,
        shown[-1].n if len(failures) > FAILURES else None,
        said=_said(query.get(QUEUED, "")),
        refused=refused,
    )
    return _answer("import.html", {"shell": shell_of(around, request, told.url(run)), "view": view}, refused)


async def _rehearsal(
    name: str, viewer: Viewer, parts: Parts, request: Visit, *, refused: str = ""
) -> Response[Any]:
    run: Run = await long_work.find(parts, viewer.tenant_id, run_id_of(name), (Task.REHEARSAL,))
    async with parts.database.tenant(viewer.tenant_id) as conn:
        around = await look_around(conn, viewer, parts.clock.business_now())
        examples = await runs.findings(conn, run, 0, EXAMPLES * (len(Class) + 1))
    known = await known_of(around, parts)
    view = rehearsal(run, known, examples, refused, may_import=viewer.may_change)
    return _answer(
        "rehearsal.html", {"shell": shell_of(around, request, told.url(run)), "view": view}, refused
    )


def _answer(template: str, shown: dict[str, object], refused: str) -> Response[Any]:
    return page(template, shown, status=409 if refused else 200)


def _said(text: str) -> str:
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        return ""
    return plural("%(num)s registro na fila.", "%(num)s registros na fila.", int(text))


def _number(text: str) -> int:
    """Raises `NotFound` for what is no id."""
    if not (text.isascii() and text.isdecimal() and len(text) <= 19 and int(text) <= LARGEST_ID):
        raise NotFound
    return int(text)


handlers: list[ControllerRouterHandler] = [show_import, retry, turn_import, show_rehearsal, turn_rehearsal]
