"""Bling's doors: a rightly signed message is always stored and answered 2xx.

Raw ASGI: this is the hottest path of the server. Nothing is looked up per request but the secret of an
account's own door; whose message it is decides the transaction that stores it (server/inlet.py).
"""

from __future__ import annotations

import asyncio

from litestar.handlers import asgi
from litestar.types import Receive, Scope, Send

from connector.account.clock import now
from connector.account.messages import understand
from connector.bling import webhook
from server.bodies import Answer, Gone, TooLarge, header, read_body
from server.ingest import PATIENCE_S, StoreAway
from server.metrics import MESSAGES
from server.parts import Parts, parts_of

BLING = "/webhooks/bling"
SIGNATURE = b"x-bling-signature-256"

_STORED = Answer(200)
_BAD_SIGNATURE = Answer(401)
_UNKNOWN_KEY = Answer(404)
_ONLY_POST = Answer(405, b"", (b"allow", b"POST"))
_TOO_LARGE = Answer(413, b"", (b"connection", b"close"))
_AWAY = Answer(503, b"", (b"retry-after", b"5"))

#: What was stored is counted by what it became.
_COUNT = {
    _BAD_SIGNATURE: MESSAGES["bad_signature"],
    _UNKNOWN_KEY: MESSAGES["unknown_key"],
    _ONLY_POST: MESSAGES["not_post"],
    _TOO_LARGE: MESSAGES["too_large"],
    _AWAY: MESSAGES["store_away"],
}


async def serve_bling(scope: Scope, receive: Receive, send: Send) -> None:
    """The common door finds the tenants by `companyId`; below it is a door of its own for each account."""
    try:
        answer = await _receive(scope, receive)
    except Gone:
        return
    except TooLarge:
        answer = _TOO_LARGE
    except StoreAway:
        answer = _AWAY
    if answer is not _STORED:
        _COUNT[answer].inc()
    await answer(send)


async def _receive(scope: Scope, receive: Receive) -> Answer:
    if scope.get("method") != "POST":
        return _ONLY_POST
    body = await read_body(receive)
    parts, account_key = parts_of(scope), _account_key(scope["path"])
    until = asyncio.get_running_loop().time() + PATIENCE_S
    secret = await _secret(parts, account_key, until)
    if secret is None:
        return _UNKNOWN_KEY
    if not webhook.signature_ok(secret, body, header(scope, SIGNATURE).decode("latin-1")):
        return _BAD_SIGNATURE
    await parts.inlet.put(understand(body, account_key, now()), until)
    return _STORED


bling_door = asgi(BLING, is_mount=True, copy_scope=False)(serve_bling)


def _account_key(below: str) -> str | None:
    """What stands in the address after the common door's: None there, else the key of an account."""
    return below.removeprefix("/").removesuffix("/") or None


async def _secret(parts: Parts, account_key: str | None, until: float) -> str | None:
    """What has to have signed the message; None when there is no such door."""
    if account_key is None:
        return parts.settings.bling_client_secret
    return await parts.secrets.of(account_key, until)
