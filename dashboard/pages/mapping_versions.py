"""Versions of the product mapping, the mapping as a file, and a new version for what is synced already."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post
from litestar.datastructures import UploadFile
from litestar.enums import MediaType
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.types import ControllerRouterHandler

from connector.account import field_lists, mapping_versions, mappings
from connector.account.mapping_versions import Version
from connector.account.mappings import BadMapping
from connector.account.people import Viewer
from connector.domain.events import Kind
from connector.store import people
from connector.store.scope import Connection
from connector.sync.applying import apply
from dashboard.pages.product import APPLIED, MAPPING, SAVED, product_page, read_known
from dashboard.pages.surroundings import look_around, shell_of
from dashboard.reader import _
from dashboard.rendering import page
from dashboard.telling import mapping_form
from dashboard.telling import mapping_versions as telling
from dashboard.telling.field_words import words_of
from dashboard.telling.mapping import PATH, Said
from dashboard.telling.mapping_errors import Errors, errors_in
from dashboard.views.mapping_versions import Compared
from server.parts import Parts, Used
from server.problems import NotFound
from server.sessions import Viewing

Visit = Request[Any, Any, Any]

VERSIONS = f"{PATH}/versoes"
PAGE = 30
#: Bytes; a mapping of the most rules with long tables is far below.
LARGEST_FILE = 2_000_000
#: Version numbers are 32-bit.
LARGEST_VERSION = 2**31 - 1


@get(VERSIONS)
async def show_versions(viewer: Viewing, parts: Used, request: Visit) -> Response[str]:
    """Who saved what and when; `comparar` shows what happened since one of them."""
    return await _page(viewer, parts, request)


@post(f"{VERSIONS}/{{name:str}}/restaurar", status_code=303)
async def restore_version(name: FromPath[str], viewer: Viewing, parts: Used, request: Visit) -> Response[Any]:
    """Put a former version in force again, as a new one."""
    async with parts.database.tenant(viewer.tenant_id) as conn:
        found = await _version(conn, viewer.tenant_id, _number(name))
    wake, now = parts.engine.waker.wake, parts.clock.now()
    try:
        await mapping_versions.restore(
            parts.connecting, wake, viewer.tenant_id, Kind.PRODUCT, found, viewer.actor, now
        )
    except BadMapping as error:
        known = await read_known(viewer, parts)
        wish = mapping_form.saved(found.mapping)
        said = Said(unsaved=True, errors=errors_in(error, known.mapping))
        return await product_page(viewer, parts, request, known, wish, said, status=422)
    return Redirect(f"{PATH}?{SAVED}={MAPPING}", status_code=303)


@get(f"{PATH}/mapeamento.json")
async def export_mapping(viewer: Viewing, parts: Used) -> Response[bytes]:
    """The mapping in force as a file."""
    async with parts.database.tenant(viewer.tenant_id) as conn:
        mapping = await mappings.current(conn, viewer.tenant_id, Kind.PRODUCT)
    content = msgspec.json.format(msgspec.json.encode(mapping_versions.as_file(mapping)), indent=2)
    name = f"ponte-produto-v{mapping.version}.json"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(content, media_type=MediaType.JSON, headers=headers)


@post(f"{PATH}/importar", status_code=200)
async def import_mapping(viewer: Viewing, parts: Used, request: Visit) -> Response[Any]:
    """A file's mapping in the form, to be looked at and saved."""
    form = await request.form()
    sent = form.get("arquivo")
    content = await sent.read(LARGEST_FILE + 1) if isinstance(sent, UploadFile) else b""
    known = await read_known(viewer, parts)
    present = mapping_form.saved(known.mapping)
    try:
        if len(content) > LARGEST_FILE:
            raise ValueError("too long")
        body = mapping_versions.from_file(Kind.PRODUCT, msgspec.json.decode(content))
        wish = mapping_form.imported(body, present)
    except (BadMapping, ValueError, RecursionError):
        said = Said(errors=Errors(general=_("Este arquivo não é um mapeamento de produtos da Ponte.")))
        return await product_page(viewer, parts, request, known, present, said, status=422)
    said = Said(unsaved=True, told=_("Arquivo lido: confira as regras e salve."))
    return await product_page(viewer, parts, request, known, wish, said)


@post(f"{PATH}/aplicar", status_code=303)
async def apply_mapping(viewer: Viewing, parts: Used) -> Redirect:
    """Sync once more what another version wrote last."""
    done = await apply(parts.engine, viewer.tenant_id, Kind.PRODUCT, dry_run=False)
    return Redirect(f"{PATH}?{APPLIED}={done.queued}", status_code=303)


async def _page(viewer: Viewer, parts: Parts, request: Visit) -> Response[str]:
    before = _number(request.query_params.get("antes", ""))
    chosen = _number(request.query_params.get("comparar", ""))
    async with parts.database.tenant(viewer.tenant_id) as conn:
        around = await look_around(conn, viewer, parts.clock.business_now())
        found = await mapping_versions.history(conn, viewer.tenant_id, Kind.PRODUCT, before, PAGE + 1)
        current = await mappings.current(conn, viewer.tenant_id, Kind.PRODUCT)
        words = words_of(await field_lists.kept(conn, viewer.tenant_id))
        compared: Compared | None = None
        if chosen is not None:
            old = (await _version(conn, viewer.tenant_id, chosen)).mapping
            difference = mapping_versions.compare(old, current)
            compared = telling.compared(chosen, current.version, difference, words)
    async with parts.database.system() as conn:
        authors = {one.person_id: one.name for one in await people.members(conn, viewer.tenant_id)}
    view = telling.versions(found, PAGE, current.version, authors, compared, editable=viewer.may_change)
    return page("mapping_versions.html", {"shell": shell_of(around, request), "view": view})


async def _version(conn: Connection, tenant_id: UUID, number: int | None) -> Version:
    """Raises `NotFound` for a number that no version has."""
    found = (
        await mapping_versions.one(conn, tenant_id, Kind.PRODUCT, number)
        if number is not None and 0 < number <= LARGEST_VERSION
        else None
    )
    if found is None:
        raise NotFound
    return found


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 10 else None


handlers: list[ControllerRouterHandler] = [
    show_versions,
    restore_version,
    export_mapping,
    import_mapping,
    apply_mapping,
]
