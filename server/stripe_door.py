"""`POST /webhooks/stripe`: 400 to a bad or old signature, 200 to all else, stored before it is answered."""

from __future__ import annotations

from typing import Any

import structlog
from litestar import Request, Response, post
from prometheus_client import Counter

from connector.account import billing
from connector.billing.webhook import signature_ok
from server.bodies import LARGEST_BODY
from server.metrics import REGISTRY
from server.parts import Used

SIGNATURE = "stripe-signature"
#: By what became of a message; `known` = seen before, or strange and put aside.
MESSAGES = Counter(
    "ponte_stripe_webhooks", "Requests at Stripe's door, by outcome", ["result"], registry=REGISTRY
)

log = structlog.get_logger(__name__)


@post("/webhooks/stripe", status_code=200, include_in_schema=False, request_max_body_size=LARGEST_BODY)
async def stripe_door(request: Request[Any, Any, Any], parts: Used) -> Response[None]:
    """What it says is worked off later: a copy of an object is never believed."""
    body = await request.body()
    now = parts.clock.now()
    if not signature_ok(parts.settings.stripe_webhook_secret, body, request.headers.get(SIGNATURE, ""), now):
        MESSAGES.labels("bad_signature").inc()
        log.warning("stripe_bad_signature")
        return Response(None, status_code=400)
    async with parts.database.system() as conn:
        new = await billing.take(conn, body, now)
    MESSAGES.labels("new" if new else "known").inc()
    if new:
        await billing.ring(parts.redis)
    return Response(None, status_code=200)
