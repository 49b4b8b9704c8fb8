"""One import, rehearsal or export: how far it is, what it found, and what may be done with it."""

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
from connector.domain.runs import RunState, Task
from connector.store import run_numbers, runs
from connector.store.runs import Run
from connector.sync.runs import importing, rehearsing
from connector.sync.runs.rehearsing import EXAMPLES, Class
from dashboard.pages.run_pages import OURS, known_of, refused, run_id_of
from dashboard.pages.surroundings import look_around, shell_of
from dashboard.reader import _, plural
from dashboard.rendering import page
from dashboard.telling import imports as telling
from dashboard.telling import runs as told
from dashboard.telling.asked import LARGEST_ID
from dashboard.telling.rehearsal import rehearsal
from dashboard.telling.run_titles import PATHS, url
from dashboard.telling.runs import DEED_PATHS
from server import long_work
from server.parts import Parts, Used
from server.problems import Conflict, NotFound
from server.sessions import Viewing

#: Tasks whose records go through the inbox.
FEEDING = (Task.IMPORT, Task.EXPORT)
#: Failures of one page.
FAILURES = 50
#: In the address: how many run again.
QUEUED, AFTER = "fila", "depois"

Visit = Request[Any, Any, Any]


class Again(msgspec.Struct, frozen=True):
    """A record's Bling id; empty = all that failed."""

    registro: str = ""


AgainForm = Annotated[Again, Body(media_type=RequestEncodingType.URL_ENCODED)]


@get([f"{path}/{{name:str}}" for path in PATHS.values()])
async def show_run(name: FromPath[str], viewer: Viewing, parts: Used, request: Visit) -> Response[Any]:
    """How far it is, and what failed; of a rehearsal, what an import would do."""
    return await _show(await _found(name, viewer, parts, request), viewer, parts, request)


@post([f"{PATHS[task]}/{{name:str}}/de-novo" for task in FEEDING], status_code=303)
async def retry(
    name: FromPath[str], data: AgainForm, viewer: Viewing, parts: Used, request: Visit
) -> Response[Any]:
    """Run what failed again, all or one."""
    only = {_number(data.registro)} if data.registro else set()
    run = await _found(name, viewer, parts, request)
    try:
        _run, queued = await long_work.retry(parts, viewer.tenant_id, viewer.actor, run.id, only, FEEDING)
    except Conflict as error:
        why = telling.refusal(Reason(error.code))
        return await _show(run, viewer, parts, request, why=why)
    return Redirect(f"{url(run)}?{QUEUED}={queued}", status_code=303)


@get([f"{path}/{{name:str}}/cancelar" for path in PATHS.values()])
async def ask(name: FromPath[str], viewer: Viewing, parts: Used, request: Visit) -> Response[Any]:
    """What a cancellation means; nothing is cancelled yet."""
    run = await _found(name, viewer, parts, request)
    if run.ended_at is not None or not viewer.may_change:
        return Redirect(url(run), status_code=303)
    async with parts.database.tenant(viewer.tenant_id) as conn:
        around = await look_around(conn, viewer, parts.clock.business_now())
    view = told.cancel(run, await known_of(around, parts, [run]))
    return page("run_cancel.html", {"shell": shell_of(around, request, url(run)), "view": view})


@post(f"{PATHS[Task.REHEARSAL]}/{{name:str}}/importar", status_code=303)
async def import_rehearsed(
    name: FromPath[str], viewer: Viewing, parts: Used, request: Visit
) -> Response[Any]:
    """Import what was rehearsed: the same records, whoever asked for them, with the same choices."""
    run = await _found(name, viewer, parts, request)
    if run.state is not RunState.DONE:
        return await _show(run, viewer, parts, request, why=_late())
    rehearsed = msgspec.json.decode(run.wish, type=rehearsing.Wish)
    wish = importing.Wish(asked=rehearsed.asked, automations=rehearsed.automations)
    try:
        begun = await long_work.begin(parts, viewer.tenant_id, viewer.actor, Task.IMPORT, run.kind, wish)
    except Conflict as error:
        why = await refused(error, viewer, parts, Task.IMPORT, run.kind)
        return await _show(run, viewer, parts, request, why=why)
    return Redirect(url(begun), status_code=303)


@post(
    [f"{path}/{{name:str}}/{deed}" for path in PATHS.values() for deed in DEED_PATHS],
    status_code=303,
)
async def turn(name: FromPath[str], viewer: Viewing, parts: Used, request: Visit) -> Response[Any]:
    """Pause, resume or cancel."""
    run = await _found(name, viewer, parts, request)
    wanted = DEED_PATHS[request.url.path.rpartition("/")[2]]
    try:
        await long_work.turn(parts, viewer.tenant_id, viewer.actor, run.id, OURS, wanted)
    except Conflict as error:
        why = _late() if error.code == "does_not_fit" else telling.refusal(Reason(error.code))
        return await _show(await _found(name, viewer, parts, request), viewer, parts, request, why=why)
    return Redirect(url(run), status_code=303)


async def _found(name: str, viewer: Viewer, parts: Parts, request: Visit) -> Run:
    """The run whose own address this is; raises `NotFound`."""
    run = await long_work.find(parts, viewer.tenant_id, run_id_of(name), OURS)
    if not f"{request.url.path}/".startswith(f"{url(run)}/"):
        raise NotFound
    return run


async def _show(run: Run, viewer: Viewer, parts: Parts, request: Visit, *, why: str = "") -> Response[Any]:
    if run.task is Task.REHEARSAL:
        return await _rehearsal(run, viewer, parts, request, why)
    query, after = request.query_params, _number(request.query_params.get(AFTER, "0"))
    async with parts.database.tenant(viewer.tenant_id) as conn:
        around = await look_around(conn, viewer, parts.clock.business_now())
        outcomes = await run_numbers.outcomes(conn, run)
        failures = await runs.failures(conn, run, after, FAILURES + 1)
    shown = failures[:FAILURES]
    view = telling.one(
        run,
        await known_of(around, parts, [run]),
        outcomes,
        shown,
        shown[-1].n if len(failures) > FAILURES else None,
        said=_said(query.get(QUEUED, "")),
        refused=why,
    )
    return _answer("import.html", {"shell": shell_of(around, request, url(run)), "view": view}, why)


async def _rehearsal(run: Run, viewer: Viewer, parts: Parts, request: Visit, why: str) -> Response[Any]:
    async with parts.database.tenant(viewer.tenant_id) as conn:
        around = await look_around(conn, viewer, parts.clock.business_now())
        examples = await runs.findings(conn, run, 0, EXAMPLES * (len(Class) + 1))
    known = await known_of(around, parts, [run])
    view = rehearsal(run, known, examples, why, may_import=viewer.may_change)
    return _answer("rehearsal.html", {"shell": shell_of(around, request, url(run)), "view": view}, why)


def _late() -> str:
    return _("Isto não cabe mais: veja abaixo como está agora.")


def _answer(template: str, shown: dict[str, object], refused: str) -> Response[Any]:
    return page(template, shown, status=409 if refused else 200)


def _said(text: str) -> str:
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        return ""
    return plural("%(num)s registro na fila.", "%(num)s registros na fila.", int(text))


def _number(text: str) -> int:
    """Raises `NotFound` for what is no id; a product that Bling does not have is named below zero."""
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdecimal() and len(digits) <= 19 and int(digits) <= LARGEST_ID):
        raise NotFound
    return int(text)


handlers: list[ControllerRouterHandler] = [show_run, retry, ask, import_rehearsed, turn]
