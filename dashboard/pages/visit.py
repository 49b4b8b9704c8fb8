"""The end of an operator's visit: the one thing that a visitor may always do."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, post
from litestar.response import Redirect
from litestar.types import ControllerRouterHandler

from connector.account import operator_visits
from dashboard.telling.visit import END
from server.operators import visit_cookie
from server.parts import Used
from server.problems import Forbidden
from server.sessions import Viewing


@post(END)
async def end_visit(viewer: Viewing, parts: Used, request: Request[Any, Any, Any]) -> Response[Any]:
    """Back to the operator's own page about this tenant."""
    if viewer.visit is None:
        raise Forbidden("nobody is visiting")
    await operator_visits.end(parts.database, str(request.auth), viewer, parts.clock.now())
    answer = Redirect(f"/operator/clientes/{viewer.tenant_id}", status_code=303)
    answer.set_cookie(visit_cookie(parts.settings, ""))
    return answer


handlers: list[ControllerRouterHandler] = [end_visit]
