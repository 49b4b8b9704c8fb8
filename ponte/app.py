"""The whole web application, put together."""

from __future__ import annotations

from litestar import Litestar

from connector.settings import Settings
from dashboard import app as dashboard
from server.app import create_server


def create_app(settings: Settings) -> Litestar:
    """Doors, API and health of the server; screens of the dashboard."""
    return create_server(
        settings,
        pages=dashboard.pages(settings),
        exception_handlers=dashboard.exception_handlers(),
    )
