"""`GET /metrics`: what Prometheus may read."""

from __future__ import annotations

import hmac
from ipaddress import ip_address
from typing import Any

from litestar import Request, Response, get
from litestar.di import NamedDependency
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from connector.settings import Settings
from server.metrics import REGISTRY
from server.parts import Used
from server.problems import NotFound, NotSignedIn


@get("/metrics", include_in_schema=False)
async def metrics(
    request: Request[Any, Any, Any], settings: NamedDependency[Settings], parts: Used
) -> Response[bytes]:
    """With the token; without one set only for this machine, and never in production."""
    _check(request, settings)
    await parts.gauges.refresh()
    return Response(generate_latest(REGISTRY), headers={"Content-Type": CONTENT_TYPE_LATEST})


def _check(request: Request[Any, Any, Any], settings: Settings) -> None:
    if settings.metrics_token:
        given = request.headers.get("authorization", "").removeprefix("Bearer ")
        if not hmac.compare_digest(given.encode(), settings.metrics_token.encode()):
            raise NotSignedIn
    elif settings.is_production or not _is_local(request):
        raise NotFound


def _is_local(request: Request[Any, Any, Any]) -> bool:
    try:
        return request.client is not None and ip_address(request.client.host).is_loopback
    except ValueError:
        return False
