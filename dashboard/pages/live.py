"""`GET /live`: what this page should ask for anew."""

from __future__ import annotations

from litestar import get
from litestar.response import ServerSentEvent
from litestar.types import ControllerRouterHandler

from server.live import live_response
from server.parts import Used
from server.sessions import Viewing


@get("/live", sync_to_thread=False)
def live(viewer: Viewing, parts: Used) -> ServerSentEvent:
    """The tenant's notices as server-sent events."""
    return live_response(parts.live, viewer.tenant_id)


handlers: list[ControllerRouterHandler] = [live]
