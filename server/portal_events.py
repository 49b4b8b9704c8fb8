"""`POST /webhooks/bitrix24`: events of the app in a portal. Bitrix24 sends each once and never again."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

from litestar import Request, Response, post

from connector.account.openings import Openings
from connector.account.portal_events import PortalEvents, Verdict
from server.callers import caller_address
from server.parts import Used
from server.problems import NotSignedIn, bad_field

LARGEST, MOST_FIELDS = 64 * 1024, 500


@post("/webhooks/bitrix24", status_code=200, include_in_schema=False, request_max_body_size=LARGEST)
async def bitrix24_door(request: Request[Any, Any, Any], parts: Used) -> Response[None]:
    """200 for what is genuine, 401 for what is not proved, 422 for what is no form."""
    try:
        body = (await request.body()).decode()
        form = dict(parse_qsl(body, keep_blank_values=True, max_num_fields=MOST_FIELDS))
    except ValueError:
        raise bad_field("body", "form", "not a form") from None
    events = PortalEvents(parts.connecting, Openings(parts.connecting, parts.redis), parts.engine.waker.look)
    verdict = await events.take(form, caller_address(request, parts.settings))
    if verdict is Verdict.FORGED:
        raise NotSignedIn("the message does not prove whose it is")
    return Response(None, status_code=200)
