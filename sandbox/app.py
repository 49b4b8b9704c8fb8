"""Puts the sandbox together: one world, both vendors' doors, the control surface, the pages."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from litestar import Litestar

import sandbox.bitrix24.app
import sandbox.bling.app
from sandbox import control, pages
from sandbox.bitrix24.state import Bitrix24State
from sandbox.bling.state import BlingState
from sandbox.control.pairs import pair_up
from sandbox.core.world import World, WorldKind


def build_world(*, base_url: str, app_url: str, kind: WorldKind) -> World:
    """A world with both vendors in it."""
    world = World(base_url=base_url, app_url=app_url, kind=kind)
    world.bling = BlingState(world)
    world.bitrix24 = Bitrix24State(world)
    pair_up(world)
    return world


def create_app(world: World) -> Litestar:
    """The whole sandbox as one application."""

    @asynccontextmanager
    async def senders(app: Litestar) -> AsyncIterator[None]:
        world.bling.webhooks.start()
        yield
        await world.bling.webhooks.stop()

    return Litestar(
        route_handlers=[
            *sandbox.bling.app.routes(world),
            *sandbox.bitrix24.app.routes(world),
            *control.routes(world),
            *pages.routes(world),
        ],
        lifespan=[senders],
        openapi_config=None,
        logging_config=None,
    )
