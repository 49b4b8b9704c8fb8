"""Who calls the JSON API: a tenant's API key, which acts as an administrator; and how often it may."""

from __future__ import annotations

from typing import Any

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.di import NamedDependency
from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.middleware.rate_limit import RateLimitConfig
from litestar.types import ASGIApp, Receive, Scope, Send

from server.keys import Caller
from server.parts import parts_of
from server.problems import Forbidden, NotSignedIn
from server.sessions import SAFE_METHODS

#: Requests of one key in a second, counted by each server process.
PER_SECOND = 60
CHALLENGE = {"WWW-Authenticate": 'Bearer realm="Ponte"'}


class KeyHolders(ASGIMiddleware):
    """Lets in who sends a key that is in force; the caller is `request.user`."""

    scopes = (ScopeType.HTTP,)

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """401 without a good key, 403 for a change with one that reads only."""
        parts = parts_of(scope)
        kind, _, key = ASGIConnection(scope).headers.get("authorization", "").partition(" ")
        caller = await parts.keys.caller(key.strip()) if kind.lower() == "bearer" and key else None
        if caller is None:
            raise NotSignedIn("send a valid API key as Authorization: Bearer", headers=CHALLENGE)
        if caller.reads_only and scope.get("method") not in SAFE_METHODS:
            raise Forbidden("this API key may only read")
        scope["user"] = caller
        await next_app(scope, receive, send)


async def provide_caller(request: Request[Caller, Any, Any]) -> Caller:
    """The dependency `caller`."""
    return request.user


def _by_key(request: Request[Any, Any, Any]) -> str:
    return str(request.user.key)


#: A handler's parameter `caller`.
Calling = NamedDependency[Caller]
#: Stands inside `KeyHolders`; strangers are refused before they are counted.
RATE = RateLimitConfig(rate_limit=("second", PER_SECOND), identifier_for_request=_by_key)
