"""The operator's pages, for the dashboard to mount: one router for the door, one for who is inside."""

from __future__ import annotations

from litestar import Router
from litestar.di import Provide

from dashboard.operator.pages import (
    dead,
    deeds,
    messages,
    pulse,
    queues,
    remedies,
    revenue,
    sign_in,
    tenant,
    tenants,
)
from dashboard.operator.readers import welcome_at_door, welcome_operator
from server.operators import OperatorSignedIn, provide_watcher
from server.requests import RequestNames

SCREENS = (sign_in, tenants, tenant, remedies, queues, messages, dead, pulse, revenue, deeds)


def routers(names: RequestNames) -> list[Router]:
    """All under `/operator`."""
    door = Router(
        "/operator",
        route_handlers=sign_in.public,
        before_request=welcome_at_door,
        middleware=[names],
        include_in_schema=False,
    )
    inside = Router(
        "/operator",
        route_handlers=[handler for screen in SCREENS for handler in screen.handlers],
        before_request=welcome_operator,
        middleware=[names, OperatorSignedIn()],
        dependencies={"watcher": Provide(provide_watcher)},
        include_in_schema=False,
    )
    return [door, inside]
