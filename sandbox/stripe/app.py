"""Stripe's doors: who calls, was it asked before, does a fault wait for it, which call answers.

| path | is |
|---|---|
| `/v1/…` | the API |
| `/` | what the account's owner would see |
| `/checkout/{id}`, `/portal/{id}`, `/invoice/{id}` | the pages that people click |
"""

from __future__ import annotations

import asyncio
import binascii
from base64 import b64decode
from collections.abc import Callable
from urllib.parse import parse_qsl

import msgspec
from litestar import asgi
from litestar.handlers import ASGIRouteHandler
from litestar.types import Receive, Scope, Send

from sandbox.core.faults import Fault
from sandbox.core.http import Answer, Request, asgi_app
from sandbox.core.world import World
from sandbox.stripe import pages, shapes
from sandbox.stripe.credentials import OUTSIDER_API_KEY, STRIPE_API_KEY
from sandbox.stripe.errors import StripeError, ordered_fault, unknown_url
from sandbox.stripe.events import NO_REQUEST
from sandbox.stripe.ids import new_id
from sandbox.stripe.owners import owner_of
from sandbox.stripe.params import Params, Tree, parse
from sandbox.stripe.reading import Call, expanded
from sandbox.stripe.routes import find_handler
from sandbox.stripe.shelves import Body
from sandbox.stripe.state import StripeState

MOUNT = "/stripe"
API = "/v1/"


def routes(world: World) -> list[ASGIRouteHandler]:
    """Everything under `/stripe`, as one mounted application."""
    serve = asgi_app(Doors(world).answer)

    @asgi(MOUNT, is_mount=True, copy_scope=True)
    async def stripe(scope: Scope, receive: Receive, send: Send) -> None:
        await serve(scope, receive, send)

    return [stripe]


class Doors:
    """Answers every request under `/stripe`."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def answer(self, request: Request) -> Answer:
        """One request: a page or an API call."""
        state = self._world.stripe
        state.timers.catch_up()
        state.own_endpoint["url"] = state.target(state.own_endpoint).url()
        path = request.path.rstrip("/")
        if path.startswith(API):
            return await self._api_call(state, request, path.removeprefix(API))
        return pages.answer(state, request, path)

    async def _api_call(self, state: StripeState, request: Request, part: str) -> Answer:
        request_id, first = new_id("req", 14), part.partition("/")[0]
        key = request.headers.get("idempotency-key") if request.http_method == "POST" else None
        owner, outsider = None, False
        try:
            outsider = _key_of(request) == OUTSIDER_API_KEY
            _check_version(request)
            tree = _tree(request)
            owner = owner_of(state, tree, part)
            fault = self._world.faults.take("stripe", self._names(owner), first)
            answer = await _once(state, request, part, _Attempt(tree, key, request_id, fault))
        except StripeError as refusal:
            answer = refusal.answer()
        self._world.calls.record(
            provider="stripe",
            http_method=request.http_method,
            method=first,
            path=MOUNT + request.path.rstrip("/"),
            query=request.query_string,
            status=answer.status,
            tenant=owner,
            outsider=outsider,
        )
        return _with_headers(answer, request_id, key)

    def _names(self, owner: str | None) -> frozenset[str]:
        found = self._world.tenants.find(owner)
        if found is not None:
            return found.names
        return frozenset((owner,)) if owner else frozenset()


class _Attempt(msgspec.Struct, frozen=True):
    """One carrying out: parameters, idempotency key, request id, and the fault that waits for it."""

    tree: Tree
    key: str | None
    request_id: str
    fault: Fault | None


async def _once(state: StripeState, request: Request, part: str, attempt: _Attempt) -> Answer:
    """The answer to a key's first request, kept for the next ones."""
    key = attempt.key
    if key is None:
        return await _carry_out(state, request, part, attempt)
    kept = state.replays.begin(key, request)
    if kept is not None:
        return Answer(kept.status, kept.body, headers=(("idempotent-replayed", "true"),))
    answer = None
    try:
        answer = await _carry_out(state, request, part, attempt)
    finally:
        state.replays.end(key, answer if answer is not None and _counts(attempt, answer) else None)
    return answer


def _counts(attempt: _Attempt, answer: Answer) -> bool:
    """Whether an answer is the key's for good: the call began to do something, however that ended."""
    fault = attempt.fault
    began = fault is None or ordered_fault(fault) is None
    return began and (answer.status < 400 or answer.status == 402)


async def _carry_out(state: StripeState, request: Request, part: str, attempt: _Attempt) -> Answer:
    """Carry a call out, or let what a fault orders happen to it."""
    fault = attempt.fault
    if fault is None:
        return _attempt(state, request, part, attempt)
    if fault.delay_ms:
        await asyncio.sleep(fault.delay_ms / 1000)
    answer = ordered_fault(fault) or _attempt(state, request, part, attempt)
    return Answer(answer.status, answer.body, answer.content_type, lost=True) if fault.drop else answer


def _attempt(state: StripeState, request: Request, part: str, attempt: _Attempt) -> Answer:
    found = find_handler(request.http_method, part)
    state.events.request = {"id": attempt.request_id, "idempotency_key": attempt.key}
    try:
        if found is None:
            raise unknown_url(request.http_method, API + part)
        handler, ids = found
        return Answer(200, msgspec.json.encode(_result(state, handler, ids, part, attempt.tree)))
    except StripeError as refusal:
        return refusal.answer()
    finally:
        state.events.request = NO_REQUEST


def _result(
    state: StripeState, handler: Callable[[Call], Body], ids: tuple[str, ...], part: str, tree: Tree
) -> Body:
    params = Params(tree)
    paths = params.texts("expand")
    body = handler(Call(state, params, ids, API + part))
    return expanded(state, body, paths) if paths else body


def _tree(request: Request) -> Tree:
    pairs = list(request.query)
    if request.body:
        pairs += parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True)
    return parse(pairs)


def _key_of(request: Request) -> str:
    """The key that a request carries; StripeError 401 if it is none of the account's."""
    scheme, _, sent = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "basic":
        try:
            sent = b64decode(sent, validate=True).decode().partition(":")[0]
        except (binascii.Error, UnicodeDecodeError):
            sent = ""
    if not sent:
        message = (
            "You did not provide an API key. You need to provide your API key in the Authorization header, "
            "using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY')."
        )
        raise StripeError(401, "invalid_request_error", message)
    if sent not in (STRIPE_API_KEY, OUTSIDER_API_KEY):
        hidden = f"{sent[:8]}{'*' * 10}{sent[-4:]}" if len(sent) > 16 else "*" * len(sent)
        raise StripeError(401, "invalid_request_error", f"Invalid API Key provided: {hidden}")
    return sent


def _check_version(request: Request) -> None:
    """The sandbox speaks one version; another one would get other shapes than it asked for."""
    version = request.headers.get("stripe-version", shapes.API_VERSION)
    if version != shapes.API_VERSION:
        message = f"Invalid Stripe API version: {version}. The sandbox speaks {shapes.API_VERSION} only."
        raise StripeError(400, "invalid_request_error", message)


def _with_headers(answer: Answer, request_id: str, key: str | None) -> Answer:
    headers = [*answer.headers, ("request-id", request_id), ("stripe-version", shapes.API_VERSION)]
    if key is not None:
        headers.append(("idempotency-key", key))
    return Answer(answer.status, answer.body, answer.content_type, tuple(headers), answer.lost)
