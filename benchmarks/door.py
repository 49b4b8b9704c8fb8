"""The server as `ponte serve` runs it, with two more doors to compare with: `python -m benchmarks.door`.

`/bench/empty` is what a framework's handler costs that takes the message and does nothing with it;
`/bench/blind` one that answers without having received it; `/bench/bare` the least that this server can do at
all (raw ASGI, nothing read). `/bench/single` does all that Bling's door does, with an INSERT of its own for
each request instead of a shared one.
"""

from __future__ import annotations

import os
from typing import Any

import asyncpg
from litestar import post
from litestar.handlers import asgi
from litestar.types import Receive, Scope, Send

from connector import settings as environment
from connector.account.clock import now
from connector.account.messages import Message, understand
from connector.bling import webhook
from connector.store import directory, inbox
from connector.store.directory import Route
from ponte import serve
from server.bodies import Answer, header, read_body
from server.front import Front
from server.parts import parts_of
from server.webhooks import SIGNATURE

OWNER_URL = "BENCH_OWNER_URL"

_OK, _UNAUTHORISED = Answer(200), Answer(401)


@post("/bench/empty", status_code=200)
async def empty(body: bytes) -> None:
    """Takes the message, as whoever answers for it must, and does nothing with it."""


@post("/bench/blind", status_code=200)
async def blind() -> None:
    """Answers without having received the message."""


@asgi("/bench/bare", copy_scope=False)
async def bare(scope: Scope, receive: Receive, send: Send) -> None:
    """Raw ASGI that answers at once."""
    await _OK(send)


class Single:
    """One INSERT a request, committed by itself, on a pool that keeps its statements prepared."""

    def __init__(self) -> None:
        self._pool: Any = None
        self._routes: dict[str, list[Route]] = {}

    async def open(self) -> None:
        """Connect as the owner, whom no row-level security slows down."""
        self._pool = await asyncpg.create_pool(os.environ[OWNER_URL], min_size=10, max_size=10)

    async def close(self) -> None:
        """Disconnect."""
        await self._pool.close()

    async def take(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Verify, understand, store, answer."""
        body = await read_body(receive)
        secret = parts_of(scope).settings.bling_client_secret
        if not webhook.signature_ok(secret, body, header(scope, SIGNATURE).decode("latin-1")):
            return await _UNAUTHORISED(send)
        message = understand(body, None, now())
        if not isinstance(message, Message):
            raise TypeError(message)
        async with self._pool.acquire() as conn:
            route = await self._route(conn, message.company_id)
            await inbox.insert(conn, [message.arrival(route.tenant_id, route.account_id)])
        return await _OK(send)

    async def _route(self, conn: Any, company_id: str) -> Route:
        if company_id not in self._routes:
            self._routes[company_id] = list(await directory.routes(conn, [company_id]))
        return self._routes[company_id][0]


def application() -> Front:
    """The app with the further doors."""
    front, single = serve.application(), Single()
    app = front.app
    app.on_startup.append(single.open)
    app.on_shutdown.append(single.close)
    app.register(empty)
    app.register(blind)
    app.register(bare)
    app.register(asgi("/bench/single", copy_scope=False)(single.take))
    return front


if __name__ == "__main__":
    serve.run(environment.load(), "benchmarks.door:application")
