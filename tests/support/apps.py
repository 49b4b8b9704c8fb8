"""One app a test worker: what a test changes belongs to its lifespan, and making 380 routes takes a while."""

from __future__ import annotations

from functools import lru_cache

from litestar import Litestar

from connector.settings import Settings
from ponte.app import create_app
from server.app import create_server


@lru_cache(maxsize=2)
def whole_app(settings: Settings) -> Litestar:
    """The web application with its pages; its parts are made anew at each start."""
    return create_app(settings)


@lru_cache(maxsize=2)
def bare_server(settings: Settings) -> Litestar:
    """The server without pages."""
    return create_server(settings)
