"""Operators at the door: a session and a cookie of their own, which open nothing of a tenant's.

The other way round a tenant's cookie opens nothing here: the two are looked up in different tables. What an
operator sees of a tenant's own screens is a *visit*: a third cookie, counted by `server.sessions`.
"""

from __future__ import annotations

from typing import Any, Literal

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Receive, Scope, Send

from connector.account.operator_visits import LENGTH
from connector.account.operators import SESSION, Watcher, watcher_of
from connector.settings import Settings
from server.parts import parts_of
from server.problems import NotSignedIn
from server.visits import visit_cookie_name

Visit = ASGIConnection[Any, Any, Any, Any]


def operator_cookie_name(settings: Settings) -> str:
    """Sent for every path, as `__Host-` asks; only the operator's pages look at it."""
    return "__Host-ponte-operator" if settings.app_url.startswith("https:") else "ponte-operator"


def operator_cookie(settings: Settings, token: str) -> Cookie:
    """Sets the operator's session; an empty token takes it away. Links in our alarms bring it along."""
    max_age = int(SESSION.total_seconds()) if token else 0
    return _cookie(operator_cookie_name(settings), token, max_age, "lax")


def visit_cookie(settings: Settings, token: str) -> Cookie:
    """Opens one tenant's screens for a while; an empty token shuts them."""
    max_age = int(LENGTH.total_seconds()) if token else 0
    return _cookie(visit_cookie_name(settings), token, max_age, "strict")


def operator_token(connection: Visit) -> str | None:
    """The token that the browser sent."""
    return connection.cookies.get(operator_cookie_name(parts_of(connection.scope).settings))


async def recognise_operator(connection: Visit) -> bool:
    """Find the operator's session, if there is one that lives."""
    parts, token = parts_of(connection.scope), operator_token(connection)
    watcher = await watcher_of(parts.database, token, parts.clock.now()) if token else None
    if watcher is None:
        return False
    connection.scope["user"], connection.scope["auth"] = watcher, token
    return True


class OperatorSignedIn(ASGIMiddleware):
    """Lets in operators alone; who it is is `request.user`, the session's token `request.auth`."""

    scopes = (ScopeType.HTTP,)

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """401 without an operator's session that lives."""
        if not await recognise_operator(ASGIConnection(scope)):
            raise NotSignedIn
        await next_app(scope, receive, send)


async def provide_watcher(request: Request[Watcher, str, Any]) -> Watcher:
    """The dependency `watcher`."""
    return request.user


#: A handler's parameter `watcher`.
Watching = NamedDependency[Watcher]


def _cookie(name: str, value: str, max_age: int, samesite: Literal["lax", "strict"]) -> Cookie:
    return Cookie(
        key=name,
        value=value,
        path="/",
        httponly=True,
        secure=True,
        samesite=samesite,
        max_age=max_age,
    )
