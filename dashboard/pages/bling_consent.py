"""The way to Bling's consent page: `/oauth/bling/start`."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from litestar import Request, get
from litestar.response import Redirect
from litestar.types import ControllerRouterHandler

from connector.account import consent
from connector.account.consent import Failed
from connector.account.people import Viewer
from dashboard.pages.connections import FAILED, PATH, account_asked
from dashboard.telling.notices import START
from server.parts import Parts
from server.problems import Forbidden


@get(START)
async def start(viewer: Viewer, parts: Parts, request: Request[Any, Any, Any]) -> Redirect:
    """To Bling; `conta` = the account to be reconnected, `aplicativo` = a ticket of the tenant's own app."""
    if not viewer.may_change:
        raise Forbidden("your role may only read")
    query = request.query_params
    try:
        url = await consent.begin(
            parts.connecting,
            viewer,
            str(request.auth),
            account_id=account_asked(query.get("conta", "")),
            ticket=query.get("aplicativo", ""),
        )
    except Failed as error:
        return Redirect(f"{PATH}?{urlencode({FAILED: error.failure})}", status_code=303)
    return Redirect(url, status_code=302)


handlers: list[ControllerRouterHandler] = [start]
