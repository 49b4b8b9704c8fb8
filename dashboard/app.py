"""The dashboard, for `create_app` to mount: its pages, and how errors look to people."""

from __future__ import annotations

from litestar import Router
from litestar.di import Provide
from litestar.types import ControllerRouterHandler

from connector.settings import Settings
from dashboard import static_files
from dashboard.dev import pages as dev
from dashboard.pages import connections, event, events, live, overview, problems, product, records, sign_in
from dashboard.pages.visitors import welcome, welcome_anyone
from server.requests import RequestNames
from server.sessions import SignedIn, provide_viewer, readers_only_read

#: Where the components page may be seen: it shows nothing real, but nobody needs it in production.
WORKSHOPS = frozenset({"development", "demo", "test"})

exception_handlers = problems.handlers


def pages(settings: Settings) -> list[ControllerRouterHandler]:
    """All handlers of the dashboard."""
    workshop = dev.handlers if settings.env in WORKSHOPS else []
    names = RequestNames(https=settings.app_url.startswith("https:"))
    return [*static_files.handlers, _public(names), _inside(names), *workshop]


def _public(names: RequestNames) -> Router:
    return Router(
        "/", route_handlers=sign_in.handlers, before_request=welcome_anyone, include_in_schema=False
    )


def _inside(names: RequestNames) -> Router:
    """For people who are signed in."""
    screens = (overview, connections, product, events, event, records, live)
    return Router(
        "/",
        route_handlers=[handler for screen in screens for handler in screen.handlers],
        before_request=welcome,
        middleware=[names, SignedIn()],
        guards=[readers_only_read],
        dependencies={"viewer": Provide(provide_viewer)},
        include_in_schema=False,
    )
