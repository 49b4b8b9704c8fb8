"""One HTTP request to a vendor, sent, timed and told: what both adapters do alike.

Nothing here decides what an answer means. Tokens never enter a `Call`: its texts are made from what was asked
for, before the token is added.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx
import msgspec
from uuid_utils.compat import uuid7

from connector.domain.vendor import Call, Provider, Transient, VendorError

#: Characters of a request or an answer that the call log keeps.
LOGGED = 4096

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The real time."""
    return datetime.now(UTC)


class Reply(msgspec.Struct, frozen=True):
    """What came back; `broken` says that nothing did, and why."""

    call_id: UUID
    at: datetime
    ms: int
    status: int = 0
    content_type: str = ""
    body: bytes = b""
    broken: Transient | None = None

    @property
    def is_json(self) -> bool:
        """Whether the answer says of itself that it is JSON; proxies answer with pages of HTML."""
        return "json" in self.content_type

    @property
    def ok(self) -> bool:
        """Whether the status is one of success."""
        return 200 <= self.status < 300


async def send(
    http: httpx.AsyncClient, clock: Clock, verb: str, url: httpx.URL | str, *, timeout: float, **parts: Any
) -> Reply:
    """Send a request; never raises for what the network does, `Reply.broken` tells it.

    Redirects are not followed: a vendor's API has none, and a stranger's must not lead us anywhere.
    """
    at, began = clock(), time.perf_counter()
    call_id = uuid7()
    try:
        answer = await http.request(verb, url, timeout=timeout, follow_redirects=False, **parts)
    except httpx.TransportError as error:
        return Reply(call_id, at, _ms(began), broken=_broken(error))
    kind = answer.headers.get("content-type", "")
    return Reply(call_id, at, _ms(began), answer.status_code, kind, answer.content)


def call_of(
    reply: Reply,
    provider: Provider,
    method: str,
    error: VendorError | None,
    *,
    request: str = "",
    commands: int = 1,
    operating: dict[str, int] | None = None,
) -> Call:
    """The log's entry of a request. Never of the token endpoints: their answers hold tokens."""
    return Call(
        id=reply.call_id,
        provider=provider,
        method=method,
        commands=commands,
        status=reply.status,
        error=None if error is None else error.code or error.text[:200],
        ms=reply.ms,
        at=reply.at,
        operating=operating or {},
        request=request[:LOGGED],
        response=reply.body[:LOGGED].decode("utf-8", "replace").replace("\0", ""),
    )


def _broken(error: httpx.TransportError) -> Transient:
    # Only while connecting is it certain that the vendor saw nothing.
    unseen = isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout)
    return Transient(str(error) or type(error).__name__, code=type(error).__name__, unknown=not unseen)


def _ms(began: float) -> int:
    return round((time.perf_counter() - began) * 1000)
