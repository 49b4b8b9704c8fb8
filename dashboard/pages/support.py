"""Whether operators of Ponte's may change options while they visit: the company's own choice."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from litestar import Response, post
from litestar.enums import RequestEncodingType
from litestar.params import Body
from litestar.types import ControllerRouterHandler

from connector.account import operator_visits
from dashboard.pages.team import done
from server.parts import Used
from server.sessions import Viewing


class Allowed(msgspec.Struct, frozen=True):
    """The box, if it is ticked."""

    allow: str = ""


AllowedForm = Annotated[Allowed, Body(media_type=RequestEncodingType.URL_ENCODED)]


@post("/equipe/suporte")
async def allow(data: AllowedForm, viewer: Viewing, parts: Used) -> Response[Any]:
    """From now on, also for a visit under way."""
    may_change = bool(data.allow)
    await operator_visits.allow(parts.database, viewer, parts.clock.now(), may_change=may_change)
    return done("suporte")


handlers: list[ControllerRouterHandler] = [allow]
