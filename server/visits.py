"""An operator's visit to a tenant: a cookie of its own, and what no visitor may do."""

from __future__ import annotations

from typing import Any

from litestar.connection import ASGIConnection

from connector.account.operator_visits import viewer_of_visit
from connector.account.people import Viewer
from connector.settings import Settings
from server.frame import is_framed
from server.parts import parts_of

Connection = ASGIConnection[Any, Any, Any, Any]

#: What is the own people's of a tenant: who belongs to them, their keys and sessions, leaving, consents.
#: Not even a tenant that allows operators to change things allows these.
THEIR_OWN = ("/equipe", "/sessoes", "/empresas", "/oauth/")


def visit_cookie_name(settings: Settings) -> str:
    """Of a visit under way."""
    return "__Host-ponte-visit" if settings.app_url.startswith("https:") else "ponte-visit"


async def visitor_of(connection: Connection) -> tuple[Viewer, str] | None:
    """The operator who visits, with the visit's token; never inside a portal's frame."""
    parts = parts_of(connection.scope)
    token = connection.cookies.get(visit_cookie_name(parts.settings))
    if not token or is_framed(connection):
        return None
    viewer = await viewer_of_visit(parts.database, token, parts.clock.now())
    return None if viewer is None else (viewer, token)
