"""Quarentena: look, hand over, try again, discard."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath
from litestar.types import ControllerRouterHandler

from connector.account import operator_messages as deeds
from connector.account.operator_messages import Done, Verdict
from connector.account.operators import Watcher
from connector.store import directory, tenants
from connector.store import operator_messages as store
from connector.store.scope import Connection
from dashboard.operator.pages.screen import PAGE, Visit, done, id_in, screen, text_in
from dashboard.operator.telling import messages as telling
from dashboard.operator.telling.messages import NOBODYS, PATH
from dashboard.operator.views import Recipient
from server.operators import Watching
from server.parts import Parts, Used
from server.problems import NotFound


class Handed(msgspec.Struct, frozen=True):
    """To whom, and whether with all others of the company."""

    tenant: UUID
    all: str = ""


class Discarded(msgspec.Struct, frozen=True):
    """Whether with all others of the company."""

    all: str = ""


HandedForm = Annotated[Handed, Body(media_type=RequestEncodingType.URL_ENCODED)]
DiscardedForm = Annotated[Discarded, Body(media_type=RequestEncodingType.URL_ENCODED)]


@get("/quarentena")
async def show_quarantined(watcher: Watching, parts: Used, request: Visit) -> Response[str]:
    """Messages that cannot be events."""
    reason = text_in(request, "motivo")
    async with parts.database.system() as conn:
        rows = await store.quarantined(conn, reason, id_in(request, "depois"), PAGE + 1)
    return screen("messages.html", telling.quarantined(rows, PAGE, reason), watcher, request)


@get("/quarentena/sem-dono")
async def show_unclaimed(watcher: Watching, parts: Used, request: Visit) -> Response[str]:
    """Messages of companies that nobody has connected."""
    company = text_in(request, "empresa")
    async with parts.database.system() as conn:
        rows = await store.unclaimed(conn, company, id_in(request, "depois"), PAGE + 1)
    return screen("messages.html", telling.unclaimed(rows, PAGE, company), watcher, request)


@get("/quarentena/{message_id:uuid}")
async def show_one_quarantined(
    message_id: FromPath[UUID], watcher: Watching, parts: Used, request: Visit
) -> Response[str]:
    """With its body."""
    return await _quarantined(message_id, watcher, parts, request)


@post("/quarentena/{message_id:uuid}/repetir")
async def try_again(
    message_id: FromPath[UUID], watcher: Watching, parts: Used, request: Visit
) -> Response[Any]:
    """As the door would read it today."""
    found = await deeds.try_again(parts.database, watcher, message_id, parts.clock.now())
    await parts.engine.waker.wake(found.tenants)
    if found.verdict is Verdict.STILL_STRANGE:
        return await _quarantined(message_id, watcher, parts, request, found.verdict)
    return _ended(found, PATH, "repetido")


@post("/quarentena/{message_id:uuid}/descartar")
async def discard_quarantined(message_id: FromPath[UUID], watcher: Watching, parts: Used) -> Response[Any]:
    """Throw it away."""
    found = await deeds.discard_quarantined(parts.database, watcher, message_id, parts.clock.now())
    return _ended(found, PATH, "descartado")


@get("/quarentena/sem-dono/{message_id:uuid}")
async def show_one_unclaimed(
    message_id: FromPath[UUID], watcher: Watching, parts: Used, request: Visit
) -> Response[str]:
    """With its body, and who could have it."""
    return await _unclaimed(message_id, watcher, parts, request)


@post("/quarentena/sem-dono/{message_id:uuid}/entregar")
async def hand_over(
    message_id: FromPath[UUID], data: HandedForm, watcher: Watching, parts: Used, request: Visit
) -> Response[Any]:
    """To a tenant that has connected the company by now."""
    company = await _company(parts, message_id)
    one = None if data.all else message_id
    found = await deeds.hand_over(parts.database, watcher, company, data.tenant, one, parts.clock.now())
    await parts.engine.waker.wake(found.tenants)
    if found.verdict is Verdict.NO_ACCOUNT:
        return await _unclaimed(message_id, watcher, parts, request, found.verdict)
    return _ended(found, NOBODYS, "entregue")


@post("/quarentena/sem-dono/{message_id:uuid}/descartar")
async def discard_unclaimed(
    message_id: FromPath[UUID], data: DiscardedForm, watcher: Watching, parts: Used
) -> Response[Any]:
    """Throw it away, or all of its company's."""
    company = await _company(parts, message_id)
    one = None if data.all else message_id
    found = await deeds.discard_unclaimed(parts.database, watcher, company, one, parts.clock.now())
    return _ended(found, NOBODYS, "descartado")


async def _quarantined(
    message_id: UUID, watcher: Watcher, parts: Parts, request: Visit, verdict: Verdict | None = None
) -> Response[str]:
    async with parts.database.system() as conn:
        found = await store.quarantined_one(conn, message_id)
    if found is None:
        raise NotFound
    view = telling.quarantined_page(found)
    return screen("message.html", view, watcher, request, path=view.path, **_refused(verdict))


async def _unclaimed(
    message_id: UUID, watcher: Watcher, parts: Parts, request: Visit, verdict: Verdict | None = None
) -> Response[str]:
    async with parts.database.system() as conn:
        found = await store.unclaimed_one(conn, message_id)
        if found is None:
            raise NotFound
        view = telling.unclaimed_page(found, await _recipients(conn, found.company_id))
    return screen("message.html", view, watcher, request, path=view.path, **_refused(verdict))


async def _recipients(conn: Connection, company_id: str) -> list[Recipient]:
    found = [await tenants.load(one.tenant_id) for one in await directory.route(conn, company_id)]
    return [Recipient(str(one.tenant_id), one.name) for one in found if one is not None]


async def _company(parts: Parts, message_id: UUID) -> str:
    async with parts.database.system() as conn:
        found = await store.unclaimed_one(conn, message_id)
    if found is None:
        raise NotFound
    return found.company_id


def _refused(verdict: Verdict | None) -> dict[str, Any]:
    return {} if verdict is None else {"status": 409, "refused": telling.verdict(verdict)}


def _ended(found: Done, path: str, word: str) -> Response[Any]:
    if found.verdict is Verdict.GONE:
        raise NotFound
    return done(NOBODYS if found.verdict is Verdict.UNCLAIMED else path, word)


handlers: list[ControllerRouterHandler] = [
    show_quarantined,
    show_unclaimed,
    show_one_quarantined,
    try_again,
    discard_quarantined,
    show_one_unclaimed,
    hand_over,
    discard_unclaimed,
]
