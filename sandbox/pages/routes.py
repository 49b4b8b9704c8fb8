"""The pages' routes."""

from __future__ import annotations

from litestar import Router
from litestar.di import Provide

from sandbox.core.world import World
from sandbox.pages.mail import post_mail, show_mail


def routes(world: World) -> list[Router]:
    """The index, the two vendors' records, and the mail."""
    return [
        Router(
            "/",
            route_handlers=[show_mail, post_mail],
            dependencies={"world": Provide(lambda: world, sync_to_thread=False)},
        )
    ]
