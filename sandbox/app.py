"""Puts the sandbox together: one world, the vendors' doors, the control surface, the pages."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from litestar import Litestar, Request
from litestar.exceptions import HTTPException
from litestar.types import Scope

import sandbox.bitrix24.app
import sandbox.bling.app
import sandbox.stripe.app
from sandbox import control, pages
from sandbox.bitrix24.state import Bitrix24State
from sandbox.bling.state import BlingState
from sandbox.control.pairs import pair_up
from sandbox.core.http import AnswerLost
from sandbox.core.world import World, WorldKind
from sandbox.stripe.state import StripeState

logger = logging.getLogger(__name__)


def build_world(*, base_url: str, app_url: str, kind: WorldKind) -> World:
    """A world with all vendors in it."""
    world = World(base_url=base_url, app_url=app_url, kind=kind)
    world.bling = BlingState(world)
    world.bitrix24 = Bitrix24State(world)
    world.stripe = StripeState(world)
    pair_up(world)
    return world


def create_app(world: World) -> Litestar:
    """The whole sandbox as one application."""

    @asynccontextmanager
    async def senders(app: Litestar) -> AsyncIterator[None]:
        world.bling.webhooks.start()
        world.stripe.start()
        yield
        await world.stripe.stop()
        await world.bling.webhooks.stop()

    return Litestar(
        route_handlers=[
            *sandbox.bling.app.routes(world),
            *sandbox.bitrix24.app.routes(world),
            *sandbox.stripe.app.routes(world),
            *control.routes(world),
            *pages.routes(world),
        ],
        lifespan=[senders],
        before_request=_read_whole,
        after_exception=[_say],
        openapi_config=None,
        logging_config=None,
    )


async def _read_whole(request: Request[Any, Any, Any]) -> None:
    """Read bodies that a handler has no use for.

    The server closes a kept-alive connection whose request was answered before its body had come;
    the client's next request then meets a closed door.
    """
    await request.body()


def _say(exception: Exception, scope: Scope) -> None:
    """Put the sandbox's own mistakes on stderr; refusals and ordered losses are no mistakes."""
    if not isinstance(exception, HTTPException | AnswerLost):
        logger.error("%s %s", scope["type"], scope["path"], exc_info=exception)
