"""The dashboard, for `create_app` to mount: its pages, and how errors look to people."""

from __future__ import annotations

from litestar import Router
from litestar.di import Provide
from litestar.types import ControllerRouterHandler

from connector.settings import Settings
from dashboard import static_files
from dashboard.dev import pages as dev
from dashboard.operator.routers import routers as operator_routers
from dashboard.pages import (
    agreement,
    bling_consent,
    bling_return,
    connections,
    deal,
    departure,
    event,
    events,
    exports,
    forgotten,
    help,
    holds,
    import_run,
    imports,
    invited,
    joining,
    licence,
    live,
    mapping,
    mapping_versions,
    month,
    order,
    overview,
    own,
    papers,
    portal,
    portal_login,
    problems,
    product,
    protection,
    reconciliations,
    record,
    records,
    remedies,
    replay_filter,
    sign_in,
    status,
    support,
    team,
    visit,
)
from dashboard.pages.visitors import welcome, welcome_anyone
from server.requests import RequestNames
from server.sessions import SignedIn, provide_viewer, readers_only_read, visitors_keep_out

#: Where the components page may be seen: it shows nothing real, but nobody needs it in production.
WORKSHOPS = frozenset({"development", "demo", "test"})

exception_handlers = problems.handlers


def pages(settings: Settings) -> list[ControllerRouterHandler]:
    """All handlers of the dashboard."""
    workshop = dev.handlers if settings.env in WORKSHOPS else []
    names = RequestNames(https=settings.app_url.startswith("https:"))
    return [
        *static_files.handlers,
        _strangers(names),
        _public(names),
        *_portal(names),
        *_inside(names),
        *operator_routers(names),
        *workshop,
    ]


def _strangers(names: RequestNames) -> Router:
    """For everybody, whatever is broken: nobody's session is looked up."""
    return Router(
        "/",
        route_handlers=status.handlers,
        before_request=status.welcome_stranger,
        middleware=[names],
        include_in_schema=False,
    )


def _public(names: RequestNames) -> Router:
    """For everybody."""
    screens = (sign_in, joining, forgotten, invited, papers, help, bling_return, portal_login)
    return Router(
        "/",
        route_handlers=[handler for screen in screens for handler in screen.handlers],
        before_request=welcome_anyone,
        middleware=[names],
        include_in_schema=False,
    )


def _portal(names: RequestNames) -> list[Router]:
    """What a portal shows in its frame before somebody is signed in."""
    doors = ((portal.openers, portal.welcome_portal), (portal.choosers, portal.welcome_chooser))
    return [
        Router(
            "/", route_handlers=handlers, before_request=greeting, middleware=[names], include_in_schema=False
        )
        for handlers, greeting in doors
    ]


def _inside(names: RequestNames) -> list[Router]:
    """For people who are signed in; what is `own` is theirs whatever their role."""
    screens = (
        overview,
        connections,
        bling_consent,
        product,
        mapping,
        mapping_versions,
        order,
        events,
        replay_filter,
        event,
        record,
        records,
        imports,
        exports,
        import_run,
        agreement,
        reconciliations,
        month,
        remedies,
        holds,
        protection,
        licence,
        team,
        departure,
        support,
        deal,
        live,
    )
    handlers = [handler for screen in screens for handler in screen.handlers]
    return [
        Router(
            "/",
            route_handlers=found,
            before_request=welcome,
            middleware=[names, SignedIn()],
            guards=guards,
            dependencies={"viewer": Provide(provide_viewer)},
            include_in_schema=False,
        )
        for found, guards in (
            (handlers, [readers_only_read, visitors_keep_out]),
            (own.handlers, [visitors_keep_out]),
            ([*visit.handlers, *help.checks], []),
        )
    ]
