"""Bling's doors: who calls, may he, does a fault wait for him, which handler answers."""

from __future__ import annotations

import asyncio
import re
import uuid
from collections.abc import Callable

from litestar import asgi
from litestar.handlers import ASGIRouteHandler
from litestar.types import Receive, Scope, Send

from sandbox.bling import images, oauth_doors
from sandbox.bling.context import Context, Handler
from sandbox.bling.errors import BlingError, error, not_found, ordered_fault
from sandbox.bling.oauth import Access
from sandbox.bling.routes import ROUTES
from sandbox.bling.scopes import SCOPES
from sandbox.bling.state import BlingState
from sandbox.core.faults import Fault
from sandbox.core.http import Answer, Request, asgi_app
from sandbox.core.world import World

MOUNT = "/bling"
API = "/Api/v3/"
"""What follows the mount: a mounted application sees its part of the path alone."""
_ID = re.compile(r"\d{1,19}")


def routes(world: World) -> list[ASGIRouteHandler]:
    """Everything under `/bling`, as one mounted application."""
    serve = asgi_app(Doors(world).answer)

    @asgi(MOUNT, is_mount=True, copy_scope=True)
    async def bling(scope: Scope, receive: Receive, send: Send) -> None:
        await serve(scope, receive, send)

    return [bling]


class Doors:
    """Answers every request under `/bling`."""

    def __init__(self, world: World) -> None:
        self._world = world

    @property
    def _state(self) -> BlingState:
        return self._world.bling

    async def answer(self, request: Request) -> Answer:
        """One request: a page, an image, an OAuth call or an API call."""
        path = request.path.rstrip("/")
        if path.startswith("/imagens/"):
            return self._picture(request, path)
        if not path.startswith(API):
            return not_found().answer()
        part = path[len(API) :]
        if part == "oauth/authorize":
            return oauth_doors.authorize(self._state, request)
        call = _OAuthCall if part.startswith("oauth/") else _ApiCall
        return await self._vendor_call(request, part, call(self._state, request))

    def _picture(self, request: Request, path: str) -> Answer:
        """A picture's link is no call of the API: it is told under a provider of its own."""
        answer = images.serve(path, request.query_string, self._world.clock)
        self._world.calls.record(
            provider="bling-images",
            http_method=request.http_method,
            method="imagens",
            path=MOUNT + path,
            status=answer.status,
            tenant=None,
            outsider=False,
        )
        return answer

    async def _vendor_call(self, request: Request, part: str, call: _OAuthCall | _ApiCall) -> Answer:
        first = part.partition("/")[0]
        try:
            self._state.limits.check_address(request.client, token_endpoint=part == "oauth/token")
            handler = call.admit(part)
            fault = self._world.faults.take("bling", self._names(call.company_id), first)
            answer = await _carry_out(handler, fault)
        except BlingError as refusal:
            answer = refusal.answer()
        if answer.status >= 400:
            self._state.limits.note_error(request.client)
        self._world.calls.record(
            provider="bling",
            http_method=request.http_method,
            method=first,
            path=MOUNT + request.path.rstrip("/"),
            query=request.query_string,
            status=answer.status,
            tenant=call.company_id,
            outsider=call.outsider,
        )
        return _with_request_id(answer)

    def _names(self, company_id: str | None) -> frozenset[str]:
        return self._world.tenants.names(company_id=company_id)


class _OAuthCall:
    """A call of the token endpoint or of the revocation."""

    outsider = False

    def __init__(self, state: BlingState, request: Request) -> None:
        self._state = state
        self._request = request
        self.company_id = oauth_doors.owner_of(state, request)

    def admit(self, part: str) -> Callable[[], Answer]:
        doors = {"oauth/token": oauth_doors.token, "oauth/revoke": oauth_doors.revoke}
        door = doors.get(part)
        if door is None:
            raise not_found()
        if self._request.http_method != "POST":
            raise error("METHOD_NOT_ALLOWED")
        return lambda: door(self._state, self._request)


class _ApiCall:
    """A call with a bearer token; it counts in the account's limits before anything else is looked at."""

    def __init__(self, state: BlingState, request: Request) -> None:
        self._state = state
        self._request = request
        scheme, _, self._token = request.headers.get("authorization", "").partition(" ")
        self._bearer = scheme.lower() == "bearer"
        self._access = state.oauth.access(self._token) if self._bearer else None
        self.company_id = self._access.company_id if self._access else state.oauth.owner_of(self._token)
        self.outsider = bool(self._access and self._access.outsider)

    def admit(self, part: str) -> Callable[[], Answer]:
        if not self._bearer:
            raise error("UNAUTHENTICATED")
        if self._access is None:
            raise error("invalid_token")
        self._state.limits.check_account(self._access.company_id)
        handler, ids = find_handler(self._request.http_method, part)
        self._require_scope(self._access, part)
        company = self._state.companies[self._access.company_id]
        context = Context(self._state, company, self._request, ids, self._token)
        return lambda: handler(context)

    def _require_scope(self, access: Access, part: str) -> None:
        resource = part.partition("/")[0]
        missing = self._state.missing_scopes.get(access.company_id, frozenset())
        if not access.outsider and resource in SCOPES and resource in missing:
            raise error("insufficient_scope")


def find_handler(http_method: str, part: str) -> tuple[Handler, tuple[int, ...]]:
    """The handler of a path and the ids in it; BlingError 404 or 405."""
    ids: list[int] = []
    names: list[str] = []
    for segment in part.split("/"):
        if _ID.fullmatch(segment):
            ids.append(int(segment))
            names.append("{}")
        else:
            names.append(segment)
    methods = ROUTES.get("/".join(names))
    if methods is None:
        raise not_found()
    handler = methods.get(http_method)
    if handler is None:
        raise error("METHOD_NOT_ALLOWED")
    return handler, tuple(ids)


async def _carry_out(handler: Callable[[], Answer], fault: Fault | None) -> Answer:
    if fault is None:
        return handler()
    if fault.delay_ms:
        await asyncio.sleep(fault.delay_ms / 1000)
    answer = ordered_fault(fault) or _attempt(handler)
    return Answer(answer.status, answer.body, answer.content_type, lost=True) if fault.drop else answer


def _attempt(handler: Callable[[], Answer]) -> Answer:
    try:
        return handler()
    except BlingError as refusal:
        return refusal.answer()


def _with_request_id(answer: Answer) -> Answer:
    headers = (*answer.headers, ("x-amzn-RequestId", str(uuid.uuid4())))
    return Answer(answer.status, answer.body, answer.content_type, headers, answer.lost)
