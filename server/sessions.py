"""Who is looking: the session cookie, guards, and protection of forms against other sites.

Pages stand in a router with `middleware=[SignedIn(...)]`; handlers then take `viewer: Viewer`
(dependency `viewer`). A role that may only read is refused every unsafe method by `readers_only_read`; every
unsafe request must come from our own pages (`refuse_other_sites`, as `before_request`).
"""

from __future__ import annotations

import hmac
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.enums import ScopeType
from litestar.handlers import BaseRouteHandler
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Receive, Scope, Send

from connector.account.people import Viewer
from connector.account.signin import SESSION_DAYS, viewer_of
from connector.settings import Settings
from connector.store.people import Role
from server.frame import frame_cookie_name, is_framed
from server.parts import parts_of
from server.problems import Forbidden, NotSignedIn
from server.visits import THEIR_OWN, visitor_of

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
#: Begun and finished by GET, and no less a change.
CONSENTS = "/oauth/"
OUR_OWN = frozenset({"same-origin", "none"})
CSRF_FIELD = "csrf"
CSRF_HEADER = "x-csrf-token"


def cookie_name(settings: Settings) -> str:
    """The session cookie; browsers take the `__Host-` prefix over https only."""
    return "__Host-ponte" if settings.app_url.startswith("https:") else "ponte"


def session_cookie(settings: Settings, token: str) -> Cookie:
    """Sets the session, out of scripts' reach, for this site's own requests."""
    return Cookie(
        key=cookie_name(settings),
        value=token,
        path="/",
        httponly=True,
        secure=True,
        samesite="lax",
        max_age=SESSION_DAYS * 86_400,
    )


def ended_cookie(settings: Settings) -> Cookie:
    """Takes the cookie away."""
    return Cookie(
        key=cookie_name(settings), value="", path="/", httponly=True, secure=True, samesite="lax", max_age=0
    )


def session_token(connection: ASGIConnection[Any, Any, Any, Any]) -> str | None:
    """The token that the browser sent: inside a portal's frame, that of the frame."""
    settings = parts_of(connection.scope).settings
    name = frame_cookie_name(settings) if is_framed(connection) else cookie_name(settings)
    return connection.cookies.get(name)


def csrf_token(token: str) -> str:
    """The word that forms of this session carry: tells nothing about the session's own token."""
    return sha256(b"form of " + token.encode()).hexdigest()


async def recognise(connection: ASGIConnection[Any, Any, Any, Any]) -> bool:
    """Find the person who is signed in, if anybody is."""
    parts, token = parts_of(connection.scope), session_token(connection)
    viewer = await viewer_of(parts.database, token, parts.clock.now()) if token else None
    if viewer is not None:
        connection.scope["user"], connection.scope["auth"] = viewer, token
    return viewer is not None


async def _recognise_visitor(connection: ASGIConnection[Any, Any, Any, Any]) -> bool:
    """Find the operator who visits; on a tenant's own screens they come before a person who is signed in."""
    found = await visitor_of(connection)
    if found is not None:
        connection.scope["user"], connection.scope["auth"] = found
    return found is not None


class SignedIn(ASGIMiddleware):
    """Lets in who has a session; the viewer is `request.user`, the session's token `request.auth`."""

    scopes = (ScopeType.HTTP,)

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """401 without a session that lives."""
        connection: ASGIConnection[Any, Any, Any, Any] = ASGIConnection(scope)
        if not await _recognise_visitor(connection) and not await recognise(connection):
            raise NotSignedIn
        await next_app(scope, receive, send)


async def provide_viewer(request: Request[Viewer, str, Any]) -> Viewer:
    """The dependency `viewer`."""
    return request.user


#: A handler's parameter `viewer`.
Viewing = NamedDependency[Viewer]


def readers_only_read(connection: ASGIConnection[Any, Viewer, Any, Any], _: BaseRouteHandler) -> None:
    """Guard: a viewer changes nothing."""
    if connection.scope.get("method") not in SAFE_METHODS and connection.user.role is Role.VIEWER:
        raise Forbidden("your role may only read")


def visitors_keep_out(connection: ASGIConnection[Any, Viewer, Any, Any], _: BaseRouteHandler) -> None:
    """Guard: what a visiting operator may not do though an administrator may."""
    if connection.user.visit is None or not connection.url.path.startswith(THEIR_OWN):
        return
    reads = connection.scope.get("method") in SAFE_METHODS
    if not reads or connection.url.path.startswith(CONSENTS):
        raise Forbidden("a visit does not reach so far")


def owners_only(connection: ASGIConnection[Any, Viewer, Any, Any], _: BaseRouteHandler) -> None:
    """Guard: what only an owner may do."""
    if connection.user.role is not Role.OWNER:
        raise Forbidden("only an owner may do this")


async def refuse_other_sites(request: Request[Any, Any, Any]) -> None:
    """403 for an unsafe request that another site's page caused, or that lacks its session's form word."""
    if request.method in SAFE_METHODS:
        return
    if not _from_our_pages(request):
        raise Forbidden("the request came from another site")
    token = request.scope.get("auth")
    if isinstance(token, str) and not hmac.compare_digest(
        (await _sent_word(request)).encode(), csrf_token(token).encode()
    ):
        raise Forbidden("the form has expired: load the page again")


def _from_our_pages(request: Request[Any, Any, Any]) -> bool:
    """By the browser's own word; a program sends neither header, and no cookie that it did not choose."""
    if site := request.headers.get("sec-fetch-site"):
        return site in OUR_OWN
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == request.headers.get("host")


async def _sent_word(request: Request[Any, Any, Any]) -> str:
    if word := request.headers.get(CSRF_HEADER):
        return word
    form = await request.form()
    return str(form.get(CSRF_FIELD, ""))
