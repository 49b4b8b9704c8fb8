"""Is the process alive; can it do its work."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable

import msgspec
from litestar import HttpMethod, Response, route

from server.parts import Parts, Used

#: Seconds that a part has to answer.
PATIENCE_S = 2.0
#: Many watchers ask for the headers alone.
_ASKED_BY = (HttpMethod.GET, HttpMethod.HEAD)


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """Each part that the server needs."""

    postgres: bool
    redis: bool


@route("/health/live", http_method=_ASKED_BY, include_in_schema=False)
async def live() -> dict[str, bool]:
    """The process answers."""
    return {"live": True}


@route("/health/ready", http_method=_ASKED_BY, include_in_schema=False)
async def ready(parts: Used) -> Response[Health]:
    """200 when PostgreSQL and Redis answer, else 503 and which of them does not."""
    postgres, redis = await asyncio.gather(_answers(_ask_postgres(parts)), _answers(_ask_redis(parts)))
    health = Health(postgres=postgres, redis=redis)
    return Response(health, status_code=200 if postgres and redis else 503)


async def _ask_postgres(parts: Parts) -> None:
    async with parts.database.system(patience=PATIENCE_S) as conn:
        await conn.fetchval("SELECT 1")


async def _ask_redis(parts: Parts) -> None:
    await parts.redis.get("health")


async def _answers(question: Awaitable[None]) -> bool:
    try:
        await asyncio.wait_for(question, PATIENCE_S)
    except Exception:  # noqa: BLE001 - any failure is the answer "no"
        return False
    return True
