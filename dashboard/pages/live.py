"""`GET /live`: what this page should ask for anew."""

from __future__ import annotations

from litestar import get
from litestar.response import ServerSentEvent
from litestar.types import ControllerRouterHandler

from connector.account.people import Viewer
from server.live import live_response
from server.parts import Parts


@get("/live", sync_to_thread=False)
def live(viewer: Viewer, parts: Parts) -> ServerSentEvent:
    """The tenant's notices as server-sent events."""
    return live_response(parts.live, viewer.tenant_id)


handlers: list[ControllerRouterHandler] = [live]
