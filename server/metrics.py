"""What Prometheus may read."""

from __future__ import annotations

import hmac
from ipaddress import ip_address
from typing import Any

from litestar import Request, Response, get
from litestar.di import NamedDependency
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest

from connector.settings import Settings
from server.problems import NotFound, NotSignedIn

REGISTRY = CollectorRegistry()

_WEBHOOKS = Counter(
    "ponte_webhooks", "Requests at Bling's doors, by what became of them", ["result"], registry=REGISTRY
)
#: By result; `stored` counts duplicates too, which vanish in the database.
MESSAGES = {
    result: _WEBHOOKS.labels(result)
    for result in (
        "stored",
        "unclaimed",
        "quarantined",
        "bad_signature",
        "unknown_key",
        "not_post",
        "too_large",
        "store_away",
    )
}
GROUP_SIZE = Histogram(
    "ponte_ingest_group_size",
    "Messages that shared one transaction",
    buckets=(1, 2, 5, 10, 20, 50, 100, 200, 500),
    registry=REGISTRY,
)


@get("/metrics", include_in_schema=False, sync_to_thread=False)
def metrics(request: Request[Any, Any, Any], settings: NamedDependency[Settings]) -> Response[bytes]:
    """With the token; without one set only for this machine, and never in production."""
    _check(request, settings)
    return Response(generate_latest(REGISTRY), media_type=CONTENT_TYPE_LATEST)


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
